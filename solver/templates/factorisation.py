"""A grid of targets explained by embeddings, written beside it: row embeddings left of the predictions, column
embeddings above them, and below them the differences and what each contributes to the loss.

Embeddings that stand somewhere already are read where they are; where they lie the other way round than a formula can
follow, a live copy is turned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.grid import Area, Cell, column_letters
from solver.templates.pieces import (
    across,
    block,
    down,
    filled,
    heading,
    joined,
    label_width,
    line,
    numbers,
    one,
    sliding_across,
    sliding_down,
)
from solver.templates.plan import Look
from solver.templates.recipe import KEY, LossBlock, Recipe, seen_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.templates.plan import Marks

    Rows = Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Given:
    """Embeddings that stand somewhere: one in each row, or `turned`: one in each column."""

    area: Area
    turned: bool


@dataclass(frozen=True, slots=True)
class Starts:
    """The first values of what is learnt: embeddings as rows, biases, and the weights of a network layer by layer."""

    rows: Rows
    cols: Rows
    row_bias: Sequence[float]
    col_bias: Sequence[float]
    weights: Sequence[Rows] = ()


@dataclass(frozen=True, slots=True)
class Factorisation:
    """Where everything stands: from the cell `at` downwards and to the right, on the sheet of the model."""

    at: Cell
    recipe: Recipe
    targets: Area
    row_names: tuple[str, ...]
    col_names: tuple[str, ...]
    rows: Given | None = None
    cols: Given | None = None

    @property
    def loss(self) -> LossBlock:
        """The cells of the loss, in the upper left corner."""
        return LossBlock(self.at, self.recipe)

    def area(self, row: int, col: int, rows: int, cols: int) -> Area:
        """An area on the sheet of the model."""
        return block(self.at.sheet, row, col, rows, cols)

    @property
    def _beside(self) -> int:
        """How many columns of embeddings stand between the names and the predictions."""
        return self.recipe.factors if self.rows is None or self.rows.turned else 0

    @property
    def _above(self) -> int:
        """How many rows of embeddings stand above the predictions."""
        return self.recipe.factors if self.cols is None or not self.cols.turned else 0

    @property
    def predicted(self) -> Area:
        """The predictions."""
        top = self.at.row + self.loss.rows + 3 + self._above + self.recipe.bias
        left = self.at.col + 1 + self._beside + self.recipe.bias
        return self.area(top, max(left, self.at.col + 1), self.targets.rows, self.targets.cols)

    @property
    def near_rows(self) -> Area:
        """The row embeddings as the predictions read them, one in each row."""
        if self.rows is not None and not self.rows.turned:
            return self.rows.area
        return self.area(self.predicted.top, self.at.col + 1, self.targets.rows, self.recipe.factors)

    @property
    def near_cols(self) -> Area:
        """The column embeddings as the predictions read them, one in each column."""
        if self.cols is not None and self.cols.turned:
            return self.cols.area
        top = self.predicted.top - 1 - self.recipe.bias - self.recipe.factors
        return self.area(top, self.predicted.left, self.recipe.factors, self.targets.cols)

    @property
    def row_bias(self) -> Area:
        """The biases of the rows, left of the predictions."""
        return self.area(self.predicted.top, self.predicted.left - 1, self.targets.rows, 1)

    @property
    def col_bias(self) -> Area:
        """The biases of the columns, above the header of the predictions."""
        return self.area(self.predicted.top - 2, self.predicted.left, 1, self.targets.cols)

    @property
    def row_factors(self) -> Area:
        """The row embeddings where they are learnt."""
        return self.near_rows if self.rows is None else self.rows.area

    @property
    def col_factors(self) -> Area:
        """The column embeddings where they are learnt."""
        return self.near_cols if self.cols is None else self.cols.area

    def row_embedding(self, number: int) -> Area:
        """The learnt embedding of one row."""
        turned = self.rows is not None and self.rows.turned
        return line(self.row_factors, number, down_a_column=turned)

    def col_embedding(self, number: int) -> Area:
        """The learnt embedding of one column."""
        turned = self.cols is None or self.cols.turned
        return line(self.col_factors, number, down_a_column=turned)

    @property
    def biases(self) -> tuple[Area, ...]:
        """The biases, if there are any."""
        return (self.row_bias, self.col_bias) if self.recipe.bias else ()

    def below(self, number: int) -> Area:
        """The grid of the targets' shape `number` places below the predictions."""
        return self.predicted.shift(number * (self.targets.rows + 3), 0)

    @property
    def grids(self) -> tuple[tuple[str, Area], ...]:
        """The grids below each other, with their headings."""
        names = ["Predictions", "Differences: target − prediction", "Loss of each"]
        if self.recipe.holdout:
            names += ["Held out (1)", "Held-out loss of each"]
        return tuple((name, self.below(number)) for number, name in enumerate(names))

    @property
    def whole(self) -> Area:
        """Everything that is written."""
        last = self.grids[-1][1]
        return Area(self.at.sheet, self.at.row, self.at.col, last.bottom, max(last.right, self.at.col + 1))

    @property
    def widths(self) -> dict[int, float]:
        """Column widths: names in full, numbers with two decimals."""
        last = max(self.predicted.right, self.at.col + 1)
        widths = dict.fromkeys(range(self.at.col + 1, last + 1), 10.0)
        widths |= {self.predicted.left + j: label_width((name,), 9.0, 16.0) for j, name in enumerate(self.col_names)}
        longest = label_width((*self.row_names, *self.recipe.lines, *KEY))
        return {**widths, self.at.col: longest}

    @property
    def frozen(self) -> tuple[int, int]:
        """Nothing: the grids stand beside and below other things."""
        return 0, 0

    @property
    def dot(self) -> str:
        """The first dot product, with its biases."""
        row, col = sliding_down(self.near_rows), sliding_across(self.near_cols)
        row, col = seen_from(self.at.sheet, self.near_rows, row), seen_from(self.at.sheet, self.near_cols, col)
        dot = f"{row}*{col}" if self.recipe.factors == 1 else f"MMULT({row},{col})"
        if not self.recipe.bias:
            return dot
        return self.loss.biased(dot, sliding_down(self.row_bias), sliding_across(self.col_bias))

    def marks(self, starts: Starts, learnt: Sequence[Area], held: Rows) -> Marks:
        """All cells of the model; `learnt` areas are in the weight decay, `held` marks the targets kept out with 1."""
        recipe = self.recipe
        predicted, difference, term = (area for _, area in self.grids[:3])
        target = seen_from(self.at.sheet, self.targets, self.targets.first.a1)
        mark, held_term = (self.grids[3][1], self.grids[4][1]) if recipe.holdout else (None, None)
        training, other = recipe.terms(target, difference.first.a1, mark.first.a1 if mark is not None else "")
        pieces = [
            self.loss.marks(term, held_term, learnt, self.targets, mark),
            *(_frame(self, name, area) for name, area in self.grids),
            _embeddings(self, starts),
            filled(predicted, self.loss.linked(self.dot), number_format="0.00"),
            filled(difference, recipe.difference(target, predicted.first.a1), number_format="0.00"),
            filled(term, training, number_format="0.000"),
        ]
        if mark is not None and held_term is not None:
            pieces += [numbers(mark, held, Look.INPUT), filled(held_term, other, number_format="0.000")]
        return joined(*pieces)


def _frame(at: Factorisation, name: str, area: Area) -> Marks:
    """The heading of a grid and its labels; those of the predictions leave room for the embeddings."""
    first = area == at.predicted
    title_row = area.top - 2 if not first else at.at.row + at.loss.rows + 1
    return joined(
        heading(title_row, at.at.col, name, area.right - at.at.col + 1),
        across(area.top - 1, area.left, at.col_names),
        down(area.top, at.at.col, at.row_names),
    )


def _embeddings(at: Factorisation, starts: Starts) -> Marks:
    """The embeddings beside and above the predictions: numbers to be learnt, or turned copies."""
    recipe, pieces = at.recipe, []
    names = tuple(f"factor {k + 1}" for k in range(recipe.factors))
    if at.rows is None or at.rows.turned:
        pieces.append(across(at.predicted.top - 1, at.near_rows.left, names))
        pieces.append(
            numbers(at.near_rows, starts.rows, Look.VARIABLE, "0.00")
            if at.rows is None
            else _turned(at, at.near_rows, at.rows)
        )
    if at.cols is None or not at.cols.turned:
        turned = tuple(zip(*starts.cols, strict=True))
        pieces.append(down(at.near_cols.top, at.predicted.left - 1, names))
        pieces.append(
            numbers(at.near_cols, turned, Look.VARIABLE, "0.00")
            if at.cols is None
            else _turned(at, at.near_cols, at.cols)
        )
    if recipe.bias:
        pieces += [
            one(at.predicted.top - 1, at.row_bias.left, "bias", Look.HEADER),
            numbers(at.row_bias, [(value,) for value in starts.row_bias], Look.VARIABLE, "0.00"),
            one(at.col_bias.top, at.col_bias.left - 1, "bias", Look.LABEL),
            numbers(at.col_bias, [starts.col_bias], Look.VARIABLE, "0.00"),
        ]
    return joined(*pieces)


def _turned(at: Factorisation, area: Area, given: Given) -> Marks:
    """A live copy of embeddings with rows and columns exchanged."""
    first = area.first
    source = seen_from(at.at.sheet, given.area, given.area.absolute)
    above, left = Cell("", first.row - 1, first.col).a1, Cell("", first.row, first.col - 1).a1
    letters = column_letters(first.col - 1)
    column = f"COLUMN({above})-COLUMN(${above})+1"
    row = f"ROW({left})-ROW({letters}${first.row + 1})+1"
    return filled(area, f"INDEX({source},{column},{row})", number_format="0.00")
