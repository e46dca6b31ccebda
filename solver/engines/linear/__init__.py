"""Linear, mixed-integer and piecewise linear models, by HiGHS."""
