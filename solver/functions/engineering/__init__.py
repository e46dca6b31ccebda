"""Engineering: bases, bits, complex numbers, Bessel and error functions, units."""
