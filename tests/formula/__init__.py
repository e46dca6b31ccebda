"""The formula language: text to tree and back."""
