"""Global search: seeds, workers, several starts, trees, populations, orders."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra.structure.ladder import Degree
from solver.engines import find_engine, run
from solver.engines.searching.moves import CROWD, kicked, neighbours
from solver.engines.searching.score import Scored, is_better
from solver.errors import Outcome

from .cases import ROSENBROCK
from .hard_cases import ACKLEY, BREAKS, DISTANCE, RASTRIGIN, TOUR
from .jets import cos
from .linear_cases import ROUNDED
from .zoo import INF, build

if TYPE_CHECKING:
    from solver.engines import Engine
    from solver.model.problem import Problem

WAVES = build([4.0, -4.0], lambda x: sum(0.1 * v**2 - cos(3 * v) for v in x), lb=-6, ub=6)
"""Many minima, the least at the origin."""

MIXED = build(
    [3.0, 3.0, 0.0],
    lambda x: (x[0] - 1.4) ** 2 + (x[1] - 2.6) ** 2 + (x[2] - 0.3) ** 2 + x[0] * x[1] * 0.1,
    lambda x: [x[0] + x[1] + x[2]],
    [-INF],
    [4],
    lb=0,
    ub=5,
    integer=(0, 1),
)


def shortest_tour() -> float:
    return min(
        sum(DISTANCE[a, b] for a, b in zip((0, *rest), (*rest, 0), strict=True)) for rest in permutations(range(1, 9))
    )


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_tour_of_nine_cities_is_the_shortest_for_every_seed(seed: int) -> None:
    solution = run(TOUR, find_engine("evolutionary")(seed=seed))
    assert solution.outcome.solved
    assert sorted(solution.x) == list(range(1, 10))
    assert solution.fun == pytest.approx(2.727641135908524)


def test_the_shortest_tour_is_what_enumeration_finds() -> None:
    assert shortest_tour() == pytest.approx(2.727641135908524)


@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("case", [RASTRIGIN, ACKLEY, BREAKS], ids=str)
def test_the_global_minimum_is_found_for_every_seed(case: object, seed: int) -> None:
    solution = run(case.problem, find_engine("evolutionary")(seed=seed))
    assert solution.fun == pytest.approx(case.fun, abs=1e-8)


def test_the_population_is_reported_with_its_values() -> None:
    solution = run(RASTRIGIN.problem, find_engine("evolutionary")(seed=1, population=40))
    population = solution.population
    assert population is not None
    assert population.x.shape == (40, 5)
    assert population.fun == pytest.approx(RASTRIGIN.problem.fun_many(population.x))


def test_a_stopped_population_is_reported_too() -> None:
    solution = run(RASTRIGIN.problem, find_engine("evolutionary")(seed=1, iterations=5))
    assert solution.outcome is Outcome.ITERATION_LIMIT
    assert solution.population is not None
    assert solution.fun == pytest.approx(solution.population.fun.min())


def test_a_stopped_tree_knows_its_gap() -> None:
    def stop(_: object) -> None:
        raise StopIteration

    solution = run(MIXED, find_engine("branch")(), stop)
    assert solution.outcome is Outcome.USER_STOP
    assert solution.subproblems > 0


STOCHASTIC = [
    (find_engine("evolutionary")(seed=11, stall=30), RASTRIGIN.problem),
    (find_engine("evolutionary")(seed=11), TOUR),
    (find_engine("multistart")(seed=11, population=16), WAVES),
    (find_engine("branch")(), MIXED),
]
NAMES = ["evolutionary", "orders", "multistart", "branch"]


@pytest.mark.parametrize(("engine", "problem"), STOCHASTIC, ids=NAMES)
@pytest.mark.parametrize("workers", [2, "map", "threads"])
def test_the_answer_does_not_depend_on_the_workers(engine: Engine, problem: Problem, workers: object) -> None:
    alone = run(problem, engine)
    if workers == "threads":
        with ThreadPoolExecutor(2) as pool:
            together = run(problem, engine, workers=pool.map)
    else:
        together = run(problem, engine, workers=map if workers == "map" else workers)
    assert np.array_equal(alone.x, together.x)
    assert (alone.fun, alone.outcome) == (together.fun, together.outcome)


def test_seed_zero_draws_a_seed_and_says_which() -> None:
    for make in (find_engine("evolutionary"), find_engine("multistart")):
        drawn = run(WAVES, make(population=16))
        seed = int(next(note for note in drawn.notes if "random seed" in note).split()[-1])
        assert np.array_equal(run(WAVES, make(population=16, seed=seed)).x, drawn.x)


@pytest.mark.parametrize("name", ["evolutionary", "multistart"])
def test_missing_bounds_are_outcome_18_where_bounds_are_required(name: str) -> None:
    assert run(ROSENBROCK.problem, find_engine(name)(require_bounds=True)).outcome is Outcome.BOUNDS_REQUIRED
    assert run(WAVES, find_engine(name)(require_bounds=True, seed=1)).outcome.solved


def test_several_starts_find_the_least_of_many_minima() -> None:
    local = run(WAVES, find_engine("lbfgsb")())
    solution = run(WAVES, find_engine("multistart")(seed=1))
    assert solution.outcome is Outcome.GLOBAL_IN_PROBABILITY
    assert solution.fun == pytest.approx(-2, abs=1e-10)
    assert solution.fun < local.fun - 0.1


def test_whole_numbers_in_a_smooth_model_against_enumeration() -> None:
    best = np.inf
    for a in range(6):
        for b in range(6):
            held = replace(
                MIXED,
                x0=np.array([a, b, 0.0]),
                lb=np.array([a, b, 0.0]),
                ub=np.array([a, b, 5.0]),
                integer=np.zeros(3, bool),
            )
            solution = run(held, find_engine("grg")())
            best = min(best, solution.fun if solution.outcome.solved else np.inf)
    solution = run(MIXED, find_engine("branch")())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.fun == pytest.approx(best, abs=1e-9)
    assert solution.gap == 0
    assert solution.subproblems >= 1


def test_a_node_limit_ends_the_tree() -> None:
    rng = np.random.default_rng(0)
    want = rng.random(6) * 10
    spread = rng.standard_normal((6, 6))

    def fun(x: object) -> object:
        return sum((sum(spread[i, j] * (x[j] - want[j]) for j in range(6))) ** 2 for i in range(6))

    problem = build([5.0] * 6, fun, lb=0, ub=10, integer=range(6))
    solution = run(problem, find_engine("branch")(nodes=4))
    assert solution.outcome is Outcome.NODE_LIMIT
    assert solution.subproblems <= 8
    assert np.array_equal(solution.x, np.round(solution.x))


def test_an_infeasible_tree_is_outcome_5() -> None:
    problem = build(
        [1.0, 1.0], lambda x: x[0] ** 2 + x[1], lambda x: [2 * x[0] + 2 * x[1]], [3], [3], lb=0, ub=5, integer=(0, 1)
    )
    assert run(problem, find_engine("branch")()).outcome is Outcome.INFEASIBLE


def test_a_small_box_of_whole_numbers_is_searched_completely() -> None:
    problem = replace(ROUNDED.problem, ub=np.array([9.0, 9.0]), linear=None, degree=Degree.STEP)
    solution = run(problem, find_engine("evolutionary")())
    assert (solution.outcome, solution.fun) == (Outcome.OPTIMAL, -40)
    assert solution.evaluations["function"] >= 100


@pytest.mark.parametrize("size", [2, 3, 5, 9])
def test_every_move_is_a_permutation_and_no_move_stands_still(size: int) -> None:
    random = np.random.default_rng(0)
    table = neighbours(size, random)
    assert np.array_equal(np.sort(table, axis=1), np.repeat(np.arange(size)[None, :], len(table), axis=0))
    assert not np.any(np.all(table == np.arange(size), axis=1))
    assert len(table) >= size * (size - 1) // 2
    assert sorted(kicked(np.arange(float(size)), random)) == list(range(size))


def test_of_many_moves_some_are_drawn_before_they_are_made() -> None:
    """Four hundred places have 640,000 moves of 400 numbers each: two gigabytes, if all were made."""
    tracemalloc.start()
    table = neighbours(400, np.random.default_rng(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(table) == CROWD
    assert np.array_equal(np.sort(table, axis=1), np.repeat(np.arange(400)[None, :], CROWD, axis=0))
    assert peak < 150_000_000


def scored(fun: float, wrong: float) -> Scored:
    return Scored(np.zeros((1, 1)), np.array([fun]), np.array([wrong]))


@pytest.mark.parametrize(
    ("one", "than", "better"),
    [
        (scored(1.0, 0.0), scored(2.0, 0.0), True),
        (scored(2.0, 0.0), scored(2.0, 0.0), False),
        (scored(9.0, 1e-7), scored(1.0, 1e-3), True),
        (scored(1.0, 1e-7), scored(2.0, 0.0), True),
        (scored(1.0, 1e-3), scored(np.inf, 0.0), False),
        (scored(1.0, 0.0), scored(np.inf, 0.0), True),
        (scored(1.0 - 1e-9, 0.0), scored(1.0, 0.0), False),
    ],
)
def test_feasibility_counts_first_then_the_objective(one: Scored, than: Scored, better: bool) -> None:
    assert is_better(one, than, slack=1e-6, margin=1e-8) is better


def test_orders_and_numbers_are_found_together() -> None:
    """Three cells in an order and one real number: the order pays by rank, the number has its own optimum."""
    problem = build(
        [1.0, 2.0, 3.0, 0.0],
        lambda x: 3 * x[0] + 1 * x[1] + 2 * x[2] + (x[3] - 0.25) ** 2 * (1 + x[0]),
        groups=[(0, 1, 2)],
        lb=(1, 1, 1, -1),
        ub=(3, 3, 3, 1),
    )
    solution = run(problem, find_engine("evolutionary")(seed=3))
    assert solution.x == pytest.approx([1, 3, 2, 0.25], abs=1e-6)
