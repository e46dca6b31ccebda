"""The Check Report: everything that proves, or disproves, that the answer is one, computed anew from the formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.model.kkt import STATIONARY
from solver.reports.check import FEASIBLE, Verdict, certify
from solver.reports.comparison import comparisons
from solver.reports.conditions import conditions
from solver.reports.curvature import curvature, is_curved
from solver.reports.fit import write_fit
from solver.reports.labels import names_of
from solver.reports.page import Page, number, shown
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer
    from solver.reports.page import Row
    from solver.table import Entry

MEANINGS = {
    Verdict.OPTIMAL: "no better point exists: the model is linear or convex and the conditions hold",
    Verdict.STATIONARY: "no direction improves it to first order",
    Verdict.FEASIBLE: "the constraints hold; whole numbers, corners or jumps leave no test by derivatives",
    Verdict.IMPROVABLE: "the constraints hold, and some direction still improves it",
    Verdict.INFEASIBLE: "some constraint is violated",
    Verdict.UNUSABLE: "the model or a formula it needs cannot be used",
}


NO_CURVATURE = "It was not computed: there are no multipliers, or the search for its ends took too long."


@report("check", "Check Report")
def check_report(answer: Answer) -> Page:
    """Objective, constraints and conditions of optimality computed anew, curvature, and the statistics of a fit."""
    page, binding, solution = Page(), answer.binding, answer.solution
    found = certify(binding.problem, solution.x, answer.used.precision)
    page.line("Verdict")
    _measures(page, [("Verdict", found.verdict.value, MEANINGS[found.verdict])])
    page.row += 1
    page.line("Values")
    _measures(page, _values(answer, found.worst_violation))
    page.row += 1
    page.line("Conditions of Optimality")
    rows = _first_order(answer, found.optimality)
    _measures(page, rows + _bounds_on_gap(answer))
    _second_order(page, answer)
    if binding.problem.residuals is not None and not binding.problem.m:
        page.row += 1
        write_fit(page, answer)
    page.notes(solution.notes)
    return page


def _measures(page: Page, rows: list[Row]) -> None:
    """What is measured, its value, and behind a gap what that says."""
    spaced: list[Row] = [(*row[:2], None, *row[2:]) for row in rows]
    page.table(("Measure", "Value", None, "Meaning"), spaced, left=2, wide=False)


def _small(value: float) -> Entry:
    """A number whose size matters, not its digits."""
    return shown(number(value), "0.00E+00")


def _values(answer: Answer, worst: float) -> list[Row]:
    """The objective and the constraints as the formulas give them."""
    sense = float(answer.binding.problem.sense or 1)
    seen = comparisons(answer)
    broken = sum(not each.satisfied for each in seen)
    rows: list[Row] = []
    if answer.final is not None:
        rows.append(("Objective", number(answer.final), "recomputed from the formulas of the workbook"))
        if answer.binding.problem.sense:
            apart = abs(answer.final - sense * answer.solution.fun)
            rows.append(("Difference", _small(apart), "from the objective that the engine saw"))
    rows += [
        ("Constraints", float(len(seen)), "compared cells, recomputed from the formulas"),
        ("Violated", float(broken), "of them, beyond the precision"),
        ("Worst Violation", _small(worst), f"relative to the right side; {FEASIBLE:g} is the usual precision"),
    ]
    return rows


def _first_order(answer: Answer, optimality: float | None) -> list[Row]:
    """The KKT conditions in numbers."""
    rows: list[Row] = []
    if optimality is not None:
        meaning = f"what is left of the gradient with the best multipliers; stationary up to {STATIONARY:g}"
        rows.append(("Residual", _small(optimality), meaning))
    found = conditions(answer.binding.problem, answer.solution)
    if found is None:
        rows.append(("Multipliers", None, "none: whole numbers, corners or jumps, or no answer"))
        return rows
    rows += [
        ("Stationarity", _small(found.stationarity), "gradient not explained by the reported multipliers"),
        ("Wrong Signs", _small(found.sign), "largest multiplier that points the wrong way, as a share of the largest"),
        ("Complementarity", _small(found.complementarity), "largest multiplier times the room of its constraint"),
        ("Binding", float(found.binding), "constraints and bounds without slack"),
        ("Rank", float(found.rank), "of their gradients; less than their number means degenerate"),
        ("Condition", _small(found.condition), "of the binding constraints' gradients; large means nearly dependent"),
    ]
    if found.gap is not None:
        rows.append(("Duality Gap", _small(found.gap), "proof: the optimum is at most this much better, relatively"))
    return rows


def _bounds_on_gap(answer: Answer) -> list[Row]:
    """What the search for whole numbers proved."""
    gap = answer.solution.gap
    return [] if gap is None else [("Integer Gap", _small(gap), "proof: the optimum is at most this much better")]


def _second_order(page: Page, answer: Answer) -> None:
    """Curvature in the free directions, and which cells move along the flat ones."""
    problem = answer.binding.problem
    if not is_curved(problem):
        return
    found = curvature(problem, answer.solution)
    page.row += 1
    page.line("Curvature")
    if found is None:
        page.line(NO_CURVATURE, col=1)
        return
    rows: list[Row] = [
        ("Verdict", found.verdict.partition(":")[0], found.verdict.partition(": ")[2]),
        ("Directions", float(found.directions), "that the binding constraints leave free"),
        ("Least", _small(found.least), "curvature, in relative changes of the cells"),
        ("Greatest", _small(found.greatest), "curvature"),
    ]
    _measures(page, rows)
    if found.along:
        page.row += 1
        page.line("Directions Without Upward Curvature")
        cells = answer.binding.variables
        names = names_of(answer.binding.calculation.book, cells)
        lines: list[Row] = [
            (float(k), cells[place].absolute, names[place], share)
            for k, movers in enumerate(found.along, start=1)
            for place, share in movers
        ]
        page.table(("Direction", "Cell", "Name", "Share"), lines)
