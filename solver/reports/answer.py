"""The Answer Report: outcome, engine, options, and the objective, variables and constraints before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solver.book.looks.formats import formats_of
from solver.chart import Chart, ChartKind, Series
from solver.model.model import Relation, Sense
from solver.reports.comparison import comparisons
from solver.reports.labels import names_of
from solver.reports.page import Page, column, number, shown
from solver.reports.registry import report
from solver.reports.settings import option_lines
from solver.reports.variables import EXCEL_KINDS, variable_types
from solver.table import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.grid import Area
    from solver.model.answer import Answer
    from solver.reports.comparison import Comparison
    from solver.reports.page import Row

SENSES = {Sense.MAX: "Max", Sense.MIN: "Min", Sense.VALUE: "Value Of"}
DECLARED = {Relation.INT: "Integer", Relation.BIN: "Binary", Relation.ALLDIFFERENT: "AllDifferent"}

_VARIABLES = ("Cell", "Name", "Original Value", "Final Value", "Integer")
_RUN_ROWS = (range(5, 8), range(9, 12))
_OBJECTIVE_ROW = 13
_MOST_BARS = 60
_BAR_HEIGHT, _AROUND_BARS = 22, 110


@report("answer", "Answer Report")
def answer_report(answer: Answer) -> Page:
    """How the run ended, and the values of objective, variables and constraints before and after."""
    page = Page(row=3)
    _run(page, answer)
    _objective(page, answer)
    page.line("Variable Cells")
    page.table(_VARIABLES, _variable_rows(answer))
    page.row += 2
    _constraints(page, answer)
    return page


@report("answer-outlined", "Answer Report")
def outlined_answer_report(answer: Answer) -> Page:
    """The Answer Report with the run's lines, and the cells of each range of variables, in groups closed at first."""
    page = Page(row=3)
    _run(page, answer)
    for rows in _RUN_ROWS:
        page.group(rows)
    _objective(page, answer)
    page.line("Variable Cells")
    _grouped_variables(page, answer)
    page.row += 3
    _constraints(page, answer)
    return page


def _run(page: Page, answer: Answer) -> None:
    """How the run went, by which engine with which options."""
    solution, used = answer.solution, answer.used
    message = " ".join((solution.message or solution.outcome.message).split())
    page.line("Result: " + message.replace(". All constraints", ".  All Constraints"), style=Style.TITLE)
    page.line("Solver Engine", style=Style.TITLE)
    page.line(f"Engine: {used.title}" + ("" if used.name == used.asked else f" ({used.why})"), col=1)
    page.line(f"Solution Time: {round(answer.seconds['solve'], 3):.15g} Seconds.", col=1)
    page.line(f"Iterations: {solution.iterations} Subproblems: {solution.subproblems}", col=1)
    page.line("Solver Options", style=Style.TITLE)
    for line in option_lines(answer):
        page.line(line, col=1)


def _objective(page: Page, answer: Answer) -> None:
    """The block of the objective, which begins in the same row whatever was said of the options."""
    page.row = _OBJECTIVE_ROW
    model, book = answer.binding.model, answer.binding.calculation.book
    if model.objective is None:
        page.line("Objective Cell")
        page.line("NONE", col=1)
        page.row += 3
        return
    page.line(f"Objective Cell ({SENSES[model.sense]})")
    code = formats_of(book, [model.objective])[0]
    values = (shown(number(each), code) for each in (answer.initial, answer.final))
    row: Row = (model.objective.absolute, names_of(book, [model.objective])[0], *values)
    page.table(("Cell", "Name", "Original Value", "Final Value"), [row])
    page.row += 2


def _grouped_variables(page: Page, answer: Answer) -> None:
    """The variables in one table: each range under its address, a single cell without."""
    page.table(_VARIABLES, [])
    rows_of = dict(zip(answer.binding.variables, _variable_rows(answer), strict=True))
    areas = answer.binding.model.variables
    for area in areas:
        rows = [rows_of.pop(cell) for cell in area.cells() if cell in rows_of]
        if area.size > 1:
            page.line(area.absolute, col=1, style=Style.EMPHASIS)
            page.group(range(page.row, page.row + len(rows)))
        page.body(_VARIABLES, rows, ends=area is areas[-1])


def _variable_rows(answer: Answer) -> list[Row]:
    binding, book = answer.binding, answer.binding.calculation.book
    return [
        (cell.absolute, name, shown(float(start), code), shown(float(end) + 0.0, code), EXCEL_KINDS[kind])
        for cell, name, start, end, code, kind in zip(
            binding.variables,
            names_of(book, binding.variables),
            binding.problem.x0,
            answer.solution.x,
            formats_of(book, binding.variables),
            variable_types(binding.problem),
            strict=True,
        )
    ]


def _constraints(page: Page, answer: Answer) -> None:
    """The constraints, their slack as a picture, and what else is to be said."""
    page.line("Constraints")
    found = comparisons(answer)
    rows = _constraint_rows(answer, found)
    if rows:
        body = page.table(("Cell", "Name", "Cell Value", "Formula", "Status", "Slack"), rows)
        _slack_bars(page, body, found)
    else:
        page.line("NONE", col=1)
    page.notes(answer.solution.notes)


def _constraint_rows(answer: Answer, found: Sequence[Comparison]) -> list[Row]:
    """One row a compared cell, then one a declaration of whole numbers."""
    model, book = answer.binding.model, answer.binding.calculation.book
    cells = [each.pair.left for each in found]
    rows: list[Row] = []
    for each, name, code in zip(found, names_of(book, cells), formats_of(book, cells), strict=True):
        slack = shown(number(each.slack), code if each.pair.relation is Relation.GE else "")
        value = shown(number(each.value), code)
        rows.append((each.pair.left.absolute, name, value, each.text, each.status, slack))
    rows += [
        (f"{each.left.absolute}={DECLARED[each.relation]}",) for each in model.constraints if not each.relation.compares
    ]
    return rows


def _slack_bars(page: Page, body: Area, found: Sequence[Comparison]) -> None:
    """The slack of each compared cell as a bar beside the table, where there are a few of them and any has slack."""
    if not (1 < len(found) <= _MOST_BARS and any(each.slack for each in found)):
        return
    compared = replace(body, bottom=body.top + len(found) - 1)
    page.chart(
        Chart(
            ChartKind.BAR,
            "Slack of the Constraints",
            (Series("Slack", column(compared, 5), column(compared, 3)),),
            at=(body.top - 1, body.right + 2),
            x_title="Slack",
            size=(480, _AROUND_BARS + _BAR_HEIGHT * len(found)),
        )
    )
