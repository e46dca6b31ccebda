"""Looking up: values in tables, places of cells, ranges that are given back."""
