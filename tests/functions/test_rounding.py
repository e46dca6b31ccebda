"""Rounding against decimal arithmetic on the number that is shown."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import constant
from solver.functions.mathematics import rounding

WAYS = {"round_to": ROUND_HALF_UP, "roundup": ROUND_UP, "rounddown": ROUND_DOWN}


def node(value: float) -> object:
    return constant(np.full((1, 1, 1, 1), value))


@pytest.mark.parametrize("name", WAYS)
@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(-4, 8))
def test_digits_are_those_of_the_decimal_number(name: str, digits: int, scale: int, places: int) -> None:
    shown = Decimal(digits).scaleb(-scale)
    unit = Decimal(1).scaleb(-places)
    expected = (shown / unit).to_integral_value(rounding=WAYS[name]) * unit
    found = getattr(rounding, name)(node(float(shown)), node(float(places))).value.item()
    assert found == pytest.approx(float(expected), rel=1e-15, abs=0)


@given(st.floats(-1e6, 1e6), st.sampled_from([0.1, 0.25, 1.0, 2.0, 7.0]))
def test_multiples_enclose_the_number(number: float, step: float) -> None:
    """Floor and ceiling are neighbouring multiples around the number."""
    low = rounding.floor_math(node(number), node(step)).value.item()
    high = rounding.ceiling_math(node(number), node(step)).value.item()
    slack = 1e-9 * max(abs(number), 1)
    assert low <= number + slack
    assert number <= high + slack
    assert min(abs(high - low), abs(high - low - step)) <= slack
