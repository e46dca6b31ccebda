"""The Check Report: conditions that hold at an answer and fail beside it, and curvature that is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver import pipeline
from solver.engines import run
from solver.engines.simplex import Simplex
from solver.pipeline import Request
from solver.reports.conditions import conditions
from solver.reports.curvature import curvature
from tests.engines.linear_cases import LINEAR
from tests.reports.solved import block, solved, table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engines.zoo import Case


@pytest.mark.parametrize("case", LINEAR, ids=lambda case: case.name)
def test_duality_gap_of_linear_models(case: Case) -> None:
    """No gap at the optimum; away from it the gap is what is lost, so it is a proof."""
    problem = case.problem
    found = run(problem, Simplex())
    exact = conditions(problem, found)
    assert exact is not None
    assert exact.gap == pytest.approx(0.0, abs=1e-12)
    assert max(exact.stationarity, exact.sign, exact.complementarity) <= 1e-12
    worse = replace(found, x=found.x * 0.5, fun=problem.fun(found.x * 0.5))
    beside = conditions(problem, worse)
    assert beside is not None
    assert beside.gap == pytest.approx(abs(worse.fun - found.fun) / max(1.0, abs(worse.fun)))


def test_conditions_fail_where_they_should() -> None:
    """A wrong sign, a multiplier without contact and a gradient left over are each seen."""
    answer = solved({"A1": 5.0, "B1": "=(A1-3)^2", "B2": "=2*A1"}, "B1", "A1", ["B2 <= 4"])
    problem, solution = answer.binding.problem, answer.solution
    good = conditions(problem, solution)
    assert good is not None
    assert max(good.stationarity, good.sign, good.complementarity) <= 1e-8
    assert (good.binding, good.rank) == (1, 1)
    assert solution.row_multipliers == pytest.approx([-1.0])
    turned = conditions(problem, replace(solution, row_multipliers=np.array([1.0])))
    assert turned is not None
    assert turned.sign == pytest.approx(1.0)
    assert turned.stationarity > 1.0
    away = conditions(problem, replace(solution, x=np.array([1.0])))
    assert away is not None
    assert away.complementarity == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("formula", "start", "constraints", "verdict", "flat"),
    [
        ("=A1^2+3*B1^2", (1.0, 1.0), (), "minimum", 0),
        ("=A1^2-B1^2", (0.0, 0.0), (), "saddle", 0),
        ("=(A1+B1-1)^2", (3.0, 3.0), (), "flat", 1),
        ("=A1^2-B1^2", (0.0, 0.0), ("B1 = 0",), "minimum", 0),
        ("=A1*B1", (1.0, 1.0), ("C2 = 2",), "saddle", 0),
    ],
)
def test_curvature_tells_minima_from_saddles(
    formula: str, start: tuple[float, float], constraints: tuple[str, ...], verdict: str, flat: int
) -> None:
    """At the stationary point itself, with the constraints taken into account."""
    sheet = {"A1": start[0], "B1": start[1], "C1": formula, "C2": "=A1+B1"}
    answer = solved(sheet, "C1", "A1:B1", constraints, engine="lbfgsb" if not constraints else "slsqp")
    solution = answer.solution
    if verdict == "saddle":
        point = np.array(start)
        solution = replace(
            solution,
            x=point,
            fun=answer.binding.problem.fun(point),
            row_multipliers=np.ones(answer.binding.problem.m),
            bound_multipliers=np.zeros(2),
        )
    found = curvature(answer.binding.problem, solution)
    assert found is not None
    assert found.verdict.startswith(verdict)
    assert found.flat == flat
    if flat:
        assert {place for place, _ in found.along[0]} == {0, 1}


def test_rotations_of_embeddings_are_flat(shared: Path) -> None:
    """Factors of ratings may be turned: 5 x 5 directions without curvature, and a fit that says so."""
    book = pipeline.read(shared / "certified" / "cf_dot.xlsx")
    answer = pipeline.solve_model(book, pipeline.pick_models(book, None)[0], Request())
    found = table(answer, "check")
    assert block(found, "Curvature")[0][1:] == ["flat", "25 directions have no curvature"]
    measures = dict(line[:2] for line in block(found, "Goodness of Fit"))
    assert measures["Degrees of Freedom"] == measures["Observations"] - 125


@pytest.mark.parametrize("name", ["hs_021", "hs_041", "hs_060", "hs_076", "hs_112", "lp_afiro", "mip_p0033"])
def test_certified_answers_pass(shared: Path, name: str) -> None:
    """Verdict, violation and residuals of certified models."""
    book = pipeline.read(shared / "certified" / f"{name}.xlsx")
    answer = pipeline.solve_model(book, pipeline.pick_models(book, None)[0], Request())
    found = table(answer, "check")
    assert block(found, "Verdict")[0][1] in ("optimal", "stationary", "feasible")
    values = {line[0]: line[1] for line in block(found, "Values") + block(found, "Conditions of Optimality")}
    assert values["Violated"] == 0.0
    assert values["Worst Violation"] <= 1e-6
    assert values["Objective"] == answer.final
    for measure in ("Residual", "Stationarity", "Wrong Signs", "Complementarity", "Duality Gap", "Integer Gap"):
        assert values.get(measure, 0.0) <= 1e-6
