"""The file: a zip archive, its parts and how they point to each other, and how it reaches the disk."""
