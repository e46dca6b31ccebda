"""A sheet as it lies in the file, and what its cells shall say instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from solver.book.changes.cell import KEEP, Keep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.book.book import KeyArray
    from solver.book.sheets.worksheet import SheetText
    from solver.values import ErrorValue, Scalar


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
    """A sheet as it lies in the file; `rich` are the `vm` that stand for errors which older programs do not know.

    `keys` say where its cells are, `prefix` is the namespace prefix of its elements, with its colon.
    """

    name: str
    text: SheetText
    content: bytes
    rich: Mapping[ErrorValue, int]
    keys: KeyArray = field(init=False)
    prefix: str = field(init=False)

    def __post_init__(self) -> None:
        frame = self.text.frame
        name = self.content[frame.start + 1 : frame.inner].split(b"sheetData")[0]
        object.__setattr__(self, "keys", self.text.cells.keys())
        object.__setattr__(self, "prefix", name.decode())

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
