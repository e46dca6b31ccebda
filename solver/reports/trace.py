"""The trace: every step of the run with the objective as the model states it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.chart import Chart, ChartKind, Series
from solver.reports.page import Page, column, number
from solver.reports.registry import report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.grid import Area
    from solver.model.answer import Answer

NO_STEPS = "The engine has no steps to show."

_MOST = 1_048_000
"""How many lines a sheet has room for below the heading."""

_FEWEST_DRAWN, _MOST_DRAWN = 3, 32_000
_WIDE = 100.0


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
    body = page.table(("Iteration", "Objective", "Violation", "Gradient Norm", "Step"), rows)
    if len(rows) >= _FEWEST_DRAWN:
        page.chart(_curve(body, [sense * step.fun for step in steps[-len(rows) :]]))
    return page


def _curve(body: Area, objective: Sequence[float]) -> Chart:
    """The objective by iteration, on a logarithmic axis where it falls or grows by orders of magnitude."""
    drawn = replace(body, top=max(body.top, body.bottom + 1 - _MOST_DRAWN))
    positive = all(0 < value < math.inf for value in objective)
    return Chart(
        ChartKind.SCATTER,
        "Objective by Iteration",
        (Series("Objective", column(drawn, 1), column(drawn, 0), joined=True),),
        at=(body.top - 1, body.right + 2),
        x_title="Iteration",
        y_title="Objective",
        logarithmic=positive and max(objective) > _WIDE * min(objective),
    )
