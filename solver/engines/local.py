"""The local method that fits a problem, for searches that end with a local answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Engine, with_settings_of
from solver.engines.smooth.epigraph import Epigraph, is_raised
from solver.engines.smooth.grg import Nonlinear
from solver.engines.smooth.lbfgsb import LimitedMemory
from solver.engines.smooth.least_squares import LeastSquares
from solver.engines.smooth.slsqp import Slsqp
from solver.engines.start import relaxed

if TYPE_CHECKING:
    from solver.model.problem import Problem, Vector


def local_engine(problem: Problem, engine: Engine) -> Engine:
    """Least squares, corners as rows, L-BFGS-B, or for rows the chain, with the common settings of another engine.

    Among corners that cannot be rows most of the chain creeps: there SLSQP is enough for a search that goes on.
    """
    if problem.m and is_raised(problem):
        return with_settings_of(Epigraph, engine, search=False)
    if problem.m:
        return with_settings_of(Nonlinear if problem.smooth else Slsqp, engine)
    return with_settings_of(LeastSquares if problem.residuals is not None else LimitedMemory, engine)


def around_whole(problem: Problem, x: Vector) -> Problem:
    """The problem that is left when whole variables are fixed at their values in x, which is the start."""
    held = problem.whole
    return replace(relaxed(problem), x0=x, lb=np.where(held, x, problem.lb), ub=np.where(held, x, problem.ub))
