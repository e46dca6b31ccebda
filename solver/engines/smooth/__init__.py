"""Smooth and kinked models, by exact derivatives."""
