"""What the other parts say: the main part, shared strings, tables, pivot tables, linked workbooks, metadata."""
