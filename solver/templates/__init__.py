"""Workbooks to start from, one module each."""
