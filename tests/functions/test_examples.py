"""Every example in a function's docstring holds, and every function has one."""

from __future__ import annotations

import numpy as np
import pytest

from solver.compiler.calculation import Calculation
from solver.functions.information.elsewhere import SOURCES
from solver.grid import Cell
from tests.books import book_of, close
from tests.functions.walk import FUNCTIONS, examples

HOME = Cell("Sheet1", 20, 20)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_examples(name: str) -> None:
    """What the docstring promises is what comes out."""
    found = examples(FUNCTIONS[name])
    assert found or name in SOURCES, f"{name} shows no example"
    calculation = Calculation(book_of({"Sheet1": {"A1": 1.0}}), seed=1)
    for formula, expected in found:
        got = calculation.evaluate(formula[1:], HOME).scalars()[0, 0]
        want = calculation.evaluate(expected, HOME).scalars()[0, 0]
        assert got.shape == want.shape, f"{formula} has shape {got.shape}, not {want.shape}"
        for a, b in zip(np.ravel(got), np.ravel(want), strict=True):
            assert close(a, b), f"{formula} gives {got.tolist()}, not {want.tolist()}"
