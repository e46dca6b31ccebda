"""The Fit Report: how good a least-squares fit is, how sure its parameters are, and what it makes of each target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from solver.chart import Chart, ChartKind, Series
from solver.reports.labels import names_of
from solver.reports.page import Page, column, number
from solver.reports.registry import report
from solver.reports.regression import MANY, fit_of, observed, r_squared

if TYPE_CHECKING:
    from solver.grid import Area
    from solver.model.answer import Answer
    from solver.model.problem import Problem, Vector
    from solver.reports.page import Row
    from solver.reports.regression import Fit

MANY_CORRELATIONS = 60
"""Beyond so many parameters their correlations are not listed."""

_MOST_DRAWN = 32_000

NO_FIT = "The objective is no sum of squares: there is no fit to judge."
TOO_MANY = f"With more than {MANY} parameters no errors are computed."
NO_FREEDOM = "There are no more residuals than free parameters: their errors cannot be estimated."
DEFICIENT = "The data do not determine all parameters: {count} of {size} directions are free; no errors are given."
ACTIVE = "Parameters at a bound are held there: they have no error of their own."
CONSTRAINED = "The fit is constrained: the errors are those without the constraints."


@report("fit", "Fit Report")
def fit_report(answer: Answer) -> Page:
    """Standard errors, confidence intervals and correlations of the parameters of a least-squares fit."""
    page = Page()
    write_fit(page, answer)
    found = observed(answer)
    if found is not None:
        _write_targets(page, *found)
    return page


def _write_targets(page: Page, target: Vector, fitted: Vector) -> None:
    """Target, fitted value and residual of each term, with a chart of one against the other."""
    page.row += 1
    page.line("Targets")
    rest = fitted - target
    rows = [
        (float(k), *line) for k, line in enumerate(zip(*(v.tolist() for v in (target, fitted, rest)), strict=True), 1)
    ]
    body = page.table(("Term", "Target", "Fitted", "Difference"), rows)
    page.chart(_against_target(replace(body, bottom=min(body.bottom, body.top + _MOST_DRAWN - 1))))


def _against_target(body: Area) -> Chart:
    """Fitted against target: on the line where the fit is right."""
    target, fitted = column(body, 1), column(body, 2)
    return Chart(
        ChartKind.SCATTER,
        "Fitted against Target",
        (Series("Fitted", fitted, target), Series("Equal", target, target, joined=True)),
        at=(body.top - 1, body.right + 2),
        x_title="Target",
        y_title="Fitted",
    )


def write_fit(page: Page, answer: Answer) -> None:
    """Writes the statistics of a fit, or why there are none."""
    problem, x = answer.binding.problem, answer.solution.x
    fit = fit_of(problem, x)
    page.line("Goodness of Fit")
    if fit is None:
        page.notes([NO_FIT if problem.residuals is None else TOO_MANY])
        return
    found = observed(answer)
    explained = float("nan") if found is None else r_squared(found[0], fit)
    page.table(
        ("Measure", "Value"),
        [
            ("Observations", float(fit.count)),
            ("Free Parameters", float(fit.free.sum())),
            ("Degrees of Freedom", float(fit.freedom)),
            ("Sum of Squared Residuals", number(fit.squares)),
            ("Residual Standard Deviation", number(fit.deviation)),
            ("R Squared", number(explained)),
        ],
        left=2,
    )
    if np.isfinite(fit.errors).any():
        _write_parameters(page, answer, fit)
    page.notes(_notes(problem, fit))


def _write_parameters(page: Page, answer: Answer, fit: Fit) -> None:
    page.row += 1
    page.line("Parameters")
    names = names_of(answer.binding.calculation.book, answer.binding.variables)
    header = (
        "\nCell",
        "\nName",
        "Final\nValue",
        "Standard\nError",
        "t\nStatistic",
        "P\nValue",
        "Lower\n95%",
        "Upper\n95%",
    )
    page.table(header, _parameters(answer, fit, names))
    if 1 < fit.free.sum() <= MANY_CORRELATIONS:
        page.row += 1
        page.line("Correlation of the Parameters")
        _correlations(page, answer, fit)


def _parameters(answer: Answer, fit: Fit, names: list[str]) -> list[Row]:
    x, margin = answer.solution.x, fit.margin
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = x / fit.errors
        chance = 2 * stdtr(fit.freedom, -np.abs(ratio))
    rows: list[Row] = []
    for k, (cell, name) in enumerate(zip(answer.binding.variables, names, strict=True)):
        columns = (fit.errors[k], ratio[k], chance[k], x[k] - margin[k], x[k] + margin[k])
        known = np.isfinite(fit.errors[k])
        shown = [number(float(each)) if known else None for each in columns]
        rows.append((cell.absolute, name, float(x[k]) + 0.0, *shown))
    return rows


def _correlations(page: Page, answer: Answer, fit: Fit) -> None:
    """The lower triangle of the matrix of correlations."""
    places = np.flatnonzero(fit.free).tolist()
    cells = [answer.binding.variables[place].absolute for place in places]
    rows = [
        (cells[i], *(number(float(fit.correlation[place, other])) for other in places[: i + 1]))
        for i, place in enumerate(places)
    ]
    page.table(("Cell", *cells), rows)


def _notes(problem: Problem, fit: Fit) -> list[str]:
    size = int(fit.free.sum())
    notes = [NO_FREEDOM] if fit.freedom <= 0 else []
    if fit.rank < size:
        notes.append(DEFICIENT.format(count=size - fit.rank, size=size))
    if not fit.free.all():
        notes.append(ACTIVE)
    return [*notes, *([CONSTRAINED] if problem.m else [])]
