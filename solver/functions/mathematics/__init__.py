"""Mathematics: arithmetic, sums, rounding, circular functions, matrices, chance."""
