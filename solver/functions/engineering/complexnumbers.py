"""Complex numbers as texts such as 3+4i: reading and writing them, and their arithmetic.

A result takes the letter, i or j, of its arguments, which must not mix them. Numbers are written with the 15 digits
of the General format, so the formulas are kept in the form whose last digit is Excel's.
"""

from __future__ import annotations

import cmath
import math
import re
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from solver.functions.coerce import strict_number_of, text_of, text_of_number
from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from solver.functions.operand import Operand
    from solver.functions.registry import Grid
    from solver.values import Scalar

_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_COMPLEX = re.compile(rf"(?P<real>[+-]?{_NUMBER}(?![\d.eEij]))?(?P<imaginary>[+-]?(?:{_NUMBER})?(?P<letter>[ij]))?\Z")


@dataclass(frozen=True, slots=True)
class Complex:
    """A complex number with its letter; an empty letter is that of a real number."""

    value: complex
    letter: str = ""


def complex_of(value: Scalar) -> Complex | ErrorValue:
    """The complex number that a value stands for: #NUM! for other texts, #VALUE! for booleans.

    >>> complex_of("3-i"), complex_of("2.5e1j"), complex_of("3i4")
    (Complex(value=(3-1j), letter='i'), Complex(value=25j, letter='j'), <ErrorValue.NUM: 6>)
    """
    if isinstance(value, ErrorValue):
        return value
    if isinstance(value, bool):
        return ErrorValue.VALUE
    if not isinstance(value, str):
        return Complex(complex(value or 0.0))
    match = _COMPLEX.match(value)
    if match is None or not value:
        return ErrorValue.NUM
    imaginary = match["imaginary"]
    if imaginary is None:
        return Complex(complex(float(match["real"])))
    if match["real"] and imaginary[0] not in "+-":
        return ErrorValue.NUM
    digits = imaginary[:-1]
    size = float(digits) if digits not in ("", "+", "-") else float(digits + "1")
    return Complex(complex(float(match["real"] or 0.0), size), match["letter"])


def text_of_complex(value: complex, letter: str) -> str | ErrorValue:
    """A complex number as a text, or #NUM! if it is not finite.

    >>> text_of_complex(3 + 4j, "i"), text_of_complex(-1j, "j"), text_of_complex(2 + 0j, "i")
    ('3+4i', '-j', '2')
    """
    if not cmath.isfinite(value):
        return ErrorValue.NUM
    real, size = value.real, value.imag
    if size == 0:
        return text_of_number(real)
    digits = text_of_number(size)
    shown = {"1": "", "-1": "-"}.get(digits, digits) + (letter or "i")
    if real == 0:
        return shown
    return text_of_number(real) + ("" if shown.startswith("-") else "+") + shown


def mapped(transform: Callable[[complex], complex]) -> Callable[[Scalar], str | ErrorValue]:
    """The function on values that a function on complex numbers makes; where that has no value, it is #NUM!."""

    @wraps(transform, assigned=("__doc__", "__name__", "__module__", "__qualname__"))
    def body(number: Scalar) -> str | ErrorValue:
        argument = complex_of(number)
        if isinstance(argument, ErrorValue):
            return argument
        try:
            result = transform(argument.value)
        except (ZeroDivisionError, OverflowError, ValueError):
            return ErrorValue.NUM
        return text_of_complex(result, argument.letter)

    del body.__wrapped__  # the registry must see this signature, not the transform's
    return body


def _letters(parts: Iterable[Complex]) -> str | ErrorValue:
    """The letter of all parts, #VALUE! if they mix i and j."""
    letters = {part.letter for part in parts} - {""}
    return ErrorValue.VALUE if len(letters) > 1 else next(iter(letters), "")


@function("COMPLEX")
def make(real: Scalar, imaginary: Scalar, letter: Scalar = "i") -> str | ErrorValue:
    """The complex number of two parts.

    =COMPLEX(3, 4) -> "3+4i"
    =COMPLEX(0, 1, "j") -> "j"
    =COMPLEX(1, 0) -> "1"
    =COMPLEX(1, 1, "k") -> #VALUE!
    """
    a, b = strict_number_of(real), strict_number_of(imaginary)
    for part in (a, b):
        if isinstance(part, ErrorValue):
            return part
    if isinstance(letter, ErrorValue):
        return letter
    suffix = text_of(letter) or "i"
    return text_of_complex(complex(float(a), float(b)), suffix) if suffix in ("i", "j") else ErrorValue.VALUE


@function("IMREAL")
def imreal(number: Scalar) -> float | ErrorValue:
    """The real part.

    =IMREAL("6-9i") -> 6
    =IMREAL(TRUE) -> #VALUE!
    """
    argument = complex_of(number)
    return argument if isinstance(argument, ErrorValue) else argument.value.real


@function("IMAGINARY")
def imaginary_part(number: Scalar) -> float | ErrorValue:
    """The imaginary part.

    =IMAGINARY("3+4i") -> 4
    =IMAGINARY("0-j") -> -1
    =IMAGINARY(4) -> 0
    =IMAGINARY("x") -> #NUM!
    """
    argument = complex_of(number)
    return argument if isinstance(argument, ErrorValue) else argument.value.imag


@function("IMABS")
def imabs(number: Scalar) -> float | ErrorValue:
    """The absolute value.

    =IMABS("5+12i") -> 13
    """
    argument = complex_of(number)
    return argument if isinstance(argument, ErrorValue) else abs(argument.value)


@function("IMARGUMENT")
def imargument(number: Scalar) -> float | ErrorValue:
    """The angle in radians.

    =IMARGUMENT("3+4i") -> 0.927295218001612
    =IMARGUMENT(0) -> #DIV/0!
    """
    argument = complex_of(number)
    if isinstance(argument, ErrorValue):
        return argument
    return cmath.phase(argument.value) if argument.value else ErrorValue.DIV0


@function("IMCONJUGATE")
@mapped
def imconjugate(z: complex) -> complex:
    """The conjugate.

    =IMCONJUGATE("3+4i") -> "3-4i"
    """
    return z.conjugate()


@function("IMSUM", per_cell=True)
def imsum(*numbers: Grid) -> str | ErrorValue:
    """The sum.

    =IMSUM("3+4i", "5-3i") -> "8+i"
    =IMSUM("3+4i", "5-3j") -> #VALUE!
    """
    return _folded(numbers, complex.__add__, 0j)


@function("IMPRODUCT", per_cell=True)
def improduct(*numbers: Grid) -> str | ErrorValue:
    """The product.

    =IMPRODUCT("3+4i", "5-3i") -> "27+11i"
    =IMPRODUCT({"1+2i",30}) -> "30+60i"
    """
    return _folded(numbers, complex.__mul__, 1 + 0j)


def _folded(
    numbers: Iterable[Operand], operation: Callable[[complex, complex], complex], start: complex
) -> str | ErrorValue:
    parts = []
    for operand in numbers:
        for value in operand.scalars().ravel():
            if value is None and operand.kind.size > 1:
                continue
            part = complex_of(value)
            if isinstance(part, ErrorValue):
                return part
            parts.append(part)
    letter = _letters(parts)
    if isinstance(letter, ErrorValue):
        return letter
    total = start
    for part in parts:
        total = operation(total, part.value)
    return text_of_complex(total, letter)


@function("IMSUB")
def imsub(first: Scalar, second: Scalar) -> str | ErrorValue:
    """The difference.

    =IMSUB("13+4i", "5+3i") -> "8+i"
    """
    return _combined(first, second, complex.__sub__)


@function("IMDIV")
def imdiv(first: Scalar, second: Scalar) -> str | ErrorValue:
    """The quotient.

    =IMDIV("-238+240i", "10+24i") -> "5+12i"
    =IMDIV(1, 0) -> #NUM!
    """
    return _combined(first, second, _quotient)


def _combined(first: Scalar, second: Scalar, operation: Callable[[complex, complex], complex]) -> str | ErrorValue:
    a, b = complex_of(first), complex_of(second)
    if isinstance(a, ErrorValue):
        return a
    if isinstance(b, ErrorValue):
        return b
    letter = _letters((a, b))
    if isinstance(letter, ErrorValue):
        return letter
    try:
        return text_of_complex(operation(a.value, b.value), letter)
    except ZeroDivisionError:
        return ErrorValue.NUM


def _quotient(a: complex, b: complex) -> complex:
    """a / b by its parts, unscaled."""
    size = b.real**2 + b.imag**2
    return complex((a.real * b.real + a.imag * b.imag) / size, (a.imag * b.real - a.real * b.imag) / size)


@function("IMPOWER")
def impower(number: Scalar, power: Scalar) -> str | ErrorValue:
    """A power with a real exponent.

    =IMPOWER("2+3i", 3) -> "-46+9.00000000000001i"
    =IMPOWER("i", 2) -> "-1+1.22464679914735E-16i"
    =IMPOWER(0, 0) -> #NUM!
    """
    argument, exponent = complex_of(number), strict_number_of(power)
    if isinstance(argument, ErrorValue):
        return argument
    if isinstance(exponent, ErrorValue):
        return exponent
    if not argument.value:
        return "0" if exponent > 0 else ErrorValue.NUM
    try:
        size, angle = abs(argument.value) ** exponent, cmath.phase(argument.value) * exponent
        return text_of_complex(polar(size, angle), argument.letter)
    except (OverflowError, ValueError):  # a size or an angle beyond all numbers
        return ErrorValue.NUM


def polar(size: float, angle: float) -> complex:
    """The complex number of an absolute value and an angle."""
    return complex(size * math.cos(angle), size * math.sin(angle))
