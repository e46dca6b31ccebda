"""Template `worksheet`: embeddings used, constructed and learnt, on three sheets small enough to do by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.model.model import Constraint, Model, Relation
from solver.templates.learning import learning, steps_of_descent
from solver.templates.pieces import (
    TRUE_OR_FALSE,
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
from solver.templates.plan import ColourScale, Look, SheetPlan, WorkbookPlan

if TYPE_CHECKING:
    from solver.grid import Area

USERS = ((2, 0, -2), (1, -1, -1), (0, 1, -1), (0, -1, 0), (-1, 1, -1))
MOVIES = ((0, -1, 0), (-1, -2, 0), (1, 1, 1))
TARGETS = ((1, 0, -1), (0, -1, 1))

_TOP = 10  # the first user; the movies' embeddings stand above


def worksheet() -> WorkbookPlan:
    """The three parts, and every step of the descent of the third."""
    return WorkbookPlan("Embeddings, by hand and by Solver", (using(), constructing(), learning(), steps_of_descent()))


def using() -> SheetPlan:
    """Part 1: known embeddings, fifteen dot products, and each user's favourite movie."""
    sheet = "Part 1"
    movies = block(sheet, _TOP - 4, 5, 3, len(MOVIES))
    users = block(sheet, _TOP, 1, len(USERS), 3)
    table = block(sheet, _TOP, movies.left, users.rows, movies.cols)
    names = block(sheet, movies.top - 1, movies.left, 1, movies.cols)
    row = sliding_down(table)
    favourite = block(sheet, _TOP, table.right + 2, table.rows)
    return SheetPlan(
        name=sheet,
        marks=joined(
            title(
                "Part 1: using embeddings",
                "Each user and each movie is three numbers. How much a user likes a movie is the dot product of the "
                "two: user × movie, number by number, added up.",
                "Every cell of the table is the crossing of a row on its left and a column above it, so the whole "
                "table is one matrix product.",
            ),
            legend(movies.top - 1, 0, Look.INPUT, Look.RESULT),
            across(names.top, names.left, _named("movie", movies.cols)),
            down(movies.top, movies.left - 1, _named("factor", 3)),
            numbers(movies, tuple(zip(*MOVIES, strict=True)), Look.INPUT),
            across(_TOP - 1, 1, _named("factor", 3)),
            one(_TOP - 1, table.left, "Score", Look.NOTE),
            down(_TOP, 0, _named("user", users.rows)),
            numbers(users, USERS, Look.INPUT),
            filled(table, f"MMULT({sliding_down(users)},{sliding_across(movies)})"),
            across(_TOP - 1, favourite.left, ("favourite", "first places")),
            filled(favourite, f"INDEX({names.absolute},MATCH(MAX({row}),{row},0))"),
            filled(favourite.shift(0, 1), f"COUNTIF({row},MAX({row}))"),
            one(
                favourite.bottom + 2,
                0,
                "A tie goes to the movie that stands first; “first places” counts how many share the best score. "
                "User 5 likes all three the same.",
                Look.TEXT,
            ),
        ),
        widths={0: 10.0, 4: 11.0, table.right + 1: 3.0, favourite.left: 12.0, favourite.left + 1: 12.0},
        shades=(ColourScale(table, -2.0, 4.0),),
        best_of_row=(table,),
    )


def constructing() -> SheetPlan:
    """Part 2: the movies are unit vectors, and Solver fills in two users that hit six targets exactly."""
    sheet = "Part 2"
    movies = block(sheet, _TOP - 4, 5, 3, 3)
    users = block(sheet, _TOP, 1, len(TARGETS), 3)
    table = block(sheet, _TOP, movies.left, users.rows, movies.cols)
    targets = table.shift(0, 4)
    hit = table.shift(0, 8)
    unit_vectors = tuple(tuple(float(i == j) for j in range(3)) for i in range(3))
    return SheetPlan(
        name=sheet,
        marks=joined(
            title(
                "Part 2: constructing embeddings",
                "Which users have these scores? The movies are given; Solver fills in the yellow cells so that every "
                "dot product equals its target.",
                "There is nothing to minimise: six constraints of the form score = target, and no objective.",
                "Each movie asks for one factor alone, so you can read the answer off the targets before you press "
                "Solve.",
            ),
            legend(movies.top - 1, 0, Look.INPUT, Look.VARIABLE, Look.RESULT),
            across(movies.top - 1, movies.left, _named("movie", 3)),
            down(movies.top, movies.left - 1, _named("factor", 3)),
            numbers(movies, unit_vectors, Look.INPUT, "0"),
            across(_TOP - 1, 1, _named("factor", 3)),
            one(_TOP - 1, table.left, "Score", Look.NOTE),
            down(_TOP, 0, _named("user", users.rows)),
            numbers(users, ((None,) * 3,) * users.rows, Look.VARIABLE, "0.00"),
            filled(table, _spelt_out(users, movies), number_format="0.00"),
            heading(_TOP - 2, targets.left, "Target", 3),
            across(_TOP - 1, targets.left, _named("movie", 3)),
            numbers(targets, TARGETS, Look.INPUT),
            heading(_TOP - 2, hit.left, "Hit?", 3),
            across(_TOP - 1, hit.left, _named("movie", 3)),
            filled(hit, f"ABS({table.first.a1}-{targets.first.a1})<0.000001", number_format=TRUE_OR_FALSE),
        ),
        widths={0: 10.0, 4: 11.0, 8: 3.0, 12: 3.0},
        model=Model(sheet, variables=(users,), constraints=(Constraint(table, Relation.EQ, targets),)),
    )


def _spelt_out(users: Area, movies: Area) -> str:
    """The first dot product as a sum of products, because MMULT refuses cells that are still empty."""
    return "+".join(
        f"{sliding_down(block(users.sheet, users.top, users.left + k))}"
        f"*{sliding_across(block(movies.sheet, movies.top + k, movies.left))}"
        for k in range(movies.rows)
    )


def _named(noun: str, count: int) -> tuple[str, ...]:
    return tuple(f"{noun} {number + 1}" for number in range(count))
