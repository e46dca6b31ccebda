"""Stochastic gradient descent: d = g of a few terms of the loss, or with momentum m: d <- m d + g."""

from __future__ import annotations

from dataclasses import dataclass

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.gd import GradientDescent
from solver.engines.options import above, at_least, option


@engine(name="sgd", title="Stochastic gradient descent", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class StochasticDescent(GradientDescent):
    """Steps against the gradient of a few terms of the loss at a time, all of them once in an epoch."""

    rate: float = option(0.01, "step size: how far to go along the direction", check=above(0))
    batch: int = option(16, "terms of the loss whose mean gradient gives one step; 0 for all", check=at_least(0))
