"""The Sensitivity Report: what the objective gains per unit of a bound or right side, and how far that holds.

Multipliers are those of the model as it is stated: d objective / d right side (shadow price, Lagrange multiplier) and
d objective / d variable at its bound (reduced cost, reduced gradient), whether it is maximised or minimised. With the
minimised problem's multipliers y, z and its sense s = 1 or -1 they are s y and s z.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import Area, Cell
from solver.model.kkt import at_ends
from solver.reports.comparison import comparisons
from solver.reports.labels import names_of
from solver.reports.page import Page, number
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Ranges, Solution
    from solver.reports.comparison import Comparison
    from solver.values import Scalar

_VARIABLES = ("\nCell", "\nName", "Final\nValue")

NO_MULTIPLIERS = "There are no multipliers: the formulas have corners or jumps, or the run did not end at a solution."
DEGENERATE = "Degenerate: more constraints bind than there are variables; other shadow prices may be as right."
ALTERNATIVES = "Another solution is as good: a cell at its bound has no cost, or a binding constraint no price."
HELD = "Cells that must be whole are held at their values; prices and ranges are those of the others."


@report("sensitivity", "Sensitivity Report")
def sensitivity_report(answer: Answer) -> Page:
    """Reduced costs and shadow prices with their ranges for linear models, multipliers for others."""
    page, solution = Page(), answer.solution
    ranges = solution.ranges
    if ranges is not None and answer.used.asked != "grg":
        _linear(page, answer, ranges)
    else:
        _nonlinear(page, answer)
    page.notes(_notes(answer))
    return page


def _linear(page: Page, answer: Answer, ranges: Ranges) -> None:
    """Excel's layout after Simplex."""
    problem, solution = answer.binding.problem, answer.solution
    sense = float(problem.sense or 1)
    cost = np.zeros(problem.n)
    if problem.linear is not None and problem.linear.cost is not None:
        cost = sense * problem.linear.cost
    up, down = (ranges.cost_up, ranges.cost_down) if sense > 0 else (ranges.cost_down, ranges.cost_up)
    reduced = _of_model(solution.bound_multipliers, problem.n, sense)
    page.line("Variable Cells")
    page.table(
        (*_VARIABLES, "Reduced\nCost", "Objective\nCoefficient", "Allowable\nIncrease", "Allowable\nDecrease"),
        _variable_rows(answer, reduced, cost, up, down),
    )
    page.row += 1
    page.line("Constraints")
    prices = _of_model(solution.row_multipliers, problem.m, sense)
    rows = [
        (*_named(each, name), number(prices[row]), _right_side(each, answer), number(above), number(below))
        for each, name, row in _general(answer)
        for above, below in [(ranges.row_up[row], ranges.row_down[row])]
    ]
    page.table(
        (*_VARIABLES, "Shadow\nPrice", "Constraint\nR.H. Side", "Allowable\nIncrease", "Allowable\nDecrease"), rows
    )


def _nonlinear(page: Page, answer: Answer) -> None:
    """Excel's layout after GRG."""
    problem, solution = answer.binding.problem, answer.solution
    sense = float(problem.sense or 1)
    page.line("Variable Cells")
    reduced = _of_model(solution.bound_multipliers, problem.n, sense)
    page.table((*_VARIABLES, "Reduced\nGradient"), _variable_rows(answer, reduced))
    page.row += 1
    page.line("Constraints")
    multipliers = _of_model(solution.row_multipliers, problem.m, sense)
    rows = [(*_named(each, name), number(multipliers[row])) for each, name, row in _general(answer)]
    page.table((*_VARIABLES, "Lagrange\nMultiplier"), rows)


def _variable_rows(answer: Answer, *columns: Vector) -> list[tuple[Scalar, ...]]:
    cells = answer.binding.variables
    names = names_of(answer.binding.calculation.book, cells)
    return [
        (cell.absolute, name, float(value) + 0.0, *(number(column[k]) for column in columns))
        for k, (cell, name, value) in enumerate(zip(cells, names, answer.solution.x, strict=True))
    ]


def _general(answer: Answer) -> list[tuple[Comparison, str, int]]:
    """The constraints that are no bounds, each with its cell's name and its row of the problem."""
    found = [(each, each.pair.row) for each in comparisons(answer) if each.pair.row is not None]
    names = names_of(answer.binding.calculation.book, [each.pair.left for each, _ in found])
    return [(each, name, row) for (each, row), name in zip(found, names, strict=True) if row is not None]


def _named(each: Comparison, name: str) -> tuple[Scalar, ...]:
    return each.pair.left.absolute, name, number(each.value)


def _right_side(each: Comparison, answer: Answer) -> Scalar:
    """The constant part of a right side: as it stands, or what is left when it depends on the variables."""
    binding = answer.binding
    row, right, linear = each.pair.row, each.pair.right, binding.problem.linear
    if row is None or linear is None or isinstance(right, float):
        return number(each.right)
    if isinstance(right, Cell):
        fixed = binding.calculation.value(Area.of(right)).number.value is not None
    else:
        fixed = binding.calculation.evaluate(right, Cell(binding.model.sheet, 0, 0)).number.value is not None
    return number(each.right if fixed else -float(linear.constant[row]))


def _of_model(multipliers: Vector | None, size: int, sense: float) -> Vector:
    """The multipliers of the model as it is stated, NaN where there are none."""
    return np.full(size, np.nan) if multipliers is None else sense * multipliers + 0.0


def _notes(answer: Answer) -> list[str]:
    """What must be known to read the numbers."""
    problem, solution = answer.binding.problem, answer.solution
    if solution.bound_multipliers is None:
        return [NO_MULTIPLIERS]
    whole = problem.whole.any() and not answer.used.settings.get("relax")
    notes = [HELD] if whole else []
    if notes or not answer.solution.outcome.solved:
        return notes
    active, idle = _activity(problem, solution)
    if solution.ranges is not None:
        if active > problem.n:
            notes.append(DEGENERATE)
        elif idle:
            notes.append(ALTERNATIVES)
    return notes


def _activity(problem: Problem, solution: Solution) -> tuple[int, int]:
    """How many bounds and rows hold without slack, and how many of them without a multiplier (equations left out)."""
    active = idle = 0
    rows = problem.rows(solution.x) if problem.m else np.zeros(0)
    sides = (
        (solution.x, problem.lb, problem.ub, solution.bound_multipliers),
        (rows, problem.row_lo, problem.row_hi, solution.row_multipliers),
    )
    for value, low, high, multiplier in sides:
        at_low, at_high = at_ends(value, low, high)
        touching = at_low | at_high
        active += int(touching.sum())
        if multiplier is not None:
            idle += int((touching & (low < high) & (np.abs(multiplier) <= 1e-12)).sum())
    return active, idle
