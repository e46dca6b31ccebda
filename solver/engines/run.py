"""One run of one engine on one problem, from bounds that cross to a solution that is what it says.

Fixed variables are left out, evaluations are counted, what the engine cannot handle is added by wrapping it, and
whatever ends the run early, the best point so far comes back with the outcome that says why.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # the package has no types

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Engine, Handles, Needs, Wrapper, find_engine, with_settings_of
from solver.engines.progress import Halt, Progress
from solver.engines.start import crossing, relaxed, start_with_values, tightened, without_idle
from solver.engines.transform import Change, counted, without
from solver.errors import EngineError, Outcome
from solver.model.kkt import DENSE, optimality, projected, violation
from solver.model.solution import Population, Solution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from solver.engines.progress import Best
    from solver.model.problem import Problem
    from solver.model.solution import Watch

REFUTABLE = (Outcome.INFEASIBLE, Outcome.ERROR_VALUE)
"""Outcomes that a feasible point on the way disproves."""

CLEAR = 1e-7
"""The relative difference of objectives beyond which a feasible start is clearly better."""

LEVEL = 1e-5
"""A slope below this share of the objective, for a change of one, is none."""

NUDGE, NUDGED = 0.03, 100
"""How far beside a stationary start a second run begins, in sizes of the variables, and for how many at most."""


def run(
    problem: Problem,
    engine: Engine,
    watch: Watch | None = None,
    time_limit: float | None = None,
    workers: int | Callable[..., Iterable[Any]] | None = None,
) -> Solution:
    """The solution of a problem by an engine.

    `watch` sees every iterate and may raise StopIteration; `time_limit` in seconds comes beside the engine's own;
    `workers` is SciPy's: a number, or anything like `map`. Raises EngineError when the engine does not fit.
    """
    deadline = time.monotonic() + min(engine.time_limit, np.inf if time_limit is None else time_limit)
    with threadpool_limits(limits=1):
        first = answered(problem, engine, deadline, watch, workers or 1)
        try:
            if not _stood_still(problem, engine, first):
                return first
            return _nudged(problem, engine, first, deadline, watch)
        except KeyboardInterrupt:
            return replace(first, outcome=Outcome.USER_STOP, message=Outcome.USER_STOP.message)


def _stood_still(problem: Problem, engine: Engine, solution: Solution) -> bool:
    """Whether a local method has gained nothing from a start that need not be a minimum: it may be a saddle, or a top.

    Where all cells start alike, as zeros, their differences have no slope: whatever pulls them apart pulls both ways.
    """
    bent = problem.smooth and not problem.convex
    local = not engine.roams and engine.about.needs & (Needs.GRADIENT | Needs.HESSIAN | Needs.RESIDUALS)
    if not (bent and local and problem.sense and problem.n <= NUDGED and solution.outcome.solved):
        return False
    if problem.whole.any():
        return False
    start = solution.trace[0] if solution.trace else None
    if start is None or not start.violation <= engine.precision:
        return False
    if solution.fun < start.fun - CLEAR * max(1.0, abs(solution.fun)):
        return False
    if problem.m:
        return True
    slope = projected(problem, solution.x, np.asarray(problem.grad(solution.x)))
    return bool(np.abs(slope).max(initial=0.0) <= LEVEL * max(1.0, abs(solution.fun)))


def _nudged(problem: Problem, engine: Engine, first: Solution, deadline: float, watch: Watch | None) -> Solution:
    """The answer from a start beside the first one where that is clearly better."""
    random = np.random.default_rng(engine.seed or 1)
    size = np.maximum(1.0, np.abs(first.x))
    beside = np.clip(first.x + NUDGE * size * random.uniform(-1, 1, problem.n), problem.lb, problem.ub)
    second = inside(replace(problem, x0=beside), engine, deadline, watch)
    better = second.violation <= engine.precision and second.fun < first.fun - CLEAR * max(1.0, abs(first.fun))
    if not (better and (second.outcome.solved or second.outcome.stopped)):
        return first
    return replace(second, notes=(*second.notes, "the start is stationary but no minimum: began beside it"))


def answered(
    problem: Problem,
    engine: Engine,
    deadline: float = np.inf,
    watch: Watch | None = None,
    workers: int | Callable[..., Iterable[Any]] = 1,
) -> Solution:
    """The solution of a problem, as `run` gives it; `deadline` is on the monotonic clock."""
    if engine.relax:
        problem = relaxed(problem)
    conflict = crossing(problem)
    if conflict:
        return Solution(problem.x0, float("nan"), conflict, engine.name, conflict.message)
    source = tightened(problem)
    if engine.roams:
        source = without_idle(source)
    progress = Progress(
        source,
        precision=engine.precision,
        relative=engine.scaling,
        watch=watch,
        deadline=deadline,
        limit=engine.iterations,
        patience=engine.early_stop or np.inf,
        workers=workers,
        source=source,
    )
    progress.problem = counted(source, progress)
    with np.errstate(all="ignore"):
        return _finished(progress, _ended(progress, engine))


class Interrupted(KeyboardInterrupt):
    """Ctrl-C within a run inside a run, with the solution that it left."""

    def __init__(self, found: Solution) -> None:
        self.found = found
        super().__init__()


def inside(problem: Problem, engine: Engine, deadline: float, watch: Watch | None = None) -> Solution:
    """The solution of a problem in the variables of the run around it; a stop by the user ends that too.

    Raises Interrupted for it, so that nothing more is begun.
    """
    found = answered(problem, engine, deadline, watch)
    if found.outcome is Outcome.USER_STOP:
        raise Interrupted(found)
    return found


def equipped(engine: Engine, problem: Problem) -> Engine:
    """The engine wrapped in what it lacks for a problem; raises EngineError when no wrapping helps."""
    about = engine.about
    if about.needs & Needs.RESIDUALS and problem.residuals is None:
        raise EngineError(f"{engine.name} needs a sum of squares, and the objective is none")
    if about.needs & Needs.PIECES and (problem.pieces is None or problem.pieces() is None):
        raise EngineError(f"{engine.name} needs formulas that are piecewise linear", hint="use the engine nonsmooth")
    if about.needs & Needs.CORNERS and (problem.lifting is None or problem.lifting() is None):
        raise EngineError(f"{engine.name} needs smooth formulas joined by corners", hint="use the engine nonsmooth")
    if problem.groups and not about.handles & Handles.GROUPS:
        raise EngineError(
            f"{engine.name} cannot keep cells all different", hint="use the evolutionary engine, or -O relax=on"
        )
    if problem.m and not about.handles & Handles.ROWS:
        engine = around("augmented", engine)
    if problem.integer.any() and not about.handles & Handles.INTEGERS:
        engine = around("branch", engine)
    return engine


def around(name: str, inner: Engine) -> Wrapper:
    """A wrapper around an engine, with the common settings of that."""
    made = with_settings_of(find_engine(name), inner)
    if not isinstance(made, Wrapper):
        raise EngineError(f"{name} cannot be put around {inner.name}")
    return replace(made, inner=inner)


def _ended(progress: Progress, engine: Engine) -> Solution:
    """The solution where the engine, or whatever stopped it, left it."""
    start = progress.problem.x0
    try:
        found = start_with_values(progress.problem, engine.seed)
        if found is None:
            bad = progress.problem.blame(start) or ""
            return Solution(start, float("nan"), Outcome.ERROR_VALUE, engine.name, bad=bad)
        if found is not start:
            progress.log.notes.append("the start has an error value: began beside it")
        progress.problem = replace(progress.problem, x0=found)
        return _minimised(progress, engine)
    except Halt as halt:
        outcome = halt.outcome
    except KeyboardInterrupt as stop:
        outcome = Outcome.USER_STOP
        if isinstance(stop, Interrupted):
            progress.offer(stop.found.x, stop.found.fun, stop.found.violation)
    except MemoryError:
        outcome = Outcome.OUT_OF_MEMORY
    progress.deadline, best, promise = np.inf, progress.log.best, progress.log.promise
    progress.stopped.clear()
    if promise is not None:
        waited = f"The held-out loss has not fallen for {promise.age} steps; its best point is kept."
        message = waited if outcome is Outcome.CONVERGED else ""
        return Solution(promise.x, promise.step.fun, outcome, engine.name, message, chosen=True)
    if best is None:
        return Solution(start, progress.problem.fun(start), outcome, engine.name)
    return Solution(best.x, best.fun, outcome, engine.name)


def _minimised(progress: Progress, engine: Engine) -> Solution:
    """The engine's solution in the variables of the full problem."""
    problem = progress.problem
    progress.offer(problem.x0, problem.fun(problem.x0), violation(problem, problem.x0, relative=engine.scaling))
    progress.log.start = progress.log.best
    fixed = (problem.lb == problem.ub) & ~problem.grouped
    change = without(problem, fixed)
    if not change.free.size:
        wrong = violation(problem, problem.x0, relative=engine.scaling)
        outcome = Outcome.OPTIMAL if wrong <= engine.precision else Outcome.INFEASIBLE
        return Solution(problem.x0, problem.fun(problem.x0), outcome, engine.name, "no variable is free")
    smaller = change.apply(problem) if fixed.any() else problem
    method = equipped(engine, problem if engine.takes_all else smaller)
    if method.takes_all:
        return method.minimise(problem, progress)
    if not fixed.any():
        return method.minimise(smaller, progress)
    return _restored(method.minimise(smaller, progress.through(change.back)), change)


def _restored(solution: Solution, change: Change) -> Solution:
    """A solution of the problem without fixed variables, in all variables; what is not known is left to be found."""
    population = solution.population and Population(
        change.back_many(solution.population.x), solution.population.fun, solution.population.violation
    )
    return replace(solution, x=change.back(solution.x), bound_multipliers=None, ranges=None, population=population)


def _finished(progress: Progress, solution: Solution) -> Solution:
    """The solution with violation, multipliers, counts, trace and notes, or a point on the way that is better."""
    problem = progress.problem
    progress.deadline = np.inf
    x, outcome, notes = solution.x, solution.outcome, (*progress.log.notes, *solution.notes)
    fun, wrong = problem.fun(x), violation(problem, x, relative=progress.relative)
    kept = None if solution.chosen else _kept(progress, outcome, fun, wrong)
    if kept is not None:
        x, fun, wrong = kept.x, kept.fun, kept.violation
        solution = replace(solution, row_multipliers=None, bound_multipliers=None, ranges=None)
        if kept is progress.log.start or outcome in REFUTABLE:
            outcome = Outcome.CANNOT_IMPROVE if not outcome.stopped else outcome
            solution = replace(solution, message="", bad="")
    if outcome is Outcome.OPTIMAL and wrong > progress.precision:
        outcome = Outcome.INFEASIBLE
    if problem.degree is Degree.CONSTANT and problem.sense:
        notes = (*notes, "no variable reaches the objective")
    rows, bounds = solution.row_multipliers, solution.bound_multipliers
    # who stops a large model does not wait for its multipliers
    local = problem.smooth and not problem.whole.any()
    left = outcome is Outcome.USER_STOP and problem.m and problem.n + problem.m > DENSE
    if local and not left and np.isfinite(fun) and (bounds is None or (rows is None and problem.m)):
        try:
            _, rows, bounds = optimality(problem, x)
        except KeyboardInterrupt:
            outcome = Outcome.USER_STOP
            solution = replace(solution, message="")
    return replace(
        solution,
        x=x,
        fun=float(fun),
        outcome=outcome,
        message=solution.message or outcome.message,
        iterations=solution.iterations or max(progress.log.iteration, 0),
        row_multipliers=rows,
        bound_multipliers=bounds,
        violation=wrong,
        evaluations=dict(progress.counts),
        trace=solution.trace or tuple(progress.log.trace),
        notes=notes,
    )


def _kept(progress: Progress, outcome: Outcome, fun: float, wrong: float) -> Best | None:
    """The point to answer instead of the engine's: better beyond rounding, or a start that holds what was given up.

    A point on the way must not be better only by leaning on the precision of the constraints. The start may: whatever
    is stored in the workbook, within the precision, is never answered by something clearly worse.
    """
    best, start, precision = progress.log.best, progress.log.start, progress.precision
    if best is None or not (outcome.solved or outcome.stopped or outcome in REFUTABLE):
        return None
    if not wrong <= precision or np.isnan(fun):
        enough = precision if outcome in REFUTABLE else np.inf
        return best if best.violation <= enough and (np.isnan(fun) or not best.violation >= wrong) else None
    found = None
    if best.violation <= max(wrong, 1e-12) and best.fun < fun - 1e-14 * max(1.0, abs(fun)):
        found, fun = best, best.fun
    if start is not None and start.violation <= precision and start.fun < fun - CLEAR * max(1.0, abs(fun)):
        found = start
    return found
