"""The operators against Excel's rules, and live numbers against known ones."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import Program, reshape, take, variable
from solver.functions.operand import lone, numbers, of_scalars
from solver.functions.operators import binary, percent, unary
from solver.values import ErrorValue, Scalar

DIV0, NUM, VALUE, NA, REF = (
    ErrorValue.DIV0,
    ErrorValue.NUM,
    ErrorValue.VALUE,
    ErrorValue.NA,
    ErrorValue.REF,
)


@pytest.mark.parametrize(
    ("left", "op", "right", "expected"),
    [
        (1.0, "+", 2.0, 3.0),
        ("3", "+", True, 4.0),
        (None, "+", None, 0.0),
        ("x", "+", 1.0, VALUE),
        ("", "+", 1.0, VALUE),
        (REF, "+", NA, REF),
        ("x", "*", NA, VALUE),
        (1.0, "-", NA, NA),
        (1.0, "/", 0.0, DIV0),
        (0.0, "/", None, DIV0),
        ("x", "/", 0.0, VALUE),
        (6.0, "/", 4.0, 1.5),
        (0.0, "^", 0.0, NUM),
        (0.0, "^", -1.0, DIV0),
        (-8.0, "^", 1 / 3, NUM),
        (-2.0, "^", 3.0, -8.0),
        (1e300, "*", 1e300, NUM),
        (10.0, "^", 400.0, NUM),
        ("a", "&", 1.0, "a1"),
        (True, "&", None, "TRUE"),
        (0.1 + 0.2, "&", "", "0.3"),
        (NA, "&", "a", NA),
        (1e9, "<", "a", True),
        ("zebra", "<", False, True),
        (False, "<", 1e9, False),
        (True, ">", False, True),
        ("abc", "=", "ABC", True),
        ("a", "<", "B", True),
        ("a", "<=", "A", True),
        ("é", "=", "e", False),
        (None, "=", 0.0, True),
        (None, "=", "", True),
        (None, "=", False, True),
        (None, "=", None, True),
        (None, "<", 1.0, True),
        (None, ">", -1.0, True),
        (None, "<", "a", True),
        (None, "<", True, True),
        (0.1 + 0.2, "=", 0.3, True),
        (0.1 + 0.2, ">", 0.3, False),
        (1.0, "=", 1.00000000000001, False),
        (1.0, "=", "1", False),
        (1.0, "=", True, False),
        (NA, "=", DIV0, NA),
        (NA, ">", DIV0, NA),
        (1.0, ">=", DIV0, DIV0),
    ],
)
def test_values(left: Scalar, op: str, right: Scalar, expected: Scalar) -> None:
    value = binary(op, lone(left), lone(right)).scalar()
    assert type(value) is type(expected)
    assert value == expected


def test_unary() -> None:
    assert unary("-", lone("4")).scalar() == -4.0
    assert unary("+", lone("abc")).scalar() == "abc"
    assert unary("-", lone("abc")).scalar() == VALUE
    assert percent(lone(5.0)).scalar() == 0.05
    assert percent(lone(NA)).scalar() == NA


def test_grids_of_different_size() -> None:
    """What is missing in the smaller grid is #N/A; a single row repeats."""
    row = of_scalars([[1.0, 2.0, 3.0]])
    total = binary("+", row, of_scalars([[10.0, 20.0]]))
    assert total.scalars()[0, 0].tolist() == [[11.0, 22.0, NA]]
    table = binary("*", row, of_scalars([[1.0], [10.0]]))
    assert table.scalars()[0, 0].tolist() == [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
    mixed = binary("=", of_scalars([["a", 1.0, True, None]]), of_scalars([["A"], [1.0]]))
    assert mixed.scalars()[0, 0].tolist() == [[True, False, False, False], [False, True, False, False]]


@pytest.mark.parametrize("op", ["+", "-", "*", "/", "^", "=", "<>", "<", "<=", ">", ">="])
def test_live_equals_known(op: str) -> None:
    """The same numbers give the same values whether they are variables or constants."""
    left, right = [1.5, 2.0, 4.0, 0.5], [2.0, 2.0, -1.0, 3.0]
    known = binary(op, of_scalars([left]), of_scalars([right])).known
    x = variable(8)
    live = binary(op, *[numbers(reshape(take(x, half), (1, 1, 1, 4))) for half in (range(4), range(4, 8))])
    assert live.live
    (found,) = Program([x], [live.number]).run(np.array([*left, *right]))
    np.testing.assert_array_equal(found.ravel(), np.broadcast_to(known, (1, 1, 1, 4)).ravel())
