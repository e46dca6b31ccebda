"""Transport plans of 20,000 shipments: reading the linear program off the formulas against solving it by HiGHS."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import highspy

from solver.engines.linear.linear_form import linear_form
from solver.engines.linear.simplex import loaded
from solver.model.binding import bind
from solver.pipeline import pick_models, read
from tests.benchmarks.constrained import transport
from tests.benchmarks.measure import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

CALLS = 7
SLACK = {"slack": 1.2, "balanced": 1.0}
"""How much more there is than is asked for: without slack every row binds, which is harder."""


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints the median processor times of both, in turns."""
    del cases
    plants, shops = (10, 20) if small else (100, 200)
    rows = [(kind, *_measured(plants, shops, slack)) for kind, slack in SLACK.items()]
    heads = ("instance", "variables", "rows", "bind s", "form s", "extract s", "HiGHS s", "ratio", "optimum")
    table("Extracting a linear program from a workbook, against solving it", heads, rows)


def _measured(plants: int, shops: int, slack: float) -> tuple[float | str, ...]:
    book = read(transport(plants, shops, slack))
    model = pick_models(book, None)[0]
    bind(book, model)  # reads the sheets, which is no part of the extraction
    taken = []
    for _ in range(CALLS):
        began = time.process_time()
        problem = bind(book, model).problem
        bound = time.process_time()
        assert problem.linear is not None
        form = linear_form(problem, problem.linear)
        formed = time.process_time()
        highs = loaded(form, float("inf"), {}, tight=True)
        ready = time.process_time()
        highs.run()
        taken.append((bound - began, formed - bound, formed - began, time.process_time() - ready))
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    binding, forming, extracting, solving = (median(each) for each in zip(*taken, strict=True))
    optimum = f"{highs.getInfo().objective_function_value:.9g}"
    return problem.n, problem.m, binding, forming, extracting, solving, extracting / solving, optimum
