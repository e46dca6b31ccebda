"""The trace: every step of the run with the objective as the model states it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.reports.page import Page, number
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer

NO_STEPS = "The engine has no steps to show."

_MOST = 1_048_000
"""How many lines a sheet has room for below the heading."""


@report("trace", "Trace Report")
def trace_report(answer: Answer) -> Page:
    """Objective, violation, norm of the gradient and length of every step of the run."""
    page, sense = Page(), float(answer.binding.problem.sense or 1)
    steps = answer.solution.trace
    page.line("Steps")
    if not steps:
        page.notes([NO_STEPS])
        return page
    rows = [
        (
            float(step.iteration),
            number(sense * step.fun),
            number(step.violation),
            None if step.gradient_norm is None else number(step.gradient_norm),
            None if step.step is None else number(step.step),
        )
        for step in steps[-_MOST:]
    ]
    page.table(("Iteration", "Objective", "Violation", "Gradient Norm", "Step"), rows)
    return page
