"""Spans of bytes exchanged for others, and a sheet with what is needed to find the spans."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.book.cellxml import KEEP, Keep
from solver.grid import MAX_COLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.book.sheetxml import SheetText
    from solver.values import ErrorValue, Scalar

Places = npt.NDArray[np.int64]
Splice = tuple[int, int, bytes]


def splice(content: bytes, splices: Iterable[Splice]) -> bytes:
    """The content with each span (start, stop) exchanged; of two at one place the empty span comes first."""
    pieces: list[bytes] = []
    at = 0
    for start, stop, new in sorted(splices, key=itemgetter(0, 1)):
        pieces += (content[at:start], new)
        at = stop
    pieces.append(content[at:])
    return b"".join(pieces)


@dataclass(slots=True)
class Change:
    """What one cell shall say; `formula` is its `<f>` element, None where it loses it.

    `style` is the number of a new cell's format; "" for that of its row or column.
    """

    value: Scalar | Keep = KEEP
    formula: str | Keep | None = KEEP
    style: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet as it lies in the file; `rich` are the `vm` that stand for errors which older programs do not know."""

    name: str
    text: SheetText
    content: bytes
    rich: Mapping[ErrorValue, int]
    keys: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", place_keys(self.text.cells.row, self.text.cells.col))

    def find(self, key: int) -> int:
        """The index of the cell with that key, or -1."""
        at = int(np.searchsorted(self.keys, key))
        return at if at < len(self.keys) and self.keys[at] == key else -1

    def find_many(self, keys: Iterable[int]) -> list[int]:
        """The indices of the cells with these keys, -1 for each that is not stored."""
        wanted = np.fromiter(keys, np.int64)
        if not len(self.keys):
            return [-1] * len(wanted)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        found: list[int] = np.where(self.keys[at] == wanted, at, -1).tolist()
        return found

    @property
    def prefix(self) -> str:
        """The namespace prefix of the sheet's elements, with its colon."""
        frame = self.text.frame
        name = self.content[frame.start + 1 : frame.inner].split(b"sheetData")[0]
        return name.decode()


def place_keys(row: npt.NDArray[np.int32], col: npt.NDArray[np.int32]) -> Places:
    """One number a cell that grows in reading order."""
    return row.astype(np.int64) * MAX_COLS + col
