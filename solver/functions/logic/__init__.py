"""Conditions and choices."""
