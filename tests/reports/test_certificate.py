"""The Check Report: conditions that hold at an answer and fail beside it, and curvature that is known."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import pipeline
from solver.engines import choose, run
from solver.engines.linear.simplex import Simplex
from solver.errors import Outcome
from solver.model.solution import Solution
from solver.pipeline import Request
from solver.reports.check import Verdict, certify
from solver.reports.conditions import conditions
from solver.reports.curvature import curvature
from tests.engines.linear_cases import LINEAR
from tests.engines.sheets import problem_of
from tests.engines.zoo import linear_program
from tests.reports.solved import block, lines, solved, table

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
    assert block(found, "Curvature")[0][1:] == ["flat", None, "25 directions have no curvature"]
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


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(0, 4))
def test_duality_gap_of_convex_quadratic_models(seed: int, n: int, m: int) -> None:
    """Random strictly convex models: nothing is left at the optimum, and elsewhere the gap bounds what is lost."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(n, n))
    hessian, cost = root @ root.T + 0.1 * np.eye(n), 3 * random.normal(size=n)
    matrix, inside = random.normal(size=(m, n)), random.uniform(-1, 1, n)
    room = random.uniform(0, 1, m)
    low, high = matrix @ inside - room, matrix @ inside + 3
    problem = linear_program(cost, matrix, low, high, lb=-2, ub=2, hessian=hessian.tolist())
    found = run(problem, choose(problem, "grg", {})[0])
    assert found.outcome.solved
    at = conditions(problem, found)
    assert at is not None
    assert at.gap == pytest.approx(0.0, abs=1e-6)
    beside = replace(found, x=inside, fun=problem.fun(inside))
    bound = conditions(problem, beside)
    assert bound is not None
    assert bound.gap is not None
    assert bound.gap * max(1.0, abs(beside.fun)) >= beside.fun - found.fun - 1e-9


def test_starts_that_reached_the_answer_are_counted() -> None:
    """Two valleys of different depth: all starts end in one or the other, and the report says how many in the best."""
    sheet = {"A1": 0.9, "B1": "=(A1^2-1)^2+0.1*A1"}
    answer = solved(sheet, "B1", "A1", ["A1 <= 2", "A1 >= -2"], engine="multistart")
    note = next(str(line[-1]) for line in lines(table(answer, "check")).values() if "starts" in str(line[-1]))
    found = re.fullmatch(r"(\d+) starts followed to the end: (\d+) reached this answer, 2 in all were found", note)
    assert found is not None, note
    assert 0 < int(found[2]) < int(found[1])


@pytest.mark.parametrize("pairs", [450, 1100])
@pytest.mark.parametrize(("weight", "verdict"), [(1.0, "minimum"), (0.0, "flat"), (-1.0, "saddle")])
def test_curvature_of_large_models_with_rows(weight: float, verdict: str, pairs: int) -> None:
    """By Lanczos on the space that the rows leave: pairs with a given sum, one of them flat or turned round.

    Fewer pairs are taken with a basis of that space, more with a projection.
    """
    n = 2 * pairs
    curved = np.ones(n)
    curved[:2] = weight
    matrix = sp.kron(sp.eye_array(pairs), np.ones((1, 2))).tocsr()
    right = np.full(pairs, 2.0)
    problem = replace(
        linear_program(np.zeros(n), [[1.0] * n], [n], [n], x0=np.ones(n)),
        row_lo=right,
        row_hi=right,
        row_jac=lambda _: matrix,
        row_hessp=lambda *_: np.zeros(n),
        hessp=lambda _, v: curved * v,
    )
    point = Solution(np.ones(n), 0.0, Outcome.OPTIMAL, "made")
    found = curvature(problem, replace(point, row_multipliers=np.ones(pairs), bound_multipliers=np.zeros(n)))
    assert found is not None
    assert found.directions == pairs
    assert found.verdict.startswith(verdict)
    assert (found.least, found.greatest) == (pytest.approx(weight, abs=1e-6), pytest.approx(1.0, rel=1e-3))
    assert {place for place, _ in found.along[0]} == {0, 1} if verdict != "minimum" else not found.along


def test_corners_that_can_be_rows_are_certified() -> None:
    """The point of a diamond that is nearest to (2, 1/2) is its tip (1, 0); of others nothing is said."""
    cells = {"A1": 1.0, "A2": 0.0, "B1": "=(A1-2)^2+(A2-0.5)^2", "B2": "=ABS(A1)+ABS(A2)"}
    problem = problem_of(cells, "B1", "A1:A2", "B2 <= 1")
    found = certify(problem, np.array([1.0, 0.0]))
    assert (found.verdict, found.feasible) == (Verdict.OPTIMAL, True)
    assert found.optimality == pytest.approx(0.0, abs=1e-9)
    beside = certify(problem, np.array([0.5, 0.5]))
    assert (beside.verdict, beside.optimality) == (Verdict.FEASIBLE, None)
    assert certify(problem, np.array([1.0, 0.5])).verdict is Verdict.INFEASIBLE


def test_corners_of_curved_functions_can_be_stationary() -> None:
    cells = {"A1": 0.0, "A2": 0.0, "B1": "=MAX(A1^2+A2^4,(2-A1)^2+(2-A2)^2,2*EXP(A2-A1))"}
    problem = problem_of(cells, "B1", "A1:A2")
    found = certify(problem, np.array([1.139037652, 0.899559938]))
    assert found.verdict is Verdict.STATIONARY
    assert certify(problem, np.array([1.2, 0.9])).verdict is Verdict.FEASIBLE


def test_a_corner_that_points_upwards_is_not_certified() -> None:
    """The top of a tent is no minimum."""
    problem = problem_of({"A1": 0.0, "B1": "=A1^2-ABS(A1)"}, "B1", "A1")
    assert certify(problem, np.array([0.0])).verdict is Verdict.FEASIBLE
