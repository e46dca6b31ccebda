"""Error functions and tests of numbers, exact in live numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver import algebra
from solver.functions.operand import ZERO
from solver.functions.registry import Calculus, function

if TYPE_CHECKING:
    from solver.functions.registry import Firm, Number


@function("ERF")
def erf(lower: Firm, upper: Firm | None = None) -> Number:
    """The integral of the error function from 0 to a bound, or between two bounds.

    =ERF(0.745) -> 0.707928920095763
    =ERF(1) -> 0.842700792949715
    =ERF(1, 2) -> 0.152621472069238
    =ERF(TRUE) -> #VALUE!
    """
    if upper is None:
        return algebra.erf(lower)
    # beyond 0.5 the complement keeps the digits that the error function itself has lost near 1
    near = algebra.sub(algebra.erf(upper), algebra.erf(lower))
    far = algebra.sub(algebra.erfc(lower), algebra.erfc(upper))
    return algebra.where(algebra.less(0.5, algebra.minimum(lower, upper)), far, near)


@function("ERF.PRECISE")
def erf_precise(bound: Firm) -> Number:
    """The integral of the error function from 0 to a bound.

    =ERF.PRECISE(-0.745) -> -0.707928920095763
    """
    return algebra.erf(bound)


@function("ERFC", "ERFC.PRECISE")
def erfc(bound: Firm) -> Number:
    """The integral of the error function from a bound to infinity.

    =ERFC(1) -> 0.157299207050285
    =ERFC(-2) -> 1.99532226501895
    """
    return algebra.erfc(bound)


@function("DELTA", calculus=Calculus.STEP)
def delta(first: Firm, second: Firm = ZERO) -> Number:
    """1 if two numbers are equal, else 0; the second is 0 if it is left out.

    =DELTA(5, 4) -> 0
    =DELTA(0.5, 0.5) -> 1
    =DELTA(0) -> 1
    =DELTA("x", 1) -> #VALUE!
    """
    return algebra.equal(first, second)


@function("GESTEP", calculus=Calculus.STEP)
def gestep(number: Firm, step: Firm = ZERO) -> Number:
    """1 if a number is at least as large as a step, else 0; the step is 0 if it is left out.

    =GESTEP(5, 4) -> 1
    =GESTEP(-4, -5) -> 1
    =GESTEP(-1) -> 0
    """
    return algebra.less_equal(step, number)
