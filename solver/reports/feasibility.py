"""The Feasibility Reports: the few constraints that cannot hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.looks.formats import formats_of
from solver.model.model import Relation
from solver.model.pairs import Pair
from solver.reports.answer import DECLARED
from solver.reports.comparison import compared
from solver.reports.labels import names_of
from solver.reports.page import Page, number, shown
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer, Conflict
    from solver.reports.page import Row

_HEADER = ("Cell", "Name", "Cell Value", "Formula", "Status", "Slack")

NO_CONFLICT = "No conflict was found among the constraints."
WHOLE = "The conflict arises because cells must be whole."
NOT_LEAST = "The search was cut short: some of these may not be needed."


@report("feasibility", "Feasibility Report")
def feasibility_report(answer: Answer) -> Page:
    """Constraints and bounds that cannot hold together, while they can when any one of them is dropped."""
    return _page(answer, answer.conflict, "Constraints Which Make the Problem Infeasible")


@report("feasibility-bounds", "Feasibility-Bounds Report")
def feasibility_bounds_report(answer: Answer) -> Page:
    """Constraints that cannot hold together within the bounds of the variables, which are taken as given."""
    title = "Constraints (Not Including Variable Bounds) Which Make the Problem Infeasible"
    return _page(answer, answer.conflict_of_rows, title)


def _page(answer: Answer, conflict: Conflict | None, title: str) -> Page:
    page = Page()
    page.line(title)
    pairs = [] if conflict is None else _members(answer, conflict)
    found = [compared(pair, answer) for pair in pairs]
    cells, book = [pair.left for pair in pairs], answer.binding.calculation.book
    rows: list[Row] = []
    for each, name, code in zip(found, names_of(book, cells), formats_of(book, cells), strict=True):
        value, slack = shown(number(each.value), code), number(each.slack)
        rows.append((each.pair.left.absolute, name, value, each.text, each.status, slack))
    if conflict is not None and conflict.whole:
        rows += [
            (f"{each.left.absolute}={DECLARED[each.relation]}",)
            for each in answer.binding.model.constraints
            if not each.relation.compares
        ]
    page.table(_HEADER, rows, plain=True)
    page.notes(_notes(conflict))
    return page


def _members(answer: Answer, conflict: Conflict) -> list[Pair]:
    """The compared pairs that are in conflict: rows, then the tightest pair behind each bound."""
    binding = answer.binding
    pairs = [pair for pair in binding.pairs if pair.row is not None and pair.row in conflict.rows]
    for places, relation in ((conflict.lower, Relation.GE), (conflict.upper, Relation.LE)):
        for place in places:
            pair = _bound(answer, place, relation)
            if pair not in pairs:
                pairs.append(pair)
    return pairs


def _bound(answer: Answer, place: int, relation: Relation) -> Pair:
    """The pair that bounds a variable from one side; for bounds that no pair states, one that says it."""
    binding = answer.binding
    limit = float((binding.problem.lb if relation is Relation.GE else binding.problem.ub)[place])
    stated = [
        pair
        for pair in binding.pairs
        if pair.variable == place and pair.relation in (relation, Relation.EQ) and compared(pair, answer).right == limit
    ]
    return stated[0] if stated else Pair(-1, binding.variables[place], relation, limit, variable=place)


def _notes(conflict: Conflict | None) -> list[str]:
    if conflict is None:
        return [NO_CONFLICT]
    return [WHOLE] * conflict.whole + [NOT_LEAST] * (not conflict.least)
