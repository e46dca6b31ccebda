"""The answer: engines that minimise a problem, the table that chooses one, and the run that keeps what was found."""

from solver.engines.base import About, Engine, engines, find_engine
from solver.engines.kkt import optimality, violation
from solver.engines.policy import choose
from solver.engines.run import run

__all__ = ["About", "Engine", "choose", "engines", "find_engine", "optimality", "run", "violation"]
