"""Whole numbers in small boxes, where formulas have many valleys: the answer is the best of all points."""

from __future__ import annotations

import math
from itertools import product

import pytest

from solver.engines import run
from solver.engines.base import find_engine
from solver.engines.policy import choose
from solver.errors import Outcome

from .sheets import problem_of

WAVES = {"A1": 1, "A2": 1, "A3": 1, "B1": "=5*SIN(A1*A3)+(A2-3.3)^2+2*COS(A1*A2)-A3/4", "B2": "=A1*A2+A3"}


def waves(a: int, b: int, c: int) -> float:
    return 5 * math.sin(a * c) + (b - 3.3) ** 2 + 2 * math.cos(a * b) - c / 4


@pytest.mark.parametrize("limit", [5, 40])
def test_the_best_of_all_points_is_proven(limit: int) -> None:
    cells = WAVES | {"C1": limit}
    rules = ("A1:A3 int", "A1:A3 <= 12", "A1:A3 >= 0", "B2 <= C1")
    problem = problem_of(cells, "B1", "A1:A3", *rules)
    engine, _ = choose(problem, "grg", {})
    found = run(problem, engine)
    best = min(waves(*point) for point in product(range(13), repeat=3) if point[0] * point[1] + point[2] <= limit)
    assert (engine.name, found.outcome) == ("branch", Outcome.OPTIMAL)
    assert found.fun == pytest.approx(best, abs=1e-9)


def test_a_box_without_a_feasible_point() -> None:
    problem = problem_of(WAVES, "B1", "A1:A3", "A1:A3 int", "A1:A3 <= 3", "A1:A3 >= 1", "B2 >= 99")
    assert run(problem, find_engine("branch")()).outcome is Outcome.INFEASIBLE


def test_a_limit_on_subproblems_is_kept() -> None:
    """Who limits the tree wants a tree."""
    problem = problem_of(WAVES, "B1", "A1:A3", "A1:A3 int", "A1:A3 <= 12", "A1:A3 >= 0")
    assert run(problem, find_engine("branch")(nodes=3)).subproblems >= 3
