"""The options that every search for whole numbers has, and when it may end."""

from __future__ import annotations

from dataclasses import dataclass

from solver.engines.base import Engine
from solver.engines.options import at_least, between, option
from solver.model.model import UNLIMITED

EXACT_GAP = 1e-9
"""A proven relative gap up to this is rounding."""


@dataclass(frozen=True, kw_only=True)
class WholeNumbers(Engine):
    """The limits of a tree search; the tolerance counts only when the proof takes longer than `prove`."""

    tolerance: float = option(0.01, "relative gap to the best bound that is enough", excel="tol", check=between(0, 1))
    prove: float = option(20.0, "seconds for proving an optimum before the tolerance counts", check=at_least(0))
    nodes: int = option(UNLIMITED, "subproblems after which the best point is kept", excel="nod", check=at_least(0))
    solutions: int = option(UNLIMITED, "feasible points after which the best is kept", excel="mip", check=at_least(1))
