"""Adam (Kingma, Ba 2015): m <- a m + (1 - a) g, s <- b s + (1 - b) g^2, both divided by 1 - a^t, 1 - b^t."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import above, between, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="adam", title="Adam", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class Adam(Descent):
    """Momentum over the size of the gradients, both moving averages without the bias of their start."""

    rate: float = option(0.05, "step size: how far to go along the direction", check=above(0))
    beta1: float = option(0.9, "share of the last mean gradient that is kept", check=between(0, 1))
    beta2: float = option(0.999, "share of the last mean square that is kept", check=between(0, 1))
    epsilon: float = option(1e-8, "added to the divisor", check=above(0))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The mean gradient over the root of the mean square."""
        zero = np.zeros_like(gradient)
        memory["m"] = self.beta1 * memory.get("m", zero) + (1.0 - self.beta1) * gradient
        memory["s"] = self.beta2 * memory.get("s", zero) + (1.0 - self.beta2) * gradient**2
        memory["t"] = memory.get("t", np.zeros(1)) + 1
        mean = memory["m"] / (1.0 - self.beta1 ** memory["t"])
        square = memory["s"] / (1.0 - self.beta2 ** memory["t"])
        return np.asarray(mean / (np.sqrt(square) + self.epsilon))
