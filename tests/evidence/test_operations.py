"""A filled-down grid costs a few array operations, however many cells it has.

The layout of a lesson on collaborative filtering: ratings with blanks, five factors for each movie above and for each
user on the left of the predictions, one formula filled over all of these, and the root of the mean squared error.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from solver.book.read import read_book
from solver.grid import Area, Cell, column_letters, parse_a1
from solver.model.binding import Binding, bind
from solver.model.model import Model
from solver.model.recall import recall
from tests.books import book_of
from tests.conftest import SHARED

FACTORS, FIRST = 5, 7  # column H
MOST = 60


def lesson(size: int) -> tuple[Binding, np.ndarray[Any, np.dtype[np.float64]]]:
    """The bound model of a size x size grid, and its ratings (NaN where there is none)."""
    generator = np.random.default_rng(size)
    ratings = generator.integers(1, 6, (size, size)).astype(float)
    ratings[generator.random((size, size)) < 0.1] = np.nan
    movies, users = size + 4, size + 4 + FACTORS + 1  # the first rows of the two, as Excel counts them
    last = column_letters(FIRST + size - 1)
    columns = [column_letters(FIRST + k) for k in range(size)]
    cells: dict[str, Any] = {}
    for j, column in enumerate(columns):
        for i in np.flatnonzero(~np.isnan(ratings[:, j])).tolist():
            cells[f"{column}{2 + i}"] = ratings[i, j]
        for k in range(FACTORS):
            cells[f"{column}{movies + k}"] = generator.random()
        for i in range(size):
            row = users + i
            cells[f"{column}{row}"] = (
                f'=IF({column}{2 + i}="",0,MMULT($B{row}:$F{row},{column}${movies}:{column}${movies + FACTORS - 1}))'
            )
    for i in range(size):
        for column in "BCDEF":
            cells[f"{column}{users + i}"] = generator.random()
    goal = f"{last}{users + size + 1}"
    grid, table = f"H2:{last}{1 + size}", f"H{users}:{last}{users + size - 1}"
    cells[goal] = f"=SQRT(SUMXMY2({grid},{table})/COUNT({grid}))"
    book = book_of({"dotprod": cells})
    model = Model(
        "dotprod",
        objective=Cell("dotprod", *parse_a1(goal)),
        variables=(
            Area("dotprod", movies - 1, FIRST, movies + FACTORS - 2, FIRST + size - 1),
            Area("dotprod", users - 1, 1, users + size - 2, FACTORS),
        ),
    )
    return bind(book, model), ratings


def loss(x: np.ndarray[Any, np.dtype[np.float64]], ratings: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    size = len(ratings)
    movies, users = x[: FACTORS * size].reshape(FACTORS, size), x[FACTORS * size :].reshape(size, FACTORS)
    return float(np.sqrt(np.nanmean((ratings - users @ movies) ** 2)))


def test_operations_do_not_grow_with_the_grid(capsys: pytest.CaptureFixture[str]) -> None:
    small, large = lesson(15)[0].operations(), lesson(300)[0].operations()
    with capsys.disabled():
        sys.stdout.write(f"\noperations of the tape: {small} for 225 predictions, {large} for 90000\n")
    assert small == large < MOST


@pytest.mark.parametrize("size", [15, 60])
def test_they_compute_what_numpy_computes(size: int) -> None:
    binding, ratings = lesson(size)
    x = np.random.default_rng(1).random(binding.problem.n)
    assert binding.problem.fun(x) == pytest.approx(loss(x, ratings), rel=1e-14)
    residuals = binding.problem.residuals
    assert residuals is not None
    assert residuals.outer(float(residuals.fun(x) @ residuals.fun(x))) == pytest.approx(loss(x, ratings), rel=1e-14)


@pytest.mark.parametrize("name", ["fastai-2016--collab_filter.xlsx", "fastai-2022--collab_filter.xlsx"])
def test_the_real_lesson_costs_no_more(name: str) -> None:
    path = SHARED / "real" / name
    if not path.exists():
        pytest.skip("the folder of outside workbooks is not here")
    book = read_book(path)
    binding = bind(book, recall(book)["dotprod"])
    assert binding.operations() == lesson(15)[0].operations()
    assert binding.problem.n == 150
    assert binding.problem.residuals is not None
    assert binding.problem.residuals.count == 206
