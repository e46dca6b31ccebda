"""One point of an interior-point run: primal and dual variables, the barrier's value, and its Newton direction.

    phi_mu(v) = f(v) - mu sum log(v - lower) - mu sum log(upper - v)

With z = mu / distance for every bound, the direction solves the system of `saddle` with  W + z / distance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.smooth.saddle import Saddle
    from solver.engines.smooth.slacked import Slacked
    from solver.model.problem import Vector

DAMPING = 1e-5
"""Weight of a linear term that keeps variables with one bound from running away from it."""

SPREAD = 1e10
"""How far z may leave mu / distance, as a factor."""

GREATEST_MULTIPLIER = 1e3
"""Estimates of multipliers beyond this are not used to begin with."""


@dataclass(frozen=True)
class Point:
    """Variables v, multipliers y of h and z of the bounds, with the derivatives at v."""

    form: Slacked
    v: Vector
    y: Vector
    z_low: Vector
    z_high: Vector
    gradient: Vector
    h: Vector
    jacobian: sp.csr_array
    fun: float

    @property
    def low(self) -> Vector:
        """The distances from the lower bounds, infinite where there is none."""
        return np.asarray(np.maximum(self.v - self.form.lower, 1e-300))

    @property
    def high(self) -> Vector:
        """The distances from the upper bounds."""
        return np.asarray(np.maximum(self.form.upper - self.v, 1e-300))

    def error(self, mu: float) -> float:
        """The largest scaled residual of the conditions of optimality of the barrier problem."""
        dual = self.gradient + self.jacobian.T @ self.y - self.z_low + self.z_high
        sums, bounds = float(np.abs(self.y).sum()), float(self.z_low.sum() + self.z_high.sum())
        s_dual = max(100.0, (sums + bounds) / max(1, self.v.size + self.y.size)) / 100.0
        s_bound = max(100.0, bounds / max(1, self.v.size)) / 100.0
        return max(
            float(np.abs(dual).max(initial=0.0)) / s_dual,
            float(np.abs(self.h).max(initial=0.0)),
            _complementarity(self.low, self.z_low, mu) / s_bound,
            _complementarity(self.high, self.z_high, mu) / s_bound,
        )

    @property
    def theta(self) -> float:
        """The infeasibility: the sum of the residuals of the equalities, without their signs."""
        return float(np.abs(self.h).sum())

    def barrier_gradient(self, mu: float) -> Vector:
        """The gradient of the barrier objective."""
        return np.asarray(self.gradient - mu / self.low + mu / self.high + mu * DAMPING * one_sided(self.form))

    def direction(self, mu: float, saddle: Saddle) -> tuple[Vector, Vector, Callable[[Vector], Vector]] | None:
        """The steps of v and y, and a second-order correction of v for given residuals; None when there is none."""
        slope = self.z_low / self.low + self.z_high / self.high
        bent = self.form.lagrangian(self.v, self.y)
        solve = saddle.solver(sp.csc_array(bent + sp.diags_array(slope)), self.jacobian, 1e-8 * mu**0.25)
        if solve is None:
            return None
        first = self.barrier_gradient(mu) + self.jacobian.T @ self.y
        n = self.v.size
        found = -solve(np.r_[first, self.h])

        def corrected(residual: Vector) -> Vector:
            return np.asarray(-solve(np.r_[first, residual])[:n])

        return (found[:n], found[n:], corrected) if np.all(np.isfinite(found)) else None

    def moved(self, v: Vector, y: Vector, z_low: Vector, z_high: Vector, mu: float) -> Point:
        """The next point, its bound multipliers not too far from mu / distance."""
        new = at(self.form, v, y)
        low, high = mu / new.low, mu / new.high
        return replace(
            new,
            z_low=np.clip(z_low, low / SPREAD, low * SPREAD),
            z_high=np.clip(z_high, high / SPREAD, high * SPREAD),
        )


def at(form: Slacked, v: Vector, y: Vector | None = None) -> Point:
    """The point of given variables; bound multipliers are one, and y is estimated by least squares if not given."""
    gradient, jacobian = form.grad(v), form.jac(v)
    z_low, z_high = np.isfinite(form.lower).astype(float), np.isfinite(form.upper).astype(float)
    if y is None:
        y = np.zeros(form.m)
        if form.m:
            y = lsmr(jacobian.T, -(gradient - z_low + z_high), atol=1e-10, btol=1e-10)[0]
            if not np.all(np.isfinite(y)) or np.abs(y).max() > GREATEST_MULTIPLIER:
                y = np.zeros(form.m)
    return Point(form, v, y, z_low, z_high, gradient, form.h(v), jacobian, form.fun(v))


def phi(form: Slacked, v: Vector, mu: float) -> float:
    """The barrier objective; infinite outside the bounds and NaN where the problem has no value."""
    low, high = v - form.lower, form.upper - v
    if np.any(low <= 0) or np.any(high <= 0):
        return float("inf")
    logs = np.log(low[np.isfinite(low)]).sum() + np.log(high[np.isfinite(high)]).sum()
    sided = one_sided(form)
    away = np.where(sided > 0, low, np.where(sided < 0, high, 0.0)).sum()
    return float(form.fun(v) - mu * logs + DAMPING * mu * away)


def one_sided(form: Slacked) -> Vector:
    """1 for variables with a lower bound only, -1 with an upper bound only, else 0."""
    return np.asarray(np.isfinite(form.lower) * 1.0 - np.isfinite(form.upper) * 1.0)


def longest(distance: Vector, step: Vector, share: float) -> float:
    """The greatest step length up to 1 that uses up at most a share of every distance."""
    towards = step < 0
    if not towards.any():
        return 1.0
    return float(min(1.0, np.min(-share * distance[towards] / step[towards])))


def _complementarity(distance: Vector, z: Vector, mu: float) -> float:
    bounded = np.isfinite(distance)
    return float(np.abs(distance[bounded] * z[bounded] - mu).max(initial=0.0))
