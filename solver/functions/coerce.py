"""Excel's conversions between numbers, texts, booleans, blanks and errors.

An operator or a scalar argument converts ("3" + 1 is 4, TRUE + 1 is 2, a blank is 0 or ""). The values of a range do
not: what an aggregate takes from one is decided in `sample` and `mathematics.aggregate`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant, not_equal, where
from solver.functions.allowance import MOST_TEXTS, make_room
from solver.functions.arrange import spread_to
from solver.functions.operand import (
    ALL_NUMBERS,
    FALSE,
    ZERO,
    NeedsValue,
    NotUniform,
    Operand,
    numbers,
    texts,
    with_errors,
)
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.operand import BoolArray
    from solver.values import Scalar

_EXACT = 1e15  # whole numbers below have at most 15 digits
_NUMBER, _NO_NUMBER = int(Kind.NUMBER), int(Kind.ERROR + ErrorValue.VALUE)
_GREATEST = 9.99999999999999e307  # that can be written
_NUMBER_TEXT = re.compile(
    r"\s*(?:(?P<sign>[-+])\s*)?(?:(?P<open>\()\s*)?(?:(?P<unit>[$%])\s*)?(?P<sign2>[-+])?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<exponent>[eE][-+]?\d+)?"
    r"\s*(?:(?P<percent>%)\s*)?(?:(?P<close>\))\s*)?\Z"
)
"""Spaces belong to the sign before them, so that a long run of them can be read in one way alone."""
_MIXED_FRACTION = re.compile(r"\s*(?:(?P<sign>[-+])\s*)?(?P<whole>\d+) (?P<top>\d{1,5})/(?P<bottom>\d{1,5})\s*\Z")
_MOST_IN_FRACTION = 32767


def number_of_text(text: str) -> float | None:
    """The number that Excel reads in a text (thousands, currency, percent, parentheses, dates), or None.

    >>> number_of_text("1,234.5"), number_of_text(" 50% "), number_of_text("(3)"), number_of_text("1 1/2")
    (1234.5, 0.5, -3.0, 1.5)
    """
    if len(text) < 16 and text.isascii() and text.isdigit():
        return float(text)
    match = _NUMBER_TEXT.match(text)
    if match is None:
        mixed = _MIXED_FRACTION.match(text)
        if mixed is not None:
            top, bottom = int(mixed["top"]), int(mixed["bottom"])
            if not bottom or max(top, bottom) > _MOST_IN_FRACTION:
                return None
            size = int(mixed["whole"]) + top / bottom
            return -size if mixed["sign"] == "-" else size
        # dates are rarer, and their tables cost time to load
        from solver.functions.dates.datetext import serial_of_text

        return serial_of_text(text)
    signs = bool(match["sign"]) + bool(match["sign2"]) + bool(match["open"])
    if bool(match["open"]) != bool(match["close"]) or signs > 1 or (match["unit"] and match["percent"]):
        return None
    value = float(match["digits"].replace(",", "") + (match["exponent"] or ""))
    if match["percent"] or match["unit"] == "%":
        value /= 100
    if match["open"] or "-" in (match["sign"], match["sign2"]):
        value = -value
    return value if abs(value) <= _GREATEST else None


def text_of_number(value: float) -> str:
    """A number as the General format writes it into a text, with at most 15 significant digits.

    >>> text_of_number(3.0), text_of_number(0.1 + 0.2), text_of_number(1e21), text_of_number(1.5e-20)
    ('3', '0.3', '1E+21', '1.5E-20')
    >>> text_of_number(-12345678901234567890.0)
    '-12345678901234600000'
    """
    if abs(value) < _EXACT and value == int(value):
        return str(int(value))
    mantissa, exponent_text = f"{value:.14e}".split("e")
    exponent = int(exponent_text)
    if 15 <= exponent < 20:  # digits beyond the fifteenth are zeros, whatever the binary number says
        return mantissa.replace(".", "") + "0" * (exponent - 14)
    if -5 <= exponent < 20 or (exponent < 0 and len(mantissa.rstrip("0")) - exponent <= 20):
        fixed = f"{float(f'{value:.15g}'):.{max(0, 14 - exponent)}f}"
        if "." in fixed:
            fixed = fixed.rstrip("0").rstrip(".")
        if len(fixed.lstrip("-")) <= 21:
            return fixed
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}E{'+' if exponent >= 0 else '-'}{abs(exponent):02d}"


def text_of(value: Scalar) -> str:
    """Any value as a text; errors have none and give their label."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, ErrorValue):
        return value.label
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return text_of_number(value)


def number_of(value: Scalar) -> float | ErrorValue:
    """Any value as a number, by the rule of operators: texts are read, blanks are 0, booleans 0 and 1."""
    if value is None:
        return 0.0
    if isinstance(value, ErrorValue):
        return value
    if isinstance(value, str):
        number = number_of_text(value)
        return ErrorValue.VALUE if number is None else number
    return float(value)


def strict_number_of(value: Scalar) -> float | ErrorValue:
    """Any value as a number, by the rule of the Analysis ToolPak's functions: a boolean is #VALUE!."""
    return ErrorValue.VALUE if isinstance(value, bool) else number_of(value)


def as_numbers(operand: Operand) -> Operand:
    """The operand with every value turned into a number or an error."""
    if operand.kind is ALL_NUMBERS:
        return operand
    if operand.text is None or not operand.has(Kind.TEXT):
        if (operand.kind == Kind.NUMBER).all():
            return operand
        kind = np.where(operand.kind > Kind.ERROR, operand.kind, np.uint8(Kind.NUMBER))
        return Operand(kind, operand.number)
    full = spread_to(operand, operand.shape)
    assert full.text is not None
    kind = np.where(full.kind > Kind.ERROR, full.kind, np.uint8(Kind.NUMBER))
    read = np.zeros(operand.shape)
    written = full.kind == Kind.TEXT
    words = full.text[written].tolist()
    meaning = {word: number_of_text(word) for word in set(words)}
    values = [meaning[word] for word in words]
    kind[written] = [_NUMBER if value is not None else _NO_NUMBER for value in values]
    read[written] = [value or 0.0 for value in values]
    is_text = constant(written)
    return Operand(kind, where(is_text, constant(read), full.number))


def without_booleans(operand: Operand) -> Operand:
    """The operand with #VALUE! in the place of every boolean."""
    if not operand.has(Kind.BOOLEAN):
        return operand
    kind = np.where(operand.kind == Kind.BOOLEAN, np.uint8(Kind.ERROR + ErrorValue.VALUE), operand.kind)
    return Operand(kind, operand.number, operand.text)


def same_for_all(operand: Operand) -> float | ErrorValue:
    """The one number that an option has in the whole block; NotUniform where it varies."""
    values = as_numbers(operand).scalars().ravel()
    if any(value != values[0] for value in values[1:]):
        raise NotUniform
    value = values[0]
    return value if isinstance(value, ErrorValue) else float(value)


def as_logicals(operand: Operand) -> Operand:
    """The operand with every value turned into a boolean or an error: texts must read TRUE or FALSE."""
    if (operand.kind == Kind.BOOLEAN).all():
        return operand
    if operand.text is not None and operand.has(Kind.TEXT):
        full = spread_to(operand, operand.shape)
        assert full.text is not None
        words = np.array([str(t).upper() if t is not None else "" for t in full.text.ravel()]).reshape(operand.shape)
        truth = words == "TRUE"
        is_text = full.kind == Kind.TEXT
        bad = is_text & ~truth & (words != "FALSE")
        kind = np.where(bad, np.uint8(Kind.ERROR + ErrorValue.VALUE), np.uint8(Kind.BOOLEAN))
        kind = np.where(full.kind > Kind.ERROR, full.kind, kind)
        number = where(constant(is_text), constant(truth), full.number)
        return Operand(kind, not_equal(number, ZERO))
    kind = np.where(operand.kind > Kind.ERROR, operand.kind, np.uint8(Kind.BOOLEAN))
    return Operand(kind, not_equal(operand.number, ZERO))


def as_texts(operand: Operand) -> Operand:
    """The operand with every value turned into a text or an error; the numbers must be known."""
    if operand.text is not None and (operand.kind == Kind.TEXT).all():
        return operand
    if operand.live:
        raise NeedsValue("a text cannot be made from a variable cell")
    make_room(operand.shape, MOST_TEXTS)
    values = operand.scalars()
    written = np.empty(values.size, dtype=object)
    written[:] = [text_of(value) for value in values.ravel().tolist()]
    return with_errors(texts(written.reshape(values.shape)), operand)


def logical(mask: BoolArray) -> Operand:
    """A known mask as booleans."""
    return numbers(constant(mask), Kind.BOOLEAN) if mask.size else FALSE
