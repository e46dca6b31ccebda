"""The operators of formulas: + - * / ^ & % and comparisons, each on whole blocks, exact in live numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add, constant, div, mul, neg, power, sub, where
from solver.errors import FormulaError
from solver.functions.alignment import aligned, overlaid
from solver.functions.allowance import make_room_for_characters, make_room_together
from solver.functions.coerce import as_numbers, as_texts
from solver.functions.comparison import compare
from solver.functions.operand import ALL_NUMBERS, ONE, Operand, numbers, texts, with_errors
from solver.values import LONGEST_TEXT, ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


def unary(op: str, operand: Operand) -> Operand:
    """The value of `-operand`, `+operand` (which changes nothing, not even a text) or `operand%`."""
    if op == "+":
        return operand
    if op == "%":
        return percent(operand)
    if op != "-":
        raise FormulaError(f"unknown operator {op}")
    converted = as_numbers(operand)
    return with_errors(numbers(neg(converted.number)), converted)


def percent(operand: Operand) -> Operand:
    """A hundredth of the operand."""
    converted = as_numbers(operand)
    return with_errors(numbers(div(converted.number, 100.0)), converted)


def binary(op: str, left: Operand, right: Operand) -> Operand:
    """The value of `left op right` for + - * / ^ & and comparisons; of two errors the left one wins."""
    plain = _PLAIN.get(op)
    lone = left.number.shape[2:] == right.number.shape[2:] == (1, 1)
    if plain is not None and lone and left.kind is ALL_NUMBERS and right.kind is ALL_NUMBERS:
        return numbers(plain(left.number, right.number))  # nothing to align, to read or to blame
    left, right = aligned(left, right)
    make_room_together(left, right)
    if op in COMPARISONS:
        return compare(op, left, right)
    if op == "&":
        return joined(left, right)
    a, b = as_numbers(left), as_numbers(right)
    if plain is not None:
        return with_errors(numbers(plain(a.number, b.number)), a, b)
    if op == "/":
        return with_errors(quotient(a, b), a, b)
    if op == "^":
        return with_errors(raised(a, b), a, b)
    raise FormulaError(f"unknown operator {op}")


def joined(left: Operand, right: Operand) -> Operand:
    """Both values as texts, one after the other; a text too long for a cell is #VALUE!."""
    first, second = as_texts(left), as_texts(right)
    assert first.text is not None
    assert second.text is not None
    make_room_for_characters(first.text, second.text)
    chained = np.asarray(first.text + second.text, dtype=object)
    long = np.array([len(text) > LONGEST_TEXT for text in chained.ravel()]).reshape(chained.shape)
    result = overlaid(texts(chained), long, np.uint8(Kind.ERROR + ErrorValue.VALUE))
    return with_errors(result, first, second)


def quotient(a: Operand, b: Operand) -> Operand:
    """a / b, with #DIV/0! wherever b is known to be 0."""
    if b.live:
        return numbers(div(a.number, b.number))
    zero = b.known == 0
    if not zero.any():
        return numbers(div(a.number, b.number))
    divided = numbers(div(a.number, where(constant(zero), ONE, b.number)))
    return overlaid(divided, zero, np.uint8(Kind.ERROR + ErrorValue.DIV0))


def raised(a: Operand, b: Operand) -> Operand:
    """a ^ b: 0^0 and fractional powers of negative numbers are #NUM!, negative powers of 0 are #DIV/0!."""
    result = numbers(power(a.number, b.number))
    if a.live or b.live:
        return result
    base, exponent = a.known, b.known
    result = overlaid(result, (base == 0) & (exponent == 0), np.uint8(Kind.ERROR + ErrorValue.NUM))
    return overlaid(result, (base == 0) & (exponent < 0), np.uint8(Kind.ERROR + ErrorValue.DIV0))


_PLAIN: dict[str, Callable[[Node, Node], Node]] = {"+": add, "-": sub, "*": mul}
