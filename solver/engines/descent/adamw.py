"""AdamW (Loshchilov, Hutter 2019): Adam with a weight decay that does not pass through the averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from solver.engines.base import Handles, Needs, engine
from solver.engines.descent.adam import Adam
from solver.engines.options import at_least, option


@engine(name="adamw", title="AdamW", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class AdamW(Adam):
    """Adam, with every cell pulled towards 0 by a share of itself at each step."""

    weight_decay: float = option(0.01, "pull of every cell towards 0, as a share of itself", check=at_least(0))
    decoupled: ClassVar[bool] = True
