"""A stored model bound to its compiled formulas: the `Problem`, and the way back from its rows to cells.

A constraint whose left side is a variable and whose right side does not depend on any variable is a bound; all others
are rows. Excel's "non-negative" gives 0 as lower bound to the variables that no constraint bounds from below.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Function, Node, Program, constant, ganged, join, reshape, sub, take, where
from solver.compiler.calculation import Calculation
from solver.errors import ModelError
from solver.functions.arrange import spread_to
from solver.grid import MAX_COLS, Area, Cell
from solver.model.forms import assemble
from solver.model.model import Model, Relation, Sense, validate
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.functions.operand import Operand
    from solver.model.model import Constraint
    from solver.model.problem import Problem, Vector
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison of two cells: `row` is its row of the problem, or `variable` the variable that it bounds.

    `constraint` is its place in the model, -1 for the target of a "value of" model. `right` is a cell, a number, or
    the formula text that the model holds.
    """

    constraint: int
    left: Cell
    relation: Relation
    right: Cell | float | str
    row: int | None = None
    variable: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """A model with its problem: `variables` in the order of the problem's vector, `pairs` in the model's order."""

    model: Model
    problem: Problem
    calculation: Calculation
    variables: tuple[Cell, ...]
    pairs: tuple[Pair, ...]
    objective: Node | None
    rows: Node

    def operations(self) -> int:
        """How many array operations one evaluation of the objective and all rows takes."""
        outputs = [self.rows] if self.objective is None else [self.objective, self.rows]
        return Program([_live(self.calculation)], outputs).operations

    def derivatives(self, cell: Cell, x: Vector) -> Vector:
        """The derivative of one cell with respect to every variable, at a point."""
        node = reshape(_numeric(self.calculation.value(Area.of(cell)), Area.of(cell)), (1,))
        return Function(node, _live(self.calculation)).gradient(x)


def _live(calculation: Calculation) -> Node:
    assert calculation.x is not None
    return calculation.x


def bind(book: Book, model: Model, inputs: Mapping[Cell, Scalar] | None = None) -> Binding:
    """The problem of a model, compiled from the book's formulas (with some cells replaced by `inputs`).

    Raises ModelError for a model that cannot be used and FormulaError for a formula in its cone that cannot be
    computed; both name the cell.
    """
    validate(model)
    others = {
        cell: value for cell, value in (inputs or {}).items() if not any(cell in area for area in model.variables)
    }
    calculation = Calculation(book, inputs=others, variables=model.variables, trust=True, strict=True)
    assert calculation.x is not None
    variables = tuple(calculation.variables)
    start = _starts(book, variables, inputs or {})
    builder = _Builder(calculation, model, variables)
    for number, constraint in enumerate(model.constraints):
        builder.add(number, constraint)
    objective = None
    if model.objective is not None:
        objective = builder.number(model.objective)
        if model.sense is Sense.VALUE:
            builder.aim(model.objective, objective, model.target)
    sense = {Sense.MIN: 1, Sense.MAX: -1, Sense.VALUE: 0}[model.sense] if objective is not None else 0
    lb, ub = builder.bounds()
    rows = join(builder.rows) if builder.rows else constant(np.zeros(0))
    rows, *rest = ganged([rows] if objective is None else [rows, objective])
    objective = rest[0] if rest else None
    problem = assemble(
        calculation,
        x0=start,
        lb=lb,
        ub=ub,
        integer=builder.integer,
        binary=builder.binary,
        groups=tuple(builder.groups),
        objective=objective,
        sense=sense,
        rows=rows,
        row_lo=np.array(builder.row_lo),
        row_hi=np.array(builder.row_hi),
        row_cells=tuple(builder.row_cells),
        objective_cell=model.objective,
        variables=variables,
    )
    if model.held_out is not None:
        problem = replace(problem, held_out=Function(builder.number(model.held_out), calculation.x).value)
    return Binding(model, problem, calculation, variables, tuple(builder.ordered()), objective, rows)


def _starts(book: Book, variables: tuple[Cell, ...], inputs: Mapping[Cell, Scalar]) -> Vector:
    """The values of the variable cells, all of one sheet, at the start: their numbers, 0 for blanks."""
    cells = book.sheets[variables[0].sheet].cells
    keys = cells.row.astype(np.int64) * MAX_COLS + cells.col
    wanted = np.array([cell.row * MAX_COLS + cell.col for cell in variables], dtype=np.int64)
    at = np.searchsorted(keys, wanted)
    stored = at < len(keys)
    stored[stored] = keys[at[stored]] == wanted[stored]
    start, numeric = np.zeros(len(variables)), np.zeros(len(variables), dtype=bool)
    numeric[stored] = cells.kind[at[stored]] == Kind.NUMBER
    start[numeric] = cells.number[at[numeric]]
    for k in np.flatnonzero(stored & ~numeric):
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


class _Builder:
    """Rows, bounds and kinds of variables, collected constraint by constraint."""

    def __init__(self, calculation: Calculation, model: Model, variables: tuple[Cell, ...]) -> None:
        self.calculation, self.model = calculation, model
        self.place = {cell: k for k, cell in enumerate(variables)}
        n = len(variables)
        self.lower, self.upper = np.full(n, -np.inf), np.full(n, np.inf)
        self.explicit = np.zeros(n, dtype=bool)
        self.integer, self.binary = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.groups: list[np.ndarray] = []
        self.rows: list[Node] = []
        self.row_lo: list[float] = []
        self.row_hi: list[float] = []
        self.row_cells: list[Cell] = []
        self.pairs: list[Pair] = []
        self.target: list[Pair] = []

    def number(self, cell: Cell) -> Node:
        """The number in a cell as a node of shape (1,): alive, or a constant that is NaN for an error value."""
        return reshape(_numeric(self.calculation.value(Area.of(cell)), Area.of(cell)), (1,))

    def aim(self, cell: Cell, node: Node, target: float) -> None:
        """Makes the target of a "value of" model the first row, as Excel does."""
        self.rows.insert(0, node)
        self.row_lo.insert(0, target)
        self.row_hi.insert(0, target)
        self.row_cells.insert(0, cell)
        self.pairs = [
            pair if pair.row is None else Pair(pair.constraint, pair.left, pair.relation, pair.right, pair.row + 1)
            for pair in self.pairs
        ]
        self.target = [Pair(-1, cell, Relation.EQ, target, row=0)]

    def add(self, number: int, constraint: Constraint) -> None:
        """Takes one stored constraint over all its cells."""
        cells = list(constraint.left.cells())
        if not constraint.relation.compares:
            self._declare(constraint.relation, [self.place[cell] for cell in cells])
            return
        rights, shown = self._right(constraint, len(cells))
        left = self._left(constraint.left)
        general: list[int] = []
        for k, cell in enumerate(cells):
            variable = self.place.get(cell)
            if variable is not None and rights.value is not None and not isinstance(constraint.right, str):
                self._bound(variable, constraint.relation, float(rights.value[k]))
                self.pairs.append(Pair(number, cell, constraint.relation, shown[k], variable=variable))
            else:
                self.pairs.append(Pair(number, cell, constraint.relation, shown[k], row=len(self.row_lo)))
                general.append(k)
                low, high = _span(constraint.relation, float(rights.value[k]) if rights.value is not None else 0.0)
                self.row_lo.append(low)
                self.row_hi.append(high)
                self.row_cells.append(cell)
        if general:
            difference = left if rights.value is not None else sub(left, rights)
            chosen = np.array(general, dtype=np.intp)
            self.rows.append(difference if len(general) == len(cells) else take(difference, chosen))

    def _left(self, area: Area) -> Node:
        return reshape(_numeric(self.calculation.value(area), area), (area.size,))

    def _right(self, constraint: Constraint, count: int) -> tuple[Node, list[Cell | float | str]]:
        """The right sides as a node of `count` numbers, and what to print for each."""
        right = constraint.right
        shown: list[Cell | float | str]
        if isinstance(right, Area):
            node = self._left(right)
            shown = list(right.cells())
        elif isinstance(right, str):
            home = Cell(self.model.sheet, 0, 0)
            operand = self.calculation.evaluate(right.removeprefix("="), home)
            area = Area(home.sheet, 0, 0, operand.shape[2] - 1, operand.shape[3] - 1)
            node = reshape(_numeric(operand, area, f"the right side {right}"), (area.size,))
            shown = [right] * area.size
        else:
            assert right is not None
            node, shown = constant(np.array([float(right)])), [float(right)]
        if len(shown) == 1 and count > 1:
            node, shown = take(node, np.zeros(count, dtype=np.intp)), shown * count
        if len(shown) != count:
            raise ModelError(
                f"the sides of the constraint have {count} and {len(shown)} cells",
                where=str(constraint.left),
                hint="make them equally many, or the right side one cell",
            )
        return node, shown

    def _bound(self, variable: int, relation: Relation, value: float) -> None:
        low, high = _span(relation, value)
        self.lower[variable] = max(self.lower[variable], low)
        self.upper[variable] = min(self.upper[variable], high)
        self.explicit[variable] |= relation in (Relation.GE, Relation.EQ)

    def _declare(self, relation: Relation, places: list[int]) -> None:
        if relation is Relation.ALLDIFFERENT:
            self.groups.append(np.array(places, dtype=np.intp))
            return
        self.integer[places] = True
        if relation is Relation.BIN:
            self.binary[places] = True

    def bounds(self) -> tuple[Vector, Vector]:
        """Bounds of all variables, with Excel's non-negativity where nothing else bounds from below."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if self.model.nonnegative:
            lower[~self.explicit] = np.maximum(lower[~self.explicit], 0.0)
        lower[self.binary] = np.maximum(lower[self.binary], 0.0)
        upper[self.binary] = np.minimum(upper[self.binary], 1.0)
        for group in self.groups:
            lower[group] = np.maximum(lower[group], 1.0)
            upper[group] = np.minimum(upper[group], float(len(group)))
        return lower, upper

    def ordered(self) -> list[Pair]:
        """All pairs, the target of a "value of" model first."""
        return self.target + self.pairs


def _span(relation: Relation, value: float) -> tuple[float, float]:
    if relation is Relation.LE:
        return -np.inf, value
    return (value, np.inf) if relation is Relation.GE else (value, value)


def _numeric(operand: Operand, area: Area, what: str = "the cell") -> Node:
    """The numbers of an operand; texts are refused, errors become NaN (the run then ends with Excel's outcome 9)."""
    full = spread_to(operand, (1, 1, area.rows, area.cols))
    if full.has(Kind.TEXT):
        i, j = np.argwhere(full.kind[0, 0] == Kind.TEXT)[0]
        cell = Cell(area.sheet, area.top + int(i), area.left + int(j))
        assert full.text is not None
        raise ModelError(
            f"{what} holds the text {full.text[0, 0, i, j]!r} where a number is needed",
            where=str(cell),
            hint="put a number or a formula that gives one there",
        )
    if full.has(Kind.ERROR):
        return where(constant(full.errors.astype(np.float64)), constant(np.full((1, 1, 1, 1), np.nan)), full.number)
    return full.number
