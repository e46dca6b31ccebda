"""The collection of Hock and Schittkowski from the starts of the book, with no option given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.engines import choose, run

from .hock_few import FEW
from .hock_many import MANY
from .hock_more import MORE
from .hock_plane import PLANE
from .hock_space import SPACE
from .row_cases import ROWS

if TYPE_CHECKING:
    from .zoo import Case

ELSEWHERE = {"hs002": 4.941229318, "hs020": 40.19872981}
"""Where the book's start leads to another local optimum, its value."""

HOCK = [*PLANE, *SPACE, *FEW, *MANY, *MORE]
BOOK = sorted([*HOCK, *(case for case in ROWS if case.name.startswith("hs"))], key=str)


@pytest.mark.parametrize("case", BOOK, ids=str)
def test_the_printed_optimum_is_found_from_the_printed_start(case: Case) -> None:
    engine, _ = choose(case.problem, "grg", {})
    solution = run(case.problem, engine)
    assert solution.outcome.code == 0
    assert solution.violation <= 1e-8
    wanted = ELSEWHERE.get(case.name, case.fun)
    assert solution.fun <= wanted + 1e-6 * max(1.0, abs(wanted))
    assert solution.fun >= case.fun - 1e-5 * max(1.0, abs(case.fun))


@pytest.mark.parametrize("case", [case for case in HOCK if case.name in ELSEWHERE], ids=str)
def test_several_starts_find_the_printed_optimum_too(case: Case) -> None:
    engine, _ = choose(case.problem, "grg", {"msl": "1", "rsd": "1", "ssz": "32"})
    assert run(case.problem, engine).fun == pytest.approx(case.fun, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("case", [*PLANE[::3], *SPACE[::3], *FEW[::3], *MANY[::3], *MORE], ids=str)
def test_their_derivatives_are_those_of_their_values(case: Case) -> None:
    problem, h = case.problem, 1e-6
    random = np.random.default_rng(0)
    x = np.clip(problem.x0 + 0.05 + 0.01 * random.random(problem.n), problem.lb + 1e-2, problem.ub - 1e-2)
    v = random.standard_normal(problem.n)
    slope = (problem.fun(x + h * v) - problem.fun(x - h * v)) / (2 * h)
    assert problem.grad(x) @ v == pytest.approx(slope, rel=1e-5, abs=1e-5 * (1 + abs(problem.fun(x))))
