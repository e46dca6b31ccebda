"""The gallery's lesson comes out as its pages say: exact, by descent step for step, and at the documented optimum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.book.read import read_book
from solver.grid import Area, Cell, parse_a1
from solver.model.recall import recall
from solver.pipeline import Request, recomputed, solve_model
from tests.workbooks.gallery import GALLERY, STANDING

if TYPE_CHECKING:
    from solver.model.answer import Answer

USERS = np.array([-1.0, 1.0])
TARGETS = np.array([(1.0, 0.0, -1.0), (0.0, -1.0, 1.0)])
RATE = 0.1


def solved(name: str, sheet: str, **asked: Any) -> Answer:
    book = read_book(GALLERY / name)
    return solve_model(book, recall(book)[sheet], Request(**asked))


def slope(movies: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The chain of the worksheet: d loss/d diff = 2 diff, turned for pred, times the user, added up over users."""
    return np.asarray(-2 * (TARGETS - np.outer(USERS, movies)).T @ USERS)


def loss(movies: np.ndarray[Any, Any]) -> float:
    return float(np.sum((TARGETS - np.outer(USERS, movies)) ** 2))


def test_part_2_is_exact() -> None:
    answer = solved("worksheet.xlsx", "Part 2")
    assert answer.solution.outcome.solved
    np.testing.assert_array_equal(answer.solution.x, [1, 0, -1, 0, -1, 1])


def test_part_3_is_the_hand_calculation_step_by_step() -> None:
    answer = solved("worksheet.xlsx", "Part 3")
    assert answer.used.name == "gd"
    steps = [(step.fun, step.x) for step in answer.solution.trace if step.x is not None]
    assert len(steps) > 20
    movies = np.zeros(3)
    for fun, x in steps:
        np.testing.assert_allclose(x, movies, rtol=1e-13, atol=1e-15)
        assert fun == pytest.approx(loss(movies), rel=1e-13)
        movies = movies - RATE * slope(movies)
    first = steps[1][1]
    np.testing.assert_allclose(first, [-0.2, -0.2, 0.4], rtol=1e-14)


def test_part_3_falls_monotonically_to_one() -> None:
    answer = solved("worksheet.xlsx", "Part 3")
    losses = np.array([step.fun for step in answer.solution.trace])
    assert losses[0] == 4
    assert (np.diff(losses) <= np.spacing(1.0)).all()  # at rest the last bit may flicker
    assert (np.diff(losses[:20]) < 0).all()
    assert answer.final == pytest.approx(1.0, rel=1e-9)
    np.testing.assert_allclose(answer.solution.x, [-0.5, -0.5, 1], atol=1e-4)
    squared = answer.after.value(Area("Part 3", *parse_a1("C21"), *parse_a1("E22"))).known[0, 0]
    np.testing.assert_allclose(squared.sum(axis=0), [0.5, 0.5, 0], atol=1e-4)


def test_the_sheet_of_steps_shows_what_the_engine_did() -> None:
    trace = [step for step in solved("worksheet.xlsx", "Part 3").solution.trace if step.x is not None]
    book = read_book(GALLERY / "worksheet.xlsx")
    shown = recomputed(book, {}).value(Area("Part 3 steps", *parse_a1("B9"), *parse_a1("E34"))).known[0, 0]
    for step, row in zip(trace, shown, strict=False):
        np.testing.assert_allclose(row, [*np.asarray(step.x), step.fun], rtol=1e-12, atol=1e-14)


def test_the_hand_calculation_moves_with_its_inputs() -> None:
    """With another step size and start, the live formulas still are the chain rule."""
    book = read_book(GALLERY / "worksheet.xlsx")
    rate, m1 = 0.05, 0.7
    after = recomputed(book, {Cell("Part 3", *parse_a1("H9")): rate, Cell("Part 3", *parse_a1("H11")): m1})
    found = after.value(Area("Part 3", *parse_a1("G9"), *parse_a1("H26"))).scalars()[0, 0]
    value = {str(name): number for name, number in found.tolist() if name is not None}
    by_movie = 2 * (1 + m1)
    assert value["d loss / d m1"] == pytest.approx(by_movie, rel=1e-14)
    assert value["new m1"] == pytest.approx(m1 - rate * by_movie, rel=1e-14)
    assert value["new loss"] < value["loss"]


OPTIMA = {
    ("collaborative_filtering.xlsx", "dot product"): 0.2347,
    ("collaborative_filtering.xlsx", "bias"): 0.1627,
    ("collaborative_filtering.xlsx", "long"): 0.2347,
    ("neural_network.xlsx", "tanh"): 0.05,
    ("neural_network.xlsx", "sigmoid"): 0.07,
    ("neural_network.xlsx", "frozen"): 0.1,
    ("regression.xlsx", "growth"): 49.1119,
    ("transport.xlsx", "transport"): 1220,
    ("knapsack.xlsx", "knapsack"): 260,
    ("portfolio.xlsx", "portfolio"): 0.1038**2,
}


@pytest.mark.parametrize(("name", "sheet"), OPTIMA)
def test_documented_optimum_is_reached(name: str, sheet: str) -> None:
    answer = solved(name, sheet)
    documented = OPTIMA[name, sheet]
    assert answer.solution.outcome.solved
    assert answer.final is not None
    assert answer.final == pytest.approx(documented, rel=5e-3 if documented > 0.11 else 0.15)


def test_every_model_of_the_gallery_is_tested() -> None:
    stored = {(path.name, sheet) for path in STANDING for sheet in recall(read_book(path))}
    assert stored == OPTIMA.keys() | {("worksheet.xlsx", "Part 2"), ("worksheet.xlsx", "Part 3")}
