"""Every engine answers every problem of the kinds that it says it handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra.structure.ladder import Degree
from solver.engines import engines, optimality, run, violation
from solver.engines.base import About, Handles, Needs
from solver.engines.descent.descent import Descent

from .cases import SMOOTH, SQUARES
from .hard_cases import ACKLEY, BREAKS, CORNERS, MINIMAX, RASTRIGIN
from .linear_cases import ASSIGNMENT, LINEAR, WHOLE
from .row_cases import ROWS

if TYPE_CHECKING:
    from .zoo import Case

GENTLE = {"bounded quadratic": 0.2, "bounded fit": 0.002, "logarithm": 0.5}
"""Step sizes with which the plain descents reach these in a thousand epochs."""

SLOW = {("branch", "knapsack")}
"""Left out for their time."""

SEARCHING = ("evolutionary", "nonsmooth", "multistart")
"""Engines that look farther than the nearest minimum, and may find a lower one."""

LOCAL_ELSEWHERE = {
    ("slsqp", "hs033"),  # a stationary point at 0, 0, 2
    ("slsqp", "misra1a, far"),  # where the curve is flat, as the next ones
    ("slsqp", "misra1a, near"),
    ("grg", "misra1a, far"),
    ("interior", "misra1a, far"),
    ("multistart", "misra1a, far"),
    ("augmented", "hs029"),  # x1 = 0 is stationary for the penalty
    ("augmented", "hs033"),
    ("augmented", "hs037"),  # the first minimisation runs to the far corner
    ("augmented", "hs060"),
    ("augmented", "hs106"),  # rows of very different size
}
"""Starts from which a local method leads to another point, as such methods may."""

CASES = [*SMOOTH, *SQUARES, *ROWS, *LINEAR, *WHOLE, ASSIGNMENT, RASTRIGIN, ACKLEY, BREAKS, CORNERS, MINIMAX]


def fits(about: About, case: Case) -> bool:
    problem, handles, needs = case.problem, about.handles, about.needs
    worst = max((problem.degree, *problem.row_degrees))
    return (
        (not needs & Needs.RESIDUALS or problem.residuals is not None)
        and (not needs & Needs.LINEAR or (problem.linear is not None and problem.linear.hessian is None))
        and (not needs & Needs.PIECES or problem.pieces is not None)
        and (not needs & Needs.CORNERS or problem.lifting is not None)
        and (not problem.m or bool(handles & Handles.ROWS))
        and (not problem.integer.any() or bool(handles & Handles.INTEGERS))
        and (not problem.groups or bool(handles & Handles.GROUPS))
        and (worst < Degree.KINK or bool(handles & Handles.STEPS))
        and (case not in (RASTRIGIN, ACKLEY) or about.name in ("evolutionary", "nonsmooth"))
        and (not issubclass(about.make, Descent) or (about.name == "gd" and case.name in GENTLE))
        and (about.name != "multistart" or case.name in ("hs005", "hs033", "hs037", "rosenbrock", "rosenbrock fit"))
        and (about.name != "branch" or case in WHOLE)
        and (about.name, case.name) not in LOCAL_ELSEWHERE | SLOW
    )


PAIRS = [
    pytest.param(about, case, id=f"{about.name}-{case.name}")
    for about in engines()
    for case in CASES
    if fits(about, case)
]


@pytest.mark.parametrize(("about", "case"), PAIRS)
def test_an_engine_finds_the_known_answer(about: About, case: Case) -> None:
    problem = case.problem
    settings = {"rate": GENTLE[case.name]} if about.name == "gd" else {}
    solution = run(problem, about.make(seed=7, **settings))
    assert solution.outcome.solved or solution.outcome.stopped
    loose = 1e-6 if about.name in ("nonsmooth", "gd") else case.tolerance
    lower = about.name in SEARCHING and solution.fun < case.fun
    assert lower or solution.fun == pytest.approx(case.fun, rel=loose, abs=loose)
    assert violation(problem, solution.x) <= 1e-6
    assert solution.fun == pytest.approx(problem.fun(solution.x), rel=1e-12, abs=1e-12)
    if case.x is not None and not lower and loose < 1e-6 and solution.outcome.code == 0:
        assert solution.x == pytest.approx(np.array(case.x, dtype=float), rel=1e-3, abs=1e-3)


def test_the_matrix_leaves_no_engine_out() -> None:
    tried = {pair.values[0].name for pair in PAIRS}
    missing = {about.name for about in engines()} - tried
    missing -= {"piecewise", "epigraph"}  # these problems are no formulas; see the tests of these engines
    assert missing <= {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"}


@pytest.mark.parametrize("case", [*SMOOTH, *SQUARES, *ROWS], ids=str)
def test_the_derivatives_of_the_cases_are_those_of_their_values(case: Case) -> None:
    problem = case.problem
    random = np.random.default_rng(1)
    x = np.clip(problem.x0 + 0.01 * random.random(problem.n), problem.lb + 1e-3, problem.ub - 1e-3)
    v, w, h = random.standard_normal(problem.n), random.standard_normal(problem.m), 1e-6

    def along(function: object) -> object:
        return (function(x + h * v) - function(x - h * v)) / (2 * h)  # type: ignore[operator]

    scale = 1 + abs(problem.fun(x))
    assert problem.grad(x) @ v == pytest.approx(along(problem.fun), rel=1e-5, abs=1e-6 * scale)
    assert problem.hessp(x, v) == pytest.approx(along(problem.grad), rel=1e-4, abs=1e-4 * scale)
    if problem.m:
        assert problem.row_jac(x) @ v == pytest.approx(along(problem.rows), rel=1e-5, abs=1e-5)
        bent = along(lambda at: problem.row_jac(at).T @ w)
        assert problem.row_hessp(x, w, v) == pytest.approx(bent, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("case", [case for case in [*SMOOTH, *ROWS] if case.x], ids=str)
def test_known_answers_satisfy_the_conditions_of_optimality(case: Case) -> None:
    norm, _, _ = optimality(case.problem, np.array(case.x, dtype=float))
    assert norm < 1e-6
