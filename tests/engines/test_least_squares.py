"""Fits: certified digits, bounds, rank deficiency, size, and Newton's method where steps creep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from solver.algebra.structure.ladder import Degree
from solver.engines import find_engine, optimality, run
from solver.engines.smooth.damping import Factors, Iteration, SingularValues, within
from solver.errors import Outcome
from solver.model.problem import Problem, Residuals

from .cases import SQUARES
from .jets import exp
from .zoo import least_squares

FIT = find_engine("least_squares")


@pytest.mark.parametrize("case", SQUARES[:2], ids=str)
def test_certified_parameters_are_met_to_ten_digits(case: object) -> None:
    """NIST StRD, Misra1a: certified to eleven digits."""
    solution = run(case.problem, FIT())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.x == pytest.approx(case.x, rel=1e-9)
    assert solution.fun == pytest.approx(case.fun, rel=1e-10)


def planted(rows: int, columns: int, factors: int, *, sparse: bool = False, near: bool = False) -> Problem:
    """A matrix of known product, factorised: its minimum is 0, and is reached along a whole family of rotations."""
    rng = np.random.default_rng(0)
    left, right = rng.standard_normal((rows, factors)), rng.standard_normal((factors, columns))
    seen = np.argwhere(rng.random((rows, columns)) < (0.2 if sparse else 0.9))
    target = (left @ right)[seen[:, 0], seen[:, 1]]
    n, count = factors * (rows + columns), len(seen)
    place = np.arange(count)

    def split(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x[: rows * factors].reshape(rows, factors), x[rows * factors :].reshape(columns, factors)

    def fun(x: np.ndarray) -> np.ndarray:
        u, v = split(x)
        return np.einsum("kf,kf->k", u[seen[:, 0]], v[seen[:, 1]]) - target

    def jac(x: np.ndarray) -> sp.csr_array | np.ndarray:
        u, v = split(x)
        at_u = seen[:, :1] * factors + np.arange(factors)
        at_v = rows * factors + seen[:, 1:] * factors + np.arange(factors)
        index = np.repeat(place, 2 * factors)
        data = np.hstack([v[seen[:, 1]], u[seen[:, 0]]]).ravel()
        matrix = sp.csr_array((data, (index, np.hstack([at_u, at_v]).ravel())), shape=(count, n))
        return matrix if sparse else matrix.toarray()

    def hessp(x: np.ndarray, p: np.ndarray) -> np.ndarray:
        j, r = jac(x), fun(x)
        (pu, pv), result = split(p), 2 * (j.T @ (j @ p))
        bent = sp.csr_array((2 * r, (seen[:, 0], seen[:, 1])), shape=(rows, columns))
        return result + np.r_[(bent @ pv).ravel(), (bent.T @ pu).ravel()]

    truth = np.r_[left.ravel(), right.T.ravel()] if near else np.zeros(n)
    base = least_squares(truth + rng.standard_normal(n) * (0.1 if near else 0.5), lambda x: [x[0]])
    return replace(
        base,
        fun=lambda x: float(fun(x) @ fun(x)),
        grad=lambda x: 2 * (jac(x).T @ fun(x)),
        hessp=hessp,
        residuals=Residuals(count, fun, jac, lambda total: total),
    )


def test_a_rank_deficient_factorisation_reaches_its_planted_minimum() -> None:
    problem = planted(14, 13, 4)
    assert np.linalg.matrix_rank(problem.residuals.jac(problem.x0)) < problem.n
    solution = run(problem, FIT())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.fun < 1e-20


def test_a_sparse_factorisation_with_more_than_a_thousand_variables() -> None:
    problem = planted(150, 110, 5, sparse=True, near=True)
    assert problem.n == 1300
    solution = run(problem, FIT(), time_limit=120)
    assert solution.fun < 1e-12 * problem.fun(problem.x0)


def test_monotone_wrappers_do_not_move_the_minimum() -> None:
    base = SQUARES[1].problem
    root = replace(
        base,
        residuals=replace(base.residuals, outer=lambda total: (total / 14) ** 0.5),
        fun=lambda x: (base.fun(x) / 14) ** 0.5,
        grad=lambda x: base.grad(x) / (2 * 14**0.5 * base.fun(x) ** 0.5),
        degree=Degree.SMOOTH,
        hessp=lambda x, v: (
            base.hessp(x, v) / (2 * 14**0.5 * base.fun(x) ** 0.5)
            - base.grad(x) * (base.grad(x) @ v) / (4 * 14**0.5 * base.fun(x) ** 1.5)
        ),
    )
    solution = run(root, FIT())
    assert solution.x == pytest.approx(SQUARES[1].x, rel=1e-8)
    assert solution.trace[1].gradient_norm == pytest.approx(np.abs(root.grad(solution.trace[1].x)).max(), rel=1e-3)


def test_bounds_that_bind_have_multipliers_of_the_right_sign() -> None:
    problem = least_squares([1.0, 1.0], lambda x: [x[0] + 2, x[1] - 3, x[0] * x[1]], lb=0, ub=2)
    solution = run(problem, FIT())
    assert solution.x == pytest.approx([0, 2])
    assert solution.bound_multipliers == pytest.approx([4, -2])
    assert optimality(problem, solution.x)[0] < 1e-12


def test_decay_rates_that_are_nearly_alike_are_still_told_apart() -> None:
    """Sums of exponentials bend the valley: the accelerated steps follow it."""
    t = np.linspace(0, 1.15, 24)
    truth = 0.0951 * np.exp(-t) + 0.8607 * np.exp(-3 * t) + 1.5576 * np.exp(-5 * t)
    problem = least_squares(
        [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
        lambda b: [
            b[0] * exp(-b[1] * ti) + b[2] * exp(-b[3] * ti) + b[4] * exp(-b[5] * ti) - yi
            for ti, yi in zip(t, truth, strict=True)
        ],
    )
    solution = run(problem, FIT())
    assert solution.fun < 1e-25
    assert solution.iterations < 150


@pytest.mark.parametrize("radius", [0.01, 0.3, 2.0, 1e6])
@pytest.mark.parametrize("deficient", [False, True])
def test_every_solver_of_the_damped_step_gives_the_same_one(radius: float, deficient: bool) -> None:
    rng = np.random.default_rng(4)
    jacobian, r = rng.standard_normal((12, 6)), rng.standard_normal(12)
    if deficient:
        jacobian[:, 5] = jacobian[:, 4]
    step, _ = within(SingularValues(jacobian), r, radius)
    assert np.linalg.norm(step) <= 1.1 * radius
    for other in (Factors(jacobian), Factors(sp.csr_array(jacobian)), Iteration(sp.csr_array(jacobian))):
        again, _ = within(other, r, radius)
        assert np.sum((jacobian @ again + r) ** 2) == pytest.approx(np.sum((jacobian @ step + r) ** 2), rel=0.05)
        assert np.linalg.norm(again) <= 1.1 * radius
