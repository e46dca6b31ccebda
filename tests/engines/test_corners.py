"""Formulas with corners: fits of networks with ReLU units, absolute deviations, and their many bottoms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra.structure.ladder import Degree
from solver.engines import choose, find_engine, run
from solver.engines.progress import Progress
from solver.engines.searching.kicks import fitted
from solver.errors import Outcome
from solver.model.problem import Residuals

from .zoo import build

if TYPE_CHECKING:
    from solver.model.problem import Problem


def relu(seed: int, *, rows: int = 80, units: int = 2) -> Problem:
    """Targets that a layer of ReLU units has made exactly, from weights that a fit begins far from."""
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((rows, 3))
    true = rng.standard_normal((3 + 1, units))
    target = np.maximum(data @ true[:3], 0.0) @ true[3]
    size = true.size

    def split(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        weights = x.reshape(true.shape)
        sums = data @ weights[:3]
        return sums, np.maximum(sums, 0.0), weights[3]

    def fun(x: np.ndarray) -> np.ndarray:
        _, hidden, out = split(x)
        return np.asarray(hidden @ out - target)

    def jac(x: np.ndarray) -> np.ndarray:
        sums, hidden, out = split(x)
        inner = data[:, :, None] * ((sums > 0) * out)[:, None, :]
        return np.hstack([inner.reshape(rows, -1), hidden])

    base = build(rng.standard_normal(size), lambda x: sum(v**2 for v in x))
    return replace(
        base,
        fun=lambda x: float(fun(x) @ fun(x)),
        grad=lambda x: 2 * jac(x).T @ fun(x),
        fun_many=lambda points: np.array([fun(x) @ fun(x) for x in points]),
        degree=Degree.KINK,
        residuals=Residuals(rows, fun, jac, lambda total: total),
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_layer_of_rectified_units_is_found_again(seed: int) -> None:
    problem = relu(seed)
    engine, why = choose(problem, "grg", {})
    assert engine.name == "nonsmooth"
    assert "corners" in why
    assert run(problem, engine).fun < 1e-16


def test_kicks_repeat_and_bounds_hold() -> None:
    problem = relu(3)
    boxed = replace(problem, x0=np.full(problem.n, 0.1), lb=np.full(problem.n, -0.25), ub=np.full(problem.n, 0.5))
    found = [run(boxed, find_engine("nonsmooth")(seed=7)) for _ in range(2)]
    assert np.array_equal(found[0].x, found[1].x)
    assert np.all((found[0].x >= boxed.lb) & (found[0].x <= boxed.ub))
    assert found[0].fun < boxed.fun(boxed.x0)
    assert found[0].outcome is Outcome.CONVERGED


def test_a_kick_to_where_there_is_no_value_does_no_harm() -> None:
    problem = relu(1)
    residuals = problem.residuals

    def holed(x: np.ndarray) -> np.ndarray:
        return np.where(np.abs(x).max() > 2.5, np.nan, residuals.fun(x))

    view = replace(
        problem,
        fun=lambda x: float(np.sum(holed(x) ** 2)),
        residuals=replace(residuals, fun=holed),
        x0=problem.x0 * 0.5,
    )
    x = fitted(view, Progress(view), np.random.default_rng(0))
    assert view.fun(x) < view.fun(view.x0)
