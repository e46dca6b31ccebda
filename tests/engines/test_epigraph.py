"""Corners as rows of a smooth model, against the models that a person writes who splits every corner by hand."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.optimize import minimize

from solver.engines import run, violation
from solver.engines.base import find_engine
from solver.engines.policy import choose
from solver.errors import EngineError, Outcome
from solver.model.model import Sense

from .linear_cases import FACTORY
from .sheets import column, problem_of

if TYPE_CHECKING:
    from solver.model.problem import Problem
    from solver.model.solution import Solution

ASSETS = 5
RANDOM = np.random.default_rng(11)
SPREAD = RANDOM.normal(size=(ASSETS, ASSETS))
RISK = np.round(SPREAD @ SPREAD.T / 50 + np.diag(RANDOM.uniform(0.01, 0.05, ASSETS)), 6)
GAIN = np.round(RANDOM.uniform(0.04, 0.15, ASSETS), 4)
HELD = np.full(ASSETS, 1 / ASSETS)
TARGET = float(np.round(np.sort(GAIN)[-2], 3))

PORTFOLIO: dict[str, Any] = (
    column("A", HELD)
    | column("B", GAIN)
    | column("C", HELD)
    | column("D", [f"=ABS(A{k}-C{k})" for k in range(1, 6)])
    | column("E", [f"=IF(A{k}>C{k},A{k}-C{k},0)" for k in range(1, 6)])
    | {f"{'GHIJK'[j]}{i + 1}": RISK[i, j] for i in range(ASSETS) for j in range(ASSETS)}
    | {"M1": "=SUMPRODUCT(MMULT(G1:K5,A1:A5),A1:A5)", "M2": "=SUM(A1:A5)", "M3": "=SUMPRODUCT(A1:A5,B1:B5)"}
    | {"M4": "=SUM(D1:D5)", "M5": "=MAX(A1:A5)", "M6": "=M1+0.05*SUM(E1:E5)", "M7": "=M1+M5^2", "P1": TARGET}
)
PLAIN = ("M2 = 1", "M3 >= P1", "A1:A5 >= 0")


def split(*, fee: float = 0.0, turnover: float = np.inf, most: float = 1.0) -> float:
    """The least risk with buying and selling as variables of their own, as textbooks write it."""

    def cost(z: np.ndarray) -> float:
        held = z[:ASSETS]
        return float(held @ RISK @ held + fee * z[ASSETS : 2 * ASSETS].sum())

    def slope(z: np.ndarray) -> np.ndarray:
        return np.r_[2 * RISK @ z[:ASSETS], np.full(ASSETS, fee), np.zeros(ASSETS)]

    def moved(z: np.ndarray) -> np.ndarray:
        held, bought, sold = np.split(z, 3)
        return held - HELD - bought + sold

    rules: list[dict[str, Any]] = [
        {"type": "eq", "fun": lambda z: z[:ASSETS].sum() - 1},
        {"type": "eq", "fun": moved},
        {"type": "ineq", "fun": lambda z: z[:ASSETS] @ GAIN - TARGET},
    ]
    if np.isfinite(turnover):
        rules.append({"type": "ineq", "fun": lambda z: turnover - z[ASSETS:].sum()})
    start = np.r_[HELD, np.full(2 * ASSETS, 0.01)]
    bounds = [(0, most)] * ASSETS + [(0, None)] * (2 * ASSETS)
    found = minimize(cost, start, jac=slope, bounds=bounds, constraints=rules, options={"maxiter": 2000, "ftol": 1e-15})
    assert found.success
    return float(found.fun)


def solved(problem: Problem, asked: str = "grg") -> Solution:
    engine, _ = choose(problem, asked, {"tol": 0})
    assert "epigraph" in (engine.name, getattr(getattr(engine, "inner", None), "name", ""))
    found = run(problem, engine)
    assert violation(problem, found.x) <= 1e-6
    return found


@pytest.mark.parametrize("asked", ["grg", "evolutionary"])
@pytest.mark.parametrize(
    ("aim", "rows", "known"),
    [
        ("M1", ("M4 <= 0.5",), {"turnover": 0.5}),
        ("M6", (), {"fee": 0.05}),
        ("M1", ("M5 <= 0.35",), {"most": 0.35}),
        ("M6", ("M4 <= 0.7", "M5 <= 0.4"), {"fee": 0.05, "turnover": 0.7, "most": 0.4}),
    ],
    ids=["turnover", "fees by IF", "largest share", "all of it"],
)
def test_portfolios_with_corners_are_solved_to_their_optimum(
    aim: str, rows: tuple[str, ...], known: dict[str, float], asked: str
) -> None:
    cells = PORTFOLIO | {"Q1": 0.5, "Q2": 0.35, "Q3": 0.7, "Q4": 0.4}
    names = {"0.5": "Q1", "0.35": "Q2", "0.7": "Q3", "0.4": "Q4"}
    texts = [" ".join(names.get(word, word) for word in row.split()) for row in rows]
    found = solved(problem_of(cells, aim, "A1:A5", *PLAIN, *texts), asked)
    assert found.outcome is Outcome.OPTIMAL
    assert found.fun == pytest.approx(split(**known), rel=1e-6)


def test_multipliers_are_prices_of_the_rows() -> None:
    """A little more turnover changes the least risk by its price."""
    prices = []
    for limit in (0.45, 0.45 + 1e-6):
        found = solved(problem_of(PORTFOLIO | {"Q1": limit}, "M1", "A1:A5", *PLAIN, "M4 <= Q1"))
        assert found.row_multipliers is not None
        prices.append((found.fun, found.row_multipliers[2]))
    assert (prices[1][0] - prices[0][0]) / 1e-6 == pytest.approx(prices[0][1], rel=1e-3)
    assert prices[0][1] < 0


def test_what_bends_the_wrong_way_is_searched() -> None:
    """A distance that is a gain has two valleys; the deeper one is found."""
    cells = {"A1": 1.0, "A2": 0.5, "B1": "=(A1-0.5)^2+A2^2-3*ABS(A1)-ABS(A2)", "B2": "=A1+A2"}
    problem = problem_of(cells, "B1", "A1:A2", "B2 <= 0", "A1:A2 >= -5", "A1:A2 <= 5")
    found = solved(problem)
    grid = np.linspace(-5, 5, 201)
    best = min((x - 0.5) ** 2 + y * y - 3 * abs(x) - abs(y) for x, y in product(grid, grid) if x + y <= 1e-9)
    assert found.fun <= best + 1e-9


def test_convex_rows_that_contradict() -> None:
    problem = problem_of(
        {"A1": 0, "A2": 0, "B1": "=A1^2+A2^2", "B2": "=MAX(A1:A2)", "B3": "=A1+A2"}, "B1", "A1:A2", "B2 <= 1", "B3 >= 3"
    )
    engine, _ = choose(problem, "grg", {})
    assert run(problem, engine).outcome is Outcome.INFEASIBLE


def test_whole_numbers_around_corners() -> None:
    cells = {"A1": 0, "A2": 0, "B1": "=(A1-3.3)^2+2*(A2-1.7)^2+A1*A2+5*ABS(A1-A2-1)", "B2": "=MAX(A1,2*A2)"}
    problem = problem_of(cells, "B1", "A1:A2", "A1:A2 int", "A1:A2 >= 0", "A1:A2 <= 9", "B2 <= 4")

    def cost(a: int, b: int) -> float:
        return (a - 3.3) ** 2 + 2 * (b - 1.7) ** 2 + a * b + 5 * abs(a - b - 1)

    best = min(cost(a, b) for a, b in product(range(10), range(10)) if max(a, 2 * b) <= 4)
    assert solved(problem).fun == pytest.approx(best, abs=1e-9)


def test_a_maximum_is_turned_round() -> None:
    """Profit less the storage of what is left over; by hand at 8 pieces of the first."""
    cells = {"A1": 1, "A2": 1, "B1": "=20*A1-A1^2+9*A2-A2^2-4*MAX(0,A1+A2-10)", "B2": "=A1+A2"}
    found = solved(problem_of(cells, "B1", "A1:A2", "B2 <= 99", sense=Sense.MAX))
    assert found.x == pytest.approx([8.0, 2.5], abs=1e-6)


def test_smooth_models_have_nothing_for_it() -> None:
    with pytest.raises(EngineError, match="corners"):
        run(FACTORY.problem, find_engine("epigraph")())
