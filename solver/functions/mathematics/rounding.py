"""Rounding: to digits, to multiples, to even and odd numbers.

Digits are those of the decimal number that is shown, not of the binary one that is stored: 1.005 rounds to 1.01. So a
scaled number that misses a whole or half one by a few units in its last place counts as that. Live numbers are rounded
without this care; all of these functions are steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    abs_,
    add,
    ceil,
    constant,
    div,
    equal,
    floor,
    less,
    mul,
    not_equal,
    power,
    round_half_away,
    sign,
    sub,
    trunc,
    where,
)
from solver.functions.operand import ONE, guard
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node
    from solver.functions.operand import FloatArray
    from solver.functions.registry import Firm, Number

_SLACK = 1e-15
_HALVES = 2.0**51
_WHOLE = 2.0**52
_POWERS = np.array([float(f"1e{exponent}") for exponent in range(309)])


def _nearest(size: FloatArray, slack: FloatArray) -> FloatArray:
    return np.floor(size + slack + 0.5)


def _outwards(size: FloatArray, slack: FloatArray) -> FloatArray:
    return np.ceil(size - slack)


def _inwards(size: FloatArray, slack: FloatArray) -> FloatArray:
    return np.floor(size + slack)


def _live_outwards(node: Node) -> Node:
    return mul(sign(node), ceil(abs_(node)))


def _to_digits(number: Node, digits: Node, known: Callable[..., FloatArray], live: Callable[[Node], Node]) -> Node:
    """The number rounded at a digit: `known` rounds sizes with a slack, `live` numbers with their sign."""
    places = trunc(digits)
    if number.value is None or places.value is None:
        scale = power(10.0, places)
        return div(live(mul(number, scale)), scale)
    with np.errstate(all="ignore"):
        return constant(_rounded(number.value, places.value, known))


def _rounded(number: FloatArray, places: FloatArray, known: Callable[..., FloatArray]) -> FloatArray:
    size = np.abs(number)
    fine = places > 0
    scale = _POWERS[np.minimum(np.abs(np.nan_to_num(places)), 308).astype(int)]
    scaled = np.where(fine, size * scale, size / scale)
    # A quarter, since more would carry a whole number to the next one; none where doubles have no quarters.
    slack = np.where((places == 0) | (scaled >= _HALVES), 0.0, np.minimum(scaled * _SLACK, 0.25))
    whole = known(scaled, slack)
    result = np.where(fine, whole / scale, whole * scale)
    kept = fine & ((scaled >= _WHOLE) | ~np.isfinite(scaled))
    return np.copysign(np.where(kept, size, result), number) + 0.0


@function("ROUND", calculus=Calculus.STEP)
def round_to(number: Number, digits: Number) -> Number:
    """A number rounded to digits after the point (before it, if negative), halves away from zero.

    =ROUND(2.15, 1) -> 2.2
    =ROUND(1.005, 2) -> 1.01
    =ROUND(-1.475, 2) -> -1.48
    =ROUND(626.3, -3) -> 1000
    """
    return _to_digits(number, digits, _nearest, round_half_away)


@function("ROUNDUP", calculus=Calculus.STEP)
def roundup(number: Number, digits: Number) -> Number:
    """A number rounded away from zero.

    =ROUNDUP(3.2, 0) -> 4
    =ROUNDUP(-3.14159, 1) -> -3.2
    =ROUNDUP(1.1, 1) -> 1.1
    """
    return _to_digits(number, digits, _outwards, _live_outwards)


@function("ROUNDDOWN", calculus=Calculus.STEP)
def rounddown(number: Number, digits: Number) -> Number:
    """A number rounded towards zero.

    =ROUNDDOWN(-3.14159, 1) -> -3.1
    =ROUNDDOWN(4.35, 2) -> 4.35
    =ROUNDDOWN(31415.92654, -2) -> 31400
    """
    return _to_digits(number, digits, _inwards, trunc)


@function("TRUNC", calculus=Calculus.STEP)
def truncated(number: Number, digits: Number | None = None) -> Number:
    """A number without its digits after the point, or after some of them.

    =TRUNC(-8.9) -> -8
    =TRUNC(4.35, 2) -> 4.35
    """
    return trunc(number) if digits is None else rounddown(number, digits)


@function("MROUND", calculus=Calculus.STEP)
def mround(number: Firm, multiple: Firm) -> Number:
    """The nearest multiple.

    =MROUND(10, 3) -> 9
    =MROUND(-10, -3) -> -9
    =MROUND(5, -2) -> #NUM!
    =MROUND(7, 0) -> 0
    =MROUND(TRUE, 1) -> #VALUE!
    """
    zero = equal(multiple, 0.0)
    steps = round_half_away(div(number, where(zero, 1.0, multiple)))
    opposed = less(mul(number, multiple), 0.0)
    return guard(where(zero, 0.0, mul(steps, multiple)), opposed, ErrorValue.NUM)


def _steps(number: Node, step: Node, rounding: Callable[[Node], Node]) -> Node:
    """How many steps make the number, rounded; nearly whole ones count as whole. No step at all gives 0."""
    zero = equal(step, 0.0)
    ratio = div(number, where(zero, 1.0, step))
    if ratio.value is not None and np.isfinite(ratio.value).all():
        whole = np.rint(ratio.value)
        near = np.abs(ratio.value - whole) <= _SLACK * np.abs(ratio.value)
        ratio = constant(np.where(near, whole, ratio.value))
    return where(zero, 0.0, rounding(ratio))


@function("CEILING", calculus=Calculus.STEP)
def ceiling(number: Number, significance: Number) -> Number:
    """The next multiple above (away from zero, if both are negative).

    =CEILING(2.5, 1) -> 3
    =CEILING(-2.5, -2) -> -4
    =CEILING(-2.5, 2) -> -2
    =CEILING(1.1, 0.1) -> 1.1
    =CEILING(2.5, -2) -> #NUM!
    """
    opposed = mul(less(0.0, number), less(significance, 0.0))
    return guard(mul(_steps(number, significance, ceil), significance), opposed, ErrorValue.NUM)


@function("FLOOR", calculus=Calculus.STEP)
def floored(number: Number, significance: Number) -> Number:
    """The next multiple below (towards zero, if both are negative).

    =FLOOR(3.7, 2) -> 2
    =FLOOR(-2.5, -2) -> -2
    =FLOOR(-2.5, 2) -> -4
    =FLOOR(2.5, -2) -> #NUM!
    =FLOOR(2.5, 0) -> #DIV/0!
    """
    opposed = mul(less(0.0, number), less(significance, 0.0))
    result = guard(mul(_steps(number, significance, floor), significance), opposed, ErrorValue.NUM)
    return guard(result, mul(equal(significance, 0.0), not_equal(number, 0.0)), ErrorValue.DIV0)


def _multiple(number: Node, significance: Node, mode: Node | None, down: bool) -> Node:
    """The multiple below or above; a mode that is not 0 turns the direction for negative numbers."""
    step = abs_(significance)
    straight = mul(_steps(number, step, floor if down else ceil), step)
    if mode is None:
        return straight
    turned = mul(_steps(number, step, ceil if down else floor), step)
    return where(mul(less(number, 0.0), not_equal(mode, 0.0)), turned, straight)


@function("CEILING.MATH", calculus=Calculus.STEP)
def ceiling_math(number: Number, significance: Number = ONE, mode: Number | None = None) -> Number:
    """The next multiple above; with a mode, negative numbers go away from zero.

    =CEILING.MATH(6.3) -> 7
    =CEILING.MATH(24.3, 5) -> 25
    =CEILING.MATH(-8.1, 2) -> -8
    =CEILING.MATH(-5.5, 2, -1) -> -6
    """
    return _multiple(number, significance, mode, down=False)


@function("FLOOR.MATH", calculus=Calculus.STEP)
def floor_math(number: Number, significance: Number = ONE, mode: Number | None = None) -> Number:
    """The next multiple below; with a mode, negative numbers go towards zero.

    =FLOOR.MATH(24.3, 5) -> 20
    =FLOOR.MATH(-8.1, 2) -> -10
    =FLOOR.MATH(-5.5, 2, -1) -> -4
    """
    return _multiple(number, significance, mode, down=True)


@function("CEILING.PRECISE", "ISO.CEILING", calculus=Calculus.STEP)
def ceiling_precise(number: Number, significance: Number = ONE) -> Number:
    """The next multiple above, whatever the signs.

    =CEILING.PRECISE(-4.1, -2) -> -4
    =ISO.CEILING(4.3) -> 5
    =ISO.CEILING(4.3, 0) -> 0
    """
    return _multiple(number, significance, None, down=False)


@function("FLOOR.PRECISE", calculus=Calculus.STEP)
def floor_precise(number: Number, significance: Number = ONE) -> Number:
    """The next multiple below, whatever the signs.

    =FLOOR.PRECISE(-3.2, -1) -> -4
    =FLOOR.PRECISE(3.2, 0) -> 0
    """
    return _multiple(number, significance, None, down=True)


@function("EVEN", calculus=Calculus.STEP)
def even(number: Number) -> Number:
    """The next even whole number away from zero.

    =EVEN(1.5) -> 2
    =EVEN(-1) -> -2
    =EVEN(0) -> 0
    """
    return mul(sign(number), mul(2.0, ceil(div(abs_(number), 2.0))))


@function("ODD", calculus=Calculus.STEP)
def odd(number: Number) -> Number:
    """The next odd whole number away from zero.

    =ODD(1.5) -> 3
    =ODD(-2) -> -3
    =ODD(0) -> 1
    """
    outwards = where(less(number, 0.0), -1.0, 1.0)
    pairs = ceil(div(sub(abs_(number), 1.0), 2.0))
    return mul(outwards, add(mul(2.0, pairs), 1.0))
