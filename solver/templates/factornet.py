"""Targets explained by a network on embeddings: one line for each target, with the two embeddings as its input.

    hidden = tanh(W (row embedding, column embedding) + b),   further layers alike
    z = w hidden + c,   prediction = link(z)

The weights stand in tables of their own, one column for each unit, with its bias below; the embeddings stand beside
them, or are read where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.grid import Area, Cell
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
    sliding_across,
    sliding_down,
    table_header,
)
from solver.templates.plan import Look
from solver.templates.recipe import KEY, LossBlock, Recipe, seen_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.templates.factorisation import Given, Starts
    from solver.templates.plan import Marks
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class FactorNetwork:
    """Where everything stands: the columns of each line from `at` to the right, then loss, weights and embeddings.

    `lines` are the (row, column) of each target. For a long table `keys` are its columns of keys, beside the lines;
    for a grid of targets each line looks its target up.
    """

    at: Cell
    recipe: Recipe
    hidden: tuple[int, ...]
    targets: Area
    lines: tuple[tuple[int, int], ...]
    row_names: tuple[Scalar, ...]
    col_names: tuple[Scalar, ...]
    keys: tuple[Area, Area] | None = None
    rows: Given | None = None
    cols: Given | None = None

    def column(self, name: str, cols: int = 1) -> Area:
        """A column of all lines, by its header."""
        return block(self.at.sheet, self.at.row, self.at.col + self.columns.index(name), len(self.lines), cols)

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers of the columns of each line."""
        units = [f"h{layer + 1}.{unit + 1}" for layer, size in enumerate(self.hidden) for unit in range(size)]
        return (
            *(("row", "column") if self.keys is None else ()),
            *("row no.", "column no."),
            *(("target",) if self.keys is None else ()),
            *units,
            *("prediction", "difference", "loss of each"),
            *(("held out (1)", "held-out loss") if self.recipe.holdout else ()),
        )

    @property
    def target(self) -> str:
        """The first line's target."""
        return sliding_down(self.targets if self.keys is not None else self.column("target"))

    @property
    def loss(self) -> LossBlock:
        """The cells of the loss."""
        return LossBlock(Cell(self.at.sheet, self.at.row, self.at.col + len(self.columns) + 1), self.recipe)

    def units(self, layer: int) -> Area:
        """The columns of a hidden layer."""
        return self.column(f"h{layer + 1}.1", self.hidden[layer])

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers go into each layer, and come out of the last."""
        return (2 * self.recipe.factors, *self.hidden, 1)

    @property
    def weights(self) -> tuple[Area, ...]:
        """The weights of each layer with the biases in the last row, below each other."""
        row, left, areas = self.at.row + 1, self.loss.corner.col + 4, []
        for inputs, outputs in pairwise(self.sizes):
            areas.append(block(self.at.sheet, row, left, inputs + 1, outputs))
            row += inputs + 4
        return tuple(areas)

    @property
    def biases(self) -> tuple[Area, ...]:
        """What is learnt beside the embeddings."""
        return self.weights

    @property
    def _tables(self) -> tuple[Area, Area]:
        """Where new embeddings stand."""
        left = self.weights[0].left + max(self.sizes[1:]) + 2
        first = block(self.at.sheet, self.at.row, left, len(self.row_names), self.recipe.factors)
        left = left if self.rows is not None else first.right + 3
        return first, block(self.at.sheet, self.at.row, left, len(self.col_names), self.recipe.factors)

    @property
    def row_factors(self) -> Area:
        """The row embeddings, one in each row."""
        return self.rows.area if self.rows is not None else self._tables[0]

    @property
    def col_factors(self) -> Area:
        """The column embeddings, one in each row."""
        return self.cols.area if self.cols is not None else self._tables[1]

    def row_embedding(self, number: int) -> Area:
        """The embedding of one row."""
        return line(self.row_factors, number)

    def col_embedding(self, number: int) -> Area:
        """The embedding of one column."""
        return line(self.col_factors, number)

    @property
    def whole(self) -> Area:
        """Everything that is written."""
        tables = [area for area, given in zip(self._tables, (self.rows, self.cols), strict=True) if given is None]
        last = [*tables, *self.weights]
        bottom = max(self.at.row + max(len(self.lines), self.loss.rows) - 1, *(area.bottom for area in last))
        right = max(area.right for area in last)
        return Area(self.at.sheet, max(self.at.row - 1, 0), self.at.col, bottom, right)

    @property
    def widths(self) -> dict[int, float]:
        """Column widths: headers, labels and names in full."""
        corner = self.loss.corner.col
        widths = {self.at.col + k: label_width((name,), 8.0) for k, name in enumerate(self.columns)}
        if self.keys is None:
            widths |= {self.at.col: label_width(self.row_names), self.at.col + 1: label_width(self.col_names)}
        widths |= {corner - 1: 3.0, corner: label_width((*self.recipe.lines, *KEY))}
        widths[self.weights[0].left - 1] = label_width(("Hidden layer 1",))
        sides = zip((self.rows, self.cols), self._tables, (self.row_names, self.col_names), strict=True)
        for given, table, names in sides:
            if given is None:
                widths |= {table.left - 2: 3.0, table.left - 1: label_width(names)}
        return widths

    @property
    def frozen(self) -> tuple[int, int]:
        """The headers above the lines of a long table."""
        return (self.at.row, 0) if self.keys is not None and self.at.row == 1 else (0, 0)

    def marks(self, starts: Starts, learnt: Sequence[Area], held: Sequence[Sequence[float | None]]) -> Marks:
        """All cells; `learnt` areas are in the weight decay, `held` marks the targets kept out with 1."""
        predicted, difference, term = (self.column(name) for name in self.columns[-3 - 2 * self.recipe.holdout :][:3])
        mark = self.column("held out (1)") if self.recipe.holdout else None
        held_term = self.column("held-out loss") if self.recipe.holdout else None
        training, other = self.recipe.terms(
            self.target, sliding_down(difference), "" if mark is None else sliding_down(mark)
        )
        pieces = [
            self.loss.marks(term, held_term, learnt, self.targets, mark),
            _lines(self),
            _network(self, starts),
            filled(predicted, self.loss.linked(_layer(self, len(self.hidden))), number_format="0.00"),
            filled(difference, self.recipe.difference(self.target, sliding_down(predicted)), number_format="0.00"),
            filled(term, training, number_format="0.000"),
        ]
        if mark is not None and held_term is not None:
            pieces += [numbers(mark, held, Look.INPUT), filled(held_term, other, number_format="0.000")]
        if self.at.row:
            pieces.append(across(self.at.row - 1, self.at.col, self.columns))
        return joined(*pieces)


def _layer(at: FactorNetwork, layer: int) -> str:
    """What goes into the first unit of a layer, with its bias."""
    weights = at.weights[layer]
    bias = sliding_across(block(weights.sheet, weights.bottom, weights.left))
    if layer:
        below = sliding_across(block(weights.sheet, weights.top, weights.left, weights.rows - 1))
        return f"MMULT({sliding_down(at.units(layer - 1))},{below})+{bias}"
    parts = []
    sides = ((at.row_factors, "row no."), (at.col_factors, "column no."))
    for side, (table, number) in enumerate(sides):
        own = block(weights.sheet, weights.top + side * at.recipe.factors, weights.left, at.recipe.factors)
        source = seen_from(at.at.sheet, table, table.absolute)
        parts.append(f"MMULT(INDEX({source},{sliding_down(at.column(number))},0),{sliding_across(own)})")
    return "+".join([*parts, bias])


def _lines(at: FactorNetwork) -> Marks:
    """The left end of each line: its keys and their numbers, and for a grid the target."""
    row, col = at.column("row no."), at.column("column no.")
    if at.keys is not None:
        found = zip((row, col), at.keys, (at.row_factors, at.col_factors), strict=True)
        return joined(
            *(
                filled(
                    area,
                    f"MATCH({sliding_down(keys)},"
                    f"{block(table.sheet, table.top, table.left - 1, table.rows).absolute},0)",
                )
                for area, keys, table in found
            )
        )
    source = seen_from(at.at.sheet, at.targets, at.targets.absolute)
    look_up = f"INDEX({source},{sliding_down(row)},{sliding_down(col)})"
    return joined(
        down(at.at.row, at.at.col, [at.row_names[i] for i, _ in at.lines]),
        down(at.at.row, at.at.col + 1, [at.col_names[j] for _, j in at.lines]),
        numbers(row, [(float(i + 1),) for i, _ in at.lines], Look.INPUT),
        numbers(col, [(float(j + 1),) for _, j in at.lines], Look.INPUT),
        filled(at.column("target"), f'IF({look_up}="","",{look_up})'),
    )


def _network(at: FactorNetwork, starts: Starts) -> Marks:
    """Weights with their labels, hidden units, and embeddings that are new."""
    pieces = []
    for layer, (area, values) in enumerate(zip(at.weights, starts.weights, strict=True)):
        name = "Output" if layer == len(at.hidden) else f"Hidden layer {layer + 1}"
        sides = [f"{side} {k + 1}" for side in ("row", "column") for k in range(at.recipe.factors)]
        inputs = [f"h{layer}.{k + 1}" for k in range(area.rows - 1)] if layer else sides
        pieces += [
            heading(area.top - 1, area.left - 1, name, 1),
            down(area.top, area.left - 1, [*inputs, "bias"]),
            numbers(area, values, Look.VARIABLE, "0.00"),
        ]
    for layer in range(len(at.hidden)):
        pieces.append(filled(at.units(layer), f"TANH({_layer(at, layer)})", number_format="0.00"))
    sides_ = (
        ("Rows", at.rows, at.row_factors, at.row_names, starts.rows),
        ("Columns", at.cols, at.col_factors, at.col_names, starts.cols),
    )
    for name, given, area, names, values in sides_:
        if given is None:
            pieces += [down(area.top, area.left - 1, names), numbers(area, values, Look.VARIABLE, "0.00")]
            if at.at.row:
                pieces.append(table_header(name, area))
    return joined(*pieces)
