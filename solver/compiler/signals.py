"""What keeps a formula from being computed: cells that are not ready, and cells that never will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.sheets.store import UNKNOWN
from solver.errors import FormulaError, SolverError
from solver.formula.show import show
from solver.grid import Cell

if TYPE_CHECKING:
    from solver.compiler.grouping.blocks import Block
    from solver.compiler.sheets.store import SheetStore


class Missing(Exception):
    """Blocks that must be computed before the formula at hand can be."""

    def __init__(self, blocks: list[int]) -> None:
        super().__init__(blocks)
        self.blocks = blocks


class Unknown(Exception):
    """A cell that is read could not be computed itself."""


def unknown(store: SheetStore, window: tuple[slice, slice]) -> Unknown:
    """The signal that names the first cell of a window that is not computed."""
    r, c = np.argwhere(store.kind[window] == UNKNOWN)[0]
    cell = Cell(store.name, int(store.rows[window[0]][r]), int(store.cols[window[1]][c]))
    return Unknown(f"it depends on {cell}, which is not computed")


def located(block: Block, failure: Exception) -> FormulaError:
    """The failure as an error that names the cell and shows its formula."""
    area, template = block.area, block.template
    try:
        text = show(template.parsed(), area.top, area.left, template.literals)
    except FormulaError:
        text = template.text
    kind = type(failure) if isinstance(failure, FormulaError) else FormulaError
    what, hint = str(failure), ""
    if isinstance(failure, SolverError) and not failure.where:
        what, hint = failure.what, failure.hint
    return kind(what, where=str(block.first), formula="=" + text, hint=hint)
