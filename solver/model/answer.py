"""A solved model: what was asked, what was used and why, what came out, and how long each stage took."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.places import Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.compiler.calculation import Calculation
    from solver.model.binding import Binding
    from solver.model.solution import Solution


@dataclass(frozen=True, slots=True)
class Used:
    """The engine that was used: its name, title and settings, what the model asked for, and the reason."""

    name: str
    title: str
    settings: Mapping[str, float | str]
    asked: str
    why: str

    @property
    def precision(self) -> float:
        """How far a constraint may be violated."""
        return float(self.settings["precision"])

    @property
    def scaling(self) -> bool:
        """Whether violations are measured relative to the right side."""
        return bool(self.settings["scaling"])


@dataclass(frozen=True, slots=True)
class Conflict:
    """Constraints that cannot hold together, while they can when any one of them is dropped.

    `rows` are rows of the problem, `lower` and `upper` variables whose bound on that side takes part. `whole` says
    that the conflict needs whole variables to be whole; `least` that dropping each member was tried.
    """

    rows: tuple[int, ...]
    lower: tuple[int, ...] = ()
    upper: tuple[int, ...] = ()
    whole: bool = False
    least: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A solved model.

    `initial` and `final` are the objective cell's values (None without one), `final` as recomputed from the formulas
    at the answer, not as the engine saw it; `after` is that recalculation. `seconds` has compile, solve, recompute.
    `conflict` and `conflict_of_rows` (bounds are given, only rows are members) are found when a report needs them.
    """

    binding: Binding = field(repr=False)
    solution: Solution
    used: Used
    initial: float | None
    final: float | None
    after: Calculation = field(repr=False)
    seconds: Mapping[str, float]
    conflict: Conflict | None = None
    conflict_of_rows: Conflict | None = None

    @property
    def values(self) -> Given:
        """The fitted value of every variable cell."""
        return Given(self.binding.variables, self.solution.x)

    @property
    def keeps(self) -> bool:
        """Whether its point is worth writing: solved, or stopped with a best point."""
        return self.solution.outcome.solved or self.solution.outcome.stopped
