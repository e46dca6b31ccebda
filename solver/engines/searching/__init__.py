"""Searches: over whole numbers, starts, populations and orders, and along corners."""
