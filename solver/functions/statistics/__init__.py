"""Statistics: samples, order, distributions, tests, regression, forecasts."""
