"""Charts: the values they keep, and new ones."""
