"""Questions about values, cells and the book."""
