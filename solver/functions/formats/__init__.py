"""Number formats: reading a format code, and writing numbers, dates and texts by it."""
