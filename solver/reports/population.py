"""The Population Report: what the last generation of an evolutionary run had in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.looks.formats import formats_of
from solver.reports.comparison import comparisons
from solver.reports.labels import names_of
from solver.reports.page import Page, number, shown
from solver.reports.registry import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.grid import Cell
    from solver.model.answer import Answer
    from solver.model.problem import Vector
    from solver.reports.page import Row

_HEADER = ("\nCell", "\nName", "Best\nValue", "Mean\nValue", "Standard\nDeviation", "Maximum\nValue", "Minimum\nValue")

NO_POPULATION = "There is no population: the run was not evolutionary, or it searched among orders."


@report("population", "Population Report")
def population_report(answer: Answer) -> Page:
    """Best, mean, spread, maximum and minimum of variables and constraints over the last population."""
    page, binding, population = Page(), answer.binding, answer.solution.population
    if population is None:
        page.notes([NO_POPULATION])
        return page
    page.line("Variable Cells")
    page.table(_HEADER, _rows(answer, binding.variables, answer.solution.x, population.x))
    found = [each for each in comparisons(answer) if each.pair.row is not None]
    if found:
        page.row += 1
        page.line("Constraints")
        rows = binding.problem.rows_many(population.x)
        chosen = [each.pair.row for each in found if each.pair.row is not None]
        best = np.array([each.value for each in found])
        shift = best - binding.problem.rows(answer.solution.x)[chosen]  # right sides that depend on the variables
        page.table(_HEADER, _rows(answer, [each.pair.left for each in found], best, rows[:, chosen] + shift))
    return page


def _rows(answer: Answer, cells: Sequence[Cell], best: Vector, members: Vector) -> list[Row]:
    """One line a cell; `members` is (p, number of cells)."""
    book = answer.binding.calculation.book
    spread = members.std(axis=0, ddof=1) if len(members) > 1 else np.zeros(len(best))
    columns = (best, members.mean(axis=0), spread, members.max(axis=0), members.min(axis=0))
    return [
        (cell.absolute, name, *(shown(number(float(column[k])), code) for column in columns))
        for k, (cell, name, code) in enumerate(zip(cells, names_of(book, cells), formats_of(book, cells), strict=True))
    ]
