"""What a run has seen so far: its clock, its counts, its trace, and the best point to fall back on.

An engine tells every iterate to `Progress.step`. When the user, a limit or the shape of the objective ends the run,
`Halt` passes through the engine; an engine that has more to tell than the best point catches it.
"""

from __future__ import annotations

import copy
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.errors import Outcome
from solver.model.kkt import violation
from solver.model.solution import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from solver.model.problem import Problem, Vector
    from solver.model.solution import Watch

ENDLESS = 1e20
"""An objective below minus this is taken as unbounded."""

KEPT_NUMBERS = 2_000_000
"""How many numbers the points of a trace may hold; later steps are kept without their point."""


class Halt(Exception):
    """The end of a run from outside the engine, with its outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)


@dataclass(slots=True)
class Best:
    """The best point so far: feasible before infeasible, then by objective, else by violation."""

    x: Vector
    fun: float
    violation: float

    def beaten_by(self, fun: float, violation: float, precision: float) -> bool:
        """Whether a point with this objective and violation is better."""
        feasible, was = violation <= precision, self.violation <= precision
        if feasible != was:
            return feasible
        return fun < self.fun if feasible else violation < self.violation


def is_whole(problem: Problem, x: Vector, precision: float) -> bool:
    """Whether the integers are whole within the precision, and every group is a permutation."""
    whole = x[problem.integer]
    if np.any(np.abs(whole - np.round(whole)) > precision):
        return False
    return all(np.array_equal(np.sort(np.round(x[group])), np.arange(1, group.size + 1)) for group in problem.groups)


@dataclass(slots=True)
class Promise:
    """The point with the least held-out loss so far, and for how many steps it has been that."""

    x: Vector
    step: Step
    age: int = 0


@dataclass(slots=True)
class Log:
    """The part of a progress that all its views share."""

    iteration: int = -1
    start: Best | None = None
    best: Best | None = None
    trace: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: int = 0
    promise: Promise | None = None


@dataclass
class Progress:
    """The way from an engine back to the run: `step` for iterates, `check` for the clock.

    `problem` is the run's problem with evaluations counted, `source` the same as it was given; `counts` are shared by
    all views of the progress.
    """

    problem: Problem
    precision: float = 1e-6
    relative: bool = True
    watch: Watch | None = None
    deadline: float = np.inf
    limit: float = np.inf
    patience: float = np.inf
    workers: int | Callable[..., Iterable[Any]] = 1
    source: Problem | None = None
    counts: Counter[str] = field(default_factory=Counter)
    log: Log = field(default_factory=Log)
    back: Callable[[Vector], Vector] | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raises Halt when the time is over or another worker was stopped."""
        if time.monotonic() > self.deadline:
            raise Halt(Outcome.TIME_LIMIT)
        if self.stopped.is_set():
            raise Halt(Outcome.USER_STOP)

    @property
    def remaining(self) -> float:
        """Seconds until the time limit."""
        return max(self.deadline - time.monotonic(), 0.0)

    def original(self, x: Vector) -> Vector:
        """A point of the engine's problem in the variables of the problem that the run was given."""
        return np.array(self.back(x) if self.back else x, dtype=float)

    def step(self, x: Vector, *, gradient_norm: float | None = None, step: float | None = None) -> Step:
        """Records an iterate and shows it to the watch; raises Halt when the run shall end."""
        self.check()
        log, point = self.log, self.original(x)
        fun = self.problem.fun(point)
        wrong = violation(self.problem, point, relative=self.relative)
        self.offer(point, fun, wrong)
        log.iteration += 1
        log.kept += point.size
        held_out = None if self.problem.held_out is None else self.problem.held_out(point)
        kept = point if log.kept <= KEPT_NUMBERS else None
        shown = Step(log.iteration, fun, wrong, gradient_norm, step, kept, held_out)
        log.trace.append(shown)
        self.show(shown)
        if np.isfinite(self.patience) and held_out is not None:
            self._wait(point, shown, held_out)
        if wrong <= self.precision and fun < -ENDLESS:
            raise Halt(Outcome.UNBOUNDED)
        if log.iteration >= self.limit:
            raise Halt(Outcome.ITERATION_LIMIT)
        return shown

    def _wait(self, point: Vector, shown: Step, held_out: float) -> None:
        """Keeps the point with the least held-out loss; raises Halt when patience with it is over."""
        promise = self.log.promise
        if promise is None or promise.step.held_out is None or held_out < promise.step.held_out:
            self.log.promise = Promise(point, shown)
            return
        promise.age += 1
        if promise.age >= self.patience:
            raise Halt(Outcome.CONVERGED)

    def show(self, step: Step) -> None:
        """Calls the watch; its StopIteration becomes a Halt."""
        if self.watch is None:
            return
        try:
            self.watch(step)
        except StopIteration:
            raise Halt(Outcome.USER_STOP) from None

    def offer(self, point: Vector, fun: float, wrong: float) -> None:
        """Keeps a point, given in the run's own variables, if it is the best so far."""
        best = self.log.best
        if np.isnan(fun) or np.isnan(wrong) or not is_whole(self.problem, point, self.precision):
            return
        if best is None or best.beaten_by(fun, wrong, self.precision):
            self.log.best = Best(point.copy(), float(fun), float(wrong))

    def within(self, steps: float) -> Progress:
        """The same progress for at most so many steps more."""
        view = copy.copy(self)
        view.limit = min(self.limit, max(self.log.iteration, 0) + steps)
        return view

    def through(self, back: Callable[[Vector], Vector]) -> Progress:
        """The same progress for an engine that works in other variables, with the way back."""
        view = copy.copy(self)
        outer = self.back
        view.back = (lambda z: outer(back(z))) if outer else back
        return view

    def quiet(self, problem: Problem) -> Progress:
        """A progress for a run inside the run: the same clock and counts, its own best point, nobody watching."""
        view = copy.copy(self)
        view.problem, view.watch, view.back, view.limit, view.log = problem, None, None, np.inf, Log()
        view.patience = np.inf
        return view
