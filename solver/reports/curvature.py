"""The second-order verdict: whether the answer is a minimum, a saddle, or lies in a flat valley, and along which cells.

It is told by the eigenvalues of the Hessian of f - y'r in the directions that keep the binding constraints: of Z' H Z,
with Z an orthonormal basis of the null space of their gradients. Small models are taken whole; of large ones the ends
of the spectrum are found by Lanczos' method, with a projection in place of the basis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.linalg import null_space
from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh, splu

from solver.model.kkt import at_ends, sizes
from solver.reports.conditions import BINDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Indices, Mask, Problem, Vector
    from solver.model.solution import Solution

WHOLE = 400
"""Up to so many free directions all eigenvalues are computed."""

_FLAT = 1e-7
_ENDS = 6
_RESTARTS = 60
_MOST_NAMED = 6
_STRONG = 1e-9
_REGULARISATION = 1e-14


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


def is_curved(problem: Problem) -> bool:
    """Whether second derivatives have a say: a smooth objective that is not linear, and no whole variables."""
    return problem.smooth and problem.sense != 0 and not problem.all_linear and not problem.whole.any()


def curvature(problem: Problem, solution: Solution) -> Curvature | None:
    """The curvature at an answer, None where it cannot be computed."""
    x, y, z = solution.x, solution.row_multipliers, solution.bound_multipliers
    if z is None or (problem.m and y is None):
        return None
    weights = np.zeros(problem.m) if y is None else np.asarray(y)
    size = sizes(problem, x)
    free = np.flatnonzero(~_held(x, problem.lb, problem.ub, z))
    rows = _binding_rows(problem, x, weights, free, size)
    small = free.size <= WHOLE or (rows.shape[0] > 0 and free.size * max(rows.shape) <= WHOLE * WHOLE * 25)
    space: Basis | Projection = Basis(free.size, rows) if small else Projection(free.size, rows)
    if not space.count:
        return Curvature(0, 0.0, 0.0, 0, True, ())

    def spread(v: Vector) -> Vector:
        full = np.zeros(problem.n)
        full[free] = space.spread(v)
        return full * size

    def product(v: Vector) -> Vector:
        direction = spread(np.ravel(v))
        curved = np.asarray(problem.hessp(x, direction))
        if problem.m:
            curved = curved - problem.row_hessp(x, weights, direction)
        return space.gather((curved * size)[free])

    found = _eigen(product, space)
    if found is None or not np.all(np.isfinite(found[0])):
        return None
    values, vectors = found
    largest = float(np.abs(values).max())
    flat = np.flatnonzero(np.abs(values) <= _FLAT * largest) if largest > 0 else np.arange(len(values))
    down = np.flatnonzero(values < -_FLAT * largest)
    along = tuple(_movers(spread(vectors[:, k]) / size) for k in [*down[:3], *flat[:3]][:3])
    whole = len(values) == space.count
    return Curvature(space.count, float(values.min()), float(values.max()), len(flat), whole, along)


def _held(x: Vector, low: Vector, high: Vector, multiplier: Vector) -> Mask:
    """Which variables are held at a bound; one without a multiplier is free to leave it."""
    at_low, at_high = at_ends(x, low, high, BINDING)
    strong = np.abs(multiplier) > _STRONG * max(1.0, float(np.abs(multiplier).max(initial=0.0)))
    return np.asarray((at_low | at_high) & (strong | (low == high)))


def _binding_rows(problem: Problem, x: Vector, y: Vector, free: Indices, size: Vector) -> sp.csr_array:
    """The gradients of the rows that must keep their value, in the free variables, each of length 1."""
    equal = problem.row_lo == problem.row_hi
    strong = np.abs(y) > _STRONG * max(1.0, float(np.abs(y).max(initial=0.0)))
    binding = np.flatnonzero(equal | strong)
    if not binding.size:
        return sp.csr_array((0, free.size))
    rows = sp.csr_array(problem.row_jac(x))[binding][:, free] @ sp.diags_array(size[free])
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sp.csr_array(sp.diags_array(1.0 / np.where(length == 0, 1.0, length)) @ rows)


class Basis:
    """The directions that keep some rows, by an orthonormal basis of their null space."""

    def __init__(self, size: int, rows: sp.csr_array) -> None:
        self._basis = null_space(rows.toarray(), rcond=1e-10) if rows.shape[0] else np.eye(size)
        self.count = self.size = int(self._basis.shape[1])

    def spread(self, v: Vector) -> Vector:
        """The direction with these coordinates."""
        return np.asarray(self._basis @ v)

    def gather(self, direction: Vector) -> Vector:
        """The coordinates of what a direction has in common with the space."""
        return np.asarray(self._basis.T @ direction)

    def inside(self, v: Vector) -> Vector:
        """What of a vector that is sought lies in the space: all of it, for coordinates."""
        return v


class Projection:
    """The same directions as vectors of all free variables: v - A'(A A')^-1 A v is the part of v among them."""

    def __init__(self, size: int, rows: sp.csr_array) -> None:
        self.size, self.count = size, size - int(rows.shape[0])
        self._rows = rows
        self._solve: Callable[[Vector], Vector] | None = None
        if rows.nnz:
            # a little on the diagonal, so that rows which depend on each other do no harm
            normal = rows @ rows.T + _REGULARISATION * sp.eye_array(rows.shape[0])
            self._solve = splu(sp.csc_array(normal)).solve

    def inside(self, v: Vector) -> Vector:
        """The part of a vector that lies in the space."""
        return v if self._solve is None else np.asarray(v - self._rows.T @ self._solve(self._rows @ v))

    spread = gather = inside


def _eigen(product: Callable[[Vector], Vector], space: Basis | Projection) -> tuple[Vector, Vector] | None:
    """Eigenvalues and vectors of a symmetric product on a space: all of them, or the ends of the spectrum.

    The least of M are found as the greatest of g I - M, with g the greatest of M: there even the directions without
    curvature are far from zero, and what lies outside the space is at the other end.
    """
    size = space.size
    if size <= WHOLE:
        matrix = np.column_stack([product(unit) for unit in np.eye(size)])
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        return values, vectors
    # all ones would be an eigenvector of some models, and the search would end with it
    start = np.random.default_rng(0).normal(size=size)
    high = _greatest(product, 1, start, 1e-4)
    if high is None:
        return None
    top = max(float(high[0][-1]), 0.0)
    low = _greatest(lambda v: top * space.inside(v) - product(v), _ENDS, start, _FLAT / 10)
    return None if low is None else (np.r_[top - low[0], high[0]], np.column_stack([low[1], high[1]]))


def _greatest(
    product: Callable[[Vector], Vector], count: int, start: Vector, tolerance: float
) -> tuple[Vector, Vector] | None:
    """The greatest eigenvalues with their vectors; those that were found when time is up, None if there are none."""
    operator = LinearOperator((start.size, start.size), matvec=lambda v: product(np.ravel(v)), dtype=np.float64)
    try:
        values, vectors = eigsh(operator, k=count, which="LA", tol=tolerance, v0=start, maxiter=_RESTARTS)
    except ArpackNoConvergence as stopped:
        found, along = stopped.eigenvalues, stopped.eigenvectors
        return (np.real(found), np.real(along)) if len(found) else None
    except ArpackError:
        return None
    return np.asarray(values), np.asarray(vectors)


def _movers(direction: Vector) -> tuple[tuple[int, float], ...]:
    """The variables that move most along a direction, with their shares of its length."""
    length = float(np.linalg.norm(direction)) or 1.0
    order = np.argsort(-np.abs(direction))[:_MOST_NAMED]
    return tuple((int(k), float(direction[k]) / length) for k in order if abs(direction[k]) > 1e-3 * length)
