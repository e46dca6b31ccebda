"""Looking into a finished calculation: which cell is to blame for a degree or for an error value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import degrees
from solver.compiler.sheets.store import UNKNOWN
from solver.grid import Area, Cell
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from solver.algebra import Node
    from solver.algebra.structure.degree import Levels
    from solver.algebra.structure.ladder import Degree
    from solver.compiler.calculation import Calculation


def first_of_degree(calculation: Calculation, degree: Degree) -> Cell | None:
    """The first cell, in the order of the calculation, whose value depends on the variables to this degree."""
    assert calculation.x is not None
    found, hard = _nodes_of_degree(calculation.nodes, calculation.x, degree)
    for block in calculation.order:
        store = calculation.stores[block.area.sheet]
        high, wide = store.area_window(block.area)
        live = store.live[high, wide] - 1
        for r, c in np.argwhere(np.isin(live, hard)):
            if found[int(live[r, c])].ravel()[store.place[high, wide][r, c]] >= degree:
                return Cell(block.area.sheet, int(store.rows[high][r]), int(store.cols[wide][c]))
    return None


def _nodes_of_degree(nodes: Sequence[Node], x: Node, degree: Degree) -> tuple[list[Levels], list[int]]:
    """The degrees of so many of the nodes that some reach this degree, and which do: the others are not looked at."""
    count = 1
    while True:
        found = degrees(nodes[:count], x)
        hard = [k for k, levels in enumerate(found) if levels.max(initial=0) >= degree]
        if hard or count >= len(nodes):
            return found, hard
        count *= 4


def first_error(calculation: Calculation, outputs: Iterable[Cell]) -> str | None:
    """The first cell of the calculation that holds an error value, printed with it, or one of the outputs that does."""
    areas = [block.area for block in calculation.order] + [Area.of(cell) for cell in outputs]
    for area in areas:
        store = calculation.stores[area.sheet]
        high, wide = store.area_window(area)
        kinds = store.kind[high, wide]
        for r, c in np.argwhere((kinds > Kind.ERROR) & (kinds != UNKNOWN)):
            cell = Cell(area.sheet, int(store.rows[high][r]), int(store.cols[wide][c]))
            return f"{cell} is {ErrorValue(int(kinds[r, c]) - Kind.ERROR).label}"
    return None
