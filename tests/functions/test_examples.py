"""Every example in a function's docstring holds, and every function has one."""

from __future__ import annotations

import re

import numpy as np
import pytest

from solver.compiler.calculation import Calculation
from solver.functions.elsewhere import SOURCES
from solver.functions.registry import Function, registry
from solver.grid import Cell
from tests.books import book_of, close

EXAMPLE = re.compile(r"^\s*(=.*?)\s+->\s+(.+?)\s*$", re.MULTILINE)
FUNCTIONS = {function.names[0]: function for function in registry().values()}
HOME = Cell("Sheet1", 20, 20)


def examples(function: Function) -> list[tuple[str, str]]:
    """The examples of a docstring as (formula, expected formula)."""
    return [(match[1], match[2]) for match in EXAMPLE.finditer(function.body.__doc__ or "")]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_examples(name: str) -> None:
    """What the docstring promises is what comes out."""
    found = examples(FUNCTIONS[name])
    silent = FUNCTIONS[name].wants_here or name in SOURCES
    assert found or silent, f"{name} shows no example"
    calculation = Calculation(book_of({"Sheet1": {"A1": 1.0}}), seed=1)
    for formula, expected in found:
        got = calculation.evaluate(formula[1:], HOME).scalars()[0, 0]
        want = calculation.evaluate(expected, HOME).scalars()[0, 0]
        assert got.shape == want.shape, f"{formula} has shape {got.shape}, not {want.shape}"
        for a, b in zip(np.ravel(got), np.ravel(want), strict=True):
            assert close(a, b), f"{formula} gives {got.tolist()}, not {want.tolist()}"
