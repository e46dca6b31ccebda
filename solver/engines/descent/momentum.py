"""Descent with momentum (Polyak's heavy ball): d <- m d + (1 - damping) g."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import above, between, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="momentum", title="Momentum", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class Momentum(Descent):
    """Gradient descent that keeps rolling: each direction holds a share of the one before."""

    rate: float = option(0.01, "step size: how far to go along the direction", check=above(0))
    momentum: float = option(0.9, "share of the last direction that is kept", check=between(0, 1))
    damping: float = option(0.0, "share of the new gradient that is left out", check=between(0, 1))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The moving sum of gradients."""
        memory["d"] = self.momentum * memory.get("d", np.zeros_like(gradient)) + (1.0 - self.damping) * gradient
        return memory["d"]
