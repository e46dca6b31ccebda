"""Smooth problems with rows: a primal-dual interior-point method with a filter line search, on sparse systems.

The method of Wächter and Biegler (2006), on exact Hessians: Newton's method on the conditions of optimality of
barrier problems whose weight mu falls to zero, a step being accepted by a filter, and the rows restored by
Levenberg-Marquardt steps where no step is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.options import at_least, option
from solver.engines.smooth.active import polished_on_active_set
from solver.engines.smooth.barrier import Point, at, longest, phi
from solver.engines.smooth.filter import Filter, Judge
from solver.engines.smooth.restoration import restored
from solver.engines.smooth.saddle import Saddle
from solver.engines.smooth.slacked import Slacked, slacked
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

GOAL, GOOD = 1e-10, 1e-6
"""Residuals at which a run ends, and at which it may end when it no longer gets better."""

RESTORATIONS = 6
"""How often the rows are restored before the run gives up."""


@engine(name="interior", title="Interior point", needs=Needs.HESSIAN, handles=Handles.BOUNDS | Handles.ROWS)
@dataclass(frozen=True, kw_only=True)
class Interior(Engine):
    """Newton's method kept inside the bounds by a barrier, for smooth models; sparse rows by the thousand."""

    barrier: float = option(0.1, "weight of the barrier at the start", check=at_least(1e-9))
    rounds: int = option(500, "steps after which the method gives up", check=at_least(1))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the conditions of optimality hold."""
        progress.step(problem.x0)
        form = slacked(problem, scaling=self.scaling)
        walk = Walk(form, progress, self.barrier)
        steps = 0
        while steps < self.rounds and walk.advance():
            steps += 1
            progress.step(form.x(walk.point.v), gradient_norm=walk.point.error(0.0))
        x = polished_on_active_set(problem, form.x(walk.answer), progress)
        return judged(problem, x, self, iterations=steps)


class Walk:
    """The state of a run: where it is, the weight of the barrier, the filter, and the best answer so far."""

    def __init__(self, form: Slacked, progress: Progress, mu: float) -> None:
        self.form, self.progress, self.mu = form, progress, mu
        self.point = at(form, form.lifted(form.problem.x0))
        if not np.isfinite(self.point.fun) or not np.all(np.isfinite(self.point.h)):
            self.point = at(form, form.lifted(form.problem.x0, 1e-9))
        self.filter = Filter(1e-4 * max(1.0, self.point.theta), 1e4 * max(1.0, self.point.theta))
        self.saddle, self.restorations, self.idle = Saddle(), 0, 0
        self.answer, self.error = self.point.v, self.point.error(0.0)

    def advance(self) -> bool:
        """Takes one step; False when there is nothing left to do."""
        error = self.point.error(0.0)
        self.idle = 0 if error < 0.9 * self.error else self.idle + 1
        if error < self.error:
            self.answer, self.error = self.point.v, error
        if error <= GOAL or (self.error <= GOOD and self.idle > 15):
            return False
        while self.mu > GOAL / 10 and self.point.error(self.mu) <= 10 * self.mu:
            self.mu = max(GOAL / 10, min(0.2 * self.mu, self.mu**1.5))
            self.filter.clear()
        return self._step() or self._restore()

    def _step(self) -> bool:
        """Moves along the Newton direction by a length that the filter accepts."""
        p, mu = self.point, self.mu
        found = p.direction(mu, self.saddle)
        if found is None:
            return False
        dv, dy, corrected = found
        dz_low, dz_high = mu / p.low - p.z_low - p.z_low * dv / p.low, mu / p.high - p.z_high + p.z_high * dv / p.high
        share = max(0.99, 1.0 - mu)
        most = min(longest(p.low, dv, share), longest(p.high, -dv, share))
        dual = min(longest(p.z_low, dz_low, share), longest(p.z_high, dz_high, share))
        judge = Judge(self.filter, p.theta, phi(self.form, p.v, mu), float(p.barrier_gradient(mu) @ dv))
        if float(np.max(np.abs(dv) / (1.0 + np.abs(p.v)))) < 1e-15:
            v, alpha = p.v + most * dv, most
            if self.mu <= GOAL / 10:
                return False
        else:
            v, alpha = self._search(judge, dv, most, corrected)
        if alpha == 0.0:
            return False
        judge.keep(alpha, phi(self.form, v, mu))
        self.point = p.moved(v, p.y + alpha * dy, p.z_low + dual * dz_low, p.z_high + dual * dz_high, mu)
        return True

    def _search(
        self, judge: Judge, dv: Vector, most: float, corrected: Callable[[Vector], Vector]
    ) -> tuple[Vector, float]:
        """The first good point along dv, halving the step, with a curved step at the first trial; length 0 if none."""
        p, form, alpha = self.point, self.form, most
        least = 1e-12 if judge.theta > 1e-12 else 1e-14
        while alpha > least * most:
            v = p.v + alpha * dv
            h = form.h(v)
            theta = float(np.abs(h).sum())
            if judge.accepts(alpha, theta, phi(form, v, self.mu)):
                return v, alpha
            if alpha == most and theta >= judge.theta and np.isfinite(theta):
                curved = self._curved(judge, h, most, corrected)
                if curved is not None:
                    return curved, alpha
            alpha /= 2
        return p.v, 0.0

    def _curved(self, judge: Judge, h: Vector, most: float, corrected: Callable[[Vector], Vector]) -> Vector | None:
        """A second-order correction: the direction for the residuals that the full step would leave."""
        p, form = self.point, self.form
        residual, theta = most * p.h + h, float(np.abs(h).sum())
        for _ in range(4):
            dv = corrected(residual)
            share = max(0.99, 1.0 - self.mu)
            alpha = min(longest(p.low, dv, share), longest(p.high, -dv, share))
            v = p.v + alpha * dv
            h = form.h(v)
            before, theta = theta, float(np.abs(h).sum())
            if judge.accepts(most, theta, phi(form, v, self.mu)):
                return v
            if not theta <= 0.99 * before:
                return None
            residual = alpha * residual + h
        return None

    def _restore(self) -> bool:
        """Goes to a point that violates the rows less, and begins there anew; False if there is none."""
        p, form = self.point, self.form
        self.restorations += 1
        if self.restorations > RESTORATIONS or not form.m:
            return False
        self.filter.add(p.theta, phi(form, p.v, self.mu))
        v = form.lifted(restored(form.problem, form.x(p.v), self.progress), min(1e-2, self.mu))
        new: Point = at(form, v)
        if not new.theta <= 0.9 * p.theta or not np.isfinite(new.fun):
            if new.theta < p.theta:
                self.answer, self.error = v, new.error(0.0)
            return False
        self.point = p.moved(v, new.y, p.z_low, p.z_high, self.mu)
        return True
