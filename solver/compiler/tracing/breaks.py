"""Where linearity ends: for a cell that is not linear in the variables, the cell on its way whose formula bends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import degrees
from solver.algebra.structure.ladder import Degree
from solver.compiler.ordering.precedents import precedents
from solver.grid import Area, Cell

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.compiler.calculation import Calculation

_NONE = -1


class Breaks:
    """The curved cells of a finished calculation with variables."""

    def __init__(self, calculation: Calculation) -> None:
        assert calculation.x is not None
        self._calculation = calculation
        found = [np.ravel(level) for level in degrees(calculation.nodes, calculation.x)]
        self._offset = np.cumsum([0, *[len(level) for level in found]])
        self._level = np.concatenate(found)
        self._makers = {name: np.full(store.kind.shape, _NONE) for name, store in calculation.stores.items()}
        for number, block in enumerate(calculation.order):
            store = calculation.stores[block.area.sheet]
            self._makers[block.area.sheet][store.area_window(block.area)] = number
        self._culprits: dict[Cell, Cell] = {}

    def culprit(self, cell: Cell) -> Cell | None:
        """The first cell, going down from a curved cell, all of whose precedents are linear; None for linear cells."""
        if not self._curved(Area.of(cell)).any():
            return None
        way: dict[Cell, None] = {}
        while cell not in self._culprits:
            way[cell] = None
            below = self._below(cell)
            if below is None or below in way:
                self._culprits[cell] = cell
                break
            cell = below
        for each in way:
            self._culprits[each] = self._culprits[cell]
        return self._culprits[cell]

    def _curved(self, area: Area) -> npt.NDArray[np.bool_]:
        """Which used cells of an area are not linear."""
        store = self._calculation.stores.get(area.sheet)
        if store is None or not store.any_live:
            return np.zeros((0, 0), dtype=bool)
        window = store.area_window(area)
        live = store.live[window] - 1
        level = self._level[self._offset[np.maximum(live, 0)] + np.where(live >= 0, store.place[window], 0)]
        return np.asarray((live >= 0) & (level > Degree.LINEAR))

    def _below(self, cell: Cell) -> Cell | None:
        """A curved cell that a cell's formula reads."""
        made_by = self._makers[cell.sheet][self._calculation.stores[cell.sheet].area_window(Area.of(cell))]
        if not made_by.size or made_by.item() == _NONE:
            return None
        block = self._calculation.order[made_by.item()]
        one = block if block.array else block.part(Area.of(cell))
        for area in precedents(one, self._calculation.names)[0]:
            curved = np.argwhere(self._curved(area))
            if len(curved):
                store = self._calculation.stores[area.sheet]
                high, wide = store.area_window(area)
                r, c = curved[0]
                return Cell(area.sheet, int(store.rows[high][r]), int(store.cols[wide][c]))
        return None
