"""What a cell would hold if others held something else: the values of what-if tables.

The book is compiled once more with the inputs as variables, and the graph of the wanted cell is run at all the points
at once, or set into the graph of a model. Where the inputs are texts, or decide the kind of the cell's value, the book
is computed anew for each point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant, join, reshape, take
from solver.algebra.running.function import VectorFunction
from solver.algebra.running.replace import replaced
from solver.compiler.lowering.site import fixed_reference
from solver.compiler.signals import Unknown
from solver.errors import FormulaError
from solver.functions.arrange import spread_to
from solver.functions.operand import NeedsValue, Operand, numbers
from solver.functions.stack import stack_cells
from solver.grid import Area
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra import Node
    from solver.compiler.calculation import Calculation
    from solver.grid import Cell
    from solver.values import Scalar

DEPTH = 3
"""How many what-if tables may ask one another."""


def supposed(calculation: Calculation, cell: Cell, inputs: Sequence[Cell], values: Sequence[Operand]) -> Operand:
    """The value of a cell for each cell of a block (R, C, 1, 1), if the inputs held these values there."""
    if calculation.depth >= DEPTH:
        raise FormulaError("what-if tables ask one another without an end")
    lead = np.broadcast_shapes(*(value.shape for value in values))
    points = [spread_to(value, lead) for value in values]
    imagined = calculation.scenarios.alive(inputs)
    try:
        imagined.require([Area.of(cell)])
        found: Operand | None = imagined.read(fixed_reference(Area.of(cell)))
    except (Unknown, NeedsValue):
        found = None
    if calculation.x is not None:
        return _in_graph(calculation, imagined, found, inputs, points)
    if found is None or not all((point.kind == Kind.NUMBER).all() for point in points):
        return _one_by_one(calculation, cell, inputs, points)
    if not found.live:
        return spread_to(found, lead)
    many = VectorFunction(found.number, _variables(imagined)).value_many(
        np.stack([points[_which(inputs, each)].known.ravel() for each in imagined.variables], axis=1)
    )
    if not np.isfinite(many).all():
        return _one_by_one(calculation, cell, inputs, points)
    return numbers(constant(many.reshape(lead)), Kind(int(found.kind.flat[0])))


def _which(inputs: Sequence[Cell], cell: Cell) -> int:
    """Which of the inputs a cell is: the last, where one is named twice."""
    return max(k for k, each in enumerate(inputs) if each == cell)


def _variables(imagined: Calculation) -> Node:
    assert imagined.x is not None
    return imagined.x


def _in_graph(
    calculation: Calculation,
    imagined: Calculation,
    found: Operand | None,
    inputs: Sequence[Cell],
    points: Sequence[Operand],
) -> Operand:
    """The graph of the cell, once for each point, with the point's numbers in the place of the inputs."""
    if found is None or not all(((point.kind == Kind.NUMBER) | (point.kind == Kind.BLANK)).all() for point in points):
        raise NeedsValue("a what-if table needs numbers, and formulas whose kind of value no variable decides")
    lead = points[0].shape
    if not found.live:
        return spread_to(found, lead)
    assert calculation.x is not None
    place = [
        calculation.x.size + _which(inputs, cell) if cell in inputs else calculation.variables.place(cell)
        for cell in imagined.variables
    ]
    flat = [reshape(point.number, (point.number.size,)) for point in points]
    outputs = []
    for k in range(points[0].kind.size):
        everything = join([calculation.x, *[take(numbers_, np.array([k])) for numbers_ in flat]])
        mine = take(everything, np.array(place, dtype=np.intp))
        outputs.append(replaced([found.number], {_variables(imagined): mine})[0])
    return Operand(np.broadcast_to(found.kind, lead), reshape(join(outputs), lead))


def _one_by_one(calculation: Calculation, cell: Cell, inputs: Sequence[Cell], points: Sequence[Operand]) -> Operand:
    """The book computed anew for every point that differs from those before it."""
    table = list(zip(*[point.scalars().ravel().tolist() for point in points], strict=True))
    found: dict[tuple[Scalar, ...], Operand] = {}
    for point in table:
        if point not in found:
            scenario = calculation.scenarios.given(dict(zip(inputs, point, strict=True)))
            found[point] = scenario.value(Area.of(cell))
    return stack_cells([found[point] for point in table], points[0].shape)
