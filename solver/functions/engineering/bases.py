"""Whole numbers in binary, octal and hexadecimal, and the arithmetic of bits.

A numeral has at most ten digits; the upper half of what they can write stands for negative numbers (two's complement).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.coerce import strict_number_of, text_of
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.values import Scalar

_DIGITS = "0123456789ABCDEF"
_MOST_DIGITS = 10
_MOST_BITS = 2**48


def _read(numeral: Scalar, base: int) -> int | ErrorValue:
    """The number that a numeral writes."""
    if isinstance(numeral, ErrorValue):
        return numeral
    if isinstance(numeral, bool):
        return ErrorValue.VALUE
    digits = text_of(numeral).upper()
    if len(digits) > _MOST_DIGITS or set(digits) - set(_DIGITS[:base]):
        return ErrorValue.NUM
    value = int(digits, base) if digits else 0
    half = base**_MOST_DIGITS // 2
    return value - 2 * half if value >= half else value


def _written(value: int | ErrorValue, base: int, places: Scalar) -> str | ErrorValue:
    """The numeral of a number, with zeros in front to fill the places; what is wrong with the places is said first."""
    width = strict_number_of(places) if places is not None else None
    if isinstance(width, ErrorValue):
        return width
    if width is not None and not 1 <= width < _MOST_DIGITS + 1:
        return ErrorValue.NUM
    if isinstance(value, ErrorValue):
        return value
    half = base**_MOST_DIGITS // 2
    if not -half <= value < half:
        return ErrorValue.NUM
    digits, rest = "", value % (2 * half)
    while rest:
        rest, digit = divmod(rest, base)
        digits = _DIGITS[digit] + digits
    digits = digits or "0"
    if width is None or value < 0:
        return digits
    return digits.zfill(math.trunc(width)) if len(digits) <= width else ErrorValue.NUM


def _whole(number: Scalar) -> int | ErrorValue:
    value = strict_number_of(number)
    return value if isinstance(value, ErrorValue) else math.trunc(value)


@function("BIN2DEC")
def bin2dec(numeral: Scalar) -> float | ErrorValue:
    """The number that a binary numeral writes.

    =BIN2DEC(1100100) -> 100
    =BIN2DEC("1111111111") -> -1
    =BIN2DEC(12) -> #NUM!
    =BIN2DEC(TRUE) -> #VALUE!
    """
    return _decimal(numeral, 2)


@function("OCT2DEC")
def oct2dec(numeral: Scalar) -> float | ErrorValue:
    """The number that an octal numeral writes.

    =OCT2DEC(54) -> 44
    =OCT2DEC("7777777533") -> -165
    """
    return _decimal(numeral, 8)


@function("HEX2DEC")
def hex2dec(numeral: Scalar) -> float | ErrorValue:
    """The number that a hexadecimal numeral writes.

    =HEX2DEC("a5") -> 165
    =HEX2DEC("FFFFFFFF5B") -> -165
    """
    return _decimal(numeral, 16)


def _decimal(numeral: Scalar, base: int) -> float | ErrorValue:
    value = _read(numeral, base)
    return value if isinstance(value, ErrorValue) else float(value)


@function("DEC2BIN")
def dec2bin(number: Scalar, places: Scalar = None) -> str | ErrorValue:
    """The binary numeral of a number from -512 to 511.

    =DEC2BIN(9, 4) -> "1001"
    =DEC2BIN(-100) -> "1110011100"
    =DEC2BIN(512) -> #NUM!
    =DEC2BIN(9, 3) -> #NUM!
    """
    return _written(_whole(number), 2, places)


@function("DEC2OCT")
def dec2oct(number: Scalar, places: Scalar = None) -> str | ErrorValue:
    """The octal numeral of a number.

    =DEC2OCT(58, 3) -> "072"
    =DEC2OCT(-100) -> "7777777634"
    """
    return _written(_whole(number), 8, places)


@function("DEC2HEX")
def dec2hex(number: Scalar, places: Scalar = None) -> str | ErrorValue:
    """The hexadecimal numeral of a number.

    =DEC2HEX(100, 4) -> "0064"
    =DEC2HEX(-54) -> "FFFFFFFFCA"
    =DEC2HEX("x") -> #VALUE!
    """
    return _written(_whole(number), 16, places)


@function("BIN2OCT")
def bin2oct(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """A binary numeral as an octal one.

    =BIN2OCT(1001, 3) -> "011"
    =BIN2OCT(1111111111) -> "7777777777"
    """
    return _written(_read(numeral, 2), 8, places)


@function("BIN2HEX")
def bin2hex(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """A binary numeral as a hexadecimal one.

    =BIN2HEX(11111011, 4) -> "00FB"
    =BIN2HEX(1110) -> "E"
    """
    return _written(_read(numeral, 2), 16, places)


@function("OCT2BIN")
def oct2bin(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """An octal numeral as a binary one.

    =OCT2BIN(3, 3) -> "011"
    =OCT2BIN(1000) -> #NUM!
    """
    return _written(_read(numeral, 8), 2, places)


@function("OCT2HEX")
def oct2hex(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """An octal numeral as a hexadecimal one.

    =OCT2HEX(100, 4) -> "0040"
    =OCT2HEX(7777777533) -> "FFFFFFFF5B"
    """
    return _written(_read(numeral, 8), 16, places)


@function("HEX2BIN")
def hex2bin(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """A hexadecimal numeral as a binary one.

    =HEX2BIN("F", 8) -> "00001111"
    =HEX2BIN("FFFFFFFE00") -> "1000000000"
    """
    return _written(_read(numeral, 16), 2, places)


@function("HEX2OCT")
def hex2oct(numeral: Scalar, places: Scalar = None) -> str | ErrorValue:
    """A hexadecimal numeral as an octal one.

    =HEX2OCT("F", 3) -> "017"
    =HEX2OCT("3B4E") -> "35516"
    """
    return _written(_read(numeral, 16), 8, places)


def _bitwise(first: float, second: float, operation: Callable[[int, int], int]) -> float | ErrorValue:
    if any(not 0 <= value < _MOST_BITS or value != math.trunc(value) for value in (first, second)):
        return ErrorValue.NUM
    return float(operation(int(first), int(second)))


@function("BITAND", calculus=Calculus.STEP)
def bitand(first: float, second: float) -> float | ErrorValue:
    """The bits that both numbers have.

    =BITAND(13, 25) -> 9
    =BITAND(1.5, 1) -> #NUM!
    """
    return _bitwise(first, second, int.__and__)


@function("BITOR", calculus=Calculus.STEP)
def bitor(first: float, second: float) -> float | ErrorValue:
    """The bits that either number has.

    =BITOR(23, 10) -> 31
    =BITOR(-1, 1) -> #NUM!
    """
    return _bitwise(first, second, int.__or__)


@function("BITXOR", calculus=Calculus.STEP)
def bitxor(first: float, second: float) -> float | ErrorValue:
    """The bits that exactly one of the numbers has.

    =BITXOR(5, 3) -> 6
    """
    return _bitwise(first, second, int.__xor__)


@function("BITLSHIFT", calculus=Calculus.STEP)
def bitlshift(number: float, places: float) -> float | ErrorValue:
    """The bits moved some places up, or down if negative.

    =BITLSHIFT(4, 2) -> 16
    =BITLSHIFT(13, -2) -> 3
    =BITLSHIFT(1, 48) -> #NUM!
    """
    return _shifted(number, math.trunc(places))


@function("BITRSHIFT", calculus=Calculus.STEP)
def bitrshift(number: float, places: float) -> float | ErrorValue:
    """The bits moved some places down, or up if negative.

    =BITRSHIFT(13, 2) -> 3
    =BITRSHIFT(4, -2) -> 16
    """
    return _shifted(number, -math.trunc(places))


def _shifted(number: float, places: int) -> float | ErrorValue:
    if not 0 <= number < _MOST_BITS or number != math.trunc(number) or abs(places) > 53:
        return ErrorValue.NUM
    value = int(number) << places if places >= 0 else int(number) >> -places
    return float(value) if value < _MOST_BITS else ErrorValue.NUM
