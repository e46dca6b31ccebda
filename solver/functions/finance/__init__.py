"""Finance: annuities, flows, depreciation, bills and bonds."""
