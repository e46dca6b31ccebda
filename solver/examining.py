"""Looking at a book without changing it: its stored models and their structure, and whether its values hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.errors import SolverError
from solver.model.binding import Binding, bind
from solver.model.recall import recall
from solver.pipeline import computed, pick_models
from solver.reports.agreement import Agreement, compare
from solver.reports.check import Certificate, Verdict, certify

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.model.model import Model


def inspect(book: Book, sheet: str | None) -> list[tuple[Model, Binding | None, str]]:
    """Every stored model (or that of one sheet) with its problem, or the reason why it has none."""
    found = [(model, _bound(book, model)) for model in _chosen(book, sheet)]
    return [(model, *((each, "") if isinstance(each, Binding) else (None, str(each)))) for model, each in found]


def verify(book: Book, sheet: str | None) -> tuple[Agreement, list[tuple[Model, Certificate]]]:
    """Recomputes the whole book, compares it with what it stores, and tests each stored model at its stored point.

    The models are tested on the recomputed values of their formulas. One that cannot be used does not keep the others
    from being tested; where none can be used, the SolverError of the first is raised.
    """
    calculation = computed(book)
    found = [(model, _bound(book, model)) for model in _chosen(book, sheet)]
    refusals = [each for _, each in found if isinstance(each, SolverError)]
    if refusals and len(refusals) == len(found):
        raise refusals[0]
    return compare(calculation), [(model, _certified(model, each)) for model, each in found]


def _chosen(book: Book, sheet: str | None) -> list[Model]:
    return pick_models(book, sheet) if sheet is not None else list(recall(book).values())


def _bound(book: Book, model: Model) -> Binding | SolverError:
    """A model with its problem, or what keeps it from having one."""
    try:
        return bind(book, model)
    except SolverError as error:
        return error


def _certified(model: Model, found: Binding | SolverError) -> Certificate:
    if isinstance(found, SolverError):
        return Certificate(False, math.nan, None, Verdict.UNUSABLE, str(found))
    return certify(found.problem, found.problem.x0, float(model.options.get("pre", 1e-6)))
