"""Which variables and cells are linear, and the cell that bends the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, Node, abs_, add, exp, floor, less, mul, sub, sum_, take, variable, where
from solver.algebra.structure.bending import bent_inputs
from tests.reports.solved import block, solved, table

SHEET = {
    "A1": 1.0,
    "B1": 2.0,
    "C1": 3.0,
    "A2": "=2*A1+1",
    "B2": "=B1^2",
    "C2": "=B2+C1",
    "D2": "=A2+C2",
    "D3": "=A1+C1",
    "D4": "=IF(C1>5,A1,0)",
    "E4": "=D4+A1",
}


def test_the_report_names_the_first_curved_cell() -> None:
    """B2 squares, D4 jumps; everything that reads them is curved because of them."""
    answer = solved(SHEET, "D2", "A1:C1", ["D3 <= 9", "E4 <= 9", "A1:C1 <= 6", "C2 >= =A2-9"], engine="evolutionary")
    found = table(answer, "linearity")
    assert [line[4:] for line in block(found, "Objective Cell (Min)")] == [["No", "$B$2"]]
    assert [line[4] for line in block(found, "Variable Cells")] == ["No", "No", "No"]
    assert [(line[0], *line[4:]) for line in block(found, "Constraints")] == [
        ("$D$3", "Yes"),
        ("$E$4", "No", "$D$4"),
        ("$C$2", "No", "$B$2"),
        ("$A$1", "Yes"),
        ("$B$1", "Yes"),
        ("$C$1", "Yes"),
    ]
    bold = [entry.style.value for entry in found.entries.values() if entry.value == "No"]
    assert set(bold) == {"emphasis"}


def test_a_linear_model_is_linear_throughout() -> None:
    """Yes everywhere, and the values before and after."""
    answer = solved({"A1": 1.0, "B1": "=3*A1", "B2": "=A1/2"}, "B1", "A1", ["B2 >= 4"])
    found = table(answer, "linearity")
    assert block(found, "Objective Cell (Min)") == [["$B$1", None, 3.0, 24.0, "Yes"]] or block(
        found, "Objective Cell (Min)"
    ) == [["$B$1", "", 3.0, 24.0, "Yes"]]
    assert [line[2:] for line in block(found, "Constraints")] == [[0.5, 4.0, "Yes"]]


def build(draw: st.DrawFn, x: Node, n: int) -> tuple[Node, set[int]]:
    """A random sum of terms, and the inputs that are bent in it."""
    total, bent = mul(take(x, np.array([0])), 0.0), set()
    for _ in range(draw(st.integers(1, 5))):
        i, j = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))
        one, two = take(x, np.array([i])), take(x, np.array([j]))
        kind = draw(st.sampled_from(["linear", "product", "exp", "abs", "floor", "choice", "scaled product"]))
        if kind == "linear":
            total = add(total, sub(mul(one, 3.0), two))
            continue
        if kind == "product":
            term, used = mul(one, two), {i, j}
        elif kind == "scaled product":
            term, used = mul(add(exp(one), 1.0), two), {i, j}
        elif kind == "choice":
            term, used = where(less(one, 0.3), two, mul(two, 2.0)), {i, j}
        else:
            term, used = {"exp": exp, "abs": abs_, "floor": floor}[kind](one), {i}
        total, bent = add(total, term), bent | used
    return total, bent


@st.composite
def outputs(draw: st.DrawFn) -> tuple[Node, Node, set[int]]:
    n = draw(st.integers(1, 5))
    x = variable(n)
    total, bent = build(draw, x, n)
    return total, x, bent


@settings(max_examples=80, deadline=None)
@given(outputs())
def test_bent_inputs_are_those_of_the_terms(case: tuple[Node, Node, set[int]]) -> None:
    """Exactly the inputs of nonlinear terms are bent; along all others the function is a straight line."""
    output, x, bent = case
    mask = bent_inputs([output], x)
    assert set(np.flatnonzero(mask).tolist()) <= bent
    function, start = Function(output, x), np.linspace(-0.8, 0.9, x.size)
    for k in np.flatnonzero(~mask):
        points = [function.value(start + step * np.eye(x.size)[k]) for step in (0.0, 1.7, 3.4)]
        assert points[2] - points[1] == pytest.approx(points[1] - points[0])


def test_sums_are_straight() -> None:
    """Sums, and products with numbers, bend nothing."""
    x = variable(4)
    assert not bent_inputs([sum_(mul(x, np.arange(4.0)))], x).any()
    assert bent_inputs([mul(sum_(x), sum_(mul(x, np.array([1.0, 0.0, 0.0, 1.0]))))], x).all()
