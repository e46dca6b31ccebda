"""The descent family: each rule against its textbook form, schedules, minibatches, and what divergence does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.engines import find_engine, run
from solver.errors import Outcome

from .cases import ROSENBROCK
from .zoo import INF, build, least_squares

if TYPE_CHECKING:
    from solver.model.problem import Problem

X, Y = np.array([14.0, 8.6, 2.8, 3.0]) / 10, np.array([5.8, 4.7, 3.6, 3.6])


def line(batches: bool = True) -> Problem:
    """A straight line through four points; its terms are the squared errors of the points."""
    base = least_squares([1.0, 1.0], lambda p: [p[0] * x + p[1] - y for x, y in zip(X, Y, strict=True)])

    def terms(p: np.ndarray, which: np.ndarray) -> tuple[float, np.ndarray]:
        error = p[0] * X[which] + p[1] - Y[which]
        return float(error @ error), np.array([2 * error @ X[which], 2 * error.sum()])

    return replace(base, terms=terms, term_count=4) if batches else base


def path(solution: Any) -> np.ndarray:
    return np.array([step.x for step in solution.trace])


def textbook(rule: str, problem: Problem, steps: int, rate: float) -> np.ndarray:
    """The iterates of a rule as its authors write it."""
    x, m, s, points = problem.x0.copy(), np.zeros(2), np.zeros(2), [problem.x0]
    for t in range(1, steps + 1):
        g = problem.grad(x)
        if rule == "gd":
            x = x - rate * g
        elif rule == "momentum":
            m = 0.9 * m + g
            x = x - rate * m
        elif rule == "nesterov":
            m = 0.9 * m + g
            x = x - rate * (g + 0.9 * m)
        elif rule == "adagrad":
            s = s + g**2
            x = x - rate * g / (np.sqrt(s) + 1e-10)
        elif rule == "rmsprop":
            s = 0.99 * s + 0.01 * g**2
            x = x - rate * g / (np.sqrt(s) + 1e-8)
        else:
            m, s = 0.9 * m + 0.1 * g, 0.999 * s + 0.001 * g**2
            fresh = rate * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
            x = (x * (1 - rate * 0.01) if rule == "adamw" else x) - fresh
        points.append(x)
    return np.array(points)


@pytest.mark.parametrize("rule", ["gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_rule_takes_the_steps_of_its_textbook(rule: str) -> None:
    problem = line()
    solution = run(problem, find_engine(rule)(rate=0.02, iterations=12))
    assert path(solution) == pytest.approx(textbook(rule, problem, 12, 0.02), rel=1e-12)


def test_nesterov_is_the_gradient_ahead_in_other_variables() -> None:
    """With y = x + m v the rule reads: v <- m v - rate grad(y), the form of Nesterov (1983)."""
    problem = line()
    found = path(run(problem, find_engine("nesterov")(rate=0.01, iterations=10)))
    y, v = problem.x0.copy(), np.zeros(2)
    base = problem.x0.copy()
    for k in range(10):
        v = 0.9 * v - 0.01 * problem.grad(y)
        base = base + v
        y = base + 0.9 * v
        assert found[k + 1] == pytest.approx(y, rel=1e-12)


def test_sgd_in_sheet_order_goes_point_by_point() -> None:
    problem = line()
    solution = run(problem, find_engine("sgd")(rate=0.05, batch=1, order="sheet", iterations=3))
    a, b = 1.0, 1.0
    for epoch in range(3):
        for x, y in zip(X, Y, strict=True):
            error = a * x + b - y
            a, b = a - 0.05 * 2 * error * x, b - 0.05 * 2 * error
        assert solution.trace[epoch + 1].x == pytest.approx([a, b])


def test_random_batches_repeat_with_their_seed_and_differ_without() -> None:
    problem = line()
    sgd = find_engine("sgd")
    one, two, other = (run(problem, sgd(batch=2, iterations=5, seed=seed)) for seed in (3, 3, 4))
    assert np.array_equal(one.x, two.x)
    assert not np.array_equal(one.x, other.x)
    drawn = run(problem, sgd(batch=2, iterations=5))
    seed = int(next(note for note in drawn.notes if "random seed" in note).split()[-1])
    assert np.array_equal(run(problem, sgd(batch=2, iterations=5, seed=seed)).x, drawn.x)


def test_batches_without_terms_are_said_to_be_whole() -> None:
    solution = run(line(batches=False), find_engine("sgd")(batch=2, rate=0.01, iterations=3))
    assert any("no terms" in note for note in solution.notes)


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        ("constant", [0.1, 0.1, 0.1, 0.1]),
        ("step", [0.1, 0.1, 0.05, 0.05]),
        ("inverse", [0.1, 0.1 / 1.5, 0.05, 0.04]),
        ("cosine", [0.1, 0.075, 0.025, 0.0]),
    ],
)
def test_schedules_let_the_rate_fall(schedule: str, rates: list[float]) -> None:
    gd = find_engine("gd")(rate=0.1, schedule=schedule, every=2, iterations=3)
    solution = run(line(), gd)
    assert [step.step for step in solution.trace] == pytest.approx(rates, abs=1e-15)


def test_weight_decay_pulls_and_clipping_shortens() -> None:
    problem = line()
    gd = find_engine("gd")
    pulled = run(problem, gd(rate=0.01, weight_decay=0.5, iterations=1)).trace[1].x
    assert pulled == pytest.approx(problem.x0 - 0.01 * (problem.grad(problem.x0) + 0.5 * problem.x0))
    cut = run(problem, gd(rate=0.01, clip=2.0, iterations=1)).trace[1].x
    assert np.linalg.norm(cut - problem.x0) == pytest.approx(0.02)


def test_bounds_hold_by_projection_and_the_end_is_optimal() -> None:
    problem = build([5.0, 5.0], lambda x: (x[0] - 1) ** 2 + (x[1] + 3) ** 2, lb=0, ub=10)
    solution = run(problem, find_engine("gd")(rate=0.3))
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.x == pytest.approx([1, 0], abs=1e-8)
    losses = [step.fun for step in solution.trace]
    assert all(np.diff(losses) <= 0)


def test_a_step_that_is_too_large_is_named_and_the_best_point_kept() -> None:
    problem = line()
    solution = run(problem, find_engine("gd")(rate=5.0, iterations=10_000))
    assert "smaller" in solution.message or "try -O rate=0.5" in solution.message
    assert solution.fun == problem.fun(problem.x0)
    assert len(solution.trace) < 1000


def test_rows_are_kept_by_prices_around_a_descent() -> None:
    problem = build([0.0, 0.0], lambda x: (x[0] - 2) ** 2 + (x[1] - 2) ** 2, lambda x: [x[0] + x[1]], [-INF], [2])
    solution = run(problem, find_engine("gd")(rate=0.1, iterations=2000))
    assert solution.engine == "gd"
    assert solution.x == pytest.approx([1, 1], abs=1e-4)


def test_a_mind_of_momentum_helps_gd_in_a_valley() -> None:
    gd = find_engine("gd")
    plain, rolling = (run(ROSENBROCK.problem, gd(rate=0.001, momentum=m, iterations=1500)) for m in (0.0, 0.9))
    assert rolling.fun < plain.fun / 10
