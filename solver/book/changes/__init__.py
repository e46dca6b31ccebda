"""Cells, formulas, names and new sheets, as splices into the parts that hold them."""
