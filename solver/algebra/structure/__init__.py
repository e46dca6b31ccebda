"""What a graph is: linear, quadratic, a sum of squares, piecewise linear, smooth or not."""
