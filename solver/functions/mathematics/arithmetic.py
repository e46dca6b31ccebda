"""Elementary functions of one or two numbers, on whole blocks with exact derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    abs_,
    add,
    constant,
    div,
    equal,
    exp,
    floor,
    less_equal,
    log,
    mul,
    power,
    sign,
    sqrt,
    sub,
    sum_,
    trunc,
    where,
)
from solver.functions.arrange import flatten
from solver.functions.coerce import as_numbers
from solver.functions.operand import ONE, guard, numbers
from solver.functions.operators import raised
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, first_fault
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.operand import Operand
    from solver.functions.registry import Firm, Grid, Number

PI = np.full((1, 1, 1, 1), np.pi)
_MOST_QUOTIENT = 1125900000000.0


def nonzero(node: Node) -> Node:
    """The node with 1 in place of known zeros, so that dividing by it makes no infinities of its own."""
    if node.value is None or node.value.all():
        return node
    return where(equal(node, 0.0), ONE, node)


@function("ABS", calculus=Calculus.KINK)
def absolute(number: Number) -> Number:
    """The absolute value.

    =ABS(-4) -> 4
    =ABS("x") -> #VALUE!
    """
    return abs_(number)


@function("SIGN", calculus=Calculus.STEP)
def sign_of(number: Number) -> Number:
    """-1, 0 or 1.

    =SIGN(-0.3) -> -1
    """
    return sign(number)


@function("SQRT")
def square_root(number: Number) -> Number:
    """The square root.

    =SQRT(16) -> 4
    =SQRT(-1) -> #NUM!
    """
    return sqrt(number)


@function("SQRTPI")
def sqrtpi(number: Firm) -> Number:
    """The square root of a number times pi.

    =SQRTPI(2) -> 2.5066282746310002
    =SQRTPI(TRUE) -> #VALUE!
    """
    return sqrt(mul(number, PI))


@function("EXP")
def exponential(number: Number) -> Number:
    """e to the power of a number.

    =EXP(1) -> 2.718281828459045
    =EXP(710) -> #NUM!
    """
    return exp(number)


@function("LN")
def natural_logarithm(number: Number) -> Number:
    """The natural logarithm.

    =LN(86) -> 4.454347296253507
    =LN(0) -> #NUM!
    """
    return log(number)


def _log10(number: Node) -> Node:
    """The logarithm to base 10, exact for known powers of ten."""
    if number.value is None:
        return div(log(number), np.log(10.0))
    with np.errstate(all="ignore"):
        return constant(np.log10(number.value))


@function("LOG10")
def log10(number: Number) -> Number:
    """The logarithm to base 10.

    =LOG10(86) -> 1.9344984512435677
    =LOG10(1000) -> 3
    =LOG10(-1) -> #NUM!
    """
    return _log10(number)


@function("LOG")
def logarithm(number: Number, base: Number | None = None) -> Number:
    """The logarithm to a base, 10 by default.

    =LOG(10) -> 1
    =LOG(8, 2) -> 3
    =LOG(86, 2.718281828459045) -> 4.454347296253507
    =LOG(10, 1) -> #DIV/0!
    =LOG(10, -1) -> #NUM!
    """
    if base is None:
        return _log10(number)
    divisor = log(base)
    bad_base = less_equal(base, 0.0)
    result = div(log(number), nonzero(divisor))
    if base.value is not None and (base.value == 10.0).all():
        result = _log10(number)
    result = guard(result, equal(base, 1.0), ErrorValue.DIV0)
    result = guard(result, less_equal(number, 0.0), ErrorValue.NUM)
    return guard(result, bad_base, ErrorValue.NUM)


@function("POWER")
def power_of(number: Number, exponent: Number) -> Operand:
    """A number raised to a power, as the operator ^ does.

    =POWER(5, 2) -> 25
    =POWER(0, 0) -> #NUM!
    =POWER(0, -1) -> #DIV/0!
    """
    return raised(numbers(number), numbers(exponent))


@function("PI")
def pi() -> Number:
    """The number pi.

    =PI() -> 3.141592653589793
    """
    return constant(PI)


@function("INT", calculus=Calculus.STEP)
def integer(number: Number) -> Number:
    """The next whole number below.

    =INT(8.9) -> 8
    =INT(-8.9) -> -9
    """
    return floor(number)


@function("MOD", calculus=Calculus.STEP)
def mod(number: Number, divisor: Number) -> Number:
    """The remainder of a division, with the sign of the divisor.

    =MOD(3, 2) -> 1
    =MOD(-3, 2) -> 1
    =MOD(3, -2) -> -1
    =MOD(3, 0) -> #DIV/0!
    =MOD(5.5, 0.5) -> 0
    """
    whole = floor(div(number, nonzero(divisor)))
    remainder = sub(number, mul(divisor, whole))
    if remainder.value is not None and divisor.value is not None:
        # a remainder lost in rounding shows the wrong sign
        lost = np.sign(remainder.value) * np.sign(divisor.value) < 0
        remainder = constant(np.where(lost, 0.0, remainder.value))
    remainder = guard(remainder, less_equal(_MOST_QUOTIENT, abs_(whole)), ErrorValue.NUM)
    return guard(remainder, equal(divisor, 0.0), ErrorValue.DIV0)


@function("QUOTIENT", calculus=Calculus.STEP)
def quotient_of(numerator: Firm, denominator: Firm) -> Number:
    """The whole part of a division.

    =QUOTIENT(-10, 3) -> -3
    =QUOTIENT(1, 0) -> #DIV/0!
    """
    whole = trunc(div(numerator, nonzero(denominator)))
    return guard(whole, equal(denominator, 0.0), ErrorValue.DIV0)


@function("SERIESSUM", singly=True)
def seriessum(x: Firm, first: Firm, step: Firm, coefficients: Grid) -> Operand:
    """The power series whose exponents start at `first` and grow by `step`.

    =SERIESSUM(2, 0, 2, {1,3,5}) -> 93
    """
    factors = flatten(as_numbers(coefficients))
    exponents = add(first, mul(step, np.arange(factors.shape[3], dtype=np.float64)))
    series = numbers(sum_(mul(factors.number, power(x, exponents)), -1))
    return blamed(series, first_fault(factors.kind))
