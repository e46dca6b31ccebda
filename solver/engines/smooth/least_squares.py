"""Sums of squares with bounds: Levenberg-Marquardt steps to a minimum, then Newton's for the last digits.

Which minimum is reached depends on the first few steps. Where there are few variables, more cautious descents from the
same start are tried beside the bold one, and the least minimum counts.

Where those steps creep, because what is left of the residuals bends the valley, Newton's method on the whole Hessian
takes over: from the start, as a second opinion on which minimum to go to, and from where they came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from solver.engines.base import Engine, Handles, Needs, engine, with_settings_of
from solver.engines.options import option
from solver.engines.smooth.levenberg import descended
from solver.engines.smooth.polish import polished
from solver.engines.smooth.trust import TrustRegion
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

PATIENCE = 30
"""Steps that may creep before Newton's method takes over."""

AFFORDABLE = 1000
"""Up to so many variables Newton's method also tries the start."""

SAME = 1e-9
"""A minimum that is lower by less than this share is the same."""

FEW, SHORT = 30, 20_000
"""Up to so many variables and residuals, more cautious descents are tried too."""

CAUTIOUS, ROUNDS = (1.0, 0.1), 1000
"""How far the first of their steps may reach, in sizes of the start, and how many steps they have."""


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
        if problem.n <= FEW and problem.residuals is not None and problem.residuals.count <= SHORT:
            x, settled = self._least(problem, x, settled, progress)
        if not settled and smooth:
            x = self._by_newton(problem, x, progress)
        elif not settled:
            x = descended(replace(problem, x0=x), progress, self.convergence, curved=False).x
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=max(progress.log.iteration, 0))

    def _least(self, problem: Problem, x: Vector, settled: bool, progress: Progress) -> tuple[Vector, bool]:
        """The least of the minimum x and those of the cautious descents, and whether it is one."""
        reached = problem.fun(x)
        for reach in CAUTIOUS:
            quiet = progress.quiet(problem)
            found = descended(problem, quiet, self.convergence, rounds=ROUNDS, curved=False, reach=reach)
            fun = problem.fun(found.x)
            if fun < reached - SAME * abs(reached):
                x, settled, reached = found.x, found.settled, fun
                progress.step(x)
        return x, settled

    def _by_newton(self, problem: Problem, x: Vector, progress: Progress) -> Vector:
        """The better of the minima that Newton's method finds from the start and from a point."""
        newton = with_settings_of(TrustRegion, self)
        if problem.n <= AFFORDABLE:
            found = newton.minimise(problem, progress)
            if found.fun < problem.fun(x):
                return found.x
        return newton.minimise(replace(problem, x0=x), progress).x
