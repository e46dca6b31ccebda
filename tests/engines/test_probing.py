"""Simplex models whose formulas are linear only where plans may lie, and such as only look so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linprog

from solver.engines import run
from solver.engines.base import find_engine
from solver.errors import Outcome
from solver.model.model import Sense

from .sheets import column, problem_of

if TYPE_CHECKING:
    from solver.model.solution import Solution

PLAN = {
    "A1": 0, "A2": 0, "A3": 1, "C1": "=2*A1+A2", "C2": "=A1+A2", "D1": 100, "D2": 80,
    "E1": 0, "E2": 90, "F1": 1, "F2": 9,
}  # fmt: skip
"""20 of the first and 60 of the second, worth 1800 at 30 and 20 each."""


def solved(objective: str, *rows: str, variables: str = "A1:A2", sense: Sense = Sense.MAX, **cells: object) -> Solution:
    rules = ("C1:C2 <= D1:D2", f"{variables} >= 0", *rows)
    problem = problem_of(PLAN | {"B1": objective} | cells, "B1", variables, *rules, sense=sense)
    return run(problem, find_engine("simplex")())


@pytest.mark.parametrize(
    "objective",
    [
        "=ROUND(30*A1+20*A2,2)",
        "=IF(C2=0,0,(30*A1+20*A2)/C2*C2)",
        "=IF(A1+A2>0,30*A1+20*A2,0)",
        "=MIN(30*A1+20*A2,5000)",
        '=30*SUMIF(A1,">0")+20*A2',
        "=30*A1+20*A2*VLOOKUP(A1,E1:F2,2)",
        "=IF(A1>60,1000,0)+30*A1+20*A2",
    ],
)
@pytest.mark.parametrize("start", [0, 7])
def test_linear_wherever_a_plan_may_lie(objective: str, start: int) -> None:
    found = solved(objective, A1=start)
    assert found.outcome is Outcome.OPTIMAL
    assert found.x == pytest.approx([20, 60], abs=1e-6)
    assert -found.fun == pytest.approx(1800, abs=1e-6)
    assert any("moving each cell" in note for note in found.notes)


def test_a_factor_that_its_bounds_hold() -> None:
    found = solved("=(30*A1+20*A2)*A3", "A3 = 1", variables="A1:A3")
    assert (found.outcome, -found.fun) == (Outcome.OPTIMAL, pytest.approx(1800))


def test_shadow_prices_are_those_of_the_linear_plan() -> None:
    found = solved("=ROUND(30*A1+20*A2,2)")
    assert found.row_multipliers == pytest.approx([-10, -10])


@pytest.mark.parametrize(
    "objective",
    [
        "=A1*A2",
        "=30*A1+20*A2-0.01*A1^2",
        "=ABS(A1-30)+A2",
        "=30*A1+20*A2+IF(A1>0,500,0)",
        "=30*A1+20*A2-100*INT(A1/10)",
        "=MIN(30*A1+20*A2,1500)",
        "=30*A1+20*A2+A1*A2/100",
    ],
)
@pytest.mark.parametrize("start", [0, 7])
def test_what_is_not_linear_there_is_outcome_7(objective: str, start: int) -> None:
    found = solved(objective, A1=start)
    assert found.outcome is Outcome.NOT_LINEAR
    assert found.bad


def test_a_transport_with_a_rounded_total() -> None:
    random = np.random.default_rng(0)
    cost, supply, demand = random.integers(2, 20, (4, 6)), random.integers(40, 80, 4), random.integers(10, 30, 6)
    letters = "ABCDEF"
    cells = {f"{letters[j]}{i + 1}": 0 for i in range(4) for j in range(6)}
    cells |= {f"{letters[j]}{i + 11}": int(cost[i, j]) for i in range(4) for j in range(6)}
    cells |= column("H", [f"=SUM(A{k}:F{k})" for k in range(1, 5)]) | column("I", supply.tolist())
    cells |= {f"{each}5": f"=SUM({each}1:{each}4)" for each in letters}
    cells |= {f"{letters[j]}6": int(demand[j]) for j in range(6)}
    cells |= {"K1": "=IF(SUM(A1:F4)=0,0,ROUND(SUMPRODUCT(A1:F4,A11:F14),2))"}
    problem = problem_of(cells, "K1", "A1:F4", "H1:H4 <= I1:I4", "A5:F5 >= A6:F6", "A1:F4 >= 0")
    by_row, by_column = np.kron(np.eye(4), np.ones(6)), np.kron(np.ones(4), np.eye(6))
    best = linprog(cost.ravel(), A_ub=np.vstack([by_row, -by_column]), b_ub=np.r_[supply, -demand])
    assert run(problem, find_engine("simplex")()).fun == pytest.approx(best.fun, abs=1e-9)
