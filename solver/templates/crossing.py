"""The layout of a matrix factorisation: user embeddings left of the predictions, movie embeddings above them.

    rating(u, m)  ~  sum over k of user(u, k) * movie(k, m)   [ + user bias(u) + movie bias(m) ]

Every prediction is the crossing of a row and a column, so that the sheet looks like the product of two matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from solver.model.model import Model
from solver.templates.pieces import (
    across,
    block,
    down,
    filled,
    heading,
    joined,
    legend,
    numbers,
    one,
    sliding_across,
    sliding_down,
    title,
)
from solver.templates.plan import ColourScale, Look, SheetPlan
from solver.templates.ratings import random_start

if TYPE_CHECKING:
    from solver.grid import Area
    from solver.templates.plan import Marks
    from solver.templates.ratings import Ratings

_FIRST_HEADING = 5  # below the title and its lines
_LEGEND_ENDS = 17  # with few ratings, the user embeddings begin below the key to the colours
_TITLES_HEIGHT = 92.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where everything stands on the sheet of a factorisation."""

    sheet: str
    ratings: Ratings
    factors: int
    biased: bool

    @property
    def numbers_each(self) -> int:
        """How many numbers Solver chooses for each user and each movie."""
        return self.factors + self.biased

    @property
    def labels(self) -> tuple[str, ...]:
        """What those numbers are called."""
        return (*(f"factor {k + 1}" for k in range(self.factors)), *(["bias"] if self.biased else []))

    def grid(self, row: int) -> Area:
        """A users x movies grid with its first row at `row`."""
        return block(self.sheet, row, self.numbers_each + 1, len(self.ratings.users), len(self.ratings.movies))

    @property
    def known(self) -> Area:
        """The ratings."""
        return self.grid(_FIRST_HEADING + 2)

    @property
    def movies(self) -> Area:
        """The movie embeddings, a column each, with the biases in the last row."""
        top = max(self.known.bottom + 4, _LEGEND_ENDS - self.numbers_each)
        return block(self.sheet, top, self.known.left, self.numbers_each, self.known.cols)

    @property
    def predicted(self) -> Area:
        """The predictions for the known ratings."""
        return self.grid(self.movies.bottom + 2)

    @property
    def users(self) -> Area:
        """The user embeddings, a row each, with the biases in the last column."""
        return block(self.sheet, self.predicted.top, 0, self.predicted.rows, self.numbers_each)

    @property
    def unseen(self) -> Area:
        """The predictions for the blanks."""
        return self.grid(self.predicted.bottom + 4)

    @property
    def names(self) -> int:
        """The column of the users' names, left of every grid."""
        return self.numbers_each

    @property
    def prediction(self) -> str:
        """The formula of the first prediction, without any condition."""
        user, movie = self.users, self.movies
        row = sliding_down(block(self.sheet, user.top, user.left, 1, self.factors))
        column = sliding_across(block(self.sheet, movie.top, movie.left, self.factors, 1))
        if not self.biased:
            return f"MMULT({row},{column})"
        user_bias = sliding_down(block(self.sheet, user.top, user.right))
        movie_bias = sliding_across(block(self.sheet, movie.bottom, movie.left))
        return f"MMULT({row},{column})+{user_bias}+{movie_bias}"


def crossing_sheet(at: Crossing, seed: int, name: str, lines: tuple[str, ...]) -> SheetPlan:
    """The whole sheet: ratings, embeddings with a random start, predictions, RMSE, suggestions and the model."""
    random = Random(seed)
    users = random_start(random, len(at.ratings.users), at.numbers_each)
    movies = random_start(random, at.numbers_each, len(at.ratings.movies))
    rating, seen = at.known.first.a1, at.predicted.absolute
    loss = block(at.sheet, at.known.top + 1, 0)
    return SheetPlan(
        name=at.sheet,
        marks=joined(
            title(name, *lines),
            heading(loss.top - 1, 0, "Loss: RMSE", at.numbers_each - 1),
            filled(
                loss,
                f"SQRT(SUMXMY2({at.known.absolute},{seen})/COUNT({at.known.absolute}))",
                Look.OBJECTIVE,
                "0.0000",
            ),
            _legend(at, loss.top + 3),
            _titled_grid(at, at.known, "Ratings (blank: not seen)"),
            numbers(at.known, at.ratings.values, Look.INPUT, "0.0"),
            heading(at.movies.top - 2, at.names, "Movie embeddings", at.known.cols + 1),
            across(at.movies.top - 1, at.known.left, at.ratings.movies, Look.TURNED),
            down(at.movies.top, at.names, at.labels),
            numbers(at.movies, movies, Look.VARIABLE, "0.00"),
            across(at.users.top - 1, 0, at.labels),
            one(at.users.top - 1, at.names, "Predictions", Look.HEADER),
            numbers(at.users, users, Look.VARIABLE, "0.00"),
            down(at.predicted.top, at.names, at.ratings.users),
            filled(at.predicted, f'IF({rating}="",0,{at.prediction})', number_format="0.0;-0.0;"),
            _titled_grid(at, at.unseen, "What to expect of the blanks"),
            filled(at.unseen, f'IF({rating}="",{at.prediction},"")', number_format="0.0"),
            _suggestions(at),
        ),
        widths={
            **dict.fromkeys(range(at.numbers_each), 8.0),
            at.names: 11.0,
            **dict.fromkeys(range(at.known.left, at.known.right + 1), 6.0),
            at.known.right + 1: 2.0,
            at.known.right + 2: 22.0,
        },
        heights=dict.fromkeys((at.known.top - 1, at.movies.top - 1, at.unseen.top - 1), _TITLES_HEIGHT),
        shades=tuple(ColourScale(area, 0.0, at.ratings.high) for area in (at.known, at.predicted, at.unseen)),
        model=Model(at.sheet, objective=loss.first, variables=(at.users, at.movies)),
    )


def _legend(at: Crossing, row: int) -> Marks:
    """The key to the colours, where two columns are free for it."""
    looks = (Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT)
    return legend(row, 0, *looks) if at.numbers_each > 1 else {}


def _titled_grid(at: Crossing, area: Area, name: str) -> Marks:
    """The heading of a grid, the movies' titles above it and the users' names beside it."""
    return joined(
        heading(area.top - 2, at.names, name, area.cols + 1),
        across(area.top - 1, area.left, at.ratings.movies, Look.TURNED),
        down(area.top, at.names, at.ratings.users),
    )


def _suggestions(at: Crossing) -> Marks:
    """Beside the blanks' predictions: the title of the best movie that a user has not seen."""
    area = at.unseen
    row = sliding_down(area)
    titles = block(at.sheet, area.top - 1, area.left, 1, area.cols).absolute
    column = block(at.sheet, area.top, area.right + 2, area.rows)
    return joined(
        one(area.top - 1, column.left, "to see next", Look.HEADER),
        filled(column, f'IF(COUNT({row})=0,"",INDEX({titles},MATCH(MAX({row}),{row},0)))'),
    )
