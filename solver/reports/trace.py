"""The trace: every step of the run with the objective as the model states it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.chart import MANY_FOLD, Chart, ChartKind, Series
from solver.reports.page import Page, column, number
from solver.reports.registry import report
from solver.table import Entry, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.grid import Area
    from solver.model.answer import Answer
    from solver.values import Scalar

NO_STEPS = "The engine has no steps to show."

_MOST = 1_048_000
"""How many lines a sheet has room for below the heading."""

_VARIABLES = 10
"""How many variables are shown at every step."""

_FEWEST_DRAWN, _MOST_DRAWN = 3, 32_000


@report("trace", "Trace Report")
def trace_report(answer: Answer) -> Page:
    """Objective, held-out loss, violation, norm of the gradient, step size and first variables of every step."""
    page, sense = Page(), float(answer.binding.problem.sense or 1)
    steps = answer.solution.trace
    page.line("Steps")
    if not steps:
        page.notes([NO_STEPS])
        return page
    held_out = any(step.held_out is not None for step in steps)
    labels = answer.binding.problem.labels[:_VARIABLES]
    header = ["Iteration", "Objective", *(["Held-Out Loss"] if held_out else []), "Violation", "Gradient Norm", "Step"]
    rows = [
        (
            float(step.iteration),
            number(sense * step.fun),
            *([_known(step.held_out)] if held_out else []),
            number(step.violation),
            Entry(_known(step.gradient_norm), Style.BODY, "0.00E+00"),
            _known(step.step),
            *([] if step.x is None else [Entry(x, Style.BODY, "0.0000") for x in step.x[: len(labels)].tolist()]),
        )
        for step in steps[-_MOST:]
    ]
    body = page.table((*header, *labels), rows)
    if len(rows) >= _FEWEST_DRAWN:
        page.chart(_curve(body, [sense * step.fun for step in steps[-len(rows) :]], held_out=held_out))
    return page


def _known(value: float | None) -> Scalar:
    return None if value is None else number(value)


def _curve(body: Area, objective: Sequence[float], *, held_out: bool) -> Chart:
    """The objective by iteration, with the held-out loss if there is one.

    The axis is logarithmic where the objective falls or grows by orders of magnitude.
    """
    drawn = replace(body, top=max(body.top, body.bottom + 1 - _MOST_DRAWN))
    positive = all(0 < value < math.inf for value in objective)
    return Chart(
        ChartKind.SCATTER,
        "Objective by Iteration",
        tuple(
            Series(name, column(drawn, place), column(drawn, 0), joined=True)
            for place, name in enumerate(("Objective", "Held-out loss")[: 1 + held_out], start=1)
        ),
        at=(body.top - 1, body.right + 2),
        x_title="Iteration",
        y_title="Objective",
        logarithmic=positive and max(objective) > MANY_FOLD * min(objective),
    )
