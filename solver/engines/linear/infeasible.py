"""Why nothing is feasible: an irreducible set of rows and bounds that cannot hold together.

The deletion filter (Chinneck, Feasibility and Infeasibility in Optimization, 2008, section 6.2): drop each constraint
in turn; if the rest is still infeasible it stays dropped, else it belongs to the set. Rows are tried before bounds. For
linear rows a proof of infeasibility from HiGHS (a ray y of the dual with y'A = z) names few candidates to begin with.
Nonlinear rows are infeasible as far as several searches for the least violation can tell.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.engines.linear.linear_form import linear_form
from solver.engines.linear.search import run_quietly
from solver.engines.linear.simplex import loaded
from solver.engines.progress import Progress
from solver.engines.smooth.restoration import restored
from solver.engines.start import relaxed, tightened
from solver.model.answer import Conflict
from solver.model.kkt import violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.linear.linear_form import LinearForm
    from solver.model.problem import Linear, Mask, Problem

PATIENCE = 60.0
"""Seconds after which the remaining candidates stay in the set untried."""

STARTS, REACH = 6, 10.0
"""Random points from which nonlinear rows are tried to hold: so many near the start, and as many so much farther."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Which rows, lower bounds and upper bounds of a problem are kept."""

    rows: Mask
    lower: Mask
    upper: Mask

    def without(self, kind: int, place: int) -> Kept:
        """The same without one of them; kinds are in the order of the fields."""
        masks = [self.rows.copy(), self.lower.copy(), self.upper.copy()]
        masks[kind][place] = False
        return Kept(*masks)

    def bounds(self, problem: Problem) -> Problem:
        """The problem in which all others are free."""
        return replace(
            problem,
            row_lo=np.where(self.rows, problem.row_lo, -np.inf),
            row_hi=np.where(self.rows, problem.row_hi, np.inf),
            lb=np.where(self.lower, problem.lb, -np.inf),
            ub=np.where(self.upper, problem.ub, np.inf),
        )


Feasible: TypeAlias = "Callable[[Kept], bool]"
"""Whether some point satisfies what is kept; True also where that is not known."""


def irreducible(problem: Problem, *, bounds: bool = True) -> Conflict | None:
    """A conflict of a problem, None where the constraints hold somewhere (or that is not known).

    Without `bounds` the bounds of the variables are taken as given, and only rows are members.
    """
    problem = tightened(problem)
    crossed = np.flatnonzero(problem.lb > problem.ub)
    if crossed.size:
        place = (int(crossed[0]),)
        return Conflict((), place, place) if bounds else Conflict(())
    everything = Kept(np.ones(problem.m, dtype=bool), np.isfinite(problem.lb), np.isfinite(problem.ub))
    plain = relaxed(problem)
    with np.errstate(all="ignore"):
        feasible, start = _test(plain, everything)
        whole = False
        if start is None and problem.linear is not None and problem.whole.any():
            feasible, start = _linear_test(problem, problem.linear, everything)
            whole = True
        if start is None:
            return None
        return _filtered(problem, feasible, start, bounds, whole, time.monotonic() + PATIENCE)


def _filtered(problem: Problem, feasible: Feasible, kept: Kept, bounds: bool, whole: bool, deadline: float) -> Conflict:
    """The deletion filter."""
    least = True
    if not bounds:
        kept = Kept(kept.rows, np.isfinite(problem.lb), np.isfinite(problem.ub))
    for kind, mask in enumerate((kept.rows, kept.lower, kept.upper) if bounds else (kept.rows,)):
        for place in np.flatnonzero(mask).tolist():
            if time.monotonic() > deadline:
                least = False
                break
            fewer = kept.without(kind, place)
            if not feasible(fewer):
                kept = fewer
    rows, lower, upper = (tuple(np.flatnonzero(mask).tolist()) for mask in (kept.rows, kept.lower, kept.upper))
    return Conflict(rows, lower, upper, whole, least) if bounds else Conflict(rows, (), (), whole, least)


def _test(problem: Problem, everything: Kept) -> tuple[Feasible, Kept | None]:
    """How feasibility is tried, and an infeasible set to begin with, None where all can hold."""
    if problem.linear is not None:
        return _linear_test(problem, problem.linear, everything)
    searched = _Searched(problem)
    return searched, None if searched(everything) else everything


def _linear_test(problem: Problem, linear: Linear, everything: Kept) -> tuple[Feasible, Kept | None]:
    """Linear rows by HiGHS, beginning with the constraints that its proof of infeasibility uses."""
    form = linear_form(replace(problem, integer=problem.integer | problem.binary), replace(linear, cost=None))
    form = replace(form, lb=np.r_[problem.lb, form.lb[form.n :]], ub=np.r_[problem.ub, form.ub[form.n :]])
    test = _Linear(form)
    if test(everything):
        return test, None
    used = None if form.whole.any() or form.cost.size > form.n else test.proof(everything)
    return test, everything if used is None or test(used) else used


@dataclass(frozen=True, slots=True)
class _Linear:
    """A linear model without its objective, in which what is not kept is free."""

    form: LinearForm

    def __call__(self, kept: Kept) -> bool:
        """Whether a point satisfies what is kept."""
        highs = loaded(self._with(kept), PATIENCE, {"mip_rel_gap": np.inf, "mip_max_improving_sols": 1}, tight=True)
        # without an objective nothing is unbounded
        return run_quietly(highs) not in ("kInfeasible", "kUnboundedOrInfeasible")

    def _with(self, kept: Kept) -> LinearForm:
        form, n, m = self.form, self.form.n, self.form.m
        return replace(
            form,
            cost=np.zeros_like(form.cost),
            low=np.r_[np.where(kept.rows, form.low[:m], -np.inf), form.low[m:]],
            high=np.r_[np.where(kept.rows, form.high[:m], np.inf), form.high[m:]],
            lb=np.r_[np.where(kept.lower, form.lb[:n], -np.inf), form.lb[n:]],
            ub=np.r_[np.where(kept.upper, form.ub[:n], np.inf), form.ub[n:]],
        )

    def proof(self, kept: Kept) -> Kept | None:
        """The constraints that a dual ray weighs, None where there is no ray."""
        highs = loaded(self._with(kept), PATIENCE, {}, tight=True)
        highs.setOptionValue("presolve", "off")
        highs.setOptionValue("simplex_strategy", 1)
        run_quietly(highs)
        found = highs.getDualRay()
        if not found[1]:
            return None
        ray = np.array(found[2])
        slope = self.form.matrix.T @ ray
        weighed = np.abs(ray) > 1e-9 * np.abs(ray).max(initial=0.0)
        bound = np.abs(slope) > 1e-9 * np.abs(slope).max(initial=1.0)
        return Kept(kept.rows & weighed, kept.lower & bound, kept.upper & bound)


class _Searched:
    """A model with nonlinear rows: feasible when a search for the least violation from some start ends with none."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        random = np.random.default_rng(1)
        spread = np.maximum(1.0, np.abs(problem.x0))
        moves = np.repeat([1.0, REACH], STARTS)[:, None] * random.standard_normal((2 * STARTS, problem.n))
        self.starts = [problem.x0, *(problem.x0 + spread * moves)]  # the bounds that are kept clip them

    def __call__(self, kept: Kept) -> bool:
        """Whether a point was found."""
        view = kept.bounds(self.problem)
        return any(violation(view, restored(view, start, Progress(view))) <= 1e-6 for start in self.starts)
