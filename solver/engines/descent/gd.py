"""Gradient descent: d = g, or with momentum m: d <- m d + g."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.descent import Descent, Memory
from solver.engines.options import between, option

if TYPE_CHECKING:
    from solver.model.problem import Vector


@engine(name="gd", title="Gradient descent", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class GradientDescent(Descent):
    """Steps of fixed size against the gradient, as one does by hand; keeps the loss of every step."""

    momentum: float = option(0.0, "share of the last direction that is kept", check=between(0, 1))

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The gradient, with what is kept of the last direction."""
        if not self.momentum:
            return gradient
        memory["d"] = self.momentum * memory.get("d", np.zeros_like(gradient)) + gradient
        return memory["d"]
