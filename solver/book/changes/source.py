"""A sheet as it lies in the file, and what its cells are to say instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from solver.book.changes.cell import KEEP, Keep
from solver.grid import MAX_COLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.book.sheets.worksheet import SheetText
    from solver.book.splice import Content
    from solver.values import ErrorValue, Scalar


@dataclass(slots=True)
class Change:
    """What one cell is to say; `formula` is its `<f>` element, None where it loses it.

    `style` is the number of a new cell's format; "" for that of its row or column.
    """

    value: Scalar | Keep = KEEP
    formula: str | Keep | None = KEEP
    style: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A sheet as it lies in the file; `rich` are the `vm` that stand for errors which older programs do not know.

    `prefix` is the namespace prefix of its elements, with its colon.
    """

    name: str
    text: SheetText
    content: Content
    rich: Mapping[ErrorValue, int]
    prefix: str = field(init=False)

    def __post_init__(self) -> None:
        frame = self.text.frame
        name = self.content[frame.start + 1 : frame.inner].split(b"sheetData")[0]
        object.__setattr__(self, "prefix", name.decode())

    def find(self, key: int) -> int:
        """The index of the cell with that key, or -1."""
        return self.text.cells.find(*divmod(key, MAX_COLS))

    def find_many(self, keys: Iterable[int]) -> list[int]:
        """The indices of the cells with these keys, -1 for each that is not stored."""
        at, there = self.text.cells.places(*np.divmod(np.fromiter(keys, np.int64), MAX_COLS))
        found: list[int] = np.where(there, at, -1).tolist()
        return found
