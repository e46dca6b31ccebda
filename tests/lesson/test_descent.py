"""The descent family on the line y = a x + b, one row a point: every step as the textbook writes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import solver
from solver.book.book import Edits
from solver.book.patch import patch
from solver.errors import Outcome
from solver.grid import Area, Cell
from solver.model.model import Model
from solver.model.recall import recall
from solver.model.render import render
from solver.pipeline import Request, computed, read, solve_model
from solver.reports.agreement import compare
from tests.benchmarks.descents import BOOK, OPTIMUM, SETTINGS, descended, problem_of
from tests.lesson.sheets import run, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from solver.model.problem import Problem

    Vector = np.ndarray[Any, np.dtype[np.float64]]

X = np.array([14, 86, 28, 51, 28, 29, 72, 62, 84, 15, 42, 62, 47, 35, 9, 38, 44, 99, 13, 21.0]) / 50
Y = 2 * X + 30 / 50
START = np.array([1.0, 1.0])
EPOCHS = 3


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Points, predictions and squared errors; the loss is the root of their mean."""
    cells: dict[str, Any] = {"A1": "a", "B1": START[0], "A2": "b", "B2": START[1]}
    for row, (x, y) in enumerate(zip(X, Y, strict=True), start=5):
        cells |= {f"A{row}": x, f"B{row}": y, f"C{row}": f"=$B$1*A{row}+$B$2", f"D{row}": f"=(C{row}-B{row})^2"}
    cells["B3"] = f"=SQRT(AVERAGE(D5:D{4 + len(X)}))"
    path = write(tmp_path_factory.mktemp("line") / "line.xlsx", {"Line": cells})
    run("define", path, "--minimize", "B3", "--by-changing", "B1:B2")
    return path


def gradient_of(rows: slice, w: Vector) -> Vector:
    """The mean gradient of the squared errors of some rows."""
    d = w[0] * X[rows] + w[1] - Y[rows]
    return np.array([np.mean(2 * d * X[rows]), np.mean(2 * d)])


def sgd(rate: float) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    return lambda w, g, _: w - rate * g


def momentum(rate: float, keep: float) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    def step(w: Vector, g: Vector, memory: dict[str, Any]) -> Vector:
        memory["v"] = keep * memory.get("v", 0.0) + g
        return w - rate * memory["v"]

    return step


def nesterov(rate: float, keep: float) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    def step(w: Vector, g: Vector, memory: dict[str, Any]) -> Vector:
        memory["v"] = keep * memory.get("v", 0.0) + g
        return w - rate * (g + keep * memory["v"])

    return step


def adagrad(rate: float) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    def step(w: Vector, g: Vector, memory: dict[str, Any]) -> Vector:
        memory["s"] = memory.get("s", 0.0) + g**2
        return w - rate * g / (np.sqrt(memory["s"]) + 1e-10)

    return step


def rmsprop(rate: float, keep: float) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    def step(w: Vector, g: Vector, memory: dict[str, Any]) -> Vector:
        memory["s"] = keep * memory.get("s", 0.0) + (1 - keep) * g**2
        return w - rate * g / (np.sqrt(memory["s"]) + 1e-8)

    return step


def adam(rate: float, decay: float = 0.0) -> Callable[[Vector, Vector, dict[str, Any]], Vector]:
    def step(w: Vector, g: Vector, memory: dict[str, Any]) -> Vector:
        t = memory["t"] = memory.get("t", 0) + 1
        memory["m"] = 0.9 * memory.get("m", 0.0) + 0.1 * g
        memory["s"] = 0.999 * memory.get("s", 0.0) + 0.001 * g**2
        m, s = memory["m"] / (1 - 0.9**t), memory["s"] / (1 - 0.999**t)
        return w - rate * decay * w - rate * m / (np.sqrt(s) + 1e-8)

    return step


RULES = {
    "sgd": (sgd(0.05), {"rate": 0.05}),
    "momentum": (momentum(0.01, 0.9), {"rate": 0.01, "momentum": 0.9}),
    "nesterov": (nesterov(0.01, 0.9), {"rate": 0.01, "momentum": 0.9}),
    "adagrad": (adagrad(0.2), {"rate": 0.2}),
    "rmsprop": (rmsprop(0.01, 0.9), {"rate": 0.01, "smoothing": 0.9}),
    "adam": (adam(0.05), {"rate": 0.05}),
    "adamw": (adam(0.05, 0.01), {"rate": 0.05, "weight_decay": 0.01}),
}


@pytest.mark.parametrize("batch", [1, 6])
@pytest.mark.parametrize("name", RULES)
def test_every_epoch_is_the_textbook(name: str, batch: int, line: Path) -> None:
    rule, options = RULES[name]
    w, memory, expected = START, {}, [START]
    for _ in range(EPOCHS):
        for begin in range(0, len(X), batch):
            w = rule(w, gradient_of(slice(begin, begin + batch), w), memory)
        expected.append(w)
    seen: list[Vector] = []
    asked = {**options, "batch": batch, "order": "sheet", "iterations": EPOCHS}
    result = solver.solve(line, engine=name, options=asked, callback=lambda step: seen.append(step.x))
    assert not result.solution.notes
    np.testing.assert_allclose(seen, expected, rtol=1e-11)


def test_the_whole_gradient_is_that_of_the_objective(line: Path) -> None:
    """Without minibatches a step follows the formula of the objective, here a root of a mean."""
    seen: list[Vector] = []
    options = {"rate": 0.1, "iterations": 2}
    solver.solve(line, engine="gd", options=options, callback=lambda step: seen.append(step.x))
    w = START
    for point in seen[1:]:
        d = w[0] * X + w[1] - Y
        w = w - 0.1 * np.array([np.mean(d * X), np.mean(d)]) / np.sqrt(np.mean(d**2))
        np.testing.assert_allclose(point, w, rtol=1e-12)


def test_random_order_visits_every_row_once(line: Path) -> None:
    """One epoch of tiny steps moves like one step against the whole gradient, whatever the order."""
    seen: list[Vector] = []
    options = {"rate": 1e-7, "batch": 1, "iterations": 1}
    solver.solve(line, engine="sgd", options=options, seed=3, callback=lambda step: seen.append(step.x))
    np.testing.assert_allclose(seen[1] - seen[0], -1e-7 * len(X) * gradient_of(slice(None), START), rtol=1e-4)


def test_the_same_seed_takes_the_same_way(line: Path) -> None:
    ways = [solver.solve(line, engine="sgd", options={"batch": 4, "iterations": 5}, seed=seed).x for seed in (1, 1, 2)]
    np.testing.assert_array_equal(ways[0], ways[1])
    assert not np.array_equal(ways[0], ways[2])


@pytest.mark.parametrize("engine", ["adam", "gd", "lbfgsb"])
def test_early_stop_keeps_the_point_with_the_least_held_out_loss(engine: str, tmp_path: Path) -> None:
    """Two points are kept out that lie beside the line of the others; every engine passes their best line by."""
    cells: dict[str, Any] = {"A1": "a", "B1": 0.0, "A2": "b", "B2": 0.0}
    points = [*zip(X[:6], Y[:6], strict=True), (0.5, 0.6), (1.5, 1.8)]
    for row, (x, y) in enumerate(points, start=5):
        cells |= {f"A{row}": x, f"B{row}": y, f"C{row}": f"=$B$1*A{row}+$B$2", f"D{row}": f"=(C{row}-B{row})^2"}
    cells |= {"B3": "=SUM(D5:D10)", "C3": "=SUM(D11:D12)"}
    book = read(write(tmp_path / "line.xlsx", {"Line": cells}))
    areas = Area("Line", 0, 1, 1, 1)
    model = Model("Line", Cell("Line", 2, 1), variables=(areas,), engine=engine, held_out=Cell("Line", 2, 2))
    options = {"early_stop": 3, **({"rate": 0.002 if engine == "gd" else 0.02} if engine in ("adam", "gd") else {})}
    if engine == "lbfgsb":
        options["early_stop"] = 1
    answer = solve_model(book, model, Request(options=options))
    trace, outcome = answer.solution.trace, answer.solution.outcome
    held_out = [step.held_out for step in trace]
    best = int(np.argmin(held_out))
    assert outcome is Outcome.CONVERGED
    assert len(trace) - 1 - best == options["early_stop"]
    assert best > 0
    np.testing.assert_array_equal(answer.solution.x, trace[best].x)
    assert answer.after.value(Area("Line", 2, 2, 2, 2)).scalar() == pytest.approx(held_out[best], rel=1e-12)
    assert answer.final > min(step.fun for step in trace)
    limited = solve_model(book, model, Request(options={**options, "early_stop": 1000, "iterations": best + 1}))
    np.testing.assert_array_equal(limited.solution.x, trace[best].x)


def test_the_held_out_cell_is_stored_and_recalled(tmp_path: Path) -> None:
    path = write(tmp_path / "book.xlsx", {"S": {"A1": 1, "B1": "=A1^2", "C1": "=A1^4"}})
    book = read(path)
    model = Model("S", Cell("S", 0, 1), variables=(Area("S", 0, 0, 0, 0),), held_out=Cell("S", 0, 2))
    names, dropped = render(model, book)
    stored = read(patch(book, Edits(names=names, dropped_names=dropped)))
    assert recall(stored)["S"].held_out == Cell("S", 0, 2)
    assert "held_out" not in recall(stored)["S"].options
    gone, dropped = render(replace(recall(stored)["S"], held_out=None), stored)
    assert (gone, [name for name, _ in dropped]) == ((), ["solver_sheet_held_out"])


@pytest.fixture(scope="module")
def ratings(shared: Path) -> Problem:
    """The 15 x 15 ratings of the course's own workbook, from the start that it stores."""
    return problem_of(shared / "real" / BOOK.name)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_descent_learns_the_ratings(name: str, ratings: Problem) -> None:
    """The documented settings bring each engine within 1 % of the best loss."""
    found = descended(ratings, name)
    assert found.epochs is not None
    assert found.loss <= 1.01 * OPTIMUM


def test_the_lesson_of_the_course_is_computed(shared: Path) -> None:
    """The ten sheets of the course's workbook on descent say what they store, but for their random numbers."""
    agreement = compare(computed(read(shared / "real" / "fastai-2016--graddesc.xlsm")))
    assert agreement.cells > 2000
    assert agreement.holds
