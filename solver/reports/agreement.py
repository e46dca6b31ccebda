"""Recomputed values against the values that the file stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.sheets.changes import compact, held_at
from solver.grid import MAX_COLS, Cell
from solver.values import ErrorValue, Kind, Scalar

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.book.book import Cells
    from solver.compiler.calculation import Calculation

RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Numbers agree at |a - b| <= max(RELATIVE max(|a|, |b|), ABSOLUTE)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A formula cell whose stored value is not what its formula gives."""

    cell: Cell
    stored: Scalar
    computed: Scalar


@dataclass(frozen=True, slots=True)
class Agreement:
    """The result of comparing every formula cell that has a stored value and is not volatile.

    `unsupported` lists cells that could not be computed, with the reason.
    """

    cells: int
    equal: int
    different: tuple[Difference, ...]
    unsupported: tuple[tuple[Cell, str], ...]
    volatile: int

    @property
    def holds(self) -> bool:
        """Whether nothing disagrees."""
        return not self.different


def compare(calculation: Calculation) -> Agreement:
    """Compares a book, all of whose formulas were computed, with what it stores."""
    compared = equal = volatile = 0
    different: list[Difference] = []
    unsupported: list[tuple[Cell, str]] = []
    for sheet in calculation.book.sheets.values():
        store = calculation.stores[sheet.name]
        stored = sheet.cells.at(np.flatnonzero(sheet.formula >= 0))
        reasons = _reasons(calculation, sheet.name)
        known = ~np.isin(stored.keys(), np.array(list(reasons), dtype=np.int64))
        failed = stored.at(~known)
        places = zip(failed.keys().tolist(), failed.row.tolist(), failed.col.tolist(), strict=True)
        unsupported += [(Cell(sheet.name, row, col), reasons[key]) for key, row, col in places]
        moving = known & store.volatile[compact(store, stored.row, stored.col)]
        volatile += int(moving.sum())
        stored = stored.at(known & ~moving & (stored.kind != Kind.BLANK))
        found = held_at(store, stored.row, stored.col)
        same = agreeing(stored, found)
        compared, equal = compared + len(same), equal + int(same.sum())
        pairs = zip(stored.at(~same).scalars().items(), found.at(~same).scalars().values(), strict=True)
        different += [Difference(Cell(sheet.name, *place), before, after) for (place, before), after in pairs]
    return Agreement(compared, equal, tuple(different), tuple(unsupported), volatile)


def agreeing(a: Cells, b: Cells) -> npt.NDArray[np.bool_]:
    """Which values of two columns of cells are the same: numbers to 1e-9 relative, all else exactly and of one type."""
    numbers, texts = a.kind == Kind.NUMBER, (a.kind == Kind.TEXT) & (b.kind == Kind.TEXT)
    with np.errstate(over="ignore"):
        room = np.maximum(RELATIVE * np.maximum(np.abs(a.number), np.abs(b.number)), ABSOLUTE)
        same: npt.NDArray[np.bool_] = np.abs(a.number - b.number) <= np.where(numbers, room, 0.0)
    same[texts] = a.text[texts] == b.text[texts]
    same &= a.kind == b.kind
    return same


def _reasons(calculation: Calculation, sheet: str) -> dict[int, str]:
    """Why cells of a sheet were not computed, by their number in reading order (`Cells.keys`)."""
    reasons = {**calculation.kept, **calculation.failures}
    return {cell.row * MAX_COLS + cell.col: reason for cell, reason in reasons.items() if cell.sheet == sheet}


def plain(value: Scalar) -> float | str | bool | None:
    """A value for JSON: errors as Excel's text."""
    return value.label if isinstance(value, ErrorValue) else value
