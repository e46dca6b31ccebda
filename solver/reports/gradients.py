"""The gradients of a solved model: the objective's derivative by every cell on its way, at the answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.compiler.tracing.chain import chain
from solver.errors import FormulaError
from solver.reports.labels import names_of
from solver.reports.page import Page
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer

NO_OBJECTIVE = "The model has no objective that depends on its variables and has a value."


@report("gradients", "Gradients Report")
def gradients_report(answer: Answer) -> Page:
    """The derivative of the objective with respect to every cell on its way, checked by wiggling the cell."""
    page, binding = Page(), answer.binding
    book, objective = binding.calculation.book, binding.model.objective
    page.line("Cells, in the Order of the Calculation")
    try:
        links = () if objective is None else chain(book, objective, binding.model.variables, inputs=answer.values).links
    except FormulaError:  # an error value, or no variable reaches it
        links = ()
    if not links:
        page.notes([NO_OBJECTIVE])
        return page
    names = names_of(book, [link.cell for link in links])
    rows = [
        (
            link.cell.absolute if link.cell.sheet == binding.model.sheet else str(link.cell),
            name,
            link.formula,
            *(each if math.isfinite(each) else None for each in (link.value, link.derivative, link.difference)),
        )
        for link, name in zip(links, names, strict=True)
    ]
    page.table(("\nCell", "\nName", "\nFormula", "\nValue", "Derivative of\nthe Objective", "By\nWiggling"), rows)
    return page
