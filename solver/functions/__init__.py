"""Excel's functions, each written down once, by theme."""
