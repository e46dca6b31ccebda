"""Sums of squares with bounds: Levenberg-Marquardt steps to the bottom, then Newton's for the last digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.levenberg import descended
from solver.engines.options import option
from solver.engines.polish import polished
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem
    from solver.model.solution import Solution


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
        x, steps = descended(problem, progress, self.convergence)
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=steps)
