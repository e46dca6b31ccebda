"""Where the used rows, or columns, of a sheet stand in its compact grid."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.functions.operand import IntArray

    Ints = npt.NDArray[np.int32]

_ABSENT = -1


class Index:
    """The position of every used number, which four bytes for each number from the first to the last can tell."""

    __slots__ = ("_first", "_positions", "_size")

    def __init__(self, numbers: Ints) -> None:
        self._first = int(numbers[0]) if len(numbers) else 0
        table = np.full(int(numbers[-1]) - self._first + 1 if len(numbers) else 0, _ABSENT, dtype=np.intc)
        table[numbers - self._first] = np.arange(len(numbers))
        self._positions = array("i")  # an element of it is a plain number, which one of NumPy's arrays is not
        self._positions.frombytes(table.tobytes())
        self._size = len(table)

    def get(self, number: int) -> int | None:
        """The position of a number, None if it is not used."""
        at = number - self._first
        if 0 <= at < self._size:
            position = self._positions[at]
            return None if position == _ABSENT else position
        return None

    def __getitem__(self, number: int) -> int:
        position = self.get(number)
        if position is None:
            raise KeyError(number)
        return position


def between(used: Ints, first: int, last: int) -> slice:
    """The positions of the used numbers from one to another (inclusive)."""
    # keys of another type than the numbers would have all of them converted
    start, stop = np.searchsorted(used, np.array((first, last + 1), dtype=used.dtype)).tolist()
    return slice(start, stop)


def window_of(rows: IntArray, cols: IntArray) -> tuple[slice, slice] | None:
    """The rectangle that positions (R, C, h, w) which broadcast go through row by row, None if they do not."""
    high, wide = _stretch(rows), _stretch(cols)
    if high is None or wide is None:
        return None
    down = [axis for axis, size in enumerate(rows.shape) if size > 1]
    across = [axis for axis, size in enumerate(cols.shape) if size > 1]
    return (high, wide) if not down or not across or down[-1] < across[0] else None


def _stretch(positions: IntArray) -> slice | None:
    """Positions that follow each other, in their order, as a slice."""
    flat = positions.ravel()
    first, last = int(flat[0]), int(flat[-1])
    return slice(first, last + 1) if last - first + 1 == flat.size and (np.diff(flat) == 1).all() else None
