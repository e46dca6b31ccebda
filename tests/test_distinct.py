"""Different whole numbers, and cells whose values come from many formulas."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program
from solver.compiler.calculation import Calculation
from solver.distinct import distinct
from solver.grid import Area
from tests.books import book_of


@given(st.lists(st.integers(-5, 40) | st.integers(-(2**31), 2**31 - 1), max_size=40))
def test_as_a_set(values: list[int]) -> None:
    found = distinct(np.array(values, dtype=np.int64))
    assert found.tolist() == sorted(set(values))


@given(st.lists(st.sampled_from(["=$A$1*{0}", "=SIN($A$2)+{0}", "{0}", "=$A$2", "x"]), min_size=1, max_size=12))
def test_range_of_many_sources(contents: list[str]) -> None:
    """A range that mixes live formulas, variables, numbers and texts holds at each place what its cell holds."""
    cells: dict[str, object] = {"A1": 2.0, "A2": 3.0}
    expected = []
    for row, content in enumerate(contents, start=1):
        text = content.format(row)
        cells[f"B{row}"] = text if text.startswith("=") else "x" if text == "x" else float(text)
        values = {"=$A$1": 2.0 * row, "=SIN": float(np.sin(3.0)) + row, "=$A$2": 3.0, "x": 0.0}
        expected.append(next((value for start, value in values.items() if text.startswith(start)), float(row)))
    calculation = Calculation(book_of({"S": cells}), variables=[Area("S", 0, 0, 1, 0)])
    node = calculation.value(Area("S", 0, 1, len(contents) - 1, 1)).number
    assert calculation.x is not None
    found = node.value if node.value is not None else Program([calculation.x], [node]).run([2.0, 3.0])[0]
    assert np.allclose(found.ravel(), expected)
