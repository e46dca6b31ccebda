"""NIST's regressions: certified digits in the sum of squares and in every parameter, from both starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from solver.engines import find_engine, run
from solver.errors import Outcome

from .nist import NIST

if TYPE_CHECKING:
    from .zoo import Case


@pytest.mark.parametrize("case", NIST, ids=str)
def test_the_certified_digits_are_met(case: Case) -> None:
    solution = run(case.problem, find_engine("least_squares")())
    assert solution.outcome in (Outcome.OPTIMAL, Outcome.CONVERGED)
    assert solution.fun == pytest.approx(case.fun, rel=1e-8)
    assert solution.x == pytest.approx(case.x, rel=1e-8)
