"""Formulas that cannot be written as array operations on the variables: their cells are computed anew at every point.

A place that depends on a variable (OFFSET, INDIRECT), a text made of one, and whatever else a function cannot compute
of live cells: the book can still be recalculated with other numbers in the variable cells. That is slow, and jumps are
to be expected, but no model is refused for it. A text stays unknown; what reads it is computed the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.primitives.outside import Outside, outside
from solver.functions.arrange import spread_to
from solver.values import Kind

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.compiler.assuming.scenarios import Scenarios
    from solver.functions.operand import FloatArray, KindArray
    from solver.grid import Area

FEW = 30
"""Up to so many variables slopes by differences are worth their evaluations."""


def filled_area(scenarios: Scenarios, area: Area, *, spills: bool) -> tuple[Area, KindArray] | None:
    """The area of a formula as the book stands, and the kinds of its values; None where it cannot be computed."""
    plain = scenarios.stored
    plain.require([area])
    if spills:
        area = plain.spill(area.sheet, area.top, area.left) or area
    operand = plain.value(area)
    if any(cell in plain.failures for cell in area.cells()):
        return None
    return area, np.asarray(spread_to(operand, (1, 1, area.rows, area.cols)).kind[0, 0])


def recalculated_numbers(scenarios: Scenarios, area: Area, x: Node) -> Node:
    """The numbers of an area (rows * cols) in the book recalculated at the point x; NaN for what is none."""

    def values(point: FloatArray) -> FloatArray:
        operand = spread_to(scenarios.at(point).value(area), (1, 1, area.rows, area.cols))
        plain = (operand.kind == Kind.NUMBER) | (operand.kind == Kind.BOOLEAN) | (operand.kind == Kind.BLANK)
        return np.where(plain, operand.known, np.nan).ravel()

    return outside(x, Outside(values, area.size, x.size <= FEW))
