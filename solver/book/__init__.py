"""The file: a workbook read into columns, and its edits spliced back into the bytes they came from."""
