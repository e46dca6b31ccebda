"""Arrays that spill: laid out anew, sorted, grouped, made by a LAMBDA."""
