"""A long table of targets (row key, column key, value) explained by embeddings, written beside it.

Each line finds the numbers of its keys in the two tables of embeddings, and predicts its target from those rows. So the
sheet grows with the targets that are known, not with rows times columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.grid import Area, Cell
from solver.templates.pieces import (
    across,
    block,
    down,
    filled,
    joined,
    label_width,
    line,
    numbers,
    sliding_down,
    table_header,
)
from solver.templates.plan import Look
from solver.templates.recipe import KEY, LossBlock, Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.templates.factorisation import Starts
    from solver.templates.plan import Marks
    from solver.values import Scalar


_MOST_FROZEN = 5
"""Headers farther down than this many rows are not frozen: they would fill a screen."""


@dataclass(frozen=True, slots=True)
class FactorTable:
    """Where everything stands: the columns of each line from `at` to the right, then the loss, then two tables.

    `keys` are the two columns of keys and `targets` the column of values, in the same rows; `at` is in their first.
    """

    at: Cell
    recipe: Recipe
    keys: tuple[Area, Area]
    targets: Area
    row_names: tuple[Scalar, ...]
    col_names: tuple[Scalar, ...]

    def column(self, number: int) -> Area:
        """The column of all lines `number` places right of the first."""
        return block(self.at.sheet, self.at.row, self.at.col + number, self.targets.rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers of the columns of each line."""
        names = ("row no.", "column no.", "prediction", "difference", "loss of each")
        return (*names, "held out (1)", "held-out loss") if self.recipe.holdout else names

    @property
    def predicted(self) -> Area:
        """The predictions."""
        return self.column(2)

    @property
    def loss(self) -> LossBlock:
        """The cells of the loss."""
        return LossBlock(Cell(self.at.sheet, self.at.row, self.at.col + len(self.columns) + 1), self.recipe)

    @property
    def row_factors(self) -> Area:
        """The row embeddings, one in each row, with their keys left of them."""
        return block(self.at.sheet, self.at.row, self.loss.corner.col + 4, len(self.row_names), self.recipe.factors)

    @property
    def col_factors(self) -> Area:
        """The column embeddings, one in each row, with their keys left of them."""
        left = self.row_factors.right + self.recipe.bias + 3
        return block(self.at.sheet, self.at.row, left, len(self.col_names), self.recipe.factors)

    def row_embedding(self, number: int) -> Area:
        """The learnt embedding of one row key."""
        return line(self.row_factors, number)

    def col_embedding(self, number: int) -> Area:
        """The learnt embedding of one column key."""
        return line(self.col_factors, number)

    @property
    def biases(self) -> tuple[Area, ...]:
        """The biases right of the embeddings, if there are any."""
        if not self.recipe.bias:
            return ()
        tables = (self.row_factors, self.col_factors)
        return tuple(block(t.sheet, t.top, t.right + 1, t.rows) for t in tables)

    @property
    def whole(self) -> Area:
        """Everything that is written."""
        last = self.col_factors
        bottom = max(self.targets.bottom, self.row_factors.bottom, last.bottom, self.at.row + self.loss.rows - 1)
        return Area(self.at.sheet, max(self.at.row - 1, 0), self.at.col, bottom, last.right + self.recipe.bias)

    @property
    def widths(self) -> dict[int, float]:
        """Column widths: headers, labels and keys in full."""
        corner = self.loss.corner.col
        widths = {self.at.col + k: label_width((name,)) for k, name in enumerate(self.columns)}
        widths |= {corner - 1: 3.0, corner: label_width((*self.recipe.lines, *KEY))}
        for table, names in ((self.row_factors, self.row_names), (self.col_factors, self.col_names)):
            widths |= {table.left - 2: 3.0, table.left - 1: label_width(names)}
        return widths

    @property
    def frozen(self) -> tuple[int, int]:
        """The headers above the lines."""
        return (self.at.row, 0) if self.at.row <= _MOST_FROZEN else (0, 0)

    @property
    def dot(self) -> str:
        """The first dot product, with its biases."""
        numbers_of = [sliding_down(self.column(k)) for k in (0, 1)]
        tables = (self.row_factors, self.col_factors)
        if self.recipe.factors == 1:
            dot = "*".join(f"INDEX({t.absolute},{number})" for t, number in zip(tables, numbers_of, strict=True))
        else:
            rows = ",".join(f"INDEX({t.absolute},{number},0)" for t, number in zip(tables, numbers_of, strict=True))
            dot = f"SUMPRODUCT({rows})"
        if not self.recipe.bias:
            return dot
        biases = zip(self.biases, numbers_of, strict=True)
        return self.loss.biased(dot, *(f"INDEX({bias.absolute},{number})" for bias, number in biases))

    def marks(self, starts: Starts, learnt: Sequence[Area], held: Sequence[Sequence[float | None]]) -> Marks:
        """All cells of the model; `learnt` areas are in the weight decay, `held` marks the targets kept out with 1."""
        recipe = self.recipe
        predicted, difference, term = (self.column(k) for k in (2, 3, 4))
        mark, held_term = (self.column(5), self.column(6)) if recipe.holdout else (None, None)
        target = sliding_down(self.targets)
        training, other = recipe.terms(target, sliding_down(difference), "" if mark is None else sliding_down(mark))
        tables = ((self.keys[0], self.row_factors, self.row_names), (self.keys[1], self.col_factors, self.col_names))
        pieces = [
            self.loss.marks(term, held_term, learnt, self.targets, mark),
            *(_found(self.column(k), keys, table) for k, (keys, table, _) in enumerate(tables)),
            *(down(table.top, table.left - 1, names) for _, table, names in tables),
            numbers(self.row_factors, starts.rows, Look.VARIABLE, "0.00"),
            numbers(self.col_factors, starts.cols, Look.VARIABLE, "0.00"),
            filled(predicted, self.loss.linked(self.dot), number_format="0.00"),
            filled(difference, recipe.difference(target, sliding_down(predicted)), number_format="0.00"),
            filled(term, training, number_format="0.000"),
        ]
        for area, values in zip(self.biases, (starts.row_bias, starts.col_bias), strict=False):
            pieces.append(numbers(area, [(value,) for value in values], Look.VARIABLE, "0.00"))
        if mark is not None and held_term is not None:
            pieces += [numbers(mark, held, Look.INPUT), filled(held_term, other, number_format="0.000")]
        if self.at.row:
            pieces.append(_headers(self))
        return joined(*pieces)


def _found(area: Area, keys: Area, table: Area) -> Marks:
    """Beside each key the number of its row in a table of embeddings."""
    names = block(table.sheet, table.top, table.left - 1, table.rows)
    return filled(area, f"MATCH({sliding_down(keys)},{names.absolute},0)")


def _headers(at: FactorTable) -> Marks:
    """The header of every column, in the row above the first line."""
    row = at.at.row - 1
    tables = (("Rows", at.row_factors), ("Columns", at.col_factors))
    return joined(
        across(row, at.at.col, at.columns),
        *(table_header(name, table, bias=at.recipe.bias) for name, table in tables),
    )
