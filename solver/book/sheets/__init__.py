"""What a worksheet's part says: its cells and formulas."""
