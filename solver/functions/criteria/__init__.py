"""Criteria: what they mean, and the counts and sums of what meets them."""
