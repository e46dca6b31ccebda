"""The nouns of a workbook as it was read: columns of plain values, formulas as written, names, tables.

Nothing here knows a file; `solver.book.read` makes a `Book` and `solver.book.patch` turns a `Book` with `Edits`
back into bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from solver.grid import MAX_COLS
from solver.values import ErrorValue, Kind, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.book.contents.pivots import PivotTable
    from solver.book.package.archive import Archive
    from solver.book.texts import TextArray, Texts
    from solver.grid import Area
    from solver.table import Style, Table

IntArray = npt.NDArray[np.int32]
KindArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]
KeyArray = npt.NDArray[np.int64]
Whole = npt.NDArray[np.signedinteger]
_AT_ONCE = 1 << 18
_NUMBER, _TEXT, _BOOLEAN, _ERROR = int(Kind.NUMBER), int(Kind.TEXT), int(Kind.BOOLEAN), int(Kind.ERROR)


class FormulaKind(Enum):
    """How a formula is stored, which decides how it is evaluated."""

    NORMAL = "normal"  # one cell, Excel 2003 rules: ranges intersect
    SHARED = "shared"  # the same, written once for several cells
    ARRAY = "array"  # t="array" without cm: entered with Ctrl+Shift+Enter over a fixed area
    DYNAMIC = "dynamic"  # t="array" with a cm that marks a dynamic array: spills
    TABLE = "table"  # t="dataTable": a what-if table

    @property
    def lone(self) -> bool:
        """Whether each of its cells has a formula of its own, however they are stored."""
        return self in (FormulaKind.NORMAL, FormulaKind.SHARED)


@dataclass(frozen=True, slots=True)
class Formula:
    """One stored formula: its text without `=`, and the cell (zero-based) that the text is written for.

    All cells of a shared formula point to the one `Formula` of its master; `area` is the area of an array formula
    (or what-if table), None for the others.
    """

    text: str
    row: int
    col: int
    kind: FormulaKind = FormulaKind.NORMAL
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """Columns of cells in reading order (by row, then col), one entry a cell that the file stores.

    `number` holds numbers, booleans as 0 and 1, and the code of an `ErrorValue`; `text` holds strings and is None
    elsewhere. A blank cell that is stored for its style alone has kind BLANK.
    """

    row: IntArray
    col: IntArray
    kind: KindArray
    number: FloatArray
    text: TextArray | Texts

    @classmethod
    def of(cls, values: Mapping[tuple[int, int], Scalar]) -> Cells:
        """Values by (row, col) as columns."""
        places = sorted(values)
        found = [values[place] for place in places]
        text = np.empty(len(found), dtype=object)
        text[:] = [value if isinstance(value, str) else None for value in found]
        return cls(
            np.array([row for row, _ in places], dtype=np.int32),
            np.array([col for _, col in places], dtype=np.int32),
            np.array([kind_of(value) for value in found], dtype=np.uint8),
            np.array([0.0 if value is None or isinstance(value, str) else float(value) for value in found]),
            text,
        )

    def __len__(self) -> int:
        return len(self.row)

    def at(self, index: npt.NDArray[np.integer | np.bool_]) -> Cells:
        """The entries at some indices, or those that a mask chooses."""
        return Cells(self.row[index], self.col[index], self.kind[index], self.number[index], self.text[index])

    def scalars(self) -> dict[tuple[int, int], Scalar]:
        """Every entry's value by (row, col)."""
        places = zip(self.row.tolist(), self.col.tolist(), strict=True)
        return {place: self.scalar(k) for k, place in enumerate(places)}

    def keys(self) -> KeyArray:
        """One number a cell, growing in reading order."""
        return self.row.astype(np.int64) * MAX_COLS + self.col

    def scalar(self, index: int) -> Scalar:
        """The value of the entry at `index` as a plain Python object."""
        kind = int(self.kind[index])
        if kind == _NUMBER:
            return float(self.number[index])
        if kind == _TEXT:
            return str(self.text[index])
        if kind == _BOOLEAN:
            return bool(self.number[index])
        return ErrorValue(int(self.number[index])) if kind == _ERROR else None

    def find(self, row: int, col: int) -> int:
        """The index of the entry at (row, col), or -1."""
        # keys of another type than the column would have all of it converted
        start, stop = np.searchsorted(self.row, np.array([row, row + 1], dtype=self.row.dtype))
        index = int(start + np.searchsorted(self.col[start:stop], col))
        return index if index < stop and self.col[index] == col else -1

    def places(self, row: Whole, col: Whole) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where cells stand among the entries, and which of them do; for others, the entry before which they would.

        No key is made for the entries that nobody asks for: they may be very many more.
        """
        pieces = [
            self._places(row[first : first + _AT_ONCE], col[first : first + _AT_ONCE])
            for first in range(0, len(row), _AT_ONCE)
        ]
        at, found = zip(*pieces, strict=True) if pieces else ([np.zeros(0, np.intp)], [np.zeros(0, bool)])
        return np.concatenate(at), np.concatenate(found)

    def _places(self, row: Whole, col: Whole) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        if not len(self):
            return np.zeros(len(row), np.intp), np.zeros(len(row), bool)
        last = len(self) - 1
        wanted = row.astype(self.row.dtype)
        first = np.searchsorted(self.row, wanted)
        guess = np.minimum(first, last)
        guess = np.clip(guess + (col - self.col[guess]), 0, last)  # where a row has no gaps, this is the place
        found = (self.row[guess] == row) & (self.col[guess] == col)
        left = np.flatnonzero(~found)
        low, high, col = first[left], np.searchsorted(self.row, wanted[left], side="right"), col[left]
        ends = high
        while (open_ := low < high).any():  # all searches are halved together
            middle = (low + high) // 2
            before = open_ & (self.col[np.minimum(middle, last)] < col)
            low, high = np.where(before, middle + 1, low), np.where(open_ & ~before, middle, high)
        guess[left] = low
        found[left] = (low < ends) & (self.col[np.minimum(low, last)] == col)
        return guess, found


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its cells, and per cell the index of its formula in `formulas` (-1 for none).

    `hidden_rows` are all hidden rows, `filtered_rows` those of them that a filter hides (SUBTOTAL tells them
    apart). The formula of an array or what-if table stands in its first cell alone; its `area` holds the others.
    """

    name: str
    position: int
    cells: Cells
    formula: IntArray
    formulas: Sequence[Formula]
    hidden_rows: frozenset[int] = frozenset()
    filtered_rows: frozenset[int] = frozenset()
    visible: bool = True
    protected: bool = False


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name: its formula text, and the position of its sheet when it is local to one."""

    name: str
    text: str
    sheet: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ListObject:
    """A table of Excel's (Insert, Table): its whole area with header and totals rows, and its column titles."""

    name: str
    area: Area
    columns: tuple[str, ...]
    header_rows: int = 1
    totals_rows: int = 0


@dataclass(frozen=True, slots=True)
class Iteration:
    """The book's setting for circular references (File, Options, Formulas)."""

    count: int = 100
    delta: float = 0.001


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook as it was read. `sheets` is in the order of the tabs and reads each sheet when it is asked for.

    `externals` holds, per linked workbook (index as in `[1]Sheet1!A1`), the values stored in this file for it;
    `pivots` the pivot tables by sheet.
    """

    path: str
    archive: Archive
    sheets: Mapping[str, Sheet]
    names: tuple[DefinedName, ...]
    tables: tuple[ListObject, ...]
    active: str
    date1904: bool = False
    iterate: Iteration | None = None
    externals: Mapping[int, Mapping[str, Cells]] = field(default_factory=dict)
    pivots: Mapping[str, tuple[PivotTable, ...]] = field(default_factory=dict)
    parts: Any = None
    """What the patcher needs to find its way back into the file; of no meaning elsewhere."""
    edited: bool = False
    """Whether it holds what its file does not."""
    derived: dict[type, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What others have worked out from this book alone, kept because a book never changes."""

    def sheet_named(self, name: str) -> Sheet | None:
        """The sheet of that name, in any case, or None."""
        wanted = name.casefold()
        return next((self.sheets[key] for key in self.sheets if key.casefold() == wanted), None)


@dataclass(frozen=True, slots=True)
class Appearance:
    """How new cells of a sheet look: style and number format of each, column widths, frozen rows and columns.

    What the file says already counts more: a cell that it stores keeps its look, a column its width, a sheet its pane.
    """

    cells: Mapping[tuple[int, int], tuple[Style, str]] = field(default_factory=dict)
    widths: Mapping[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Edits:
    """What is to change in a book: cell values per sheet, report sheets to append, defined names.

    `formulas` maps a sheet to {(row, col): formula text without "=", or None to drop the formula}; a cell that is
    in `values` but not in `formulas` keeps its formula and gets a new stored value. `names` are set (same name and
    sheet replace); `dropped_names` are (name, sheet position) pairs to remove. `recalculate` marks the file for
    a full calculation when it is next opened.
    """

    values: Mapping[str, Cells] = field(default_factory=dict)
    formulas: Mapping[str, Mapping[tuple[int, int], str | None]] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    names: tuple[DefinedName, ...] = ()
    dropped_names: tuple[tuple[str, int | None], ...] = ()
    recalculate: bool = False
    appearances: Mapping[str, Appearance] = field(default_factory=dict)
