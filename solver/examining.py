"""Looking at a book without changing it: its stored models and their structure, and whether its values hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from solver.errors import Outcome, SolverError
from solver.listing import absolute, number
from solver.model.binding import Binding, bind
from solver.model.kkt import optimality
from solver.model.recall import recall
from solver.model.solution import Solution
from solver.pipeline import computed, pick_models
from solver.reports.agreement import Agreement, compare, plain
from solver.reports.check import FEASIBLE, Certificate, Verdict, certify
from solver.reports.conditions import conditions
from solver.reports.curvature import curvature, is_curved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.book.book import Book
    from solver.model.model import Model
    from solver.reports.conditions import Conditions
    from solver.reports.curvature import Curvature


@dataclass(frozen=True, slots=True)
class Examined:
    """A stored model and what can be said of its stored point.

    `conditions` and `curvature` are taken with the best multipliers; None where there are no derivatives, where the
    point is not feasible, or where they do not matter.
    """

    model: Model
    certificate: Certificate
    conditions: Conditions | None = None
    curvature: Curvature | None = None


def inspect(book: Book, sheet: str | None) -> list[tuple[Model, Binding | None, str]]:
    """Every stored model (or that of one sheet) with its problem, or the reason why it has none."""
    found = [(model, _bound(book, model)) for model in _chosen(book, sheet)]
    return [(model, *((each, "") if isinstance(each, Binding) else (None, str(each)))) for model, each in found]


def verify(book: Book, sheet: str | None) -> tuple[Agreement, list[Examined]]:
    """Recomputes the whole book, compares it with what it stores, and tests each stored model at its stored point.

    The models are tested on the recomputed values of their formulas. One that cannot be used does not keep the others
    from being tested; where none can be used, the SolverError of the first is raised.
    """
    calculation = computed(book)
    found = [(model, _bound(book, model)) for model in _chosen(book, sheet)]
    refusals = [each for _, each in found if isinstance(each, SolverError)]
    if refusals and len(refusals) == len(found):
        raise refusals[0]
    return compare(calculation), [_examined(model, each) for model, each in found]


def _chosen(book: Book, sheet: str | None) -> list[Model]:
    return pick_models(book, sheet) if sheet is not None else list(recall(book).values())


def _bound(book: Book, model: Model) -> Binding | SolverError:
    """A model with its problem, or what keeps it from having one."""
    try:
        return bind(book, model)
    except SolverError as error:
        return error


def _examined(model: Model, found: Binding | SolverError) -> Examined:
    if isinstance(found, SolverError):
        return Examined(model, Certificate(False, math.nan, None, Verdict.UNUSABLE, str(found)))
    problem = found.problem
    certificate = certify(problem, problem.x0, float(model.options.get("pre", FEASIBLE)))
    if not certificate.feasible or certificate.optimality is None or not problem.smooth:
        return Examined(model, certificate)
    _, rows, bounds = optimality(problem, problem.x0)
    point = Solution(
        problem.x0, problem.fun(problem.x0), Outcome.OPTIMAL, "", row_multipliers=rows, bound_multipliers=bounds
    )
    stands = certificate.verdict is not Verdict.IMPROVABLE and is_curved(problem)
    return Examined(model, certificate, conditions(problem, point), curvature(problem, point) if stands else None)


def check_listing(file: str, agreement: Agreement, examined: Sequence[Examined]) -> dict[str, Any]:
    """The result of `check` as one JSON object: agreement of the values, and a verdict on each stored model."""
    return {
        "file": file,
        "agreement": {
            "cells": agreement.cells,
            "equal": agreement.equal,
            "different": [
                {"cell": absolute(each.cell), "stored": plain(each.stored), "computed": plain(each.computed)}
                for each in agreement.different
            ],
            "unsupported": [{"cell": absolute(cell), "reason": reason} for cell, reason in agreement.unsupported],
            "volatile": agreement.volatile,
        },
        "models": [_examined_listing(each) for each in examined],
    }


def _examined_listing(examined: Examined) -> dict[str, Any]:
    """One model of `check`; `conditions` and `curvature` are null where they have nothing to say."""
    certificate, found, curved = examined.certificate, examined.conditions, examined.curvature
    cells = examined.model.cells()
    return {
        "sheet": examined.model.sheet,
        "feasible": certificate.feasible,
        "worst_violation": number(certificate.worst_violation),
        "optimality": number(certificate.optimality),
        "verdict": certificate.verdict.value,
        "reason": certificate.reason or None,
        "conditions": found
        and {name: number(getattr(found, name)) for name in ("stationarity", "sign", "complementarity", "gap")}
        | {"binding": found.binding, "rank": found.rank, "condition": number(found.condition)},
        "curvature": curved
        and {
            "verdict": curved.verdict,
            "directions": curved.directions,
            "least": number(curved.least),
            "greatest": number(curved.greatest),
            "along": [
                [{"cell": absolute(cells[place]), "share": share} for place, share in movers] for movers in curved.along
            ],
        },
    }
