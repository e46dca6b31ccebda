"""What people compute after a fit: standard errors, t, confidence intervals, correlation and R squared.

For N residuals r with Jacobian J at the least-squares solution of p parameters, s^2 = r'r / (N - p) estimates the
variance and s^2 (J'J)^-1 the covariance of the parameters (Bates and Watts, Nonlinear Regression Analysis, 1988,
section 2.4). J is scaled to columns of length 1 and taken apart into singular values, so that J'J is never formed.
Parameters at a bound are held: they have no error, and are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from solver.algebra.structure.squares import least_squares
from solver.reports.intercept import terms_of

if TYPE_CHECKING:
    from solver.model.answer import Answer
    from solver.model.problem import Mask, Problem, Vector

MANY = 1500
"""Beyond so many parameters no covariance is computed."""

_CONFIDENCE = 0.95
_AT_BOUND = 1e-9
_RANK = 1e-12


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit of p free parameters to N residuals; arrays are over all variables, NaN where one is held.

    `deviation` is s, `rank` the number of directions that the data determine; `correlation` is (n, n).
    """

    squares: float
    count: int
    free: Mask
    rank: int
    deviation: float
    errors: Vector
    correlation: Vector

    @property
    def freedom(self) -> int:
        """N - p, where p counts the directions that the data determine."""
        return self.count - self.rank

    @property
    def margin(self) -> Vector:
        """Half the length of each 95% confidence interval."""
        return np.asarray(self.errors * stdtrit(self.freedom, (1 + _CONFIDENCE) / 2))


def fit_of(problem: Problem, x: Vector) -> Fit | None:
    """The statistics of a least-squares fit at its solution; None where the objective is no sum of squares."""
    if problem.residuals is None or problem.n > MANY:
        return None
    residuals = np.asarray(problem.residuals.fun(x))
    squares, count = float(residuals @ residuals), len(residuals)
    room = _AT_BOUND * np.maximum(1.0, np.abs(x))
    free = np.asarray((x - problem.lb > room) & (problem.ub - x > room) & ~problem.integer)
    errors, correlation = np.full(problem.n, np.nan), np.full((problem.n, problem.n), np.nan)
    size = int(free.sum())
    jacobian = problem.residuals.jac(x)
    dense = np.asarray(jacobian if isinstance(jacobian, np.ndarray) else jacobian.toarray())[:, free]
    length = np.sqrt(np.sum(dense**2, axis=0))
    _, singular, right = np.linalg.svd(dense / np.where(length == 0, 1.0, length), full_matrices=False)
    rank = int(np.sum(singular > _RANK * singular.max(initial=0.0) * max(dense.shape))) if size else 0
    deviation = float(np.sqrt(squares / (count - rank))) if count > rank else np.nan
    if rank == size and count > size:
        root = right.T / singular / length[:, None]
        spread = np.sqrt(np.sum(root**2, axis=1))
        errors[free] = deviation * spread
        correlation[np.ix_(free, free)] = (root @ root.T) / np.outer(spread, spread)
    return Fit(squares, count, free, rank, deviation, errors, correlation)


def observed(answer: Answer) -> tuple[Vector, Vector] | None:
    """Target and fitted value behind each residual, both with the residual's weight; None where none is a constant.

    A residual is taken for observed minus model, or model minus observed, by its constant term.
    """
    binding = answer.binding
    problem, live = binding.problem, binding.calculation.x
    found = None if binding.objective is None or live is None else least_squares(binding.objective, live)
    if found is None or problem.residuals is None:
        return None
    terms = terms_of(found.residuals)
    target = -terms.sign * terms.constant
    residuals = np.asarray(problem.residuals.fun(answer.solution.x))
    if residuals.shape != target.shape or not target.any():
        return None
    return target, target + terms.sign * residuals


def r_squared(target: Vector, fit: Fit) -> float:
    """1 - r'r / sum (y - mean y)^2 for the observed values y; NaN where they do not vary."""
    total = float(np.sum((target - target.mean()) ** 2))
    return 1.0 - fit.squares / total if total > 0 else float("nan")
