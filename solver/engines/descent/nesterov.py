"""Nesterov's momentum, in the form that needs the gradient at x only: v <- m v + g, d = g + m v."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import above, between, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="nesterov", title="Nesterov momentum", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class Nesterov(Descent):
    """Momentum that looks one step ahead."""

    rate: float = option(0.01, "step size: how far to go along the direction", check=above(0))
    momentum: float = option(0.9, "share of the last direction that is kept", check=between(0, 1))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The gradient and the moving sum that holds it."""
        memory["v"] = self.momentum * memory.get("v", np.zeros_like(gradient)) + gradient
        return gradient + self.momentum * memory["v"]
