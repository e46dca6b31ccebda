"""The descent family: one loop, and a direction for each method."""
