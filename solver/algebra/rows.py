"""Positions that are taken row by row: of a table of embeddings, the row of a user for each of the ratings.

    positions[p, j] = table[row[p], j]        with far fewer rows in the table than are taken

So the small table is collected first and whole rows are copied from it; and what is sent back to the rows is a
product with a sparse matrix of ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from solver.algebra.node import Shape
    from solver.algebra.primitive import Indices

_LEAST = 2048  # positions below which rows are not looked for
_WIDEST = 256
_REPEATS = 2  # how often a row of the table is taken, on average, for it to pay


class Rows(NamedTuple):
    """The `table` of positions (t, k), and which of its rows each taken row is: `row` (p,)."""

    table: Indices
    row: Indices

    @property
    def order(self) -> Indices:
        """The taken rows, those of one row of the table together."""
        return np.argsort(self.row, kind="stable")

    @property
    def starts(self) -> Indices:
        """Where those of each row of the table begin in `order`, and the end."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.row, minlength=len(self.table)))])

    def summing(self) -> sp.csr_array:
        """The matrix (t, p) that sums what is sent to each row of the table."""
        ones = np.ones(len(self.row))
        return sp.csr_array((ones, self.order, self.starts), shape=(len(self.table), len(self.row)))


def rows_of(flat: Indices, shape: Shape, size: int) -> Rows | None:
    """The positions `flat` of an index of this shape as repeated rows; None where they are none.

    The rows lie along the last axis that is longer than one; `size` is the length of the indexed array.
    """
    width = next((length for length in reversed(shape) if length != 1), 1)
    if not 1 < width <= _WIDEST or flat.size < _LEAST:
        return None
    rows = flat.reshape(-1, width)
    first = rows[:, 0]
    distance = rows[0] - first[0]
    if not (rows == first[:, np.newaxis] + distance).all():
        return None
    there = np.bincount(first, minlength=size) > 0
    table = np.flatnonzero(there)
    if len(table) * _REPEATS > len(first):
        return None
    return Rows(table[:, np.newaxis] + distance, (np.cumsum(there) - 1)[first])
