"""A book of formulas, compiled: blocks of equal formulas become nodes of an array graph."""
