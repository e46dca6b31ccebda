"""Numbers written in other ways: in a base up to 36, and with Roman numerals."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from solver.functions.coerce import number_of
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.values import Scalar

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LARGEST = 2.0**53
_SIGNS = "IVXLCDM"
_VALUES = (1, 5, 10, 50, 100, 500, 1000)


@function("BASE", calculus=Calculus.STEP)
def base(number: float, radix: float, length: float = 0.0) -> str | ErrorValue:
    """A whole number written in a base, with leading zeros up to a length.

    =BASE(7, 2) -> "111"
    =BASE(255, 16, 4) -> "00FF"
    =BASE(-1, 2) -> #NUM!
    =BASE(7, 37) -> #NUM!
    """
    if not (0 <= number < _LARGEST and 2 <= radix < 37 and 0 <= length < 256):
        return ErrorValue.NUM
    rest, written = int(number), ""
    while rest or not written:
        rest, digit = divmod(rest, int(radix))
        written = _DIGITS[digit] + written
    return written.rjust(int(length), "0")


@function("DECIMAL", calculus=Calculus.STEP)
def decimal(text: str, radix: float) -> float | ErrorValue:
    """The number that a text means in a base.

    =DECIMAL("FF", 16) -> 255
    =DECIMAL("zap", 36) -> 45745
    =DECIMAL("9", 8) -> #NUM!
    """
    if not 2 <= radix < 37:
        return ErrorValue.NUM
    digits = text.strip().upper()
    if int(radix) == 16:
        digits = digits.removeprefix("0X").removeprefix("X").removesuffix("H")
    elif int(radix) == 2:
        digits = digits.removesuffix("B")
    value = 0
    for digit in digits:
        place = _DIGITS.find(digit)
        if not 0 <= place < radix - radix % 1:
            return ErrorValue.NUM
        value = value * int(radix) + place
    try:
        return float(value)
    except OverflowError:
        return ErrorValue.NUM


def _roman(value: int, form: int) -> str:
    """Digit by digit: 4 and 9 are a sign before a larger one, and looser forms put a sign up to `form` further down."""
    written = ""
    for unit in (6, 4, 2, 0):
        digit = value // _VALUES[unit]
        if digit % 5 == 4:
            large = unit + (1 if digit == 4 else 2)
            small = min(k for k in range(max(unit - form, 0), unit + 1) if _VALUES[large] - _VALUES[k] <= value)
            written += _SIGNS[small] + _SIGNS[large]
            value -= _VALUES[large] - _VALUES[small]
        else:
            written += _SIGNS[unit + 1 : unit + 2] * (digit >= 5) + _SIGNS[unit] * (digit % 5)
            value %= _VALUES[unit]
    return written


@function("ROMAN", calculus=Calculus.STEP)
def roman(number: float, form: Scalar = 0.0) -> str | ErrorValue:
    """A number up to 3999 in Roman numerals, from the classic form (0, TRUE) to the shortest (4, FALSE).

    =ROMAN(499) -> "CDXCIX"
    =ROMAN(499, 1) -> "LDVLIV"
    =ROMAN(499, 2) -> "XDIX"
    =ROMAN(499, 3) -> "VDIV"
    =ROMAN(499, FALSE) -> "ID"
    =ROMAN(4000) -> #VALUE!
    """
    looseness = (0.0 if form else 4.0) if isinstance(form, bool) else number_of(form)
    if isinstance(looseness, ErrorValue):
        return looseness
    if not (0 <= number < 4000 and 0 <= looseness < 5):
        return ErrorValue.VALUE
    return _roman(int(number), int(looseness))


@function("ARABIC", calculus=Calculus.STEP)
def arabic(text: str) -> float | ErrorValue:
    """The number that Roman numerals mean.

    =ARABIC("LVII") -> 57
    =ARABIC("-mcmxii") -> -1912
    =ARABIC("") -> 0
    =ARABIC("abc") -> #VALUE!
    =ARABIC("IIIIMIXVC") -> 1080
    =ARABIC("-") -> #NUM!
    """
    signs = text.strip().upper()
    negative = signs.startswith("-")
    places = [_SIGNS.find(sign) for sign in signs.removeprefix("-")]
    if len(text) > 255 or -1 in places:
        return ErrorValue.VALUE
    if negative and not places:
        return ErrorValue.NUM
    values = [_VALUES[place] for place in places]
    # every sign before a greater one counts against it, however far off
    greatest = list(accumulate(reversed(values), max))[::-1]
    total = sum(value if value == most else -value for value, most in zip(values, greatest, strict=True))
    return float(-total if negative else total)
