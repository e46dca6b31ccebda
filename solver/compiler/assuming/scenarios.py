"""The same book under other assumptions: with other values in some cells, or with further cells alive.

Whatever a formula asks of the book as it would be is asked here: what-if tables (`supposing`) and formulas that cannot
be written as array operations on the variables (`outside`).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solver.grid import Area
from solver.places import Given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.compiler.calculation import Calculation
    from solver.functions.operand import FloatArray
    from solver.grid import Cell
    from solver.values import Scalar


class Scenarios:
    """The scenarios of one calculation; the last point is kept, and the scenario of each choice of live cells."""

    def __init__(self, base: Calculation) -> None:
        self._base = base
        self._last: tuple[FloatArray, Calculation] | None = None
        self._alive: dict[tuple[Cell, ...], Calculation] = {}

    @cached_property
    def stored(self) -> Calculation:
        """The book with its variables at what the file stores."""
        return self._base.again(self._base.inputs, ())

    def given(self, values: Mapping[Cell, Scalar]) -> Calculation:
        """The book with these values in some cells; its variables hold what the file stores."""
        return self._base.again({**self._base.inputs, **values}, ())

    def at(self, x: FloatArray) -> Calculation:
        """The book with its variables at a point (n,)."""
        if self._last is None or not np.array_equal(self._last[0], x):
            self._last = np.array(x), self._base.again(Given(self._base.variables, x, self._base.inputs), ())
        return self._last[1]

    def alive(self, cells: Sequence[Cell]) -> Calculation:
        """The book with these cells as variables, behind those that it has."""
        found = self._alive.get(tuple(cells))
        if found is None:
            areas = [*self._base.areas, *map(Area.of, cells)]
            found = self._alive[tuple(cells)] = self._base.again(self._base.inputs, areas)
        return found
