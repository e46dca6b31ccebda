"""Whole numbers for any continuous engine: branch and bound on the bounds of the variables.

A node is a subproblem within narrower bounds. Its relaxation is solved by the inner engine; the variable farthest from
a whole number splits it. Nodes are taken in waves of fixed size, the deepest child first until a dive ends, then the
best bound, so the answer does not depend on the number of workers. Bounds are proven where the relaxations are convex;
where they may not be and the box holds few points, all of them are looked at instead.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.engines.base import Engine, Handles, Needs, Wrapper, engine, with_settings_of
from solver.engines.progress import Halt
from solver.engines.run import inside
from solver.engines.searching.counting import counted, is_countable
from solver.engines.searching.integers import EXACT_GAP, WholeNumbers
from solver.engines.searching.score import Evaluate, scorer
from solver.engines.smooth.grg import Nonlinear
from solver.engines.start import relaxed
from solver.engines.workers import mapper
from solver.errors import Outcome
from solver.model.kkt import violation
from solver.model.model import UNLIMITED
from solver.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from solver.engines.progress import Progress
    from solver.model.problem import Mask, Problem, Vector

WAVE = 4
"""Nodes that are solved side by side."""

EVERY = 8
"""One node in so many is also tried with its whole variables rounded, when there are others beside them."""


@engine(
    name="branch",
    title="Branch and bound",
    needs=Needs.GRADIENT,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS,
)
@dataclass(frozen=True, kw_only=True)
class Branch(Wrapper, WholeNumbers):
    """Splits the ranges of integer cells until the inner engine's answers are whole."""

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best point with whole numbers, with the proven gap."""
        source = progress.source or problem
        if is_countable(problem) and not problem.convex and self.nodes == self.solutions == UNLIMITED:
            return self._counted(problem, source, progress)
        inner = self.inner or with_settings_of(Nonlinear, self)
        task = Relaxation(relaxed(source), source.integer, replace(inner, relax=True), progress.deadline)
        tree = Tree(self, problem, progress)
        try:
            with mapper(task, progress.workers, WAVE) as solved:
                return tree.searched(solved)
        except Halt as halt:
            if tree.best is None:
                raise
            return tree.ended(halt.outcome)

    def _counted(self, problem: Problem, source: Problem, progress: Progress) -> Solution:
        """The best of all points there are, where the relaxations may miss it and these are few."""
        x = counted(problem, scorer(lambda chunks: map(Evaluate(source), chunks), 1, progress), progress)
        wrong = violation(problem, x, relative=self.scaling)
        outcome = Outcome.OPTIMAL if wrong <= self.precision else Outcome.INFEASIBLE
        progress.log.notes.append("every point of the integer cells was looked at")
        return Solution(x, problem.fun(x), outcome, self.name, violation=wrong, gap=0.0 if outcome.solved else None)


@dataclass(frozen=True)
class Subproblem:
    """A node: bounds, where its relaxation begins, and whether it is also tried with rounded values."""

    lb: Vector
    ub: Vector
    x0: Vector
    bound: float
    depth: int
    rounded: bool


@dataclass(frozen=True)
class Relaxation:
    """Solves the relaxation of a node, and its rounding: a function that can be sent to another process."""

    problem: Problem
    integer: Mask
    inner: Engine
    deadline: float

    def __call__(self, node: Subproblem) -> tuple[Solution, Solution | None]:
        """The relaxation's solution, and that with the whole variables rounded, if it was asked for."""
        view = replace(self.problem, lb=node.lb, ub=node.ub, x0=np.clip(node.x0, node.lb, node.ub))
        found = self._answered(view)
        if not found.outcome.solved or not node.rounded:
            return found, None
        near = np.where(self.integer, np.clip(np.round(found.x), node.lb, node.ub), found.x)
        fixed = replace(
            view, lb=np.where(self.integer, near, node.lb), ub=np.where(self.integer, near, node.ub), x0=near
        )
        return found, self._answered(fixed)

    def _answered(self, problem: Problem) -> Solution:
        return replace(inside(problem, self.inner, self.deadline), trace=())


@dataclass
class Tree:
    """The incumbent, what has been counted, and the nodes: those of the dive, and all others `open` by their bounds.

    `serials` tells nodes of one bound apart, the older before the newer.
    """

    engine: Branch
    problem: Problem
    progress: Progress
    open: list[tuple[float, int, Subproblem]] = field(default_factory=list)
    serials: Iterator[int] = field(default_factory=count)
    dive: list[Subproblem] = field(default_factory=list)
    best: Solution | None = None
    nodes: int = 0
    found: int = 0

    def searched(self, solved: Callable[[list[Subproblem]], Iterable[tuple[Solution, Solution | None]]]) -> Solution:
        """The end of the search."""
        problem, started = self.problem, time.monotonic()
        self.dive.append(Subproblem(problem.lb, problem.ub, problem.x0, -np.inf, 0, True))
        worst: Outcome = Outcome.INFEASIBLE
        while self.dive or self.open:
            self.progress.check()
            wave = self._wave()
            if not wave:
                continue
            for node, (relaxation, rounding) in zip(wave, solved(wave), strict=True):
                self.nodes += 1
                self._count(relaxation, rounding)
                if rounding is not None:
                    self._offer(rounding)
                if relaxation.outcome is Outcome.UNBOUNDED and not node.depth:
                    return replace(relaxation, engine=self.engine.name)
                if relaxation.outcome.solved:
                    self._split(node, relaxation)
                elif not node.depth:
                    worst = relaxation.outcome
            patience = time.monotonic() - started > self.engine.prove
            if self.best is not None and patience and self._gap() <= self.engine.tolerance:
                return self.ended(Outcome.WITHIN_TOLERANCE if self._gap() > EXACT_GAP else Outcome.OPTIMAL)
            if self.found >= self.engine.solutions and (self.open or self.dive):
                return self.ended(Outcome.SOLUTION_LIMIT)
            if self.nodes >= self.engine.nodes and (self.open or self.dive):
                return self.ended(Outcome.NODE_LIMIT)
        if self.best is None:
            stopped = worst if worst.stopped or worst is Outcome.ERROR_VALUE else Outcome.INFEASIBLE
            return self.ended(stopped)
        return self.ended(Outcome.OPTIMAL)

    def _wave(self) -> list[Subproblem]:
        """The next nodes: the newest of the dive, then those of least bound; hopeless ones are dropped."""
        wave: list[Subproblem] = []
        while len(wave) < WAVE and (self.dive or self.open):
            node = self.dive.pop() if self.dive else heapq.heappop(self.open)[2]
            if node.bound < self._limit():
                wave.append(node)
                for shelved in self.dive[:-1]:
                    heapq.heappush(self.open, (shelved.bound, next(self.serials), shelved))
                del self.dive[:-1]
        return wave

    def _limit(self) -> float:
        """A node must promise less than this."""
        return np.inf if self.best is None else self.best.fun - 1e-9 * max(1.0, abs(self.best.fun))

    def _split(self, node: Subproblem, relaxation: Solution) -> None:
        """Takes a whole relaxation as incumbent, or splits the node."""
        x, integer = relaxation.x, self.problem.integer
        if relaxation.fun >= self._limit():
            return
        away = np.where(integer, np.abs(x - np.round(x)), 0.0)
        j = int(np.argmax(away))
        if away[j] <= self.engine.precision:
            near = np.where(integer, np.round(x), x)
            wrong = violation(self.problem, near, relative=self.engine.scaling)
            fun = self.problem.fun(near)
            if wrong <= self.engine.precision:
                self._offer(replace(relaxation, x=near, fun=fun, violation=wrong))
                return
            self.dive.append(
                replace(node, lb=np.where(integer, near, node.lb), ub=np.where(integer, near, node.ub), x0=near)
            )
            return
        below, above = node.ub.copy(), node.lb.copy()
        below[j], above[j] = np.floor(x[j]), np.ceil(x[j])
        rounded = bool(integer.all()) or self.nodes % EVERY == 0
        rest: dict[str, Any] = {"x0": x, "bound": relaxation.fun, "depth": node.depth + 1, "rounded": rounded}
        down, up = Subproblem(node.lb, below, **rest), Subproblem(above, node.ub, **rest)
        self.dive.extend((down, up) if x[j] - np.floor(x[j]) > 0.5 else (up, down))

    def _offer(self, found: Solution) -> None:
        """Takes a whole, feasible point as incumbent if it is the best."""
        x = np.where(self.problem.integer, np.round(found.x), found.x)
        if found.violation > self.engine.precision or not np.isfinite(found.fun) or np.any(np.abs(x - found.x) > 1e-6):
            return
        if self.best is None or found.fun < self.best.fun - 1e-12 * max(1.0, abs(self.best.fun)):
            self.best = replace(found, x=x, fun=float(self.problem.fun(x)))
            self.found += 1
            self.progress.step(x)

    def _count(self, *solutions: Solution | None) -> None:
        for each in solutions:
            if each is not None:
                self.progress.counts.update(each.evaluations)

    def _gap(self) -> float:
        """The relative distance of the incumbent to the least bound of an open node."""
        if self.best is None:
            return np.inf
        bounds = [node.bound for node in self.dive] + [bound for bound, _, _ in self.open[:1]]
        bound = min(bounds, default=self.best.fun)
        return max(0.0, self.best.fun - bound) / max(abs(self.best.fun), 1e-10)

    def ended(self, outcome: Outcome) -> Solution:
        """The incumbent, or the start if there is none, with the outcome."""
        engine = self.engine
        if self.best is None:
            x = self.problem.x0
            return Solution(x, self.problem.fun(x), outcome, engine.name, subproblems=self.nodes)
        gap = 0.0 if outcome is Outcome.OPTIMAL else self._gap()
        return replace(
            self.best,
            outcome=outcome,
            engine=engine.name,
            message="",
            subproblems=self.nodes,
            gap=gap,
            row_multipliers=None,
            bound_multipliers=None,
        )
