"""Spilled ranges that need another room than the file gives them.

How far a spill reaches is written into its formula's cell, which stays as it is. Values beyond it would stand there
as plain numbers and block the spill, so they are left to the program that opens the file and calculates it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells, FormulaKind
from solver.grid import Cell
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.compiler.calculation import Calculation
    from solver.grid import Area


def moved_spills(calculation: Calculation) -> dict[Area, Area]:
    """The areas that dynamic arrays have in the file and now, where the two differ."""
    now = {
        block.area.first: block.area
        for block in calculation.order
        if block.kind is FormulaKind.DYNAMIC and block.filling
    }
    moved = {}
    for name in dict.fromkeys(cell.sheet for cell in now):
        for formula in calculation.book.sheets[name].formulas:
            area = now.get(Cell(name, formula.row, formula.col))
            if formula.kind is FormulaKind.DYNAMIC and formula.area is not None and area not in (None, formula.area):
                moved[formula.area] = area
    return {old: new for old, new in moved.items() if new is not None}


def within_spills(changes: Mapping[str, Cells], moved: Mapping[Area, Area]) -> dict[str, Cells]:
    """The changes without the cells that a spill has gained, and with blanks in those that it has lost."""
    result = dict(changes)
    for old, new in moved.items():
        found = result.get(old.sheet)
        kept = {} if found is None else {(int(found.row[k]), int(found.col[k])): k for k in range(len(found))}
        gained = {(cell.row, cell.col) for cell in new.cells() if cell not in old}
        lost = [(cell.row, cell.col) for cell in old.cells() if cell not in new]
        places = sorted({place for place in kept if place not in gained} | set(lost))
        result[old.sheet] = _columns(found, kept, places, set(lost))
    return {name: cells for name, cells in result.items() if len(cells)}


def _columns(
    found: Cells | None, kept: Mapping[tuple[int, int], int], places: list[tuple[int, int]], blank: set[tuple[int, int]]
) -> Cells:
    """The found cells at these places, blanks where they are to be blank."""
    at = [-1 if place in blank or found is None else kept[place] for place in places]
    text = np.full(len(at), None, dtype=object)
    text[:] = [None if k < 0 or found is None else found.text[k] for k in at]
    return Cells(
        np.array([row for row, _ in places], dtype=np.int32),
        np.array([col for _, col in places], dtype=np.int32),
        np.array([Kind.BLANK if k < 0 or found is None else found.kind[k] for k in at], dtype=np.uint8),
        np.array([0.0 if k < 0 or found is None else found.number[k] for k in at]),
        text,
    )
