"""What people compute after a fit: standard errors, t, confidence intervals, correlation and R squared.

For N residuals r with Jacobian J at the least-squares solution of p parameters, s^2 = r'r / (N - p) estimates the
variance and s^2 (J'J)^-1 the covariance of the parameters (Bates and Watts, Nonlinear Regression Analysis, 1988,
section 2.4). J is scaled to columns of length 1 and taken apart into singular values, so that J'J is never formed.
Parameters at a bound are held: they have no error, and are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from solver.algebra.squares import least_squares
from solver.reports.intercept import intercept
from solver.reports.labels import names_of
from solver.reports.page import Page, number
from solver.reports.registry import report

if TYPE_CHECKING:
    from solver.model.answer import Answer
    from solver.model.problem import Mask, Problem, Vector
    from solver.reports.page import Row

MANY = 1500
"""Beyond so many parameters no covariance is computed."""

MANY_CORRELATIONS = 60
"""Beyond so many parameters their correlations are not listed."""

_CONFIDENCE = 0.95
_AT_BOUND = 1e-9
_RANK = 1e-12

NO_FIT = "The objective is no sum of squares: there is no fit to judge."
NO_FREEDOM = "There are no more residuals than free parameters: their errors cannot be estimated."
DEFICIENT = "The data do not determine all parameters: {count} of {size} directions are free; no errors are given."
ACTIVE = "Parameters at a bound are held there: they have no error of their own."
CONSTRAINED = "The fit is constrained: the errors are those without the constraints."


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit of p free parameters to N residuals; arrays are over all variables, NaN where one is held.

    `deviation` is s, `rank` the number of directions that the data determine; `correlation` is (n, n).
    """

    squares: float
    count: int
    free: Mask
    rank: int
    deviation: float
    errors: Vector
    correlation: Vector

    @property
    def freedom(self) -> int:
        """N - p, where p counts the directions that the data determine."""
        return self.count - self.rank

    @property
    def margin(self) -> Vector:
        """Half the length of each 95% confidence interval."""
        return np.asarray(self.errors * student.ppf((1 + _CONFIDENCE) / 2, self.freedom))


def fit_of(problem: Problem, x: Vector) -> Fit | None:
    """The statistics of a least-squares fit at its solution; None where the objective is no sum of squares."""
    if problem.residuals is None or problem.n > MANY:
        return None
    residuals = np.asarray(problem.residuals.fun(x))
    squares, count = float(residuals @ residuals), len(residuals)
    room = _AT_BOUND * np.maximum(1.0, np.abs(x))
    free = np.asarray((x - problem.lb > room) & (problem.ub - x > room) & ~problem.integer)
    errors, correlation = np.full(problem.n, np.nan), np.full((problem.n, problem.n), np.nan)
    size = int(free.sum())
    jacobian = problem.residuals.jac(x)
    dense = np.asarray(jacobian if isinstance(jacobian, np.ndarray) else jacobian.toarray())[:, free]
    length = np.sqrt(np.sum(dense**2, axis=0))
    _, singular, right = np.linalg.svd(dense / np.where(length == 0, 1.0, length), full_matrices=False)
    rank = int(np.sum(singular > _RANK * singular.max(initial=0.0) * max(dense.shape))) if size else 0
    deviation = float(np.sqrt(squares / (count - rank))) if count > rank else np.nan
    if rank == size and count > size:
        root = right.T / singular / length[:, None]
        spread = np.sqrt(np.sum(root**2, axis=1))
        errors[free] = deviation * spread
        correlation[np.ix_(free, free)] = (root @ root.T) / np.outer(spread, spread)
    return Fit(squares, count, free, rank, deviation, errors, correlation)


def r_squared(answer: Answer, fit: Fit) -> float:
    """1 - r'r / sum (y - mean y)^2, with the constant part of the residuals as y; NaN where that does not vary."""
    binding = answer.binding
    live = binding.calculation.x
    found = None if binding.objective is None or live is None else least_squares(binding.objective, live)
    if found is None:
        return float("nan")
    target = intercept(found.residuals)
    total = float(np.sum((target - target.mean()) ** 2))
    return 1.0 - fit.squares / total if total > 0 else float("nan")


@report("fit", "Fit Report")
def fit_report(answer: Answer) -> Page:
    """Standard errors, confidence intervals and correlations of the parameters of a least-squares fit."""
    page = Page()
    write_fit(page, answer)
    return page


def write_fit(page: Page, answer: Answer) -> None:
    """Writes the statistics of a fit, or why there are none."""
    problem, x = answer.binding.problem, answer.solution.x
    fit = fit_of(problem, x)
    page.line("Goodness of Fit")
    if fit is None:
        page.notes([NO_FIT])
        return
    page.table(
        ("Measure", "Value"),
        [
            ("Observations", float(fit.count)),
            ("Free Parameters", float(fit.free.sum())),
            ("Degrees of Freedom", float(fit.freedom)),
            ("Sum of Squared Residuals", number(fit.squares)),
            ("Residual Standard Deviation", number(fit.deviation)),
            ("R Squared", number(r_squared(answer, fit))),
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
        chance = 2 * student.sf(np.abs(ratio), fit.freedom)
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
