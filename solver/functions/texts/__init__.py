"""Texts: their characters and parts, finding, joining, numbers in them."""
