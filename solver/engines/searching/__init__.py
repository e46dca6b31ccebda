"""Searches: over whole numbers, starts, populations and orders."""
