"""Formula cells grouped into blocks of one formula each."""
