"""Problems of small sheets, for engines that read the structure of formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solver.grid import Cell, parse_a1
from solver.model.binding import bind
from solver.model.model import Constraint, Model, Relation, Sense
from tests.books import area, book_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.model.problem import Problem

RELATIONS = {"<=": Relation.LE, "=": Relation.EQ, ">=": Relation.GE, "bin": Relation.BIN, "int": Relation.INT}


def problem_of(
    cells: Mapping[str, Any], objective: str, variables: str, *constraints: str, sense: Sense = Sense.MIN
) -> Problem:
    """The problem of a sheet S; constraints are texts such as `A1:A3 <= 4`, `A1 bin`."""
    made = []
    for text in constraints:
        left, relation, *right = text.split()
        side = None if not right else float(right[0]) if right[0].lstrip("-").isdigit() else area(right[0])
        made.append(Constraint(area(left), RELATIONS[relation], side))
    model = Model(
        "S", Cell("S", *parse_a1(objective)), sense, variables=(area(variables),), constraints=tuple(made),
        nonnegative=False,
    )  # fmt: skip
    return bind(book_of({"S": cells}), model).problem


def column(name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {f"{name}{row}": value for row, value in enumerate(values, start=1)}
