"""Linear and mixed-integer models by HiGHS: simplex with duals and basis ranging, branch and cut for whole numbers.

Coefficients come from the formulas; where these are linear only as far as plans reach, they are found by trying. The
answer of an integer model is solved once more with its whole variables fixed, so that the others are exact. By default
an integer optimum is proved; only when that takes longer than `prove` seconds does the integer tolerance count.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Handles, Needs, engine
from solver.engines.linear.linear_form import LinearForm, linear_form
from solver.engines.linear.probing import agrees, probings
from solver.engines.linear.refined import refined
from solver.engines.linear.search import Search, outcome_of, run_quietly, run_watched
from solver.engines.searching.integers import EXACT_GAP, WholeNumbers
from solver.errors import Outcome
from solver.model.kkt import violation
from solver.model.model import UNLIMITED
from solver.model.solution import Ranges, Solution

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

TIGHT = 1e-9
"""Feasibility tolerances that are asked of HiGHS first; its own are the fall-back."""

EXACT, NEAR = 1e-12, 1e-4
"""A vertex is solved once more when it breaks a constraint by more than EXACT; it is another one where the objective
differs by more than NEAR."""

PROBED = "the formulas are linear only where plans may lie: coefficients were found by moving each cell by one"


@engine(
    name="simplex",
    title="Simplex LP",
    needs=Needs.LINEAR,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS | Handles.GROUPS,
)
@dataclass(frozen=True, kw_only=True)
class Simplex(WholeNumbers):
    """Linear models, also with integers: global optima, with shadow prices and ranges where there are no integers."""

    takes_all: ClassVar[bool] = True  # fixed variables have reduced costs and ranges too

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The global optimum, or the outcome that says why there is none."""
        linear = problem.linear
        flat = linear is not None and (linear.cost is not None or problem.degree is Degree.CONSTANT)
        if linear is None or not flat or linear.hessian is not None:
            found = self._probed(problem, progress)
            if found is not None:
                return found
            bad = problem.because[0] if problem.because else ""
            return Solution(problem.x0, problem.fun(problem.x0), Outcome.NOT_LINEAR, self.name, bad=bad)
        return self.answer(problem, linear_form(problem, linear), progress)

    def _probed(self, problem: Problem, progress: Progress) -> Solution | None:
        """The optimum of a linear model that was found by trying, where the formulas agree with it there."""
        for linear in probings(problem, optimum):
            found = self.answer(problem, linear_form(problem, linear), progress)
            if found.outcome.solved and agrees(problem, linear, found.x, self.precision):
                return replace(found, notes=(*found.notes, PROBED))
        return None

    def answer(self, problem: Problem, form: LinearForm, progress: Progress) -> Solution:
        """The global optimum of a linear form whose first columns and rows are those of the problem."""
        if form.whole.any():
            return self._integers(problem, form, progress)
        search = Search(progress)
        status, highs = _solved(form, search, {"simplex_iteration_limit": _limit(progress.limit)})
        return self._continuous(problem, form, status, highs, progress)

    def _continuous(self, problem: Problem, form: LinearForm, status: str, highs: Any, progress: Progress) -> Solution:
        steps = int(highs.getInfo().simplex_iteration_count)
        if status in ("kInfeasible", "kUnbounded", "kUnboundedOrInfeasible"):
            outcome = _without_optimum(form, status, progress)
            return Solution(problem.x0, problem.fun(problem.x0), outcome, self.name, iterations=steps)
        found = highs.getSolution()
        x = np.clip(np.array(found.col_value)[: form.n], problem.lb, problem.ub)
        x = self._closer(problem, form, highs, x) if status == "kOptimal" else x
        progress.offer(progress.original(x), problem.fun(x), violation(problem, x, relative=self.scaling))
        outcome = outcome_of(status)
        if outcome is not Outcome.OPTIMAL:
            return Solution(x, problem.fun(x), outcome, self.name, iterations=steps)
        progress.step(x)
        rows, bounds = np.array(found.row_dual)[: form.m], np.array(found.col_dual)[: form.n]
        return Solution(
            x,
            problem.fun(x),
            outcome,
            self.name,
            iterations=steps,
            row_multipliers=rows + 0.0,
            bound_multipliers=bounds + 0.0,
            ranges=_ranges(highs, form, rows),
        )

    def _closer(self, problem: Problem, form: LinearForm, highs: Any, x: Vector) -> Vector:
        """The vertex that HiGHS has found, or the same to the last digit where that breaks the constraints less."""
        wrong = violation(problem, x, relative=self.scaling)
        if wrong <= EXACT:
            return x
        vertex = refined(form, highs, np.array(highs.getSolution().col_value))
        if vertex is None:
            return x
        new = np.clip(vertex[: form.n], problem.lb, problem.ub)
        near = abs(problem.fun(new) - problem.fun(x)) <= NEAR * max(1.0, abs(problem.fun(x)))
        return new if near and violation(problem, new, relative=self.scaling) < wrong else x

    def _integers(self, problem: Problem, form: LinearForm, progress: Progress) -> Solution:
        search = Search(progress, self.tolerance, time.monotonic() + self.prove, self._offers(problem, form, progress))
        proving = self.prove > 0 or self.tolerance == 0
        settings = {
            "mip_rel_gap": 0.0 if proving else self.tolerance,
            "mip_abs_gap": 1e-10,
            "mip_max_nodes": _limit(self.nodes),
            "mip_max_improving_sols": _limit(self.solutions),
        }
        status, highs = _solved(form, search, settings)
        info = highs.getInfo()
        steps, nodes = int(info.simplex_iteration_count), int(info.mip_node_count)
        counts: dict[str, Any] = {"subproblems": nodes, "iterations": steps}
        if status in ("kInfeasible", "kUnbounded", "kUnboundedOrInfeasible"):
            outcome = _without_optimum(form, status, progress)
            return Solution(problem.x0, problem.fun(problem.x0), outcome, self.name, **counts)
        value = float(info.objective_function_value)
        proved = abs(value - float(info.mip_dual_bound)) <= EXACT_GAP * max(1.0, abs(value))
        gap = 0.0 if proved else float(info.mip_gap)
        if search.halted is not None:
            outcome = search.halted
        elif status == "kOptimal" or search.satisfied:
            outcome = Outcome.OPTIMAL if proved or gap <= EXACT_GAP else Outcome.WITHIN_TOLERANCE
        elif status == "kSolutionLimit":
            outcome = Outcome.NODE_LIMIT if nodes >= self.nodes else Outcome.SOLUTION_LIMIT
        else:
            outcome = outcome_of(status)
        values = np.array(highs.getSolution().col_value)
        if not values.size or not np.isfinite(value):
            return Solution(problem.x0, problem.fun(problem.x0), outcome, self.name, **counts)
        x = _exact(form, values)
        x = np.clip(x, problem.lb, problem.ub)
        wrong = violation(problem, x, relative=self.scaling)
        progress.offer(progress.original(x), problem.fun(x), wrong)
        return Solution(x, problem.fun(x), outcome, self.name, gap=max(gap, 0.0), violation=wrong, **counts)

    def _offers(self, problem: Problem, form: LinearForm, progress: Progress) -> Callable[[Vector], None]:
        """What is done with a better integer point on the way."""

        def improved(values: Vector) -> None:
            x = np.where(problem.integer, np.round(values[: form.n]), values[: form.n])
            progress.step(np.clip(x, problem.lb, problem.ub))

        return improved


def _solved(form: LinearForm, search: Search, settings: dict[str, float]) -> tuple[str, Any]:
    """The status of a run, and HiGHS with its solution; tight tolerances first, its own where those fail."""
    for tight in (True, False):
        highs = loaded(form, search.progress.remaining, settings, tight=tight)
        status = run_watched(highs, search)
        if status not in ("kUnknown", "kSolveError", "kNotset", "kPostsolveError"):
            break
    return status, highs


def loaded(form: LinearForm, seconds: float, settings: dict[str, float], *, tight: bool) -> Any:
    """HiGHS with a model and its settings, ready to run."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = form.cost.size, form.low.size
    model.col_cost_, model.offset_ = form.cost, form.offset
    model.col_lower_, model.col_upper_ = form.lb, form.ub
    model.row_lower_, model.row_upper_ = form.low, form.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = form.matrix.indptr
    model.a_matrix_.index_ = form.matrix.indices
    model.a_matrix_.value_ = form.matrix.data
    if form.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(each)] for each in form.whole]
    make: Any = highspy.Highs
    highs = make()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    if np.isfinite(seconds):
        highs.setOptionValue("time_limit", seconds)
    if tight:
        for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
            highs.setOptionValue(name, TIGHT)
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    highs.passModel(model)
    return highs


def _without_optimum(form: LinearForm, status: str, progress: Progress) -> Outcome:
    """Tells unbounded from infeasible by solving without the objective."""
    if status == "kInfeasible":
        return Outcome.INFEASIBLE
    free = replace(form, cost=np.zeros_like(form.cost))
    found, _ = _solved(free, Search(progress), {"mip_rel_gap": np.inf, "mip_max_improving_sols": 1})
    return Outcome.INFEASIBLE if found == "kInfeasible" else Outcome.UNBOUNDED


def optimum(form: LinearForm) -> Vector | None:
    """The columns of a form at its optimum, None where it has none: for questions on the way to the answer."""
    highs = loaded(form, np.inf, {}, tight=False)
    return np.array(highs.getSolution().col_value) if run_quietly(highs) == "kOptimal" else None


def _exact(form: LinearForm, values: Vector) -> Vector:
    """The integer point with its whole variables rounded and the others solved anew."""
    rounded = np.where(form.whole, np.round(values), values)
    if form.whole.all():
        return rounded[: form.n]
    fixed = replace(
        form,
        lb=np.where(form.whole, rounded, form.lb),
        ub=np.where(form.whole, rounded, form.ub),
        whole=np.zeros_like(form.whole),
    )
    highs = loaded(fixed, np.inf, {}, tight=True)
    if run_quietly(highs) != "kOptimal":
        return rounded[: form.n]
    return np.array(highs.getSolution().col_value)[: form.n]


def _ranges(highs: Any, form: LinearForm, duals: Vector) -> Ranges | None:
    """How far costs and right sides may move before the basis changes; None where HiGHS has no basis to range."""
    ranging = highs.getRanging()[1]
    cost = form.cost[: form.n]
    up, down = np.array(ranging.col_cost_up.value_)[: form.n], np.array(ranging.col_cost_dn.value_)[: form.n]
    if up.size != form.n:
        return None
    activity = (form.matrix @ np.array(highs.getSolution().col_value))[: form.m]
    low, high = form.low[: form.m], form.high[: form.m]
    row_up, row_down = np.array(ranging.row_bound_up.value_)[: form.m], np.array(ranging.row_bound_dn.value_)[: form.m]
    import highspy

    basic = np.array([each == highspy.HighsBasisStatus.kBasic for each in highs.getBasis().row_status], dtype=bool)
    basic = basic[: form.m] & (duals == 0)
    side = np.where(np.abs(activity - low) <= np.abs(activity - high), low, high)
    side = np.where(basic, np.where(np.isfinite(high), high, low), side)
    loose_up = np.where(np.isfinite(high), np.inf, activity - low)
    loose_down = np.where(np.isfinite(high), high - activity, np.inf)
    return Ranges(
        cost_up=_room(up - cost),
        cost_down=_room(cost - down),
        row_up=np.where(basic, loose_up, _room(row_up - side)),
        row_down=np.where(basic, loose_down, _room(side - row_down)),
    )


def _room(distance: Vector) -> Vector:
    """Distances without the noise below zero, and without end where HiGHS writes a very large number."""
    return np.where(distance >= 1e20, np.inf, np.maximum(distance, 0.0))


def _limit(number: float) -> int:
    return int(min(number, UNLIMITED))
