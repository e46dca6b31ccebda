"""The second-order verdict: whether the answer is a minimum, a saddle, or lies in a flat valley, and along which cells.

It is told by the eigenvalues of the Hessian of f - y'r in the directions that keep the binding constraints: of Z' H Z,
with Z an orthonormal basis of the null space of their gradients. Small models are taken whole, large ones by Lanczos.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.linalg import null_space
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from solver.reports.conditions import ACTIVE

if TYPE_CHECKING:
    from solver.model.problem import Indices, Mask, Problem, Vector
    from solver.model.solution import Solution

WHOLE = 400
"""Up to so many free directions all eigenvalues are computed."""

_FLAT = 1e-7
_ENDS = 6
_STRONG = 1e-9


@dataclass(frozen=True, slots=True)
class Curvature:
    """The least and greatest curvature over the free directions, scaled by the sizes of the variables.

    `flat` counts directions without curvature (of those looked at), `saddle` says that one is downhill; `along` lists
    for each of the flattest directions the variables that move most, with their shares.
    """

    directions: int
    least: float
    greatest: float
    flat: int
    complete: bool
    along: tuple[tuple[tuple[int, float], ...], ...]

    @property
    def verdict(self) -> str:
        """What the curvatures say."""
        if not self.directions:
            return "corner: the constraints leave no direction"
        if self.least < -_FLAT * max(abs(self.greatest), abs(self.least)):
            return "saddle: some direction curves downwards"
        if self.flat:
            return f"flat: {'' if self.complete else 'at least '}{self.flat} directions have no curvature"
        return "minimum: every direction curves upwards"


def curvature(problem: Problem, solution: Solution) -> Curvature | None:
    """The curvature at an answer, None where it cannot be computed."""
    x, y, z = solution.x, solution.row_multipliers, solution.bound_multipliers
    if z is None or (problem.m and y is None):
        return None
    weights = np.zeros(problem.m) if y is None else np.asarray(y)
    size = np.maximum(np.abs(x), np.where(problem.x0 == 0, 1.0, np.abs(problem.x0)))
    free = np.flatnonzero(~_held(x, problem.lb, problem.ub, z))
    basis = _directions(problem, x, weights, free, size)
    if basis is None:
        return None
    count = basis.shape[1] if isinstance(basis, np.ndarray) else free.size
    if not count:
        return Curvature(0, 0.0, 0.0, 0, True, ())

    def spread(v: Vector) -> Vector:
        full = np.zeros(problem.n)
        full[free] = basis @ v if isinstance(basis, np.ndarray) else v
        return full * size

    def product(v: Vector) -> Vector:
        direction = spread(np.ravel(v))
        curved = np.asarray(problem.hessp(x, direction))
        if problem.m:
            curved = curved - problem.row_hessp(x, weights, direction)
        inner = (curved * size)[free]
        return np.asarray(basis.T @ inner if isinstance(basis, np.ndarray) else inner)

    found = _eigen(product, count)
    if found is None or not np.all(np.isfinite(found[0])):
        return None
    values, vectors = found
    largest = float(np.abs(values).max())
    flat = np.flatnonzero(np.abs(values) <= _FLAT * largest) if largest > 0 else np.arange(len(values))
    down = np.flatnonzero(values < -_FLAT * largest)
    along = tuple(_movers(spread(vectors[:, k]) / size) for k in [*down[:3], *flat[:3]][:3])
    return Curvature(count, float(values.min()), float(values.max()), len(flat), len(values) == count, along)


def _held(x: Vector, low: Vector, high: Vector, multiplier: Vector) -> Mask:
    """Which variables are held at a bound; one without a multiplier is free to leave it."""
    with np.errstate(invalid="ignore"):
        at_low = np.isfinite(low) & (x - low <= ACTIVE * np.maximum(1.0, np.abs(low)))
        at_high = np.isfinite(high) & (high - x <= ACTIVE * np.maximum(1.0, np.abs(high)))
    strong = np.abs(multiplier) > _STRONG * max(1.0, float(np.abs(multiplier).max(initial=0.0)))
    return np.asarray((at_low | at_high) & (strong | (low == high)))


def _directions(problem: Problem, x: Vector, y: Vector, free: Indices, size: Vector) -> Vector | sp.csr_array | None:
    """A basis of the free directions that keep the binding rows; None when it is too large to compute."""
    if not problem.m:
        return sp.eye_array(free.size, format="csr")
    equal = problem.row_lo == problem.row_hi
    strong = np.abs(y) > _STRONG * max(1.0, float(np.abs(y).max(initial=0.0)))
    binding = np.flatnonzero(equal | strong)
    if not binding.size:
        return sp.eye_array(free.size, format="csr")
    if free.size * max(free.size, binding.size) > WHOLE * WHOLE * 25:
        return None
    rows = sp.csr_array(problem.row_jac(x))[binding].toarray()[:, free] * size[free]
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(null_space(rows / np.where(length == 0, 1.0, length), rcond=1e-10))


def _eigen(product: object, count: int) -> tuple[Vector, Vector] | None:
    """Eigenvalues and vectors of a symmetric product: all of them, or the ends of the spectrum."""
    assert callable(product)
    if count <= WHOLE:
        matrix = np.column_stack([product(unit) for unit in np.eye(count)])
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        return values, vectors
    operator = LinearOperator((count, count), matvec=product, dtype=np.float64)
    try:
        low = eigsh(operator, k=_ENDS, which="SA", tol=1e-8, v0=np.ones(count))
        high = eigsh(operator, k=1, which="LA", tol=1e-4, v0=np.ones(count))
    except ArpackError:
        return None
    return np.r_[low[0], high[0]], np.column_stack([low[1], high[1]])


def _movers(direction: Vector, most: int = 6) -> tuple[tuple[int, float], ...]:
    """The variables that move most along a direction, with their shares of its length."""
    length = float(np.linalg.norm(direction)) or 1.0
    order = np.argsort(-np.abs(direction))[:most]
    return tuple((int(k), float(direction[k]) / length) for k in order if abs(direction[k]) > 1e-3 * length)
