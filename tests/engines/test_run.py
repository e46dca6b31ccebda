"""A run ends with what it is: bounds, errors, limits, stops, and the best point kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.algebra.structure.ladder import Degree
from solver.engines import find_engine, run
from solver.engines.base import Engine
from solver.errors import EngineError, Outcome
from solver.model.solution import Solution

from .cases import BOUNDED, ROSENBROCK, WOOD
from .hard_cases import RASTRIGIN, TOUR
from .jets import exp, log, sqrt
from .row_cases import ROWS
from .zoo import INF, build, least_squares, linear_program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.engines.progress import Progress
    from solver.model.problem import Problem
    from solver.model.solution import Step

SMOOTH_ENGINES = ("lbfgsb", "trust", "interior", "slsqp", "grg", "least_squares")


def test_bounds_that_cross_are_outcome_20() -> None:
    problem = build([1, 1], lambda x: x[0] + x[1], lb=(0, 3), ub=(1, 2))
    assert run(problem, find_engine("grg")()).outcome is Outcome.BOUNDS_CONFLICT


def test_whole_numbers_between_which_there_is_none_are_outcome_20() -> None:
    problem = linear_program([1, 1], [], [], [], lb=(0.2, 0), ub=(0.8, 2), integer=(0,))
    assert run(problem, find_engine("simplex")()).outcome is Outcome.BOUNDS_CONFLICT


def test_a_binary_kept_above_one_is_outcome_19() -> None:
    problem = linear_program([1, 1], [], [], [], lb=(2, 0), ub=(3, 1), binary=(0, 1))
    assert run(problem, find_engine("simplex")()).outcome is Outcome.BOUNDS_CONFLICT_INTEGER


def test_cells_that_must_differ_but_may_not_are_outcome_19() -> None:
    problem = replace(TOUR, lb=np.full(9, 10.0), ub=np.full(9, 12.0))
    assert run(problem, find_engine("evolutionary")()).outcome is Outcome.BOUNDS_CONFLICT_INTEGER


def test_no_variable_is_a_check_of_the_rows() -> None:
    problem = build([2.0], lambda x: x[0] ** 2, lambda x: [x[0]], [1], [3], lb=2, ub=2)
    solution = run(problem, find_engine("grg")())
    assert (solution.outcome, solution.fun) == (Outcome.OPTIMAL, 4.0)
    assert run(replace(problem, row_lo=np.array([2.5])), find_engine("grg")()).outcome is Outcome.INFEASIBLE


def test_fixed_variables_keep_their_value_and_their_multiplier() -> None:
    def fun(x: Sequence[Any]) -> Any:
        return (x[0] - 1) ** 2 + 2 * (x[1] + 3) ** 2 + x[2] * (x[0] + 1)

    problem = build([5, 5, 5], fun, lb=(0, 2, 3), ub=(9, 2, 9))
    solution = run(problem, find_engine("grg")())
    assert solution.x == pytest.approx([0, 2, 3], abs=1e-9)
    assert solution.bound_multipliers == pytest.approx(problem.grad(solution.x))


@pytest.mark.parametrize("name", SMOOTH_ENGINES)
def test_an_error_value_on_the_way_is_stepped_back_from(name: str) -> None:
    """The logarithm has no value left of 0, where the first full step of every method would land."""
    problem = least_squares([0.05], lambda x: [log(x[0]) - 2.0, sqrt(x[0]) - np.e])
    solution = run(problem, find_engine(name)())
    assert solution.outcome.solved
    assert solution.x == pytest.approx([np.e**2], rel=1e-5)


def test_an_error_value_at_the_start_is_left_for_a_point_beside_it() -> None:
    problem = build([0.0, 1.0], lambda x: x[0] - log(x[0]) + (x[1] - 2) ** 2, lb=0)
    solution = run(problem, find_engine("lbfgsb")())
    assert solution.outcome is Outcome.OPTIMAL
    assert solution.x == pytest.approx([1, 2], abs=1e-6)
    assert any("error value" in note for note in solution.notes)


def test_error_values_everywhere_are_outcome_9_with_the_cell() -> None:
    problem = build([1.0], lambda x: log(-exp(x[0])), blame=lambda _: "Sheet1!B7 is #NUM!")
    solution = run(problem, find_engine("grg")())
    assert (solution.outcome, solution.bad) == (Outcome.ERROR_VALUE, "Sheet1!B7 is #NUM!")


@pytest.mark.parametrize("name", ["lbfgsb", "grg", "interior", "trust"])
def test_an_objective_without_end_is_outcome_4(name: str) -> None:
    problem = build([1.0, 1.0], lambda x: -(x[0] ** 3) + x[1] ** 2, lb=0)
    assert run(problem, find_engine(name)()).outcome is Outcome.UNBOUNDED


def test_rows_that_contradict_are_outcome_5() -> None:
    problem = build(
        [1.0, 1.0], lambda x: x[0] ** 2 + x[1], lambda x: [x[0] ** 2 + x[1] ** 2, x[0]], [-INF, 3], [1, INF]
    )
    solution = run(problem, find_engine("grg")())
    assert solution.outcome is Outcome.INFEASIBLE
    assert solution.violation > 0.1


def test_an_unreached_objective_is_said() -> None:
    problem = linear_program([0, 0], [[1, 1]], [1], [2], lb=0)
    problem = replace(problem, degree=type(problem.degree).CONSTANT)
    assert "no variable reaches the objective" in run(problem, find_engine("simplex")()).notes


@pytest.mark.parametrize("name", [*SMOOTH_ENGINES, "gd", "adam", "augmented"])
def test_the_watch_sees_the_iterates_and_stops_the_run(name: str) -> None:
    problem = least_squares([-1.2, 1], lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]])
    seen: list[Step] = []

    def watch(step: Step) -> None:
        seen.append(step)
        if step.iteration == 4:
            raise StopIteration

    settings = {"rate": 0.001} if name in ("gd", "adam") else {}
    solution = run(problem, find_engine(name)(**settings), watch)
    assert solution.outcome is Outcome.USER_STOP
    assert [step.iteration for step in seen] == [0, 1, 2, 3, 4]
    assert solution.fun == min(step.fun for step in seen)
    assert solution.trace == tuple(seen)
    assert seen[0].x == pytest.approx(problem.x0)


@pytest.mark.parametrize("name", ["lbfgsb", "grg", "evolutionary", "simplex", "branch", "multistart"])
def test_a_key_pressed_keeps_the_best_point(name: str) -> None:
    def press(_: Step) -> None:
        raise KeyboardInterrupt

    problem = linear_program([-5, -8], [[1, 1], [5, 9]], [-INF, -INF], [6, 45], lb=0, integer=(0, 1), ub=6)
    if name in ("lbfgsb", "grg", "multistart"):
        problem = BOUNDED.problem
    solution = run(problem, find_engine(name)(), press)
    assert solution.outcome is Outcome.USER_STOP
    assert np.isfinite(solution.fun)


@pytest.mark.parametrize("name", ["lbfgsb", "trust", "gd", "momentum"])
def test_an_iteration_limit_is_outcome_3_after_as_many_steps(name: str) -> None:
    settings = {"rate": 1e-4} if name in ("gd", "momentum") else {}
    solution = run(WOOD.problem, find_engine(name)(iterations=5, **settings))
    assert (solution.outcome, solution.iterations, len(solution.trace)) == (Outcome.ITERATION_LIMIT, 5, 6)


def test_a_time_limit_is_outcome_10_soon_after_it() -> None:
    slow = ROSENBROCK.problem

    def fun(x: np.ndarray) -> float:
        time.sleep(0.02)
        return slow.fun(x)

    began = time.monotonic()
    solution = run(replace(slow, fun=fun), find_engine("lbfgsb")(), time_limit=0.2)
    assert solution.outcome is Outcome.TIME_LIMIT
    assert solution.fun < slow.fun(slow.x0)
    assert time.monotonic() - began < 2


def test_evaluations_are_counted() -> None:
    calls = {"fun": 0}

    def fun(x: np.ndarray) -> float:
        calls["fun"] += 1
        return WOOD.problem.fun(x)

    solution = run(replace(WOOD.problem, fun=fun), find_engine("lbfgsb")())
    assert solution.evaluations["function"] == calls["fun"]
    assert solution.evaluations["gradient"] > 0


def test_memory_that_runs_out_is_outcome_11() -> None:
    def grad(x: np.ndarray) -> np.ndarray:
        if x[0] != -3:
            raise MemoryError
        return WOOD.problem.grad(x)

    assert run(replace(WOOD.problem, grad=grad), find_engine("lbfgsb")()).outcome is Outcome.OUT_OF_MEMORY


def test_an_engine_that_does_not_fit_says_so() -> None:
    with pytest.raises(EngineError, match="sum of squares"):
        run(ROSENBROCK.problem, find_engine("least_squares")())
    with pytest.raises(EngineError, match="all different"):
        run(TOUR, find_engine("lbfgsb")())


def test_relaxing_drops_whole_numbers_and_groups() -> None:
    problem = linear_program([-5, -8], [[1, 1], [5, 9]], [-INF, -INF], [6, 45], lb=0, integer=(0, 1))
    assert run(problem, find_engine("simplex")(relax=True)).fun == pytest.approx(-41.25)


def test_multipliers_are_slopes_of_the_optimum() -> None:
    """Each multiplier against the optimum of a problem whose end was moved a little."""
    case = next(each for each in ROWS if each.name == "hs071")
    engine, h = find_engine("grg")(), 1e-5
    solution = run(case.problem, engine)
    assert solution.row_multipliers is not None
    assert solution.bound_multipliers is not None
    for names, end in ((("row_lo",), 0), (("row_lo", "row_hi"), 1), (("lb",), 0)):
        values = []
        for sign in (-1, 1):
            moved = {name: getattr(case.problem, name).copy() for name in names}
            for array in moved.values():
                array[end] += sign * h
            values.append(run(replace(case.problem, **moved), engine).fun)
        found = solution.bound_multipliers if names == ("lb",) else solution.row_multipliers
        assert found[end] == pytest.approx((values[1] - values[0]) / (2 * h), rel=1e-3, abs=1e-5)


def test_the_best_point_is_kept_when_the_last_is_worse() -> None:
    solution = run(RASTRIGIN.problem, find_engine("adam")(rate=3.0, iterations=40, seed=1))
    assert solution.fun == min(step.fun for step in solution.trace)


@dataclass(frozen=True, kw_only=True)
class Lost(Engine):
    """Ends where it is told to, with the outcome that it is told."""

    about = find_engine("grg").about
    end: tuple[float, ...] = ()
    says: Outcome = Outcome.OPTIMAL

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """A point somewhere."""
        progress.step(problem.x0)
        return Solution(np.array(self.end), problem.fun(np.array(self.end)), self.says, "lost")


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ((3.0, 3.0), Outcome.OPTIMAL),  # feasible, and worse
        ((9.0, 9.0), Outcome.INFEASIBLE),
        ((9.0, 9.0), Outcome.OPTIMAL),
        ((np.nan, np.nan), Outcome.ERROR_VALUE),
        ((3.0, 3.0), Outcome.TIME_LIMIT),
    ],
)
def test_a_feasible_start_is_never_answered_by_something_worse(end: tuple[float, ...], says: Outcome) -> None:
    """The start leans on the precision of its row by half, as points do that Excel has stored."""
    start = [1.0, 1.0 - 5e-7]
    problem = build(start, lambda x: x[0] ** 2 + x[1] ** 2, lambda x: [x[0] + x[1]], [2.0], [8.0])
    solution = run(problem, Lost(end=end, says=says))
    assert list(solution.x) == start
    assert solution.outcome is (Outcome.TIME_LIMIT if says.stopped else Outcome.CANNOT_IMPROVE)
    assert solution.message == solution.outcome.message


def test_an_infeasible_start_disproves_nothing() -> None:
    problem = build([0.0, 0.0], lambda x: x[0] + x[1], lambda x: [x[0] + x[1]], [2.0], [8.0])
    solution = run(problem, Lost(end=(0.5, 0.5), says=Outcome.INFEASIBLE))
    assert solution.outcome is Outcome.INFEASIBLE
    assert list(solution.x) == [0.5, 0.5]


@pytest.mark.parametrize("name", ["trust", "lbfgsb", "grg"])
def test_a_start_on_a_saddle_is_left(name: str) -> None:
    """x^4 + y^4 - (x - y)^2 is level at zeros and least, -2, at (1, -1) and (-1, 1)."""
    problem = build([0, 0], lambda x: x[0] ** 4 + x[1] ** 4 - (x[0] - x[1]) ** 2)
    solution = run(problem, find_engine(name)())
    assert solution.fun == pytest.approx(-2.0, abs=1e-9)
    assert any("stationary" in note for note in solution.notes)


def test_points_that_start_alike_are_pulled_apart() -> None:
    """The least squared distance of three points in a unit square is made as large as it can be: 8 - 4 sqrt(3)."""

    def apart(x: Sequence[Any]) -> list[Any]:
        pairs = ((0, 1), (0, 2), (1, 2))
        return [(x[2 * i] - x[2 * j]) ** 2 + (x[2 * i + 1] - x[2 * j + 1]) ** 2 - x[6] for i, j in pairs]

    problem = build([0] * 7, lambda x: -x[6], apart, [0] * 3, [INF] * 3, lb=0, ub=(*[1] * 6, 10), degree=Degree.LINEAR)
    solution = run(problem, find_engine("grg")())
    assert solution.fun == pytest.approx(-(8 - 4 * np.sqrt(3)), abs=1e-6)


def test_a_start_at_the_minimum_stays() -> None:
    problem = build([1, 2], lambda x: (x[0] - 1) ** 4 + (x[1] - 2) ** 2)
    solution = run(problem, find_engine("trust")())
    assert solution.x == pytest.approx([1, 2], abs=1e-12)
    assert not solution.notes
