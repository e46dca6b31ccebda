"""Linear programs: optima, shadow prices, ranges; integer programs: proofs, gaps, limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import linprog

from solver.algebra.structure.ladder import Degree
from solver.engines import find_engine, run
from solver.errors import Outcome

from .cases import ROSENBROCK
from .linear_cases import FACTORY, TRANSPORT
from .zoo import INF, linear_program

if TYPE_CHECKING:
    from solver.model.problem import Problem

SIMPLEX = find_engine("simplex")


def test_prices_and_ranges_of_the_textbook_factory() -> None:
    """By hand from the corners: costs in [2, 6] and [10/3, 10], hours in [12, 36] and [4, 12]."""
    solution = run(FACTORY.problem, SIMPLEX())
    assert solution.row_multipliers == pytest.approx([-0.75, -0.5])
    assert solution.bound_multipliers == pytest.approx([0, 0])
    ranges = solution.ranges
    assert ranges is not None
    assert ranges.cost_down == pytest.approx([1, 6])
    assert ranges.cost_up == pytest.approx([3, 2 / 3])
    assert ranges.row_up == pytest.approx([12, 6])
    assert ranges.row_down == pytest.approx([12, 2])


def test_a_loose_row_has_no_price_and_its_slack_for_a_range() -> None:
    problem = linear_program([-1, -1], [[1, 0], [0, 1], [1, 1]], [-INF, 1, -INF], [4, INF, 9], lb=0, ub=(INF, 3))
    solution = run(problem, SIMPLEX())
    assert solution.x == pytest.approx([4, 3])
    assert solution.row_multipliers == pytest.approx([-1, 0, 0])
    assert solution.bound_multipliers == pytest.approx([0, -1])
    assert solution.ranges is not None
    assert solution.ranges.row_up[1:] == pytest.approx([2, INF])
    assert solution.ranges.row_down[1:] == pytest.approx([INF, 2])


def test_ranges_are_where_the_prices_change() -> None:
    """Within the allowable range the optimum moves by price times change, beyond it by less than that."""
    rng = np.random.default_rng(5)
    a, b, c = rng.random((4, 6)), rng.random(4) + 3, -rng.random(6) - 0.5
    problem = linear_program(c, a, [-INF] * 4, b, lb=0)
    solution = run(problem, SIMPLEX())
    assert solution.ranges is not None
    assert solution.row_multipliers is not None
    for i in range(4):
        price = solution.row_multipliers[i]
        for sign, room in ((1, solution.ranges.row_up[i]), (-1, solution.ranges.row_down[i])):
            inside = min(room, 1.0) * 0.99
            moved = b.copy()
            moved[i] += sign * inside
            fun = run(replace(problem, row_hi=moved), SIMPLEX()).fun
            assert fun == pytest.approx(solution.fun + sign * inside * price, abs=1e-8)
            if np.isfinite(room):
                moved[i] = b[i] + sign * (room * 1.05 + 0.05)
                fun = run(replace(problem, row_hi=moved), SIMPLEX()).fun
                assert fun > solution.fun + (moved[i] - b[i]) * price + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_random_programs_agree_with_another_solver(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m, n = 5, 8
    a, low = rng.standard_normal((m, n)), rng.standard_normal(m) - 3
    high, c, ub = low + 4 * rng.random(m) + 1, rng.standard_normal(n), rng.random(n) * 5
    solution = run(linear_program(c, a, low, high, lb=-1, ub=ub), SIMPLEX())
    other = linprog(c, np.vstack([a, -a]), np.r_[high, -low], bounds=list(zip([-1] * n, ub, strict=True)))
    assert solution.outcome is (Outcome.OPTIMAL if other.status == 0 else Outcome.INFEASIBLE)
    if other.status == 0:
        assert solution.fun == pytest.approx(other.fun, rel=1e-9)
        assert solution.row_multipliers == pytest.approx(other.ineqlin.marginals[:m] - other.ineqlin.marginals[m:])


def test_infeasible_is_told_from_unbounded() -> None:
    unbounded = linear_program([-1, 0], [[1, -1]], [-INF], [1], lb=0)
    infeasible = linear_program([-1, 0], [[1, -1], [-1, 1]], [-INF, -INF], [1, -2], lb=0)
    assert run(unbounded, SIMPLEX()).outcome is Outcome.UNBOUNDED
    assert run(infeasible, SIMPLEX()).outcome is Outcome.INFEASIBLE
    assert run(replace(unbounded, integer=np.array([True, True])), SIMPLEX()).outcome is Outcome.UNBOUNDED
    assert run(replace(infeasible, integer=np.array([True, True])), SIMPLEX()).outcome is Outcome.INFEASIBLE


def test_a_model_that_is_not_linear_names_the_cell() -> None:
    problem = replace(ROSENBROCK.problem, because=("Sheet1!C5", "Sheet1!C6"))
    solution = run(problem, SIMPLEX())
    assert (solution.outcome, solution.bad) == (Outcome.NOT_LINEAR, "Sheet1!C5")
    bent = linear_program([1, 1], [[1, 1]], [1], [INF], lb=0, hessian=[[1, 0], [0, 1]])
    assert run(bent, SIMPLEX()).outcome is Outcome.NOT_LINEAR


def test_feasibility_alone_is_an_objective_too() -> None:
    problem = linear_program([0, 0], [[1, 2], [1, -1]], [4, 0], [4, 0], x0=[9, 9])
    problem = replace(problem, degree=Degree.CONSTANT, sense=0)
    assert run(problem, SIMPLEX()).x == pytest.approx([4 / 3, 4 / 3])


def test_a_variable_that_nothing_reads_stays() -> None:
    problem = linear_program([1, 0, 2], [[1, 0, 1]], [2], [INF], lb=0, x0=[5, 7, 5])
    assert run(problem, SIMPLEX()).x == pytest.approx([2, 7, 0])


def hard_knapsack(n: int = 28) -> tuple[object, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    weight = rng.integers(100, 999, n).astype(float)
    value = weight + 10.0 + rng.integers(0, 5, n)
    problem = linear_program(-value, [weight], [-INF], [np.floor(weight.sum() / 2)], lb=0, ub=1, binary=range(n))
    return problem, weight, value


def best_knapsack(weight: np.ndarray, value: np.ndarray, room: int) -> float:
    best = np.zeros(room + 1)
    for w, v in zip(weight.astype(int), value, strict=True):
        best[w:] = np.maximum(best[w:], best[: room + 1 - w] + v)
    return float(best[-1])


def test_a_knapsack_is_proved_against_dynamic_programming() -> None:
    problem, weight, value = hard_knapsack()
    solution = run(problem, SIMPLEX())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.gap == pytest.approx(0, abs=1e-9)
    assert -solution.fun == best_knapsack(weight, value, int(problem.row_hi[0]))
    assert set(solution.x) <= {0.0, 1.0}


def test_a_wide_tolerance_ends_early_and_says_so() -> None:
    problem, weight, value = hard_knapsack(40)
    solution = run(problem, SIMPLEX(tolerance=0.2, prove=0))
    best = best_knapsack(weight, value, int(problem.row_hi[0]))
    assert -solution.fun >= 0.8 * best
    if solution.gap:
        assert solution.outcome is Outcome.WITHIN_TOLERANCE


def test_limits_of_nodes_and_solutions_keep_the_incumbent() -> None:
    rng = np.random.default_rng(0)
    a, c = rng.integers(1, 60, (6, 40)).astype(float), -rng.integers(1, 60, 40).astype(float)
    problem = linear_program(c, a, [-INF] * 6, a.sum(axis=1) / 2, lb=0, ub=1, binary=range(40))
    few = run(problem, SIMPLEX(nodes=1))
    assert few.outcome in (Outcome.NODE_LIMIT, Outcome.OPTIMAL)
    one = run(problem, SIMPLEX(solutions=1))
    assert one.outcome in (Outcome.SOLUTION_LIMIT, Outcome.OPTIMAL)
    best = run(problem, SIMPLEX(tolerance=0))
    assert best.outcome is Outcome.OPTIMAL
    assert best.fun <= min(few.fun, one.fun)


def test_the_transport_prices_close_the_duality_gap() -> None:
    solution = run(TRANSPORT.problem, SIMPLEX())
    right = np.where(np.isfinite(TRANSPORT.problem.row_lo), TRANSPORT.problem.row_lo, TRANSPORT.problem.row_hi)
    assert solution.row_multipliers is not None
    assert solution.row_multipliers @ right == pytest.approx(solution.fun)


def _envelopment(seed: int) -> tuple[Problem, float]:
    """A comparison of efficiencies with inputs in the hundreds of millions, and its optimum in balanced units."""
    rng = np.random.default_rng(seed)
    units, size = 25, 10.0 ** rng.uniform(0, 9, 6)
    amounts = rng.uniform(0.1, 1.0, (6, units))
    one = np.append(np.ones(units), 0.0)
    outputs = np.column_stack([amounts[:4], np.zeros(4)])
    inputs = np.column_stack([amounts[4:], -amounts[4:, 0]])
    balanced = np.vstack([one, outputs, inputs])
    low = np.concatenate([[1.0], amounts[:4, 0], [-INF, -INF]])
    high = np.concatenate([[1.0], [INF] * 4, [0.0, 0.0]])
    cost, scale = np.append(np.zeros(units), 1.0), np.append(1.0, size)
    with np.errstate(invalid="ignore"):
        problem = linear_program(cost, balanced * scale[:, None], low * scale, high * scale, lb=0)
    bounds = [(0, None)] * (units + 1)
    best = linprog(cost, np.vstack([-outputs, inputs]), np.append(-amounts[:4, 0], [0, 0]), [one], [1], bounds=bounds)
    return problem, float(best.fun)


@pytest.mark.parametrize("seed", range(12))
def test_vertices_hold_to_the_last_digit_whatever_the_units(seed: int) -> None:
    problem, best = _envelopment(seed)
    solution = run(problem, SIMPLEX(precision=1e-6))
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.fun == pytest.approx(best, rel=1e-9)
    assert problem.linear is not None
    assert solution.violation <= max(1e-12, 4 * np.finfo(float).eps * abs(problem.linear.matrix).max())
