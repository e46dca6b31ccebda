"""Smooth models, by exact derivatives."""
