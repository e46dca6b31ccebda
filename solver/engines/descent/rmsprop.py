"""RMSprop (Tieleman, Hinton 2012): s <- r s + (1 - r) g^2, d = g / (sqrt(s) + e)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import above, between, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="rmsprop", title="RMSprop", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class RMSprop(Descent):
    """Every cell's gradient is divided by a moving average of its size."""

    rate: float = option(0.01, "step size: how far to go along the direction", check=above(0))
    smoothing: float = option(0.99, "share of the last average that is kept", check=between(0, 1))
    epsilon: float = option(1e-8, "added to the divisor", check=above(0))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The gradient over the root of its moving mean square."""
        before = memory.get("s", np.zeros_like(gradient))
        memory["s"] = self.smoothing * before + (1.0 - self.smoothing) * gradient**2
        return np.asarray(gradient / (np.sqrt(memory["s"]) + self.epsilon))
