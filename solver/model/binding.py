"""A stored model bound to its compiled formulas: the `Problem`, and the way back from its rows to cells.

A constraint whose left side is a variable and whose right side does not depend on any variable is a bound; all others
are rows. Excel's "non-negative" gives 0 as lower bound to the variables that no constraint bounds from below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Function, Node, Program, ganged, reshape
from solver.book.pause import collector_paused
from solver.compiler.calculation import Calculation
from solver.errors import ModelError
from solver.grid import Area, Cell
from solver.model.constraints import Constraints, numeric
from solver.model.forms import Goal, Rows, assemble
from solver.model.model import Model, Sense, validate
from solver.model.structured import Domain
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.model.pairs import Pairs
    from solver.model.problem import Problem, Vector
    from solver.places import Places
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class Binding:
    """A model with its problem: `variables` in the order of the problem's vector, `pairs` in the model's order."""

    model: Model
    problem: Problem
    calculation: Calculation
    variables: Places
    pairs: Pairs
    objective: Node | None
    rows: Node

    def operations(self) -> int:
        """How many array operations one evaluation of the objective and all rows takes."""
        outputs = [self.rows] if self.objective is None else [self.objective, self.rows]
        return Program([_live(self.calculation)], outputs).operations

    def derivatives(self, cell: Cell, x: Vector) -> Vector:
        """The derivative of one cell with respect to every variable, at a point."""
        node = reshape(numeric(self.calculation.value(Area.of(cell)), Area.of(cell)), (1,))
        return Function(node, _live(self.calculation)).gradient(x)


def _live(calculation: Calculation) -> Node:
    assert calculation.x is not None
    return calculation.x


@collector_paused()
def bind(book: Book, model: Model, inputs: Mapping[Cell, Scalar] | None = None) -> Binding:
    """The problem of a model, compiled from the book's formulas (with some cells replaced by `inputs`).

    Raises ModelError for a model that cannot be used and FormulaError for a formula in its cone that cannot be
    computed; both name the cell.
    """
    validate(model)
    calculation = Calculation(
        book, inputs=_elsewhere(model, inputs or {}), variables=model.variables, trust=True, strict=True
    )
    assert calculation.x is not None
    variables = calculation.variables
    start = _starts(book, variables, inputs or {})
    constraints, objective = Constraints(calculation, model, variables), None
    if model.objective is not None:
        objective = constraints.number(model.objective)
        if model.sense is Sense.VALUE:
            constraints.aim(model.objective, objective, model.target)
    for number, constraint in enumerate(model.constraints):
        constraints.add(number, constraint)
    sense = {Sense.MIN: 1, Sense.MAX: -1, Sense.VALUE: 0}[model.sense] if objective is not None else 0
    lb, ub = constraints.bounds()
    rows = constraints.rows()
    rows, *rest = ganged([rows] if objective is None else [rows, objective])
    objective = rest[0] if rest else None
    domain = Domain(start, lb, ub, constraints.integer, constraints.binary, tuple(constraints.groups))
    bounded = Rows(rows, *constraints.row_ends(), tuple(constraints.row_cells), tuple(constraints.right_cells))
    problem = assemble(calculation, domain, Goal(objective, model.objective, sense), bounded)
    if model.held_out is not None:
        problem = replace(problem, held_out=Function(constraints.number(model.held_out), calculation.x).value)
    return Binding(model, problem, calculation, variables, constraints.pairs(), objective, rows)


def _elsewhere(model: Model, inputs: Mapping[Cell, Scalar]) -> Mapping[Cell, Scalar]:
    """The inputs for cells that are not variables."""
    return {cell: value for cell, value in inputs.items() if not any(cell in area for area in model.variables)}


def _starts(book: Book, variables: Places, inputs: Mapping[Cell, Scalar]) -> Vector:
    """The values of the variable cells, all of one sheet, at the start: their numbers, 0 for blanks."""
    cells = book.sheets[variables.sheets[0]].cells
    at, stored = cells.places(*variables.on(variables.sheets[0])[1:])
    start, known = np.zeros(len(variables)), np.zeros(len(variables), dtype=bool)
    known[stored] = cells.kind[at[stored]] == Kind.NUMBER
    start[known] = cells.number[at[known]]
    for k in np.flatnonzero(stored & ~known).tolist():
        start[k] = _number(cells.scalar(int(at[k])), variables[k])
    if inputs:
        for place, cell in enumerate(variables):
            if cell in inputs:
                start[place] = _number(inputs[cell], cell)
    return start


def _number(value: Scalar, cell: Cell) -> float:
    """The number that a variable cell begins with; texts and errors raise ModelError."""
    if value is None:
        return 0.0
    if isinstance(value, (str, ErrorValue)):
        shown = value if isinstance(value, str) else value.label
        raise ModelError(f"the variable cell holds {shown!r}", where=str(cell), hint="put a number into it")
    return float(value)
