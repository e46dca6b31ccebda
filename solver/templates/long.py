"""Template `long`: the dot product with one row for each rating, the embeddings fetched from two tables by number."""

from __future__ import annotations

from dataclasses import dataclass
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
    named_table,
    numbers,
    one,
    row_numbers,
    sliding_down,
    title,
)
from solver.templates.plan import ColourScale, Look, SheetPlan
from solver.templates.ratings import random_start, turned

if TYPE_CHECKING:
    from solver.grid import Area
    from solver.templates.plan import Marks
    from solver.templates.ratings import Ratings

_SHEET = "long"
_LOSS = 5
_TOP = 11  # the first rating, below one row of headings and one of headers


@dataclass(frozen=True, slots=True)
class _Layout:
    ratings: Ratings
    factors: int

    def column(self, col: int, cols: int = 1) -> Area:
        return block(_SHEET, _TOP, col, len(self.ratings.known), cols)

    @property
    def user(self) -> Area:
        return self.column(5, self.factors)

    @property
    def movie(self) -> Area:
        return self.column(self.user.right + 1, self.factors)

    @property
    def predicted(self) -> Area:
        return self.column(self.movie.right + 1)

    @property
    def squared(self) -> Area:
        return self.column(self.movie.right + 2)

    @property
    def user_table(self) -> Area:
        return block(_SHEET, _TOP, self.squared.right + 3, len(self.ratings.users), self.factors)

    @property
    def movie_table(self) -> Area:
        return block(_SHEET, _TOP, self.user_table.right + 3, len(self.ratings.movies), self.factors)


def long(ratings: Ratings, factors: int = 5, seed: int = 1) -> SheetPlan:
    """A sheet `long` whose model minimises the RMSE by changing the two tables of embeddings at its right."""
    at = _Layout(ratings, factors)
    random = Random(seed)
    users = random_start(random, len(ratings.users), factors)
    movies = turned(random_start(random, factors, len(ratings.movies)))
    loss = block(_SHEET, _LOSS, 0)
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "Collaborative filtering: one row for each rating",
                "The model of the sheet `dot product` in the layout in which data come from a database. INDEX fetches "
                "the embeddings of each row's user and movie from the two tables at the right.",
                "Solver changes the tables, and every row follows. Started from the same numbers, this sheet and "
                "`dot product` have the same loss and the same answer.",
                "Such a sheet grows with the number of ratings, not with users times movies: what nobody rated has "
                "no row.",
            ),
            filled(loss, f"SQRT(AVERAGE({at.squared.absolute}))", Look.OBJECTIVE, "0.0000"),
            one(_LOSS, 1, "loss: RMSE, the root of the mean of the squared errors", Look.NOTE),
            legend(_LOSS + 1, 0, Look.INPUT, Look.VARIABLE),
            _rows(at),
            named_table(at.user_table, "Users", ratings.users),
            numbers(at.user_table, users, Look.VARIABLE, "0.00"),
            named_table(at.movie_table, "Movies", ratings.movies),
            numbers(at.movie_table, movies, Look.VARIABLE, "0.00"),
        ),
        widths={
            **dict.fromkeys(range(at.movie_table.right + 1), 7.0),
            0: 9.0,
            1: 22.0,
            3: 10.0,
            4: 10.0,
            at.predicted.left: 10.0,
            at.squared.left: 10.0,
            at.squared.left + 1: 3.0,
            at.user_table.left - 1: 9.0,
            at.user_table.right + 1: 3.0,
            at.movie_table.left - 1: 22.0,
        },
        frozen=(_TOP, 3),
        shades=tuple(ColourScale(area, 0.0, ratings.high) for area in (at.column(2), at.predicted)),
        model=Model(_SHEET, objective=loss.first, variables=(at.user_table, at.movie_table)),
    )


def _rows(at: _Layout) -> Marks:
    """One row for each rating: who, what, how much, the two embeddings, their dot product and its error."""
    known = at.ratings.known
    rating = at.column(2)
    return joined(
        heading(_TOP - 2, 0, "Ratings", 5),
        across(_TOP - 1, 0, ("user", "movie", "rating", "user no.", "movie no.")),
        down(_TOP, 0, (at.ratings.users[user] for user, _, _ in known), Look.INPUT),
        down(_TOP, 1, (at.ratings.movies[movie] for _, movie, _ in known), Look.INPUT),
        numbers(rating, [(value,) for _, _, value in known], Look.INPUT, "0.0"),
        row_numbers(at.column(3), at.column(0), at.user_table),
        row_numbers(at.column(4), at.column(1), at.movie_table),
        heading(_TOP - 2, at.user.left, "User embedding", at.factors),
        across(_TOP - 1, at.user.left, range(1, at.factors + 1)),
        fetched(at.user, at.user_table, at.column(3)),
        heading(_TOP - 2, at.movie.left, "Movie embedding", at.factors),
        across(_TOP - 1, at.movie.left, range(1, at.factors + 1)),
        fetched(at.movie, at.movie_table, at.column(4)),
        heading(_TOP - 2, at.predicted.left, "Dot product", 2),
        across(_TOP - 1, at.predicted.left, ("predicted", "error²")),
        filled(at.predicted, f"SUMPRODUCT({sliding_down(at.user)},{sliding_down(at.movie)})", number_format="0.00"),
        filled(at.squared, f"({sliding_down(rating)}-{sliding_down(at.predicted)})^2", number_format="0.000"),
    )
