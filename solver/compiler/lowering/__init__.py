"""A formula at its place: its words, its references and its value."""
