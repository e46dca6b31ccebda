"""The comparisons of a model cell by cell, and what became of each: a row of the problem or a bound of a variable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, overload

from solver.grid import Area, Cell
from solver.places import ABSENT, Ints

if TYPE_CHECKING:
    from solver.model.model import Relation


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


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One constraint over all cells of its left side; `rows` and `variables` as in `Pair`, ABSENT for None."""

    constraint: int
    left: Area
    relation: Relation
    right: Area | float | str
    rows: Ints
    variables: Ints

    def pairs(self) -> Iterator[Pair]:
        """Its cells one by one."""
        rights: Iterator[Cell | float | str]
        if isinstance(self.right, Area):
            rights = repeat(self.right.first) if self.right.size == 1 else self.right.cells()
        else:
            rights = repeat(self.right)
        for left, right, row, variable in zip(
            self.left.cells(), rights, self.rows.tolist(), self.variables.tolist(), strict=False
        ):
            yield Pair(
                self.constraint,
                left,
                self.relation,
                right,
                None if row == ABSENT else row,
                None if variable == ABSENT else variable,
            )


class Pairs(Sequence[Pair]):
    """The pairs of all constraints in the model's order, made when one of them is asked for."""

    def __init__(self, constraints: Sequence[Compared]) -> None:
        self.constraints = tuple(constraints)

    @cached_property
    def _all(self) -> tuple[Pair, ...]:
        return tuple(pair for each in self.constraints for pair in each.pairs())

    def __len__(self) -> int:
        return sum(each.left.size for each in self.constraints)

    @overload
    def __getitem__(self, key: int) -> Pair: ...

    @overload
    def __getitem__(self, key: slice) -> Sequence[Pair]: ...

    def __getitem__(self, key: int | slice) -> Pair | Sequence[Pair]:
        return self._all[key]
