"""Styles and number formats."""
