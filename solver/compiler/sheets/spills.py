"""Spilled ranges that need another room than the file gives them.

How far a spill reaches is written into its formula's cell, which stays as it is. Values beyond it would stand there
as plain numbers and block the spill, so they are left to the program that opens the file and calculates it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells, FormulaKind
from solver.book.formulas import Formulas
from solver.grid import Cell

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
        formulas = Formulas.of(calculation.book.sheets[name].formulas)
        for number in np.flatnonzero(formulas.are(FormulaKind.DYNAMIC)).tolist():
            formula = formulas[number]
            area = now.get(Cell(name, formula.row, formula.col))
            if formula.area is not None and area not in (None, formula.area):
                moved[formula.area] = area
    return {old: new for old, new in moved.items() if new is not None}


def within_spills(changes: Mapping[str, Cells], moved: Mapping[Area, Area]) -> dict[str, Cells]:
    """The changes without the cells that a spill has gained, and with blanks in those that it has lost."""
    result = dict(changes)
    for old, new in moved.items():
        found = result.get(old.sheet)
        gained = {(cell.row, cell.col) for cell in new.cells() if cell not in old}
        lost = [(cell.row, cell.col) for cell in old.cells() if cell not in new]
        kept = {} if found is None else {at: value for at, value in found.scalars().items() if at not in gained}
        result[old.sheet] = Cells.of({**kept, **dict.fromkeys(lost)})
    return {name: cells for name, cells in result.items() if len(cells)}
