"""Factorials, permutations, binomial and multinomial coefficients, common divisors and multiples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.coerce import number_of
from solver.functions.here import contents_of_all
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Here
    from solver.functions.registry import Ref, Strict

_LARGEST = 2.0**53
_MOST_FACTORIAL = 170
_MOST_DOUBLE_FACTORIAL = 300


def finite(value: int) -> float | ErrorValue:
    """A whole number as a float, #NUM! if it is too large."""
    try:
        return float(value)
    except OverflowError:
        return ErrorValue.NUM


@function("FACT", calculus=Calculus.STEP)
def fact(number: float) -> float | ErrorValue:
    """The factorial of the whole part of a number.

    =FACT(5) -> 120
    =FACT(1.9) -> 1
    =FACT(-1) -> #NUM!
    =FACT(171) -> #NUM!
    """
    if not 0 <= number < _MOST_FACTORIAL + 1:
        return ErrorValue.NUM
    return float(math.factorial(int(number)))


@function("FACTDOUBLE", calculus=Calculus.STEP)
def factdouble(number: Strict) -> float | ErrorValue:
    """The product of every second whole number up to one.

    =FACTDOUBLE(6) -> 48
    =FACTDOUBLE(7) -> 105
    =FACTDOUBLE(-1) -> 1
    =FACTDOUBLE(-2) -> #NUM!
    """
    if not -1 <= number <= _MOST_DOUBLE_FACTORIAL:
        return ErrorValue.NUM
    return finite(math.prod(range(int(number), 0, -2)))


@function("PERMUT", calculus=Calculus.STEP)
def permut(number: float, chosen: float) -> float | ErrorValue:
    """In how many orders things can be chosen from a number of different ones.

    =PERMUT(100, 3) -> 970200
    =PERMUT(3.9, 2.9) -> 6
    =PERMUT(2, 3) -> #NUM!
    """
    n, k = math.trunc(number), math.trunc(chosen)
    if not 0 <= k <= n or k > _MOST_FACTORIAL:
        return ErrorValue.NUM
    return finite(math.perm(n, k))


@function("PERMUTATIONA", calculus=Calculus.STEP)
def permutationa(number: float, chosen: float) -> float | ErrorValue:
    """In how many orders things can be chosen from a number of different ones, each as often as wanted.

    =PERMUTATIONA(3, 2) -> 9
    =PERMUTATIONA(0, 0) -> 1
    =PERMUTATIONA(-1, 2) -> #NUM!
    """
    n, k = math.trunc(number), math.trunc(chosen)
    if n < 0 or k < 0:
        return ErrorValue.NUM
    try:
        return float(n) ** k
    except OverflowError:
        return ErrorValue.NUM


_MOST_THINGS = 2**31 - 1


@function("COMBIN", calculus=Calculus.STEP)
def combin(number: float, chosen: float) -> float | ErrorValue:
    """In how many ways some of a number of things can be chosen.

    =COMBIN(8, 2) -> 28
    =COMBIN(10.5, 3.9) -> 120
    =COMBIN(2, 3) -> #NUM!
    =COMBIN(2147483647, 1) -> #NUM!
    """
    n, k = math.trunc(number), math.trunc(chosen)
    if number < 0 or chosen < 0 or n < k or n >= _MOST_THINGS:
        return ErrorValue.NUM
    return _binomial(n, k)


def _binomial(n: int, k: int) -> float | ErrorValue:
    k = min(k, n - k)
    if k > 100_000:
        return ErrorValue.NUM
    return finite(math.comb(n, k))


@function("COMBINA", calculus=Calculus.STEP)
def combina(number: float, chosen: float) -> float | ErrorValue:
    """In how many ways some things can be chosen if each may be chosen again.

    =COMBINA(4, 3) -> 20
    =COMBINA(0, 0) -> 1
    =COMBINA(-1, 2) -> #NUM!
    """
    n, k = math.trunc(number), math.trunc(chosen)
    if number < 0 or chosen < 0 or (n == 0 and k > 0) or n + k >= _LARGEST:
        return ErrorValue.NUM
    return 1.0 if k == 0 else _binomial(n + k - 1, k)


def _whole_numbers(here: Here, arguments: Sequence[Ref]) -> list[int] | ErrorValue:
    """The whole parts of all values; blanks are passed over, anything else that is not a number is #VALUE!."""
    found: list[float] = []
    for argument in arguments:
        for operand in contents_of_all(here, argument):
            for value in operand.scalars().ravel():
                if value is None:
                    continue
                number = ErrorValue.VALUE if isinstance(value, bool) else number_of(value)
                if isinstance(number, ErrorValue):
                    return number
                found.append(number)
    return [int(number) for number in found] if all(0 <= number < _LARGEST for number in found) else ErrorValue.NUM


@function("MULTINOMIAL", per_cell=True, calculus=Calculus.NONE)
def multinomial(here: Here, *values: Ref) -> float | ErrorValue:
    """The factorial of a sum over the product of the factorials.

    =MULTINOMIAL(2, 3, 4) -> 1260
    =MULTINOMIAL(-1) -> #NUM!
    """
    numbers = _whole_numbers(here, values)
    if isinstance(numbers, ErrorValue):
        return numbers
    result, total = 1, 0
    for number in numbers:
        total += number
        if min(number, total - number) > 100_000:
            return ErrorValue.NUM
        result *= math.comb(total, number)
    return finite(result)


@function("GCD", per_cell=True, calculus=Calculus.NONE)
def gcd(here: Here, *values: Ref) -> float | ErrorValue:
    """The greatest common divisor.

    =GCD(24, 36) -> 12
    =GCD(5.2, -1, TRUE) -> #VALUE!
    =GCD(7, 0) -> 7
    =GCD(-2, 4) -> #NUM!
    =GCD("x") -> #VALUE!
    """
    numbers = _whole_numbers(here, values)
    return numbers if isinstance(numbers, ErrorValue) else float(math.gcd(*numbers))


@function("LCM", per_cell=True, calculus=Calculus.NONE)
def lcm(here: Here, *values: Ref) -> float | ErrorValue:
    """The least common multiple.

    =LCM(24, 36) -> 72
    =LCM(3, 0) -> 0
    """
    numbers = _whole_numbers(here, values)
    if isinstance(numbers, ErrorValue):
        return numbers
    if 0 in numbers:
        return 0.0
    result = 1
    for number in numbers:
        result = math.lcm(result, number)
        if result >= _LARGEST:
            return ErrorValue.NUM
    return float(result)
