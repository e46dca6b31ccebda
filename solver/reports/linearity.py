"""The Linearity Report: which cells are linear in the variables, and beyond Excel's, where the others cease to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra.structure.bending import bent_inputs
from solver.algebra.structure.ladder import Degree
from solver.book.looks.formats import formats_of
from solver.compiler.calculation import Calculation
from solver.compiler.tracing.breaks import Breaks
from solver.places import Given
from solver.reports.answer import SENSES
from solver.reports.comparison import comparisons, number_in
from solver.reports.labels import names_of
from solver.reports.page import Page, number, shown
from solver.reports.registry import report
from solver.table import Entry, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.grid import Cell
    from solver.model.answer import Answer
    from solver.reports.page import Row
    from solver.values import Scalar

_HEADER = ("Cell", "Name", "Original Value", "Final Value", "Linear Function")
_WITH_CULPRIT = (*_HEADER, "First Nonlinear Cell")
_NO = Entry("No", Style.EMPHASIS)


@report("linearity", "Linearity Report")
def linearity_report(answer: Answer) -> Page:
    """Whether objective, variables and constraints are linear, and the first cell on the way that is not."""
    page, binding = Page(), answer.binding
    model, problem, live = binding.model, binding.problem, binding.calculation.x
    breaks = Breaks(binding.calculation)
    start = Calculation(
        binding.calculation.book,
        inputs=Given(binding.variables, problem.x0, binding.calculation.inputs),
        trust=True,
    )
    if model.objective is not None:
        page.line(f"Objective Cell ({SENSES[model.sense]})")
        culprit = breaks.culprit(model.objective)
        page.table(_WITH_CULPRIT, _rows(answer, [model.objective], start, [culprit is None], [culprit]))
        page.row += 1
    page.line("Variable Cells")
    outputs = [binding.rows] if binding.objective is None else [binding.objective, binding.rows]
    assert live is not None
    page.table(_HEADER, _rows(answer, binding.variables, start, (~bent_inputs(outputs, live)).tolist()))
    found = comparisons(answer)
    if found:
        page.row += 1
        page.line("Constraints")
        linear = [each.pair.row is None or problem.row_degrees[each.pair.row] <= Degree.LINEAR for each in found]
        culprits = [
            None if straight else breaks.culprit(each.pair.left) or _right(each.pair.right, breaks)
            for each, straight in zip(found, linear, strict=True)
        ]
        page.table(_WITH_CULPRIT, _rows(answer, [each.pair.left for each in found], start, linear, culprits))
    return page


def _right(right: Cell | float | str, breaks: Breaks) -> Cell | None:
    """The culprit of a right side, where that is a cell."""
    return None if isinstance(right, (float, str)) else breaks.culprit(right)


def _rows(
    answer: Answer,
    cells: Sequence[Cell],
    start: Calculation,
    linear: Sequence[bool],
    culprits: Sequence[Cell | None] | None = None,
) -> list[Row]:
    book, sheet = answer.binding.calculation.book, answer.binding.model.sheet
    rows: list[Row] = []
    for k, (cell, name, code) in enumerate(zip(cells, names_of(book, cells), formats_of(book, cells), strict=True)):
        before, after = (shown(number(number_in(at, cell)), code) for at in (start, answer.after))
        row: list[Scalar | Entry] = [cell.absolute, name, before, after, "Yes" if linear[k] else _NO]
        if culprits is not None:
            culprit = culprits[k]
            row.append(None if culprit is None else culprit.absolute if culprit.sheet == sheet else str(culprit))
        rows.append(row)
    return rows
