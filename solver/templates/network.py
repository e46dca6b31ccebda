"""Template `network`: a feed-forward network on the two embeddings side by side, one row for each rating.

    hidden = tanh(W (user, movie) + b),   output = tanh or sigmoid of (w hidden + c),   prediction: output stretched

The weights stand above the columns that they feed, and the embeddings above those that they fill, so that the
upper half of the sheet is the network and the lower half is what it makes of every rating.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import TYPE_CHECKING

from solver.model.model import Model
from solver.templates.pieces import (
    across,
    block,
    down,
    fetched,
    filled,
    heading,
    joined,
    legend,
    numbers,
    one,
    row_numbers,
    sliding_across,
    sliding_down,
    title,
)
from solver.templates.plan import ColourScale, Look, SheetPlan
from solver.templates.ratings import random_start

if TYPE_CHECKING:
    from solver.grid import Area
    from solver.templates.plan import Marks
    from solver.templates.ratings import Numbers, Ratings

_TABLES = 7  # the first row of the embeddings and the weights
_LOSS = 7
_LEGEND_ENDS = 17
_DECAY = 0.001


class Output(Enum):
    """The last function of the network: its formula for an input, and how its range becomes that of the ratings."""

    TANH = ("TANH({})", "{low}+({high}-{low})*({out}+1)/2", "between −1 and 1: “how much does this user like it?”")
    SIGMOID = ("1/(1+EXP(-({})))", "{low}+({high}-{low})*{out}", "between 0 and 1: “how likely is it to please?”")

    def __init__(self, formula: str, stretched: str, meaning: str) -> None:
        self.formula, self.stretched, self.meaning = formula, stretched, meaning


@dataclass(frozen=True, slots=True)
class _Layout:
    sheet: str
    ratings: Ratings
    factors: int
    hidden: int

    def area(self, row: int, col: int, rows: int = 1, cols: int = 1) -> Area:
        return block(self.sheet, row, col, rows, cols)

    def column(self, col: int, cols: int = 1) -> Area:
        top = max(self.movies.bottom + 4, self.outer_bias.bottom + 4, _LEGEND_ENDS + 4)
        return self.area(top, col, len(self.ratings.known), cols)

    @property
    def users(self) -> Area:
        return self.area(_TABLES, 5, len(self.ratings.users), self.factors)

    @property
    def movies(self) -> Area:
        below_weights = _TABLES + 2 * self.factors + 3
        top = max(self.users.bottom + 3, below_weights)
        return self.area(top, self.users.right + 1, len(self.ratings.movies), self.factors)

    @property
    def inner(self) -> Area:
        return self.area(_TABLES, self.movies.right + 1, 2 * self.factors, self.hidden)

    @property
    def inner_bias(self) -> Area:
        return self.area(self.inner.bottom + 1, self.inner.left, 1, self.hidden)

    @property
    def outer(self) -> Area:
        return self.area(self.movies.top, self.inner.right + 1, self.hidden)

    @property
    def outer_bias(self) -> Area:
        return self.area(self.outer.bottom + 1, self.outer.left)

    @property
    def concatenated(self) -> Area:
        return self.column(self.users.left, 2 * self.factors)

    @property
    def output(self) -> Area:
        return self.column(self.outer.left)

    @property
    def predicted(self) -> Area:
        return self.column(self.outer.left + 1)

    @property
    def squared(self) -> Area:
        return self.column(self.outer.left + 2)


def network(
    ratings: Ratings,
    output: Output = Output.TANH,
    factors: int = 3,
    hidden: int = 4,
    seed: int = 1,
    learnt: tuple[Numbers, Numbers] | None = None,
) -> SheetPlan:
    """A sheet whose model trains the network, and the embeddings with it unless learnt ones are given (frozen)."""
    at = _Layout("frozen" if learnt else output.name.lower(), ratings, factors, hidden)
    random = Random(seed)
    users, movies = learnt or (
        random_start(random, len(ratings.users), factors, -0.5, 0.5),
        random_start(random, len(ratings.movies), factors, -0.5, 0.5),
    )
    weights = (at.inner, at.inner_bias, at.outer, at.outer_bias)
    trained = weights if learnt else (at.users, at.movies, *weights)
    starts = tuple(random_start(random, area.rows, area.cols, -0.7, 0.7) for area in weights)
    embedding_look = Look.INPUT if learnt else Look.VARIABLE
    loss = at.area(_LOSS, 0)
    return SheetPlan(
        name=at.sheet,
        marks=joined(
            title(*_words(output, frozen=learnt is not None)),
            _loss(at, loss, trained),
            legend(_LOSS + 7, 0, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
            _embeddings(at),
            numbers(at.users, users, embedding_look, "0.00"),
            numbers(at.movies, movies, embedding_look, "0.00"),
            _weights(at),
            *(numbers(area, start, Look.VARIABLE, "0.00") for area, start in zip(weights, starts, strict=True)),
            _rows(at, output),
        ),
        widths={
            **dict.fromkeys(range(at.squared.right + 1), 8.0),
            0: 9.0,
            1: 9.0,
            2: 19.0,
            3: 9.0,
            4: 20.0,
            at.predicted.left: 10.0,
        },
        shades=tuple(ColourScale(area, 0.0, ratings.high) for area in (at.column(4), at.predicted)),
        model=Model(at.sheet, objective=loss.first, variables=trained),
    )


def _words(output: Output, *, frozen: bool) -> tuple[str, ...]:
    if frozen:
        return (
            "A network on frozen embeddings",
            "The embeddings were learnt before, by a simpler model on the same ratings, and stay as they are; only the "
            "weights of the network are trained.",
            "With few ratings this is the safer way: there is less to learn, and less that can be learnt by heart.",
            f"The output is {output.name.lower()}, stretched to the range of the ratings.",
        )
    return (
        f"A network on embeddings, output {output.name.lower()}",
        "The embeddings of user and movie are laid side by side and go through one hidden layer of tanh units to a "
        f"single output {output.meaning}",
        "Solver trains everything that is yellow at once: the weights, and through them the embeddings.",
        "Read it from above: weights stand over the columns that they feed. A unit is the sum of weight × input, plus "
        "its bias, squashed.",
    )


def _loss(at: _Layout, loss: Area, trained: tuple[Area, ...]) -> Marks:
    """The objective with what it is made of: mean squared error, weight decay, and the range of the ratings."""
    row = loss.top
    squares = "+".join(f"SUMSQ({area.absolute})" for area in trained)
    mean, decay, size = (at.area(row + k, 0) for k in (1, 2, 3))
    return joined(
        heading(row - 1, 0, "Loss", 3),
        filled(loss, f"{mean.first.a1}+{decay.first.a1}*{size.first.a1}", Look.OBJECTIVE, "0.0000"),
        filled(mean, f"AVERAGE({at.squared.absolute})", number_format="0.0000"),
        numbers(decay, ((_DECAY,),), Look.INPUT),
        filled(size, squares, number_format="0.00"),
        numbers(at.area(row + 4, 0, 2), ((at.ratings.low,), (at.ratings.high,)), Look.INPUT, "0.0"),
        down(
            row,
            1,
            (
                "loss = error + decay × size",
                "mean squared error",
                "weight decay",
                "size: sum of squared weights",
                "lowest rating",
                "highest rating",
            ),
            Look.NOTE,
        ),
    )


def _embeddings(at: _Layout) -> Marks:
    """Headings, factor numbers and names of the two tables of embeddings."""
    return joined(
        *(
            joined(
                heading(area.top - 2, area.left, name, area.cols),
                across(area.top - 1, area.left, range(1, area.cols + 1)),
                down(area.top, 4, names),
            )
            for area, name, names in (
                (at.users, "Users", at.ratings.users),
                (at.movies, "Movies", at.ratings.movies),
            )
        )
    )


def _weights(at: _Layout) -> Marks:
    """Headings and labels of the weights: which input a row belongs to, which unit a column."""
    inputs = (*(f"user {k + 1}" for k in range(at.factors)), *(f"movie {k + 1}" for k in range(at.factors)), "bias")
    units = tuple(f"h{k + 1}" for k in range(at.hidden))
    return joined(
        heading(at.inner.top - 2, at.inner.left, "Hidden layer", at.hidden),
        across(at.inner.top - 1, at.inner.left, units),
        down(at.inner.top, at.inner.left - 1, inputs),
        heading(at.outer.top - 2, at.outer.left, "Output", 1),
        one(at.outer.top - 1, at.outer.left, "weight", Look.HEADER),
        down(at.outer.top, at.outer.left - 1, (*units, "bias")),
    )


def _rows(at: _Layout, output: Output) -> Marks:
    """One row for each rating, from left to right through the network."""
    known, ratings = at.ratings.known, at.ratings
    user, user_number, movie, movie_number, rating = (at.column(col) for col in range(5))
    hidden = at.column(at.inner.left, at.hidden)
    heads = user.top - 1
    low, high = (at.area(_LOSS + k, 0).absolute for k in (4, 5))
    weighted = f"MMULT({sliding_down(at.concatenated)},{sliding_across(at.inner)})+{sliding_across(at.inner_bias)}"
    summed = f"MMULT({sliding_down(hidden)},{at.outer.absolute})+{at.outer_bias.absolute}"
    stretched = output.stretched.format(low=low, high=high, out=sliding_down(at.output))
    return joined(
        heading(heads - 1, 0, "Ratings", 5),
        across(heads, 0, ("user", "no.", "movie", "no.", "rating")),
        down(user.top, 0, (ratings.users[u] for u, _, _ in known), Look.INPUT),
        row_numbers(user_number, user, at.users, 4),
        down(movie.top, 2, (ratings.movies[m] for _, m, _ in known), Look.INPUT),
        row_numbers(movie_number, movie, at.movies, 4),
        numbers(rating, [(value,) for _, _, value in known], Look.INPUT, "0.0"),
        heading(heads - 1, at.users.left, "User embedding, then movie embedding", 2 * at.factors),
        across(heads, at.users.left, (*range(1, at.factors + 1), *range(1, at.factors + 1))),
        fetched(at.column(at.users.left, at.factors), at.users, user_number),
        fetched(at.column(at.movies.left, at.factors), at.movies, movie_number),
        heading(heads - 1, hidden.left, "Hidden units", at.hidden),
        across(heads, hidden.left, (f"h{k + 1}" for k in range(at.hidden))),
        filled(hidden, f"TANH({weighted})", number_format="0.00"),
        heading(heads - 1, at.output.left, "Output", 3),
        across(heads, at.output.left, (output.name.lower(), "predicted", "error²")),
        filled(at.output, output.formula.format(summed), number_format="0.00"),
        filled(at.predicted, stretched, number_format="0.00"),
        filled(at.squared, f"({sliding_down(rating)}-{sliding_down(at.predicted)})^2", number_format="0.000"),
    )
