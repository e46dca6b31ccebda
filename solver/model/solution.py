"""The answer of an engine, in the terms of the problem it was given, and the way to look over its shoulder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    from solver.errors import Outcome
    from solver.model.problem import Vector


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace: an iterate as an engine passed it."""

    iteration: int
    fun: float
    violation: float = 0.0
    gradient_norm: float | None = None
    step: float | None = None
    x: Vector | None = None
    held_out: float | None = None
    """The loss of what was kept out of learning, where the model names its cell."""


class Watch(Protocol):
    """Called with every iterate; raising StopIteration stops the run, keeping the best point."""

    def __call__(self, step: Step, /) -> None:
        """Look at one step."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Basis ranging of a linear program, as Excel's Sensitivity Report shows it; infinities where there is no end.

    How far each objective coefficient (n) and each row's right side (m) may rise or fall before the basis changes.
    """

    cost_up: Vector
    cost_down: Vector
    row_up: Vector
    row_down: Vector


@dataclass(frozen=True, slots=True)
class Population:
    """The last population of an evolutionary run: (p, n) variables with their objective values and violations."""

    x: npt.NDArray[np.float64]
    fun: Vector
    violation: Vector


@dataclass(frozen=True, slots=True)
class Solution:
    """Where an engine ended.

    `row_multipliers` (m) and `bound_multipliers` (n) are d fun / d right side and d fun / d bound of the minimised
    problem, None where the engine cannot know them. `gap` is the proven relative distance to the best bound of an
    integer program. `bad` names the cell that had no value when the outcome is ERROR_VALUE, or that breaks
    linearity when it is NOT_LINEAR.
    """

    x: Vector
    fun: float
    outcome: Outcome
    engine: str
    message: str = ""
    iterations: int = 0
    subproblems: int = 0
    row_multipliers: Vector | None = None
    bound_multipliers: Vector | None = None
    ranges: Ranges | None = None
    gap: float | None = None
    violation: float = 0.0
    bad: str = ""
    chosen: bool = False
    """Whether the point was chosen by another measure than the objective, so that a lower one is not better."""
    evaluations: Mapping[str, int] = field(default_factory=dict)
    trace: tuple[Step, ...] = field(default=(), repr=False)
    population: Population | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
