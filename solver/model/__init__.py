"""The question that a workbook stores: its Solver models, and what an engine makes of them."""
