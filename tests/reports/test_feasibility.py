"""Infeasible subsets: infeasible as they stand, feasible when any one member is dropped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from solver.engines.linear.infeasible import irreducible
from tests.engines.zoo import INF, build, linear_program
from tests.reports.solved import block, lines, solved, table

if TYPE_CHECKING:
    from solver.model.answer import Conflict
    from solver.model.problem import Problem, Vector


def holds(problem: Problem, rows: set[int], lower: set[int], upper: set[int]) -> bool:
    """Whether linprog finds a point for some rows and bounds of a linear problem."""
    assert problem.linear is not None
    matrix = problem.linear.matrix.toarray()
    above = [(matrix[i], problem.row_hi[i]) for i in rows if np.isfinite(problem.row_hi[i])]
    below = [(-matrix[i], -problem.row_lo[i]) for i in rows if np.isfinite(problem.row_lo[i])]
    left, right = zip(*(above + below), strict=True) if above or below else ((), ())
    bounds = [(problem.lb[j] if j in lower else None, problem.ub[j] if j in upper else None) for j in range(problem.n)]
    found = linprog(
        np.zeros(problem.n), np.array(left) if left else None, np.array(right) if right else None, bounds=bounds
    )
    assert found.status in (0, 2)
    return bool(found.status == 0)


def assert_irreducible(problem: Problem, found: Conflict, kept: tuple[set[int], set[int]] | None = None) -> None:
    """The members cannot hold together, and can without any one of them (`kept` bounds always stay)."""
    rows = set(found.rows)
    lower, upper = (set(found.lower), set(found.upper)) if kept is None else kept
    assert not holds(problem, rows, lower, upper)
    for row in rows:
        assert holds(problem, rows - {row}, lower, upper)
    if kept is None:
        for place in lower:
            assert holds(problem, rows, lower - {place}, upper)
        for place in upper:
            assert holds(problem, rows, lower, upper - {place})


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 9))
def test_linear_subsets_are_irreducible(seed: int, n: int, m: int) -> None:
    """Random rows of all kinds: nothing is reported where a point exists, else a subset that cannot be made smaller."""
    random = np.random.default_rng(seed)
    matrix = random.integers(-3, 4, (m, n)).astype(float)
    right = random.integers(-6, 7, m).astype(float)
    kind = random.integers(0, 3, m)
    low, high = np.where(kind == 0, -INF, right), np.where(kind == 1, INF, right)
    problem = linear_program(np.ones(n), matrix, low, high, lb=0, ub=random.integers(1, 9, n).astype(float))
    everyone = set(range(n))
    found = irreducible(problem)
    if holds(problem, set(range(m)), everyone, everyone):
        assert found is None
        return
    assert found is not None
    assert found.least
    assert_irreducible(problem, found)
    within = irreducible(problem, bounds=False)
    assert within is not None
    assert not within.lower
    assert not within.upper
    assert_irreducible(problem, within, (everyone, everyone))


def test_whole_numbers_can_be_the_reason() -> None:
    """2x + 2y = 3 has no whole solution: the row is the conflict, together with wholeness."""
    problem = linear_program([1, 1], [[2, 2], [1, -1]], [3, -INF], [3, 4], lb=0, ub=5, integer=(0, 1))
    found = irreducible(problem)
    assert found is not None
    assert found.whole
    assert found.rows == (0,)


def test_crossing_bounds() -> None:
    """A lower bound above the upper one is a conflict by itself."""
    problem = linear_program([1], [[1]], [-INF], [9], lb=4, ub=3)
    found = irreducible(problem)
    assert found is not None
    assert (found.rows, found.lower, found.upper) == ((), (0,), (0,))


def test_curved_rows() -> None:
    """A disc, a line that misses it, and two rows that do not matter."""
    problem = build(
        (0.0, 0.0),
        lambda x: x[0] + x[1],
        lambda x: [x[0] * x[0] + x[1] * x[1], x[0] + x[1], x[0] - x[1], x[0] * x[1]],
        (-INF, 4.0, -INF, -INF),
        (1.0, INF, 3.0, 7.0),
        lb=-10,
        ub=10,
    )
    found = irreducible(problem)
    assert found is not None
    assert set(found.rows) == {0, 1}
    assert not found.lower
    assert not found.upper
    assert irreducible(replace(problem, row_lo=np.array([-INF, 1.0, -INF, -INF]))) is None


def least_violation(problem: Problem, rows: set[int], lower: set[int], upper: set[int]) -> float:
    """The least sum of squared violations of some rows and bounds, by quasi-Newton steps from many points."""

    def over(x: Vector) -> tuple[Vector, Vector]:
        values = np.r_[problem.rows(x), x, x]
        kept = [*rows, *(problem.m + k for k in lower), *(problem.m + problem.n + k for k in upper)]
        low = np.r_[problem.row_lo, problem.lb, np.full(problem.n, -INF)]
        high = np.r_[problem.row_hi, np.full(problem.n, INF), problem.ub]
        excess = np.zeros(len(values))
        excess[kept] = np.maximum(values - high, 0.0)[kept] - np.maximum(low - values, 0.0)[kept]
        return excess[: problem.m], excess[problem.m : problem.m + problem.n] + excess[problem.m + problem.n :]

    def total(x: Vector) -> tuple[float, Vector]:
        of_rows, of_bounds = over(x)
        slope = 2 * (problem.row_jac(x).T @ of_rows + of_bounds)
        return float(of_rows @ of_rows + of_bounds @ of_bounds), slope

    starts = np.random.default_rng(0).uniform(-3, 3, (12, problem.n))
    return min(float(minimize(total, start, jac=True, method="L-BFGS-B", tol=1e-15).fun) for start in starts)


CURVED: list[tuple[Any, tuple[float, ...], tuple[float, ...], float, float]] = [
    (
        lambda x: [x[0] * x[0] + x[1] * x[1], x[0] + x[1], x[0] - x[1], x[0] * x[1]],
        (-INF, 4.0, -INF, -INF),
        (1.0, INF, 3.0, 7.0),
        -10,
        10,
    ),
    (lambda x: [x[1] - x[0] * x[0], x[1] + x[0], x[0] * x[0]], (0.0, -INF, 0.5), (INF, -0.5, INF), 0, 5),
    (lambda x: [x[0] * x[1], x[0] + x[1], x[0] - x[1]], (1.0, -9.0, -9.0), (INF, 1.9, 9.0), 0, 8),
    (lambda x: [x[0] * x[0] - x[1], x[1] * x[1] + x[0], x[0] * x[0] * x[1]], (-INF, -INF, 1.5), (0.0, 0.1, INF), -2, 2),
]
"""Curved rows with their ends, and the bounds of both variables; the first members of each cannot hold together."""


@pytest.mark.parametrize("case", range(len(CURVED)))
def test_curved_subsets_are_irreducible(case: int) -> None:
    """The members cannot hold together; without any one of them a point is found."""
    rows, low, high, lb, ub = CURVED[case]
    problem = build((0.5, 0.5), lambda x: x[0] + x[1], rows, low, high, lb=lb, ub=ub)
    found = irreducible(problem)
    assert found is not None
    members = (set(found.rows), set(found.lower), set(found.upper))
    assert least_violation(problem, *members) > 1e-6
    for kind, places in enumerate(members):
        for place in places:
            fewer = [set(each) for each in members]
            fewer[kind].discard(place)
            assert least_violation(problem, *fewer) < 1e-10, (kind, place, members)


SHEET: dict[str, Any] = {
    "A1": "Cell",
    "B1": 2.0,
    "C1": 3.0,
    "D1": "=B1+C1",
    "A2": "Total",
    "D2": "=B1+C1",
    "A3": "Spread",
    "D3": "=B1-C1",
}


def test_the_report_shows_the_members() -> None:
    """Rows, then bounds, with negative slack where they are violated; implied bounds are spelled out."""
    answer = solved(SHEET, "D1", "B1:C1", ["D2 <= -1", "D3 <= 50"], nonnegative=True)
    assert answer.solution.outcome.code == 5
    found = table(answer, "feasibility")
    assert block(found, "Constraints Which Make the Problem Infeasible") == [
        ["$D$2", "Total", 5.0, "$D$2<=-1", "Violated", -6.0],
        ["$B$1", "Cell", 2.0, "$B$1>=0", "Not Binding", 2.0],
        ["$C$1", "Cell", 3.0, "$C$1>=0", "Not Binding", 3.0],
    ]
    rows = block(
        table(answer, "feasibility-bounds"),
        "Constraints (Not Including Variable Bounds) Which Make the Problem Infeasible",
    )
    assert rows == [["$D$2", "Total", 5.0, "$D$2<=-1", "Violated", -6.0]]


def test_a_feasible_model_has_nothing_to_report() -> None:
    """The sheet says so instead of being empty."""
    answer = solved(SHEET, "D1", "B1:C1", ["D2 >= 1"], nonnegative=True)
    texts = [line[-1] for line in lines(table(answer, "feasibility")).values()]
    assert "No conflict was found among the constraints." in texts


@pytest.mark.parametrize("stated", ["B1 >= 6", "B1 = 6"])
def test_stated_bounds_are_shown_as_stated(stated: str) -> None:
    """A bound that a constraint states keeps its text."""
    answer = solved(SHEET, "D1", "B1:C1", ["D2 <= 3", stated], nonnegative=True)
    found = block(table(answer, "feasibility"), "Constraints Which Make the Problem Infeasible")
    assert [line[3] for line in found] == ["$D$2<=3", "$" + stated.replace("1 ", "$1").replace(" ", ""), "$C$1>=0"]
