"""What the cells of sheets hold while a book is computed, and what came of it."""
