"""Sums of squares with bounds: Levenberg-Marquardt steps to the bottom, then Newton's for the last digits.

Where those steps creep, because what is left of the residuals bends the valley, Newton's method on the whole Hessian
takes over: from the start, as a second opinion on which bottom to go to, and from where they came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solver.engines.base import Engine, Handles, Needs, engine, with_settings_of
from solver.engines.levenberg import descended
from solver.engines.options import option
from solver.engines.polish import polished
from solver.engines.trust import TrustRegion
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

PATIENCE = 30
"""Steps that may creep before Newton's method takes over."""

AFFORDABLE = 1000
"""Up to so many variables Newton's method also tries the start."""


@engine(
    name="least_squares",
    title="Least squares",
    needs=Needs.GRADIENT | Needs.RESIDUALS,
    handles=Handles.BOUNDS,
)
@dataclass(frozen=True, kw_only=True)
class LeastSquares(Engine):
    """Levenberg-Marquardt on the residuals and their Jacobian, for fits; ends in full double precision."""

    convergence: float = option(0.0, "stop when the relative change of the sum falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The local minimum of the sum of squares that the steps from the start lead to."""
        smooth = problem.smooth
        x, _, settled = descended(problem, progress, self.convergence, patience=PATIENCE, curved=smooth)
        if not settled and smooth:
            x = self._by_newton(problem, x, progress)
        elif not settled:
            x = descended(replace(problem, x0=x), progress, self.convergence, curved=False).x
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=max(progress.log.iteration, 0))

    def _by_newton(self, problem: Problem, x: Vector, progress: Progress) -> Vector:
        """The better of the bottoms that Newton's method finds from the start and from a point."""
        newton = with_settings_of(TrustRegion, self)
        best, reached = x, problem.fun(x)
        if problem.n <= AFFORDABLE:
            found = newton.minimise(problem, progress)
            if found.fun < reached:
                return found.x
        return newton.minimise(replace(problem, x0=best), progress).x
