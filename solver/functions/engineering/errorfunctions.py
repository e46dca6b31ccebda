"""Error functions and tests of numbers, exact in live numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver import algebra
from solver.functions.coerce import as_numbers, without_booleans
from solver.functions.operand import ZERO, Operand, numbers, with_errors
from solver.functions.registry import Calculus, function

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.registry import Value


def _strict(value: Operand) -> Operand:
    """Numbers, with booleans refused, as the Analysis ToolPak's functions take them."""
    return as_numbers(without_booleans(value))


@function("ERF")
def erf(lower: Value, upper: Value | None = None) -> Operand:
    """The integral of the error function from 0 to a bound, or between two bounds.

    =ERF(0.745) -> 0.707928920095763
    =ERF(1) -> 0.842700792949715
    =ERF(1, 2) -> 0.152621472069238
    =ERF(TRUE) -> #VALUE!
    """
    first = _strict(lower)
    if upper is None:
        return with_errors(numbers(algebra.erf(first.number)), first)
    last = _strict(upper)
    # beyond 0.5 the complement keeps the digits that the error function itself has lost near 1
    near = algebra.sub(algebra.erf(last.number), algebra.erf(first.number))
    far = algebra.sub(algebra.erfc(first.number), algebra.erfc(last.number))
    chosen = algebra.where(algebra.less(0.5, algebra.minimum(first.number, last.number)), far, near)
    return with_errors(numbers(chosen), first, last)


@function("ERF.PRECISE")
def erf_precise(bound: Value) -> Operand:
    """The integral of the error function from 0 to a bound.

    =ERF.PRECISE(-0.745) -> -0.707928920095763
    """
    x = _strict(bound)
    return with_errors(numbers(algebra.erf(x.number)), x)


@function("ERFC", "ERFC.PRECISE")
def erfc(bound: Value) -> Operand:
    """The integral of the error function from a bound to infinity.

    =ERFC(1) -> 0.157299207050285
    =ERFC(-2) -> 1.99532226501895
    """
    x = _strict(bound)
    return with_errors(numbers(algebra.erfc(x.number)), x)


@function("DELTA", calculus=Calculus.STEP)
def delta(first: Value, second: Value | None = None) -> Operand:
    """1 if two numbers are equal, else 0; the second is 0 if it is left out.

    =DELTA(5, 4) -> 0
    =DELTA(0.5, 0.5) -> 1
    =DELTA(0) -> 1
    =DELTA("x", 1) -> #VALUE!
    """
    return _compared(first, second, algebra.equal)


@function("GESTEP", calculus=Calculus.STEP)
def gestep(number: Value, step: Value | None = None) -> Operand:
    """1 if a number is at least as large as a step, else 0; the step is 0 if it is left out.

    =GESTEP(5, 4) -> 1
    =GESTEP(-4, -5) -> 1
    =GESTEP(-1) -> 0
    """
    return _compared(number, step, lambda x, bound: algebra.less_equal(bound, x))


def _compared(
    first: Operand, second: Operand | None, test: Callable[[algebra.Node, algebra.Node], algebra.Node]
) -> Operand:
    a = _strict(first)
    if second is None:
        return with_errors(numbers(test(a.number, ZERO)), a)
    b = _strict(second)
    return with_errors(numbers(test(a.number, b.number)), a, b)
