"""The loop that the descent family shares: x <- P(x - rate_t d_t), with d_t from the gradients so far.

An engine of the family is its rule for d_t; here are the schedule of the rate, weight decay, clipping, minibatches,
the projection P onto the bounds, and the end: no gradient left, the steps used up, or a loss that is no number.
One iteration is one epoch: a step with the full gradient, or one pass over the minibatches.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.engines.base import Engine
from solver.engines.options import above, at_least, between, one_of, option
from solver.errors import Outcome
from solver.model.kkt import projected, violation
from solver.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solver.engines.progress import Progress
    from solver.model.problem import Indices, Problem, Vector

Memory = dict[str, "Vector"]
"""What a rule remembers from step to step, by name."""

SCHEDULES: dict[str, Callable[[Descent, int, int], float]] = {
    "constant": lambda _engine, _epoch, _last: 1.0,
    "step": lambda engine, epoch, _last: float(engine.decay ** (epoch // engine.every)),
    "cosine": lambda _engine, epoch, last: (1.0 + math.cos(math.pi * min(epoch, last) / max(last, 1))) / 2.0,
    "inverse": lambda engine, epoch, _last: 1.0 / (1.0 + epoch / engine.every),
}
"""How the rate falls with the epochs, as a factor."""


@dataclass(frozen=True, kw_only=True)
class Descent(Engine):
    """First-order descent; the fields here are common to the family."""

    iterations: int = option(1000, "epochs: steps with the full gradient, or passes", excel="itr", check=at_least(0))
    rate: float = option(0.1, "step size: how far to go along the direction", check=above(0))
    schedule: str = option("constant", "how the step size falls", check=one_of(*SCHEDULES))
    decay: float = option(0.5, "factor of the step size at each drop of the step schedule", check=between(0, 1))
    every: int = option(100, "epochs between drops, or until the step size is halved (inverse)", check=at_least(1))
    weight_decay: float = option(0.0, "pull of every cell towards 0", check=at_least(0))
    clip: float = option(0.0, "longest gradient; longer ones are shortened to it, 0 for none", check=at_least(0))
    batch: int = option(0, "terms of the loss whose mean gradient gives one step; 0 for all", check=at_least(0))
    order: str = option("random", "order of the terms in minibatches", check=one_of("random", "sheet"))
    tolerance: float = option(1e-9, "stop when the projected gradient is shorter", check=at_least(0))

    decoupled: ClassVar[bool] = False
    """Whether weight decay shrinks the cells themselves and does not pass through the gradient."""

    def direction(self, gradient: Vector, memory: Memory) -> Vector:
        """The direction of one step for its gradient; x moves against it."""
        raise NotImplementedError

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best point of the descent; its trace holds every epoch."""
        seed = self.seed or int(np.random.default_rng().integers(1, 2**31))
        random = np.random.default_rng(seed)
        if self.batch and problem.terms is not None and not self.seed and self.order == "random":
            progress.log.notes.append(f"random seed {seed}")
        if self.batch and problem.terms is None:
            progress.log.notes.append("the loss has no terms to choose from: every step uses the whole gradient")
        last = int(min(progress.limit, self.iterations))
        x, memory, epoch = problem.x0.copy(), Memory(), 0
        best = (problem.fun(x), x)
        while True:
            gradient = np.asarray(problem.grad(x), dtype=float)
            length = float(np.linalg.norm(projected(problem, x, gradient)))
            rate = self.rate * SCHEDULES[self.schedule](self, epoch, last)
            progress.step(x, gradient_norm=length, step=rate)
            if length <= self.tolerance:
                return self._at(problem, x, Outcome.OPTIMAL, epoch)
            for piece in self._gradients(problem, gradient, random):
                d = self.direction(self._shaped(piece(x), x), memory)
                kept = 1.0 - rate * self.weight_decay if self.decoupled else 1.0
                x = np.clip(kept * x - rate * d, problem.lb, problem.ub)
            epoch += 1
            fun = problem.fun(x)
            if not np.isfinite(fun):
                return self._at(problem, best[1], Outcome.CANNOT_IMPROVE, epoch, self._too_far(rate))
            if fun < best[0]:
                best = (fun, x)

    def _gradients(
        self, problem: Problem, whole: Vector, random: np.random.Generator
    ) -> Iterator[Callable[[Vector], Vector]]:
        """The gradients of one epoch, as functions of the point that the epoch has reached."""
        terms = problem.terms
        if not self.batch or terms is None:
            yield lambda _: whole
            return
        order = random.permutation(problem.term_count) if self.order == "random" else np.arange(problem.term_count)
        for begin in range(0, problem.term_count, self.batch):
            chosen = order[begin : begin + self.batch]
            yield partial(_mean_gradient, terms, chosen)

    def _shaped(self, gradient: Vector, x: Vector) -> Vector:
        if not self.decoupled:
            gradient = gradient + self.weight_decay * x
        length = float(np.linalg.norm(gradient))
        return gradient * (self.clip / length) if self.clip and length > self.clip else gradient

    def _too_far(self, rate: float) -> str:
        return f"The loss is no longer a number: the step size {rate:g} is too large; try -O rate={rate / 10:g}."

    def _at(self, problem: Problem, x: Vector, outcome: Outcome, epochs: int, message: str = "") -> Solution:
        wrong = violation(problem, x, relative=self.scaling)
        return Solution(x, problem.fun(x), outcome, self.name, message, epochs, violation=wrong)


def _mean_gradient(terms: Callable[[Vector, Indices], tuple[float, Vector]], chosen: Indices, x: Vector) -> Vector:
    return terms(x, chosen)[1] / chosen.size
