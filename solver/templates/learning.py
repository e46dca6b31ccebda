"""Part 3 of the worksheet: embeddings of one number each, learnt by descent, with one step taken by hand.

    pred = user * movie,   diff = target - pred,   loss = diff^2
    d loss/d diff = 2 diff,   d loss/d pred = -d loss/d diff,   d loss/d movie = d loss/d pred * user

Beside each link of the chain stands its wiggle check, (loss(+w) - loss(-w)) / 2w.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.grid import Cell
from solver.model.model import Model
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
from solver.templates.plan import Chart, Look, Mark, Series, SheetPlan

if TYPE_CHECKING:
    from solver.templates.plan import Marks

_SHEET = "Part 3"
_STEPS_SHEET = "Part 3 steps"
_MOVIE_NAMES = ("movie 1", "movie 2", "movie 3")
_USER_NAMES = ("user 1", "user 2")
_USERS = block(_SHEET, 8, 1, 2, 1)
_MOVIES = block(_SHEET, 7, 2, 1, 3)
_PREDICTED = block(_SHEET, 8, 2, 2, 3)
_TARGETS = _PREDICTED.shift(4, 0)
_DIFFS = _TARGETS.shift(4, 0)
_SQUARED = _DIFFS.shift(4, 0)
_LOSS = Cell(_SHEET, _SQUARED.bottom + 2, 2)
_HAND = 7  # the row of the hand calculation's headers
_STEP = 0.1
_STEPS = 25


def learning() -> SheetPlan:
    """Part 3: two users fixed at -1 and 1, three movies that start at zero, targets that cannot all be met."""
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "Part 3: learning embeddings",
                "Now an embedding is a single number. The users are fixed at −1 and 1, the movies start at zero, and "
                "no choice of movies hits all six targets: the best is a compromise.",
                "Gradient descent walks there: it asks of each movie how the loss would change if the movie changed, "
                "and takes a small step the other way.",
                "On the right one such step is taken by hand, for movie 1 and user 1 alone. Its numbers are its own: "
                "solving the model leaves them as they are.",
            ),
            heading(5, 0, "The model", 5),
            _model(),
            legend(_LOSS.row + 3, 0, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
            heading(5, 6, "One step by hand: movie 1, user 1", 7),
            _by_hand(),
        ),
        widths={0: 18.0, 1: 11.0, 5: 4.0, 6: 21.0, 7: 9.0, 8: 40.0, 9: 15.0, 10: 15.0, 11: 15.0, 12: 10.0},
        model=Model(_SHEET, objective=_LOSS, variables=(_MOVIES,), engine="gd", options={"step": _STEP}),
    )


def _model() -> Marks:
    """Predictions, targets, differences, squared errors and their sum, one block below the other."""
    blocks = (
        ("target", numbers(_TARGETS, ((1, 0, -1), (0, -1, 1)), Look.INPUT), _TARGETS),
        (
            "diff = target − pred",
            filled(_DIFFS, f"{_TARGETS.first.a1}-{_PREDICTED.first.a1}", number_format="0.00"),
            _DIFFS,
        ),
        ("squared error = diff²", filled(_SQUARED, f"{_DIFFS.first.a1}^2", number_format="0.00"), _SQUARED),
    )
    return joined(
        across(6, 1, ("embedding", *_MOVIE_NAMES)),
        one(7, 0, "embedding", Look.LABEL),
        numbers(_MOVIES, ((0, 0, 0),), Look.VARIABLE, "0.00"),
        down(_USERS.top, 0, _USER_NAMES),
        numbers(_USERS, ((-1,), (1,)), Look.INPUT),
        filled(_PREDICTED, f"{sliding_down(_USERS)}*{sliding_across(_MOVIES)}", number_format="0.00"),
        *(
            joined(one(area.top - 1, 2, name, Look.NOTE), down(area.top, 0, _USER_NAMES), marks)
            for name, marks, area in blocks
        ),
        one(_LOSS.row, 0, "loss = their sum", Look.LABEL),
        {(_LOSS.row, _LOSS.col): Mark(formula=f"SUM({_SQUARED.absolute})", look=Look.OBJECTIVE, number_format="0.00")},
        one(_LOSS.row + 1, 0, "mean", Look.LABEL),
        {(_LOSS.row + 1, _LOSS.col): Mark(formula=f"AVERAGE({_SQUARED.absolute})", number_format="0.0000")},
    )


def _by_hand() -> Marks:
    """The hand calculation: name, value, how it is made; beside the derivatives, the wiggle that checks them."""
    rate, wiggle, movie, pred, diff, loss, by_diff, by_pred, by_movie, change, new, pred2, diff2, loss2 = (
        f"H{_HAND + 1 + row}" for row in (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 16, 17, 18)
    )
    user, target = _USERS.first.a1, _TARGETS.first.a1
    lines: tuple[tuple[str, Mark | None, str], ...] = (
        ("step size", Mark(_STEP, look=Look.INPUT), "how far to go for a slope of one"),
        ("wiggle w", Mark(0.01, look=Look.INPUT), "how far to wiggle, for the checks"),
        ("m1", Mark(0, look=Look.INPUT), "movie 1 before the step"),
        ("Forward", None, ""),
        ("pred", _formula(f"{user}*{movie}"), "user 1 × m1, which is −m1"),
        ("diff", _formula(f"{target}-{pred}"), "target − pred"),
        ("loss", _formula(f"{diff}^2"), "diff²"),
        ("Backward, link by link", None, ""),
        ("d loss / d diff", _formula(f"2*{diff}"), "2 × diff"),
        ("d loss / d pred", _formula(f"-{by_diff}"), "the same, turned: diff falls when pred grows"),
        ("d loss / d m1", _formula(f"{by_pred}*{user}"), "d loss / d pred × user 1"),
        ("A step against the slope", None, ""),
        ("change of m1", _formula(f"-{rate}*{by_movie}"), "−step size × d loss / d m1"),
        ("new m1", _formula(f"{movie}+{change}"), "m1 + change"),
        ("Forward again", None, ""),
        ("new pred", _formula(f"{user}*{new}"), "user 1 × new m1"),
        ("new diff", _formula(f"{target}-{pred2}"), "target − new pred"),
        ("new loss", _formula(f"{diff2}^2"), "new diff²"),
        ("the loss fell", Mark(formula=f"{loss2}<{loss}", number_format=TRUE_OR_FALSE), "new loss < loss"),
    )
    wiggled = (
        (by_diff, f"({diff}{{}}{wiggle})^2"),
        (by_pred, f"({target}-({pred}{{}}{wiggle}))^2"),
        (by_movie, f"({target}-{user}*({movie}{{}}{wiggle}))^2"),
    )
    return joined(
        across(_HAND - 1, 6, ("quantity", "value", "how it is made", "loss at +w", "loss at −w", "slope", "agrees")),
        *(_line(_HAND + row, name, mark, how) for row, (name, mark, how) in enumerate(lines, start=1)),
        *(_check(int(cell[1:]) - 1, cell, loss_at, wiggle) for cell, loss_at in wiggled),
    )


def _formula(text: str) -> Mark:
    return Mark(formula=text, number_format="0.00##")


def _line(row: int, name: str, mark: Mark | None, how: str) -> Marks:
    if mark is None:
        return heading(row, 6, name, 3)
    return {(row, 6): Mark(name, look=Look.LABEL), (row, 7): mark, (row, 8): Mark(how, look=Look.NOTE)}


def _check(row: int, cell: str, loss_at: str, wiggle: str) -> Marks:
    """The loss with one quantity wiggled up and down, the slope between them, and whether the derivative is that."""
    up, down_, slope = f"J{row + 1}", f"K{row + 1}", f"L{row + 1}"
    return {
        (row, 9): Mark(formula=loss_at.format("+"), number_format="0.0000"),
        (row, 10): Mark(formula=loss_at.format("-"), number_format="0.0000"),
        (row, 11): Mark(formula=f"({up}-{down_})/(2*{wiggle})", number_format="0.0000"),
        (row, 12): Mark(formula=f"ABS({cell}-{slope})<0.000001", number_format=TRUE_OR_FALSE),
    }


def steps_of_descent() -> SheetPlan:
    """Every step of the descent of Part 3 as live formulas, and the loss as a picture."""
    sheet, top = _STEPS_SHEET, 8
    number = block(sheet, top, 0, _STEPS + 1)
    movies = block(sheet, top, 1, _STEPS + 1, 3)
    loss = block(sheet, top, 4, _STEPS + 1)
    slopes = block(sheet, top, 5, _STEPS + 1, 3)
    start = block(sheet, top, 1, 1, 3)
    later = block(sheet, top + 1, 1, _STEPS, 3)
    users, targets = f"'{_SHEET}'!{_USERS.absolute}", f"'{_SHEET}'!{sliding_across(_TARGETS)}"
    step = "$B$6"
    errors = f"'{_SHEET}'!{_TARGETS.absolute}-{users}*{sliding_down(movies)}"
    return SheetPlan(
        name=sheet,
        marks=joined(
            title(
                "Part 3, step by step",
                "Each line is one step with all six targets: next movie = movie − step size × slope. The first step "
                "moves movie 1 to −0.2, as by hand.",
                "The loss falls at every step, fast at first, and comes to rest at 1, where the movies are −0.5, −0.5 "
                "and 1.",
                "Try other step sizes: 0.25 arrives at once, 0.4 overshoots and still arrives, 0.5 swings for ever, "
                "and 0.6 runs away.",
            ),
            one(5, 0, "step size", Look.LABEL),
            one(5, 1, _STEP, Look.INPUT),
            heading(6, 1, "Movies", 3),
            heading(6, 4, "Loss"),
            heading(6, 5, "Slope of the loss", 3),
            across(7, 0, ("step", *_MOVIE_NAMES, "loss", *_MOVIE_NAMES)),
            down(top, 0, range(_STEPS + 1)),
            numbers(start, ((0, 0, 0),), Look.INPUT, "0.0000"),
            filled(later, f"{movies.first.a1}-{step}*{slopes.first.a1}", number_format="0.0000"),
            filled(loss, f"SUMPRODUCT(({errors})^2)", number_format="0.0000"),
            filled(slopes, f"-2*SUMPRODUCT({targets}-{users}*{movies.first.a1},{users})", number_format="0.0000"),
        ),
        widths={0: 10.0, **dict.fromkeys(range(1, 8), 10.0), 8: 4.0},
        frozen=(top, 0),
        charts=(
            Chart(
                "The loss of every step",
                Cell(sheet, top - 1, 9),
                number,
                (Series("loss", loss),),
                ("step", "loss"),
            ),
        ),
    )
