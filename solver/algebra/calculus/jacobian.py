"""The sparse Jacobian of a vector of outputs.

Rows of degree at most LINEAR are found once, as numbers. The others are compressed: columns that share no row are one
direction of a forward sweep, rows that share no column one weight vector of a backward sweep, whichever takes fewer; a
few rows much denser than the rest go backward alone. The sweeps run together as a population.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from solver.algebra.calculus.coloring import color_columns
from solver.algebra.calculus.derive import between, jvp, vjp
from solver.algebra.calculus.pattern import dependence
from solver.algebra.node import Node, variable
from solver.algebra.primitives.gather import take
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.program import Program
from solver.algebra.structure.linearity import linear_part

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.algebra.node import Array
    from solver.algebra.primitive import Indices

_SWEEP_ELEMENTS = 8_000_000  # numbers that the sweeps may hold on the tape at once


class Jacobian:
    """The Jacobian of the flattened output by `wrt`; calling it with x (n,) gives a csr_array (m, n).

    `pattern` is boolean; `constant` says that no entry depends on x; `sweeps` is the number of directions run.
    """

    def __init__(self, output: Node, wrt: Node) -> None:
        flat = reshape(output, (output.size,))
        self.shape = (flat.size, wrt.size)
        fixed, straight = linear_part(flat, wrt)
        fixed.sort_indices()
        curved = np.flatnonzero(~straight)
        self._sweeps: list[_Sweep] = []
        self._slots: list[Indices] = []
        self._template = fixed
        if len(curved):
            self._add(take(flat, curved), wrt, curved)

    def _add(self, output: Node, wrt: Node, curved: Indices) -> None:
        """Prepares the sweeps for the rows that vary, and their places among all entries."""
        pattern = dependence(output, wrt)
        parts: list[tuple[Any, ...]] = [self._template.tocoo().coords]
        for rows, backward in _split(pattern):
            local = pattern[rows]
            self._sweeps.append(_Sweep(take(output, rows), wrt, local, backward=backward))
            row, col = local.tocoo().coords
            parts.append((curved[rows][row], col))
        row, col = (np.concatenate(coordinates) for coordinates in zip(*parts, strict=True))
        order = np.lexsort((col, row))
        data = np.zeros(len(order))
        data[: self._template.nnz] = self._template.data
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self.shape[0]))])
        self._template = sp.csr_array((data[order], col[order], starts), shape=self.shape)
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        ends = np.cumsum([len(part[0]) for part in parts]).tolist()
        self._slots = [place[start:end] for start, end in pairwise(ends)]

    @property
    def constant(self) -> bool:
        """Whether no entry depends on x."""
        return not self._sweeps

    @property
    def sweeps(self) -> int:
        """How many directional derivatives one evaluation takes."""
        return sum(sweep.count for sweep in self._sweeps)

    @property
    def pattern(self) -> sp.csr_array:
        """Where entries may be nonzero, as a boolean matrix."""
        return self._filled(np.ones(self._template.nnz, dtype=bool))

    def _filled(self, data: npt.NDArray[np.generic]) -> sp.csr_array:
        # copies, because SciPy rearranges a matrix in place where it finds that useful
        return sp.csr_array((data, self._template.indices.copy(), self._template.indptr.copy()), shape=self.shape)

    def __call__(self, x: npt.ArrayLike) -> sp.csr_array:
        """The Jacobian at x."""
        data = self._template.data.copy()
        for sweep, slots in zip(self._sweeps, self._slots, strict=True):
            data[slots] = sweep.entries(x)
        return self._filled(data)


def jacobian(output: Node, wrt: Node) -> Jacobian:
    """The sparse Jacobian of the flattened output by `wrt`, prepared once and then called with points."""
    return Jacobian(output, wrt)


def _split(pattern: sp.csr_array) -> list[tuple[Indices, bool]]:
    """Groups of rows with the direction of their sweep: True is backward."""
    rows = pattern.shape[0]
    every = np.arange(rows)
    widths = np.diff(pattern.indptr)
    deepest = int(np.bincount(pattern.indices, minlength=1).max(initial=0))
    order = np.argsort(-widths, kind="stable")
    # Taking the k widest rows backward, one sweep each, leaves at least as many colours as the next row is wide.
    costs = np.arange(rows + 1) + np.append(widths[order], 0)
    alone = int(np.argmin(costs))
    if deepest <= costs[alone]:
        return [(every, True)]
    groups = [(np.sort(order[:alone]), True), (np.sort(order[alone:]), False)]
    return [group for group in groups if len(group[0])]


class _Sweep:
    """The entries of some rows, by forward or backward sweeps of compressed directions."""

    def __init__(self, output: Node, wrt: Node, pattern: sp.csr_array, *, backward: bool) -> None:
        self._coloring = color_columns(pattern.T.tocsr() if backward else pattern)
        self.count = self._coloring.count
        row, col = pattern.tocoo().coords
        direction = variable(output.size if backward else wrt.size, "direction")
        if backward:
            result = vjp([output], wrt, [direction])
            self._color, self._place = self._coloring.colors[row], col
        else:
            result = jvp([output], wrt, direction)[0]
            self._color, self._place = self._coloring.colors[col], row
        self._program = Program([wrt, direction], [result])
        alive = sum(node.size for node in between([result], direction) if not node.op.view)
        self._portion = max(1, _SWEEP_ELEMENTS // max(1, alive + direction.size))

    def entries(self, x: npt.ArrayLike) -> Array:
        """The entries at x, in the order of the pattern."""
        found = np.empty(len(self._color))
        for first in range(0, self.count, self._portion):
            last = first + self._portion
            compressed = self._program.run(x, self._coloring.directions(first, last))[0]
            here = slice(None) if last >= self.count and not first else self._colored(first, last)
            found[here] = compressed[self._color[here] - first, self._place[here]]
        return found

    def _colored(self, first: int, last: int) -> Indices:
        """The entries whose colour is from `first` to before `last`."""
        return np.flatnonzero((self._color >= first) & (self._color < last))
