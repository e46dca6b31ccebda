"""Circular and hyperbolic functions with their reciprocals and inverses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    abs_,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    div,
    equal,
    less_equal,
    mul,
    sin,
    sinh,
    sub,
    tan,
    tanh,
    where,
)
from solver.functions.operand import guard
from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Number

_FARTHEST = 2.0**27


def _near(result: Node, angle: Node) -> Node:
    """The result, #NUM! for angles so large that they have no digits after the point left."""
    return guard(result, less_equal(_FARTHEST, abs_(angle)), ErrorValue.NUM)


def _reciprocal(value: Node) -> Node:
    """1 / value, #DIV/0! where it is 0."""
    if value.value is None or value.value.all():
        return div(1.0, value)
    zero = equal(value, 0.0)
    return guard(div(1.0, where(zero, 1.0, value)), zero, ErrorValue.DIV0)


@function("SIN")
def sine(angle: Number) -> Number:
    """The sine of an angle in radians.

    =SIN(1) -> 0.8414709848078965
    =SIN(134217728) -> #NUM!
    """
    return _near(sin(angle), angle)


@function("COS")
def cosine(angle: Number) -> Number:
    """The cosine.

    =COS(1) -> 0.5403023058681398
    """
    return _near(cos(angle), angle)


@function("TAN")
def tangent(angle: Number) -> Number:
    """The tangent.

    =TAN(1) -> 1.5574077246549023
    """
    return _near(tan(angle), angle)


@function("COT")
def cotangent(angle: Number) -> Number:
    """The cotangent.

    =COT(30) -> -0.15611995216165922
    =COT(0) -> #DIV/0!
    """
    return _near(_reciprocal(tan(angle)), angle)


@function("SEC")
def secant(angle: Number) -> Number:
    """The secant.

    =SEC(45) -> 1.9035944074044246
    """
    return _near(_reciprocal(cos(angle)), angle)


@function("CSC")
def cosecant(angle: Number) -> Number:
    """The cosecant.

    =CSC(15) -> 1.5377805615408537
    =CSC(0) -> #DIV/0!
    """
    return _near(_reciprocal(sin(angle)), angle)


@function("ASIN")
def arcsine(number: Number) -> Number:
    """The angle whose sine is given.

    =ASIN(-0.5) -> -0.5235987755982989
    =ASIN(2) -> #NUM!
    """
    return asin(number)


@function("ACOS")
def arccosine(number: Number) -> Number:
    """The angle whose cosine is given.

    =ACOS(-0.5) -> 2.0943951023931957
    """
    return acos(number)


@function("ATAN")
def arctangent(number: Number) -> Number:
    """The angle whose tangent is given.

    =ATAN(1) -> 0.7853981633974483
    """
    return atan(number)


@function("ATAN2")
def arctangent_of_point(x: Number, y: Number) -> Number:
    """The angle of the point (x, y).

    =ATAN2(1, 1) -> 0.7853981633974483
    =ATAN2(-1, -1) -> -2.356194490192345
    =ATAN2(0, 0) -> #DIV/0!
    """
    if x.value is None or y.value is None:
        return atan2(y, x)
    return guard(atan2(y, x), mul(equal(x, 0.0), equal(y, 0.0)), ErrorValue.DIV0)


@function("ACOT")
def arccotangent(number: Number) -> Number:
    """The angle between 0 and pi whose cotangent is given.

    =ACOT(2) -> 0.4636476090008061
    =ACOT(-2) -> 2.677945044588987
    """
    return sub(np.pi / 2, atan(number))


@function("SINH")
def hyperbolic_sine(number: Number) -> Number:
    """The hyperbolic sine.

    =SINH(1) -> 1.1752011936438014
    =SINH(711) -> #NUM!
    """
    return sinh(number)


@function("COSH")
def hyperbolic_cosine(number: Number) -> Number:
    """The hyperbolic cosine.

    =COSH(4) -> 27.308232836016487
    """
    return cosh(number)


@function("TANH")
def hyperbolic_tangent(number: Number) -> Number:
    """The hyperbolic tangent.

    =TANH(0.5) -> 0.46211715726000973
    """
    return tanh(number)


@function("COTH")
def hyperbolic_cotangent(number: Number) -> Number:
    """The hyperbolic cotangent.

    =COTH(2) -> 1.037314720727548
    =COTH(0) -> #DIV/0!
    """
    return _reciprocal(tanh(number))


@function("SECH")
def hyperbolic_secant(number: Number) -> Number:
    """The hyperbolic secant, 0 where the cosine overflows.

    =SECH(0.45) -> 0.9066428345104007
    =SECH(1000) -> 0
    """
    return div(1.0, cosh(number))


@function("CSCH")
def hyperbolic_cosecant(number: Number) -> Number:
    """The hyperbolic cosecant.

    =CSCH(1.5) -> 0.46964244059522464
    =CSCH(0) -> #DIV/0!
    """
    return _reciprocal(sinh(number))


@function("ASINH")
def inverse_hyperbolic_sine(number: Number) -> Number:
    """The number whose hyperbolic sine is given.

    =ASINH(-2.5) -> -1.6472311463710958
    """
    return asinh(number)


@function("ACOSH")
def inverse_hyperbolic_cosine(number: Number) -> Number:
    """The number whose hyperbolic cosine is given.

    =ACOSH(10) -> 2.9932228461263808
    =ACOSH(0.5) -> #NUM!
    """
    return acosh(number)


@function("ATANH")
def inverse_hyperbolic_tangent(number: Number) -> Number:
    """The number whose hyperbolic tangent is given.

    =ATANH(0.76159416) -> 1.0000000099618287
    =ATANH(1) -> #NUM!
    """
    return atanh(number)


@function("ACOTH")
def inverse_hyperbolic_cotangent(number: Number) -> Number:
    """The number whose hyperbolic cotangent is given.

    =ACOTH(6) -> 0.16823611831060642
    =ACOTH(1) -> #NUM!
    """
    if number.value is None:
        return atanh(div(1.0, number))
    inside = less_equal(abs_(number), 1.0)
    return guard(atanh(div(1.0, where(inside, 2.0, number))), inside, ErrorValue.NUM)


@function("RADIANS")
def radians(angle: Number) -> Number:
    """Degrees as radians.

    =RADIANS(270) -> 4.71238898038469
    """
    return mul(angle, np.pi / 180)


@function("DEGREES")
def degrees(angle: Number) -> Number:
    """Radians as degrees.

    =DEGREES(3.141592653589793) -> 180
    """
    return mul(angle, 180 / np.pi)
