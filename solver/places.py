"""Cells by the hundred thousand: whole numbers instead of objects.

A cell of one of a few sheets is the number  (sheet * MAX_ROWS + row) * MAX_COLS + col,  so that lists of cells are
searched, compared and taken apart as arrays; a `Cell` is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

import numpy as np
import numpy.typing as npt

from solver.distinct import positions
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.values import Scalar

Ints = npt.NDArray[np.int64]

_SHEET = MAX_ROWS * MAX_COLS

ABSENT = -1
"""The place of a cell that is not there."""


class Places(Sequence[Cell]):
    """Cells in an order, each once."""

    def __init__(self, sheets: tuple[str, ...], codes: Ints) -> None:
        self.sheets, self.codes = sheets, codes

    @classmethod
    def of(cls, areas: Iterable[Area]) -> Places:
        """The cells of areas in reading order, each where it is mentioned first."""
        areas = list(areas)
        sheets = tuple(dict.fromkeys(area.sheet for area in areas))
        codes = [_codes(sheets.index(area.sheet), area) for area in areas]
        if len(codes) == 1:
            return cls(sheets, codes[0])
        return cls(sheets, _once(np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64)))

    @classmethod
    def listed(cls, cells: Iterable[Cell]) -> Places:
        """The cells of a list, each where it is mentioned first."""
        if isinstance(cells, Places):
            return cells
        cells = list(cells)
        number = {sheet: k for k, sheet in enumerate(dict.fromkeys(cell.sheet for cell in cells))}
        codes = [_code(number[cell.sheet], cell) for cell in cells]
        return cls(tuple(number), _once(np.array(codes, dtype=np.int64)))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, key: int) -> Cell: ...

    @overload
    def __getitem__(self, key: slice) -> Places: ...

    def __getitem__(self, key: int | slice) -> Cell | Places:
        if isinstance(key, slice):
            return Places(self.sheets, self.codes[key])
        row, col = divmod(int(self.codes[key]), MAX_COLS)
        sheet, row = divmod(row, MAX_ROWS)
        return Cell(self.sheets[sheet], row, col)

    def __iter__(self) -> Iterator[Cell]:
        rows, cols = np.divmod(self.codes, MAX_COLS)
        sheets, rows = np.divmod(rows, MAX_ROWS)
        for sheet, row, col in zip(sheets.tolist(), rows.tolist(), cols.tolist(), strict=True):
            yield Cell(self.sheets[sheet], row, col)

    def __contains__(self, cell: object) -> bool:
        if not isinstance(cell, Cell) or cell.sheet not in self.sheets:
            return False
        return _code(self.sheets.index(cell.sheet), cell) in self._members

    def place(self, cell: Cell) -> int:
        """Where a cell stands, ABSENT if it does not."""
        return int(self.find(Area.of(cell))[0])

    def find(self, area: Area) -> Ints:
        """Where the cells of an area stand, in reading order, ABSENT for those that do not."""
        if area.sheet not in self.sheets or not len(self):
            return np.full(area.size, ABSENT)
        order, codes = self._sorted
        at, found = positions(codes, _codes(self.sheets.index(area.sheet), area))
        return np.where(found, order[at], ABSENT)

    @cached_property
    def _sorted(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.codes, kind="stable")
        return order, self.codes[order]

    def on(self, sheet: str) -> tuple[Ints, Ints, Ints]:
        """The cells on a sheet: where they stand, their rows and their columns."""
        if sheet not in self.sheets:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        sheets, codes = np.divmod(self.codes, _SHEET)
        here = np.flatnonzero(sheets == self.sheets.index(sheet))
        return here, *np.divmod(codes[here], MAX_COLS)

    def joined(self, other: Places) -> Places:
        """These cells and then those of another list that are not among them."""
        sheets = tuple(dict.fromkeys((*self.sheets, *other.sheets)))
        return Places(sheets, _once(np.concatenate([self._coded(sheets), other._coded(sheets)])))

    def _coded(self, sheets: tuple[str, ...]) -> Ints:
        """The codes where the sheets are numbered like this."""
        number = np.array([sheets.index(sheet) for sheet in self.sheets], dtype=np.int64)
        return np.asarray(number[self.codes // _SHEET] * _SHEET + self.codes % _SHEET)

    def only(self, sheet: str) -> Places:
        """The cells on one sheet."""
        if self.sheets == (sheet,):
            return self
        _, rows, cols = self.on(sheet)
        return Places((sheet,), rows * MAX_COLS + cols)

    @cached_property
    def span(self) -> Area | None:
        """The smallest area around them, for cells of one sheet; None where there are none."""
        if not len(self):
            return None
        rows, cols = np.divmod(self.codes % _SHEET, MAX_COLS)
        return Area(self.sheets[0], int(rows.min()), int(cols.min()), int(rows.max()), int(cols.max()))

    def meets(self, area: Area) -> bool:
        """Whether one of them, cells of one sheet, lies in an area of that sheet."""
        if self.span is None or self.span.intersection(area) is None:
            return False
        if area.size == 1:
            return area.first in self
        return bool((self.find(area) != ABSENT).any())

    @cached_property
    def _members(self) -> frozenset[int]:
        return frozenset(self.codes.tolist())


class Given(Mapping[Cell, "Scalar"]):
    """What cells shall hold: `numbers` in the cells at `places`, and values of any kind in some others."""

    def __init__(
        self, places: Places, numbers: npt.NDArray[np.float64], others: Mapping[Cell, Scalar] | None = None
    ) -> None:
        self.places, self.numbers = places, numbers
        self.others = {cell: value for cell, value in (others or {}).items() if cell not in places}

    @classmethod
    def of(cls, values: Mapping[Cell, Scalar] | None) -> Given:
        """A mapping of any kind."""
        return values if isinstance(values, Given) else cls(Places.of(()), np.zeros(0), values)

    @cached_property
    def cells(self) -> Places:
        """All the cells."""
        return self.places.joined(Places.listed(self.others)) if self.others else self.places

    def __getitem__(self, cell: Cell) -> Scalar:
        place = self.places.place(cell)
        return self.others[cell] if place == ABSENT else float(self.numbers[place])

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.others) + len(self.places)


def _code(sheet: int, cell: Cell) -> int:
    return (sheet * MAX_ROWS + cell.row) * MAX_COLS + cell.col


def _codes(sheet: int, area: Area) -> Ints:
    """The codes of the cells of an area in reading order."""
    rows = np.arange(area.top, area.bottom + 1, dtype=np.int64) + sheet * MAX_ROWS
    cols = np.arange(area.left, area.right + 1, dtype=np.int64)
    return np.asarray((rows[:, np.newaxis] * MAX_COLS + cols).ravel())


def _once(codes: Ints) -> Ints:
    """The codes without repetitions, in their order."""
    _, first = np.unique(codes, return_index=True)
    return codes if len(first) == len(codes) else codes[np.sort(first)]
