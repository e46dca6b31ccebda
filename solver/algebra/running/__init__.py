"""Running a graph: tapes, loops, and what is left out or done at once."""
