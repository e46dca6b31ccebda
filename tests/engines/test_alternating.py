"""Many cells without rows: where quasi-Newton steps are enough, where they creep, and where error values block them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der, rosen_hess_prod

from solver.engines.policy import choose
from solver.engines.run import run
from solver.engines.smooth.lbfgsb import creeps
from solver.errors import Outcome
from solver.model.problem import Residuals

from .zoo import build

if TYPE_CHECKING:
    from solver.model.problem import Problem

N = 600


def large(**callables: object) -> Problem:
    """A smooth problem of N variables without bounds from its callables."""
    small = build([0.0], lambda x: x[0] ** 2)
    nothing, end = np.zeros(N, dtype=bool), np.full(N, np.inf)
    return replace(small, x0=np.zeros(N), lb=-end, ub=end, integer=nothing, binary=nothing, **callables)  # type: ignore[arg-type]


def chain() -> Problem:
    """Rosenbrock's chain: 0 at ones, along a valley that bends N times."""
    start = np.tile([-1.2, 1.0], N // 2)
    return replace(large(fun=rosen, grad=rosen_der, hessp=rosen_hess_prod), x0=start)


def test_a_bent_valley_is_followed_to_its_end() -> None:
    engine, _ = choose(chain(), "grg", {})
    found = run(chain(), engine)
    assert engine.name == "alternating"
    assert found.outcome is Outcome.OPTIMAL
    assert found.x == pytest.approx(np.ones(N), abs=1e-4)


@pytest.mark.parametrize("name", ["trust", "alternating", "lbfgsb"])
def test_waves_do_not_hide_that_a_slope_has_no_end(name: str) -> None:
    """Newton's steps are as short as the waves, line searches end in one of them; the slope goes on behind."""
    random = np.random.default_rng(0)
    waves, height, slope = random.normal(size=(2 * N, N)) / 3, random.uniform(0, 3, 2 * N), random.normal(size=N)
    problem = large(
        fun=lambda x: float(height @ np.sin(waves @ x) + 30 * slope @ x),
        grad=lambda x: waves.T @ (height * np.cos(waves @ x)) + 30 * slope,
        hessp=lambda x, v: -(waves.T @ (height * np.sin(waves @ x) * (waves @ v))),
    )
    found = run(problem, choose(problem, name, {})[0])
    assert found.outcome is Outcome.UNBOUNDED
    assert found.evaluations["function"] < 400


def test_work_is_limited_where_nothing_comes_to_rest() -> None:
    """A saddle-ridden quartic in random directions, stopped after the work that was allowed."""
    random = np.random.default_rng(0)
    matrix = random.normal(size=(2 * N, N)) * np.logspace(-3, 0, N)
    quartic = large(
        fun=lambda x: float(np.sum(((matrix @ x) ** 2 - 1) ** 2)),
        grad=lambda x: 4 * matrix.T @ (((matrix @ x) ** 2 - 1) * (matrix @ x)),
        hessp=lambda x, v: 4 * matrix.T @ ((3 * (matrix @ x) ** 2 - 1) * (matrix @ v)),
    )
    squares = Residuals(
        2 * N, lambda x: (matrix @ x) ** 2 - 1, lambda x: 2 * (matrix @ x)[:, None] * matrix, lambda s: s
    )
    quartic = replace(quartic, x0=random.normal(size=N), residuals=squares)
    counts = run(quartic, choose(quartic, "alternating", {"work": "700"})[0]).evaluations
    assert counts["gradient"] + 2 * counts["hessian"] < 2 * 700


def test_error_values_in_the_way_are_gone_round() -> None:
    """The objective has no value beyond a wall that the shortest way runs into; the best point lies along it."""
    weight = np.linspace(1.0, 100.0, N)

    def fun(x: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            wall = np.log(3.0 - x.sum()) if x.sum() < 3.0 else np.nan
        return float(weight @ (x - 1.0) ** 2 / 2 - 1e-3 * wall)

    def grad(x: np.ndarray) -> np.ndarray:
        return weight * (x - 1.0) + (1e-3 / (3.0 - x.sum()) if x.sum() < 3.0 else np.nan)

    def hessp(x: np.ndarray, v: np.ndarray) -> np.ndarray:
        return weight * v + 1e-3 / (3.0 - x.sum()) ** 2 * v.sum()

    walled = large(fun=fun, grad=grad, hessp=hessp)
    found = run(walled, choose(walled, "alternating", {})[0])
    # without the wall's own 1e-3 the constrained optimum is x = 1 - t / weight with sum 3
    t = (N - 3.0) / np.sum(1.0 / weight)
    assert found.fun == pytest.approx(t**2 * np.sum(1.0 / weight) / 2, rel=1e-4)


@pytest.mark.parametrize(("gains", "expected"), [(1e-9, True), (1e-3, False)])
def test_creeping_is_judged_by_the_second_half_of_the_steps(gains: float, expected: bool) -> None:
    funs = list(2.0 - gains * np.arange(1500))
    assert creeps(funs) is expected
    assert not creeps(funs[:500])
