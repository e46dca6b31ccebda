"""Smooth models with rows: sparse systems, Hessians by colouring, filters, restoration, convex quadratics."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import minimize

from solver.algebra.structure.ladder import Degree
from solver.engines import choose, find_engine, run, violation
from solver.engines.progress import Progress
from solver.engines.smooth.hessian import lagrangian_hessian
from solver.engines.smooth.restoration import restored
from solver.engines.smooth.saddle import Saddle
from solver.errors import Outcome

from .row_cases import ROWS
from .zoo import INF, build, linear_program

if TYPE_CHECKING:
    from solver.model.problem import Problem


def chain(n: int) -> Problem:
    """Quartic springs on a chain: x_i x_(i+1) + sin x_i = 2 for every two neighbours."""
    i, want = np.arange(n - 1), np.linspace(0, 2, n)
    none = np.zeros(n, dtype=bool)

    def row_hessp(x: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.ndarray:
        result = np.zeros(n)
        result[:-1] += w * (v[1:] - np.sin(x[:-1]) * v[:-1])
        result[1:] += w * v[:-1]
        return result

    return replace(
        build([0.0], lambda x: x[0]),
        x0=1 + 0.1 * np.sin(np.arange(n)),
        lb=np.full(n, -10.0),
        ub=np.full(n, 10.0),
        integer=none,
        binary=none,
        fun=lambda x: float(np.sum((x - want) ** 4)),
        grad=lambda x: 4 * (x - want) ** 3,
        hessp=lambda x, v: 12 * (x - want) ** 2 * v,
        rows=lambda x: x[:-1] * x[1:] + np.sin(x[:-1]),
        row_jac=lambda x: sp.csr_array(
            (np.r_[x[1:] + np.cos(x[:-1]), x[:-1]], (np.r_[i, i], np.r_[i, i + 1])), shape=(n - 1, n)
        ),
        row_hessp=row_hessp,
        row_lo=np.full(n - 1, 2.0),
        row_hi=np.full(n - 1, 2.0),
        row_degrees=(Degree.SMOOTH,) * (n - 1),
        labels=tuple(f"x{j}" for j in range(n)),
    )


@pytest.mark.parametrize("n", [250, 1000])
def test_a_chain_of_equations_is_solved_with_sparse_systems(n: int) -> None:
    problem = chain(n)
    began = time.monotonic()
    solution = run(problem, find_engine("grg")())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.violation < 1e-12
    assert time.monotonic() - began < 20
    assert solution.evaluations["hessian"] < 300


def test_the_coloured_hessian_is_the_hessian() -> None:
    problem = chain(120)
    x = problem.x0 + 0.3
    w = np.random.default_rng(0).standard_normal(119)
    found = lagrangian_hessian(problem, problem.x0)
    assert found.colour.max() + 1 <= 4
    v = np.random.default_rng(1).standard_normal(120)
    wanted = 0.5 * problem.hessp(x, v) + problem.row_hessp(x, w, v)
    assert found.at(x, 0.5, w) @ v == pytest.approx(wanted, rel=1e-10)


def test_a_hessian_whose_pattern_cannot_be_guessed_is_found_by_asking() -> None:
    n = 90
    problem = replace(
        chain(n),
        fun=lambda x: float(np.sum(x**2 * x[::-1] ** 2) / 2),
        grad=lambda x: 2 * x * x[::-1] ** 2,
        hessp=lambda x, v: 2 * x[::-1] ** 2 * v + 4 * x * x[::-1] * v[::-1],
    )
    x, w = problem.x0 + 0.1, np.ones(n - 1)
    v = np.random.default_rng(1).standard_normal(n)
    found = lagrangian_hessian(problem, problem.x0).at(x, 1.0, w)
    assert found @ v == pytest.approx(problem.hessp(x, v) + problem.row_hessp(x, w, v), rel=1e-9)


@pytest.mark.parametrize("size", [(5, 2), (180, 60)])
def test_the_saddle_system_is_solved_and_convexified(size: tuple[int, int]) -> None:
    n, m = size
    rng = np.random.default_rng(3)
    curvature = rng.standard_normal(n)
    hessian = sp.csc_array(sp.diags_array(curvature))
    jacobian = sp.csr_array(np.eye(m, n) + 0.1 * rng.standard_normal((m, n)))
    saddle = Saddle()
    solve = saddle.solver(hessian, jacobian, 1e-8)
    assert solve is not None
    right = rng.standard_normal(n + m)
    found = solve(right)
    p = found[:n]
    assert jacobian @ p == pytest.approx(right[n:], abs=1e-5)
    kernel = np.linalg.svd(jacobian.toarray())[2][m:].T
    reduced = kernel.T @ (hessian + saddle.last * sp.eye_array(n)) @ kernel
    assert np.linalg.eigvalsh(reduced).min() > 0


@pytest.mark.parametrize("seed", range(5))
def test_convex_quadratics_agree_with_another_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = 6, 3
    root, a = rng.standard_normal((n, n)), rng.standard_normal((m, n))
    low = a @ rng.random(n) - 0.5
    problem = linear_program(
        rng.standard_normal(n), a, low, low + 0.3, hessian=root @ root.T + 0.1 * np.eye(n), lb=0, ub=1
    )
    engine, why = choose(problem, "grg", {})
    assert (engine.name, "convex quadratic" in why) == ("interior", True)
    solution = run(problem, engine)
    other = minimize(
        problem.fun,
        np.full(n, 0.5),
        jac=problem.grad,
        bounds=[(0, 1)] * n,
        constraints={"type": "ineq", "fun": lambda x: np.r_[a @ x - low, low + 0.3 - a @ x]},
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.fun <= other.fun + 1e-9
    assert solution.violation < 1e-12


def test_a_start_far_outside_the_rows_is_restored() -> None:
    case = next(case for case in ROWS if case.name == "hs106")
    x = restored(case.problem, case.problem.x0 * 0.2, Progress(case.problem))
    assert violation(case.problem, x) < 1e-9


def test_equations_without_an_objective_are_solved() -> None:
    problem = build(
        [1.0, 1.0],
        lambda x: 0.0 * x[0],
        lambda x: [x[0] ** 2 + x[1] ** 2, x[0] * x[1]],
        [5, 2],
        [5, 2],
        degree=Degree.CONSTANT,
        sense=0,
    )
    solution = run(problem, find_engine("grg")())
    assert solution.outcome is Outcome.OPTIMAL
    assert sorted(abs(solution.x)) == pytest.approx([1, 2])


def test_an_interval_row_holds_on_both_sides() -> None:
    for target, row in ((9.0, 2.0), (-9.0, -1.0), (0.5, 0.5)):
        problem = build([0.3, 0.3], lambda x, t=target: (x[0] + x[1] - t) ** 2, lambda x: [x[0] + x[1]], [-1], [2])
        solution = run(problem, find_engine("grg")())
        assert problem.rows(solution.x)[0] == pytest.approx(row, abs=1e-8)


def test_redundant_equations_do_no_harm() -> None:
    problem = build(
        [0.0, 0.0, 0.0],
        lambda x: (x[0] - 1) ** 2 + x[1] ** 2 + x[2] ** 4,
        lambda x: [x[0] + x[1], 2 * x[0] + 2 * x[1], x[0] - x[2]],
        [1, 2, -INF],
        [1, 2, 0.8],
    )
    solution = run(problem, find_engine("grg")())
    assert solution.outcome is Outcome.OPTIMAL
    assert violation(problem, solution.x) < 1e-9


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6])
@pytest.mark.parametrize("name", ["lbfgsb", "trust"])
def test_a_penalty_does_not_mind_the_size_of_a_row(name: str, size: float) -> None:
    problem = build(
        [3, -1],
        lambda x: (x[0] - 1) ** 2 + 2 * (x[1] - 2) ** 4,
        lambda x: [size * (x[0] + x[1]), x[0] * x[1]],
        [2 * size, -INF],
        [2 * size, 0.5],
    )
    solution = run(problem, find_engine(name)())
    assert solution.violation <= 1e-6
    assert solution.x == pytest.approx([1 - np.sqrt(0.5), 1 + np.sqrt(0.5)], abs=1e-6)
