"""Few directions that show a whole sparse matrix: columns that share no row get one colour and one direction.

Greedy colouring after Curtis, Powell and Reid (1974), columns with many entries first; the rows' used colours are bit
masks, so a column costs one step per entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import scipy.sparse as sp


@dataclass(frozen=True, slots=True)
class Coloring:
    """The colour of every column, from 0 to `count` - 1."""

    colors: npt.NDArray[np.intp]
    count: int

    def directions(self, first: int = 0, last: int | None = None) -> npt.NDArray[np.float64]:
        """One row per colour from `first` to before `last`: the sum of the unit vectors of its columns."""
        end = self.count if last is None else min(last, self.count)
        seeds = np.zeros((end - first, len(self.colors)))
        members = np.flatnonzero((self.colors >= first) & (self.colors < end))
        seeds[self.colors[members] - first, members] = 1.0
        return seeds


def color_columns(pattern: sp.csr_array) -> Coloring:
    """Colours such that no two columns of one colour have an entry in a common row."""
    rows, columns = pattern.shape
    widest = int(np.diff(pattern.indptr).max(initial=0))
    if widest == columns:
        return Coloring(np.arange(columns), columns)
    by_column = pattern.tocsc()
    starts = by_column.indptr.tolist()
    indices = by_column.indices.tolist()
    used = [0] * rows
    colors = np.zeros(columns, dtype=np.intp)
    count = 1 if columns else 0
    for column in np.argsort(-np.diff(by_column.indptr), kind="stable").tolist():
        members = indices[starts[column] : starts[column + 1]]
        taken = 0
        for row in members:
            taken |= used[row]
        free = ~taken & (taken + 1)  # the lowest bit that is not set
        for row in members:
            used[row] |= free
        color = free.bit_length() - 1
        colors[column] = color
        count = max(count, color + 1)
    return Coloring(colors, count)
