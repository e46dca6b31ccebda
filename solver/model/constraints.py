"""The constraints of a model as the rows of its problem and the bounds of its variables, collected one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, join, reshape, sub, take, where
from solver.errors import ModelError
from solver.functions.arrange import spread_to
from solver.grid import Area, Cell
from solver.model.model import Relation
from solver.model.pairs import Compared, Pairs
from solver.places import ABSENT, Ints
from solver.values import Kind

if TYPE_CHECKING:
    from solver.compiler.calculation import Calculation
    from solver.functions.operand import Operand
    from solver.model.model import Constraint, Model
    from solver.model.problem import Vector
    from solver.places import Places


class Constraints:
    """Rows, bounds and kinds of variables, as far as they are known.

    `row_cells` are the cells of the rows' left sides, `right_cells` those that are subtracted from left sides.
    """

    def __init__(self, calculation: Calculation, model: Model, variables: Places) -> None:
        self.calculation, self.model, self.variables = calculation, model, variables
        n = len(variables)
        self.lower, self.upper = np.full(n, -np.inf), np.full(n, np.inf)
        self.explicit = np.zeros(n, dtype=bool)
        self.integer, self.binary = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.groups: list[Ints] = []
        self.row_cells: list[Cell] = []
        self.right_cells: list[Cell] = []
        self._rows: list[Node] = []
        self._ends: list[tuple[Vector, Vector]] = []
        self._compared: list[Compared] = []

    def number(self, cell: Cell) -> Node:
        """The number in a cell as a node of shape (1,): alive, or a constant that is NaN for an error value."""
        return self._numbers(Area.of(cell))

    def aim(self, cell: Cell, node: Node, target: float) -> None:
        """Makes the target of a "value of" model a row; Excel has it before all others."""
        row = self._enter(node, Relation.EQ, np.array([target]), [cell])
        self._compared.append(Compared(-1, Area.of(cell), Relation.EQ, target, row, np.array([ABSENT])))

    def add(self, number: int, constraint: Constraint) -> None:
        """Takes one stored constraint over all its cells."""
        area, relation, right = constraint.left, constraint.relation, constraint.right
        places = self.variables.find(area)
        if not relation.compares:
            self._declare(relation, places)
            return
        assert right is not None
        rights, left = self._right(constraint), self._numbers(area)
        fixed = rights.value is not None and not np.isnan(rights.value).any()  # an error bounds nothing
        values = np.asarray(rights.value if fixed else np.zeros(area.size), dtype=np.float64)
        bounding = (places != ABSENT) & (fixed and not isinstance(right, str))
        self._bound(places[bounding], relation, values[bounding])
        rows = np.full(area.size, ABSENT)
        chosen = np.flatnonzero(~bounding)
        if chosen.size:
            if not fixed and isinstance(right, Area):
                self.right_cells += right.cells()
            difference = left if fixed else sub(left, rights)
            difference = difference if chosen.size == area.size else take(difference, chosen)
            cells = list(area.cells())
            rows[chosen] = self._enter(difference, relation, values[chosen], [cells[k] for k in chosen.tolist()])
        self._compared.append(Compared(number, area, relation, right, rows, np.where(bounding, places, ABSENT)))

    def rows(self) -> Node:
        """The left sides of all rows, less the right sides that are not known: (m,)."""
        return join(self._rows) if self._rows else constant(np.zeros(0))

    def row_ends(self) -> tuple[Vector, Vector]:
        """The lower and the upper ends of all rows: (m,) each."""
        low, high = zip(*self._ends, strict=True) if self._ends else ((), ())
        return np.concatenate([np.zeros(0), *low]), np.concatenate([np.zeros(0), *high])

    def pairs(self) -> Pairs:
        """What was compared, cell by cell."""
        return Pairs(self._compared)

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

    def _enter(self, node: Node, relation: Relation, values: Vector, cells: list[Cell]) -> Ints:
        """New rows; returns their numbers."""
        numbers = len(self.row_cells) + np.arange(len(values))
        self._ends.append(_span(relation, values))
        self.row_cells += cells
        self._rows.append(node)
        return numbers

    def _numbers(self, area: Area) -> Node:
        return reshape(numeric(self.calculation.value(area), area), (area.size,))

    def _right(self, constraint: Constraint) -> Node:
        """The right sides as a node of as many numbers as there are left ones."""
        right, count = constraint.right, constraint.left.size
        if isinstance(right, Area):
            node = self._numbers(right)
        elif isinstance(right, str):
            home = Cell(self.model.sheet, 0, 0)
            operand = self.calculation.evaluate(right.removeprefix("="), home)
            area = Area(home.sheet, 0, 0, operand.shape[2] - 1, operand.shape[3] - 1)
            node = reshape(numeric(operand, area, f"the right side {right}"), (area.size,))
        else:
            assert right is not None
            node = constant(np.array([float(right)]))
        if node.size == 1 and count > 1:
            node = take(node, np.zeros(count, dtype=np.intp))
        if node.size != count:
            raise ModelError(
                f"the sides of the constraint have {count} and {node.size} cells",
                where=str(constraint.left),
                hint="make them equally many, or the right side one cell",
            )
        return node

    def _bound(self, places: Ints, relation: Relation, values: Vector) -> None:
        low, high = _span(relation, values)
        self.lower[places] = np.maximum(self.lower[places], low)
        self.upper[places] = np.minimum(self.upper[places], high)
        self.explicit[places] |= relation in (Relation.GE, Relation.EQ)

    def _declare(self, relation: Relation, places: Ints) -> None:
        if relation is Relation.ALLDIFFERENT:
            self.groups.append(places)
            return
        self.integer[places] = True
        if relation is Relation.BIN:
            self.binary[places] = True


def _span(relation: Relation, values: Vector) -> tuple[Vector, Vector]:
    """Between what a left side may lie."""
    low = values if relation in (Relation.GE, Relation.EQ) else np.full(values.shape, -np.inf)
    high = values if relation in (Relation.LE, Relation.EQ) else np.full(values.shape, np.inf)
    return low, high


def numeric(operand: Operand, area: Area, what: str = "the cell") -> Node:
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
