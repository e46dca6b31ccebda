"""The columns of a linear form while it is written: their bounds, what is whole, and the rows that tie them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra.structure.linearity import row_ranges

if TYPE_CHECKING:
    from solver.model.problem import Indices, Mask, Vector

INF = np.inf


class NoForm(Exception):
    """The pieces have no linear form: a range is infinite, or a product is none of a binary."""


@dataclass(frozen=True, slots=True)
class Affine:
    """Rows of values matrix @ columns + shift, with the range [low, high] of each and whether it is always whole."""

    matrix: sp.csr_array
    shift: Vector
    low: Vector
    high: Vector
    whole: Mask

    def __getitem__(self, chosen: Mask | Indices) -> Affine:
        rows = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        return Affine(
            self.matrix[rows],
            self.shift[chosen],
            self.low[chosen],
            self.high[chosen],
            self.whole[chosen],
        )


@dataclass
class Columns:
    """What is known of the columns so far, and the rows that tie them together."""

    lb: Vector
    ub: Vector
    whole: Mask
    """Which columns must be told to be whole."""
    integral: Mask
    """Which columns are whole, told or not."""
    next: int
    relax: bool
    margin: float
    matrices: list[sp.csr_array] = field(default_factory=list)
    low: list[Vector] = field(default_factory=list)
    high: list[Vector] = field(default_factory=list)

    def affine(self, matrix: sp.csr_array, shift: Vector) -> Affine:
        """Rows with their ranges by interval arithmetic."""
        matrix = sp.csr_array(matrix, copy=True)
        matrix.eliminate_zeros()
        low, high = row_ranges(matrix, self.lb, self.ub)
        mixed = sp.csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
        fraction = sp.csr_array((_fractional(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)
        odd = fraction @ np.ones(matrix.shape[1]) + mixed @ (~self.integral).astype(float) + _fractional(shift)
        return Affine(matrix, shift, low + shift, high + shift, odd == 0)

    def spare(self, count: int) -> Indices:
        """New columns."""
        made = np.arange(self.next, self.next + count)
        self.next += count
        return made

    def binaries(self, count: int) -> Indices:
        """New binary columns."""
        made = self.spare(count)
        self.ub[made] = 1.0
        self.whole[made] = self.integral[made] = True
        return made

    def tie(
        self,
        parts: list[tuple[Vector | float, Indices]],
        rest: Affine | None,
        low: Vector | float,
        high: Vector | float,
    ) -> None:
        """Rows low <= sum of factor * column (+ rest) <= high, one for each column of the parts."""
        size = parts[0][1].size
        low, high = np.broadcast_to(low, size).astype(float), np.broadcast_to(high, size).astype(float)
        matrix = rest.matrix if rest is not None else sp.csr_array((size, self.lb.size))
        if rest is not None:
            low, high = low - rest.shift, high - rest.shift
        kept = np.ones(size, dtype=bool)
        for factor, columns in parts:
            values = np.broadcast_to(factor, size).astype(float)
            kept &= np.isfinite(values)
            values = np.where(np.isfinite(values), values, 0.0)
            matrix = matrix + sp.csr_array((values, (np.arange(size), columns)), shape=(size, self.lb.size))
        kept &= ~((low == -INF) & (high == INF)) & ~np.isnan(low) & ~np.isnan(high)
        if not kept.all():
            if not self.relax:
                raise NoForm
            matrix, low, high = sp.csr_array(matrix)[np.flatnonzero(kept)], low[kept], high[kept]
        self.matrices.append(sp.csr_array(matrix))
        self.low.append(low)
        self.high.append(high)


def _fractional(values: Vector) -> Vector:
    return np.asarray(values != np.round(values), dtype=float)


def minus(columns: Columns, a: Affine, b: Affine) -> Affine:
    """The rows a - b, with the ranges of the differences."""
    return columns.affine(a.matrix - b.matrix, a.shift - b.shift)


def times(a: Affine, sign: Vector) -> Affine:
    """The rows times signs of +1 or -1."""
    turned = sign < 0
    return Affine(
        sp.csr_array(sp.diags_array(sign) @ a.matrix),
        sign * a.shift,
        np.where(turned, -a.high, a.low),
        np.where(turned, -a.low, a.high),
        a.whole,
    )
