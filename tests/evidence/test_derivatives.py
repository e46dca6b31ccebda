"""Derivatives of whole models against central differences of their values, at a random point near the start.

For each step h the difference quotient (f(x + h d) - f(x - h d)) / 2h is extrapolated with that of 2h; of a ladder of
steps the one counts that agrees best with the derivative, since each has a truncation and a rounding error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.algebra.structure.ladder import Degree
from solver.book.read import read_book
from solver.errors import SolverError
from solver.model.binding import bind
from solver.model.recall import recall
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Problem, Vector

CLOSE = 1e-6
STEPS = 10.0 ** np.arange(-7.0, -1.4, 0.5)


def _files() -> list[Any]:
    certified = [
        path for kind in ("cf", "nist", "hs") for path in sorted((SHARED / "certified").glob(f"{kind}_*.xlsx"))
    ]
    return [*sorted((SHARED / "real").glob("*.xls[xm]")), *certified]


def _differentiable() -> list[Any]:
    """Every stored model whose objective and rows have derivatives at almost every point: corners, but no steps."""
    found = []
    for path in _files():
        book = read_book(path)
        for sheet, model in recall(book).items():
            try:
                problem = bind(book, model).problem
            except SolverError:
                continue
            if max((problem.degree, *problem.row_degrees)) < Degree.STEP:
                found.append(pytest.param(problem, id=f"{path.stem}:{sheet}"))
    return found


PROBLEMS = _differentiable()
pytestmark = pytest.mark.skipif(not PROBLEMS, reason="the folder of outside workbooks is not here")


def near_start(problem: Problem) -> tuple[Vector, Vector, Vector]:
    """A point near the start, where everything has a value, with the scale of its variables and a random direction."""
    generator = np.random.default_rng(problem.n)
    scale = np.maximum(np.abs(problem.x0), 0.1 if (np.abs(problem.x0) < 0.1).all() else 1e-3)
    for share in (0.1, 0.01, 0.001):
        x = problem.x0 + share * scale * generator.uniform(0.5, 1.0, problem.n)
        if np.isfinite(problem.fun(x)) and np.isfinite(problem.rows(x)).all():
            return x, scale, generator.choice([-1.0, 1.0], problem.n) * generator.uniform(0.3, 1.0, problem.n)
    pytest.skip("the formulas have no value near the start")


def differences(f: Callable[[Vector], Any], x: Vector, along: Vector) -> Any:
    """Extrapolated central differences of f at x for every step: (steps, ...)."""

    def quotient(step: float) -> Any:
        return (np.asarray(f(x + step * along)) - np.asarray(f(x - step * along))) / (2 * step)

    return np.array([(4 * quotient(h) - quotient(2 * h)) / 3 for h in STEPS])


def error(found: Any, ladder: Any, size: float, value: float) -> float:
    """The error of the best step, relative to the derivative's own size.

    What changes by less than a millionth of the value itself drowns in the rounding of the quotients.
    """
    misses = [float(np.abs(np.atleast_1d(row) - found).max()) for row in ladder]
    return float(np.nanmin(misses)) / max(size, 1e-6 * value, 1e-300)


def largest(values: Any) -> float:
    """The largest size among values."""
    return float(np.abs(values).max())


@pytest.mark.parametrize("problem", PROBLEMS)
def test_gradient_is_the_slope_of_the_objective(problem: Problem) -> None:
    x, scale, direction = near_start(problem)
    slope, value = problem.grad(x), abs(problem.fun(x))
    along = scale * direction
    size = float(np.abs(slope * along).sum())
    assert error(slope @ along, differences(problem.fun, x, along), size, value) < CLOSE
    for k in np.random.default_rng(7).permutation(problem.n)[:5]:
        axis = np.where(np.arange(problem.n) == k, scale, 0.0)
        ladder = differences(problem.fun, x, axis)
        assert error(slope[k] * scale[k], ladder, largest(slope * scale), value) < CLOSE


@pytest.mark.parametrize("problem", PROBLEMS)
def test_hessian_product_is_the_slope_of_the_gradient(problem: Problem) -> None:
    x, scale, direction = near_start(problem)
    along = scale * direction
    product = scale * problem.hessp(x, along)
    ladder = differences(lambda z: scale * problem.grad(z), x, along)
    assert error(product, ladder, largest(product), largest(scale * problem.grad(x))) < CLOSE


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.values[0].m])
def test_row_jacobian_and_its_hessian_product(problem: Problem) -> None:
    x, scale, direction = near_start(problem)
    along = scale * direction
    jacobian = problem.row_jac(x)
    slopes = jacobian @ along
    sizes = np.abs(jacobian.toarray() * along).sum(axis=1)
    ladder, values = differences(problem.rows, x, along), np.abs(problem.rows(x))
    for row, slope in enumerate(slopes):
        assert error(slope, ladder[:, row], float(sizes[row]), float(values[row])) < CLOSE
    weights = np.random.default_rng(3).uniform(0.5, 1.5, problem.m)
    product = scale * problem.row_hessp(x, weights, along)
    ladder = differences(lambda z: scale * (problem.row_jac(z).T @ weights), x, along)
    assert error(product, ladder, largest(product), largest(scale * (jacobian.T @ weights))) < CLOSE


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.values[0].residuals is not None])
def test_residuals_make_up_the_objective_and_have_their_jacobian(problem: Problem) -> None:
    x, scale, direction = near_start(problem)
    along = scale * direction
    residuals = problem.residuals
    assert residuals is not None
    values = residuals.fun(x)
    assert values.shape == (residuals.count,)
    assert residuals.outer(float(values @ values)) == pytest.approx(problem.fun(x), rel=1e-11, abs=1e-14)
    slopes = residuals.jac(x) @ along
    assert error(slopes, differences(residuals.fun, x, along), largest(slopes), largest(values)) < CLOSE


def test_the_lessons_are_among_them() -> None:
    names = " ".join(str(problem.id) for problem in PROBLEMS)
    ratings = ("2016--collab_filter:dotprod", "2022--collab_filter:bias", "cf_nn_sigmoid_small")
    for lesson in (*ratings, "titanic:linear", "titanic:nnet", "titanic:mmult"):
        assert lesson in names
    assert len(PROBLEMS) > 50
