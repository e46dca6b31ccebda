"""The nouns of a Solver model as a sheet stores it: what to improve, by changing what, subject to what.

Areas and numbers stand as they are stored; only the text of a formula on a right side waits for the compiler. What a
file holds but nobody can use (a reference to deleted cells) is a `Fault`, so that a broken model can still be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from solver.errors import ModelError
from solver.grid import Area, Cell, quote_sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import DefinedName

ENGINES = ("grg", "simplex", "evolutionary")
"""Excel's solving methods in the order of their numbers, which begin with 1."""

UNLIMITED = 2**31 - 1
"""What Excel stores for a limit that is not set."""

MOST_CELLS = 4_194_304
"""More cells than this, as in whole columns by mistake, are refused before they are listed."""

_WORD = re.compile(r'"(?:[^"]|"")*"')

Right: TypeAlias = "Area | float | str | None"
"""A right side: cells, a number, the text of a formula without `=`; None for int, bin and alldifferent."""


class Sense(IntEnum):
    """What is done with the objective; the number is Excel's."""

    MAX = 1
    MIN = 2
    VALUE = 3

    @property
    def word(self) -> str:
        """`max`, `min` or `value`."""
        return self.name.lower()


class Relation(IntEnum):
    """How the sides of a constraint compare, or what its cells must be; the number is Excel's."""

    LE = 1
    EQ = 2
    GE = 3
    INT = 4
    BIN = 5
    ALLDIFFERENT = 6

    @property
    def sign(self) -> str:
        """The relation as it is written between the sides, or in their place."""
        return ("<=", "=", ">=", "int", "bin", "alldifferent")[self - 1]

    @property
    def compares(self) -> bool:
        """Whether it has a right side."""
        return self <= Relation.GE


@dataclass(frozen=True, slots=True)
class Constraint:
    """One line of the dialog's list.

    Cell k of `left` in reading order is compared with cell k of `right`, so that a row can face a column; a single
    cell, a number or a formula on the right faces all cells.
    """

    left: Area
    relation: Relation
    right: Right = None

    def __str__(self) -> str:
        if not self.relation.compares:
            return f"{self.left} {self.relation.sign}"
        right = f"{self.right:.15g}" if isinstance(self.right, (int, float)) else str(self.right)
        return f"{self.left} {self.relation.sign} {right}"


@dataclass(frozen=True, slots=True)
class Fault:
    """A stored name that cannot be used: its whole name, its text, what is wrong with it and what to do."""

    name: str
    text: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        stored = f" = {self.text}" if self.text else ""
        return f"{self.name}{stored}: {self.what}"


@dataclass(frozen=True, slots=True)
class Model:
    """The Solver model of one sheet.

    `variables` are the areas as stored: they may overlap, `cells` counts each cell once. `engine` is one of `ENGINES`
    or a name of this program's own. `options` holds what is stored and nothing else: by the end of Excel's hidden
    name (`tol`, on and off as True and False), and by the name of an engine's option for settings that only this
    program knows. `foreign` are the sheet's other `solver_` names, which stay as they are.
    """

    sheet: str
    objective: Cell | None = None
    sense: Sense = Sense.MIN
    target: float = 0.0
    variables: tuple[Area, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    engine: str = "grg"
    nonnegative: bool = False
    options: Mapping[str, float | str] = field(default_factory=dict)
    foreign: tuple[DefinedName, ...] = ()
    faults: tuple[Fault, ...] = ()
    held_out: Cell | None = None
    """The cell of the loss of what was kept out of learning, watched while the objective is made smaller."""

    def cells(self) -> tuple[Cell, ...]:
        """The variable cells in the order of their first mention, each once."""
        return tuple(dict.fromkeys(cell for area in self.variables for cell in area.cells()))

    def __str__(self) -> str:
        goal = f"{self.sense.word} {self.objective}" if self.objective is not None else "any feasible point"
        return f"{quote_sheet(self.sheet)}: {goal} by changing {','.join(map(str, self.variables))}"


def stray(area: Area, areas: tuple[Area, ...]) -> Cell | None:
    """The first cell of an area that lies in none of the others, or None."""
    if any(area.intersection(other) == area for other in areas):
        return None
    return next((cell for cell in area.cells() if not any(cell in other for other in areas)), None)


def validate(model: Model) -> None:
    """Raises ModelError at the first thing that Excel's dialog would not accept, with its cell and what to do."""
    if model.faults:
        raise ModelError(str(model.faults[0]), where=quote_sheet(model.sheet), hint=model.faults[0].hint)
    if not model.variables:
        raise ModelError("there are no variable cells", where=quote_sheet(model.sheet), hint="choose cells to change")
    for area in model.variables:
        if area.sheet != model.sheet:
            raise ModelError(
                "variable cells must be on the sheet of the model",
                where=str(area),
                hint=f"choose cells on {quote_sheet(model.sheet)}, or store the model on {quote_sheet(area.sheet)}",
            )
    sides = [constraint.left for constraint in model.constraints]
    for area in (*model.variables, *sides):
        if area.size > MOST_CELLS:
            raise ModelError(f"{area.size} cells are too many", where=str(area), hint="choose only the cells in use")
    for constraint in model.constraints:
        _validate(constraint, model)


def _validate(constraint: Constraint, model: Model) -> None:
    left, right = constraint.left, constraint.right
    if not constraint.relation.compares:
        outside = stray(left, model.variables)
        if outside is not None:
            raise ModelError(
                f"the constraint {constraint} must include only variable cells",
                where=str(outside),
                hint="add the cell to the variable cells, or take it out of the constraint",
            )
    elif isinstance(right, Area):
        if right.size not in (1, left.size):
            raise ModelError(
                f"the sides of {constraint} have unequal numbers of cells, {left.size} and {right.size}",
                where=str(left),
                hint="compare with as many cells, or with a single one",
            )
    elif right is None or (isinstance(right, str) and _WORD.fullmatch(right)):
        raise ModelError(
            f"the right side of {constraint} must be a number, cells, or a formula with a numeric value",
            where=str(left),
            hint="for whole numbers choose int, bin or alldifferent as the relation",
        )
