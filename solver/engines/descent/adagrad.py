"""AdaGrad (Duchi, Hazan, Singer 2011): s <- s + g^2, d = g / (sqrt(s) + e)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import above, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="adagrad", title="AdaGrad", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class AdaGrad(Descent):
    """Every cell has its own step size, that falls with the gradients it has seen."""

    epsilon: float = option(1e-10, "added to the divisor", check=above(0))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The gradient over the root of its summed squares."""
        memory["s"] = memory.get("s", np.zeros_like(gradient)) + gradient**2
        return np.asarray(gradient / (np.sqrt(memory["s"]) + self.epsilon))
