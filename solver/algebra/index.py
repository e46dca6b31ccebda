"""Positions of elements as a parameter of nodes: equal by content, and knowing what order lies in them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.rows import Rows, rows_of

if TYPE_CHECKING:
    from solver.algebra.node import Shape
    from solver.algebra.primitive import Indices


class Index:
    """Positions as a parameter: equal by content. `grid` is (offset, strides) where they are regular, else None.

    `size` is the length of the flat array that is indexed.
    """

    __slots__ = ("_digest", "_rows", "flat", "grid", "shape", "size", "unique")

    def __init__(self, index: Indices, size: int) -> None:
        self.flat: Indices = index.ravel()
        self.shape: Shape = index.shape
        self.size = size
        self.grid = _regular(index)
        self.unique = self._all_different()
        self._digest = hashlib.blake2b(self.flat.tobytes(), digest_size=16).digest()
        self._rows: tuple[Rows | None] | None = None

    def _all_different(self) -> bool:
        if self.flat.size <= 1:
            return True
        if self.grid is not None and sum(length > 1 for length in self.shape) <= 1:
            return any(self.grid[1])
        return int(np.bincount(self.flat).max()) <= 1

    @property
    def rows(self) -> Rows | None:
        """The positions as rows of a small table, where they repeat so; looked for when first asked."""
        if self._rows is None:
            self._rows = (None if self.grid is not None else rows_of(self.flat, self.shape, self.size),)
        return self._rows[0]

    @property
    def order(self) -> tuple[int, ...] | None:
        """The order of the axes in which the positions count on one by one, None where they do not in any."""
        if self.grid is None or not self.unique:
            return None
        steps = self.grid[1]
        order = tuple(sorted(range(len(steps)), key=lambda axis: (-steps[axis], self.shape[axis])))
        following = 1
        for axis in reversed(order):
            if self.shape[axis] > 1:
                if steps[axis] != following:
                    return None
                following *= self.shape[axis]
        return order

    @property
    def covers(self) -> bool:
        """Whether every element of the indexed array is taken."""
        if self.flat.size < self.size:
            return False
        return self.unique or bool(np.bincount(self.flat, minlength=self.size).all())

    def __hash__(self) -> int:
        return hash((self._digest, self.shape, self.size))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Index)
            and self._digest == other._digest
            and self.shape == other.shape
            and self.size == other.size
        )


def _regular(index: Indices) -> tuple[int, Shape] | None:
    """Offset and strides of positions that lie on a grid."""
    if index.size == 0:
        return None
    offset = int(index.flat[0])
    if index.size == 1:
        return offset, (0,) * index.ndim
    strides = []
    for axis, length in enumerate(index.shape):
        corner = [0] * index.ndim
        corner[axis] = min(1, length - 1)
        strides.append(int(index[tuple(corner)]) - offset)
    expected = np.full((1,) * index.ndim, offset)
    for axis, (length, stride) in enumerate(zip(index.shape, strides, strict=True)):
        ramp = np.arange(length) * stride
        expected = expected + ramp.reshape((length,) + (1,) * (index.ndim - 1 - axis))
    return (offset, tuple(strides)) if np.array_equal(index, expected) else None
