"""The answer: engines that minimise a problem, the table that chooses one, and the run that keeps what was found."""

from solver.engines.base import About, Engine, engines, find_engine
from solver.engines.policy import choose
from solver.engines.run import run
from solver.model.kkt import optimality, violation

__all__ = ["About", "Engine", "choose", "engines", "find_engine", "optimality", "run", "violation"]
