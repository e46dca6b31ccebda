"""Recomputed values against the values that the file stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.compiler.sheets.changes import formula_cells
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from solver.compiler.calculation import Calculation
    from solver.grid import Cell

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


def agrees(a: Scalar, b: Scalar) -> bool:
    """Whether two values are the same: numbers to 1e-9 relative, all else exactly and of the same type."""
    if type(a) is float and type(b) is float:
        return abs(a - b) <= max(RELATIVE * max(abs(a), abs(b)), ABSOLUTE)
    return type(a) is type(b) and a == b


def compare(calculation: Calculation) -> Agreement:
    """Compares a book, all of whose formulas were computed, with what it stores."""
    compared = equal = volatile = 0
    different: list[Difference] = []
    unsupported: list[tuple[Cell, str]] = []
    for name in calculation.book.sheets:
        sheet, store = calculation.book.sheets[name], calculation.stores[name]
        for cell in formula_cells(sheet):
            stored = sheet.cells.scalar(sheet.cells.find(cell.row, cell.col))
            reason = calculation.failures.get(cell) or calculation.kept.get(cell)
            if reason is not None:
                unsupported.append((cell, reason))
            elif store.volatile[store.row_index[cell.row], store.col_index[cell.col]]:
                volatile += 1
            elif stored is not None:
                compared += 1
                computed = store.read_cell(cell.row, cell.col).scalar()
                if agrees(stored, computed):
                    equal += 1
                else:
                    different.append(Difference(cell, stored, computed))
    return Agreement(compared, equal, tuple(different), tuple(unsupported), volatile)


def plain(value: Scalar) -> float | str | bool | None:
    """A value for JSON: errors as Excel's text."""
    return value.label if isinstance(value, ErrorValue) else value
