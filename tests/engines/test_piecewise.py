"""Corners, jumps and binaries over linear formulas: proven optima, against every point and against each other."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.engines import run, violation
from solver.engines.base import find_engine
from solver.engines.policy import choose
from solver.errors import EngineError, Outcome
from solver.model.model import Sense

from .sheets import column, problem_of

if TYPE_CHECKING:
    from solver.model.problem import Problem
    from solver.model.solution import Solution


def solved(problem: Problem) -> Solution:
    engine, _ = choose(problem, "grg", {})
    assert engine.name == "piecewise"
    found = run(problem, engine)
    assert violation(problem, found.x) <= 1e-6
    return found


def test_least_absolute_deviations_need_no_binary() -> None:
    """The median of the data minimises the sum of absolute differences, without any bound."""
    data = [3.0, 9.0, 1.0, 4.0, 100.0]
    cells = (
        {"A1": 0} | column("B", data) | column("C", [f"=ABS(B{k}-$A$1)" for k in range(1, 6)]) | {"D1": "=SUM(C1:C5)"}
    )
    found = solved(problem_of(cells, "D1", "A1"))
    assert (found.outcome, found.x[0], found.fun) == (Outcome.OPTIMAL, 4.0, 105.0)


def test_the_largest_error_of_a_line() -> None:
    """Chebyshev: three errors of equal size and alternating sign."""
    cells = {"A1": 0, "A2": 0, **column("C", [0, 1, 2]), **column("D", [0, 3, 2])}
    cells |= column("E", [f"=ABS(D{k}-$A$1-$A$2*C{k})" for k in range(1, 4)]) | {"F1": "=MAX(E1:E3)"}
    assert solved(problem_of(cells, "F1", "A1:A2")).fun == pytest.approx(1.0, abs=1e-9)


def test_a_fixed_charge_by_if() -> None:
    """One machine at a fixed cost of 50 is cheaper than two at 30 each."""
    cells = column("A", [0, 0, 0]) | column("B", ["=IF(A1>0,50,0)+A1", "=IF(A2>0,30,0)+A2", "=IF(A3>0,30,0)+A3"])
    cells |= {"C1": "=SUM(B1:B3)", "C2": "=SUM(A1:A3)", **column("D", [100, 60, 60])}
    found = solved(problem_of(cells, "C1", "A1:A3", "C2 >= 100", "A1:A3 <= D1:D3", "A1:A3 >= 0"))
    assert (found.outcome, found.fun) == (Outcome.OPTIMAL, 150.0)
    assert found.x.tolist() == [100, 0, 0]


def test_missing_bounds_are_found() -> None:
    """No variable is bounded above; what the start costs bounds them."""
    cells = {**column("A", [60, 60]), **column("B", ["=IF(A1>0,50,0)+2*A1", "=IF(A2>0,30,0)+3*A2"])}
    cells |= {"C1": "=SUM(B1:B2)", "C2": "=SUM(A1:A2)"}
    found = solved(problem_of(cells, "C1", "A1:A2", "C2 >= 100", "A1:A2 >= 0"))
    assert (found.outcome, found.fun) == (Outcome.OPTIMAL, 250.0)


def test_whole_loads_by_roundup() -> None:
    """Trucks of 40 at 100 each, and 1 a unit by post: two trucks and 5 by post."""
    cells = {"A1": 0, "A2": 0, "B1": "=100*ROUNDUP(A1/40,0)+3*A2", "B2": "=A1+A2"}
    found = solved(problem_of(cells, "B1", "A1:A2", "B2 >= 85", "A1:A2 >= 0", "A1:A2 <= 200", "A1:A2 int"))
    assert (found.outcome, found.fun) == (Outcome.OPTIMAL, 215.0)


def test_rounded_prices() -> None:
    """Cents are whole numbers too."""
    cells = {"A1": 3, "A2": 4, "B1": "=ROUND(12.374*A1+8.212*A2,2)", "B2": "=2*A1+A2", "B3": "=A1+3*A2"}
    rows = ("B2 <= 100", "B3 <= 90", "A1:A2 >= 0")
    plan = solved(problem_of(cells, "B1", "A1:A2", *rows, sense=Sense.MAX))
    assert (plan.outcome, -plan.fun) == (Outcome.OPTIMAL, pytest.approx(12.374 * 42 + 8.212 * 16 + 0.005, abs=0.01))
    rows = (*rows, "A1:A2 int")
    found = solved(problem_of(cells, "B1", "A1:A2", *rows, sense=Sense.MAX))
    best = max(12.374 * a + 8.212 * b for a in range(51) for b in range(31) if 2 * a + b <= 100 and a + 3 * b <= 90)
    assert -found.fun == pytest.approx(round(best, 2), abs=1e-9)


def test_binaries_times_numbers() -> None:
    """A projects' table: a binary switches a quantity on."""
    cells = {**column("A", [1, 1, 1]), **column("B", [0, 0, 0]), **column("C", [9, 7, 4]), **column("D", [30, 12, 2])}
    cells |= {"E1": "=SUMPRODUCT(A1:A3,B1:B3,C1:C3)-SUMPRODUCT(A1:A3,D1:D3)", "E2": "=SUMPRODUCT(A1:A3,B1:B3)"}
    problem = problem_of(cells | {"A4": None}, "E1", "A1:B3", "A1:A3 bin", "B1:B3 <= 5", "B1:B3 >= 0", "E2 <= 8",
                         sense=Sense.MAX)  # fmt: skip
    found = solved(problem)
    best = max(
        sum(a * b * c for a, b, c in zip(on, amounts, (9, 7, 4), strict=True)) - np.dot(on, (30, 12, 2))
        for on in product((0, 1), repeat=3)
        for amounts in product(range(6), repeat=3)
        if np.dot(on, amounts) <= 8
    )
    assert -found.fun == pytest.approx(best)
    assert found.outcome is Outcome.OPTIMAL


@pytest.mark.parametrize(
    "lookup",
    ["VLOOKUP(A1,D1:E3,2)", "LOOKUP(A1,D1:D3,E1:E3)", "INDEX(E1:E3,MATCH(A1,D1:D3))", "SUMPRODUCT((A1>=D1:D3)*F1:F3)"],
)
def test_a_discount_on_all_units(lookup: str) -> None:
    """The price of every unit falls at 100 and at 250; holding what is not needed costs 2 a unit."""
    cells = {
        "A1": 1,
        **column("D", [0, 100, 250]),
        **column("E", [10, 9, 7]),
        **column("F", [10, -1, -2]),
        "B1": f"=A1*{lookup}+2*(A1-220)",
    }
    problem = problem_of(cells, "B1", "A1", "A1 >= 220", "A1 <= 400")
    found = solved(problem)
    assert (found.outcome, found.x[0], found.fun) == (Outcome.OPTIMAL, 250.0, 250 * 7 + 2 * 30)


def test_a_border_that_may_not_be_touched() -> None:
    """At 10 the bonus is not paid yet: the formula decides, not the closed form."""
    cells = {"A1": 0, "B1": "=A1-IF(A1>10,5,0)"}
    found = run(problem := problem_of(cells, "B1", "A1", "A1 >= 0", "A1 <= 20"), choose(problem, "grg", {})[0])
    assert found.fun == pytest.approx(0.0, abs=1e-9)
    assert problem.fun(found.x) == found.fun
    cells["B1"] = "=A1-IF(A1>10,15,0)"
    found = solved(problem_of(cells, "B1", "A1", "A1 >= 0", "A1 <= 20"))
    assert -5 < found.fun < -5 + 1e-4


def test_no_point_and_no_end() -> None:
    cells = {"A1": 0, "B1": "=ABS(A1-3)", "B2": "=-MAX(A1,2*A1)"}
    assert solved_outcome(problem_of(cells, "B1", "A1", "B1 <= -1")) is Outcome.INFEASIBLE
    assert solved_outcome(problem_of(cells, "B2", "A1")) is Outcome.UNBOUNDED


def solved_outcome(problem: Problem) -> Outcome:
    return run(problem, choose(problem, "grg", {})[0]).outcome


def test_it_refuses_what_is_not_piecewise_linear() -> None:
    problem = problem_of({"A1": 1, "B1": "=EXP(A1)"}, "B1", "A1")
    with pytest.raises(EngineError, match="piecewise linear"):
        run(problem, find_engine("piecewise")())


numbers = st.integers(-4, 4)
texts = st.recursive(
    st.builds("({}*A1+{}*A2+{}*A3+{})".format, numbers, numbers, numbers, numbers),
    lambda inner: st.one_of(
        st.builds("MAX({},{})".format, inner, inner),
        st.builds("MIN({},{})".format, inner, inner),
        st.builds("ABS({})".format, inner),
        st.builds("IF({}<{},{},{})".format, inner, inner, inner, inner),
        st.builds("({}-{})".format, inner, inner),
        st.builds("A3*{}".format, inner),
        st.builds("LOOKUP({},{{-99,0,3}},{{5,1,-2}})".format, inner),
        st.builds("IF(AND({}>0,{}<=2),{},0)".format, inner, inner, inner),
    ),
    max_leaves=5,
)


@given(texts, texts)
def test_no_whole_point_is_better(objective: str, row: str) -> None:
    """All variables whole: every point of the box can be tried."""
    cells = {"A1": 0, "A2": 0, "A3": 0, "B1": f"={objective}", "B2": f"={row}"}
    problem = problem_of(cells, "B1", "A1:A3", "A1:A2 int", "A3 bin", "A1:A2 >= -2", "A1:A2 <= 3", "B2 <= 5")
    engine, _ = choose(problem, "grg", {})
    if engine.name != "piecewise":
        return
    found = run(problem, engine)
    grid = np.array(list(product(range(-2, 4), range(-2, 4), (0, 1))), dtype=float)
    allowed = problem.rows_many(grid)[:, 0] <= 5 if problem.m else np.ones(len(grid), dtype=bool)
    if not allowed.any():
        assert found.outcome is Outcome.INFEASIBLE
        return
    assert found.fun == pytest.approx(problem.fun_many(grid[allowed]).min(), abs=1e-7)
    assert found.outcome is Outcome.OPTIMAL
