"""Questions about values: their kind, their error, whether they are blank, even, a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant, div, equal, floor, mul, sub, trunc, where
from solver.functions.coerce import logical
from solver.functions.finiteness import fails, never_fails
from solver.functions.here import Functions, Reference, References, contents
from solver.functions.operand import (
    FALSE,
    TRUE,
    ZERO,
    Operand,
    error,
    lone,
    numbers,
)
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray
    from solver.functions.registry import Firm, Given, Logical, Ref, Value


@function("ISBLANK", calculus=Calculus.STEP)
def isblank(value: Value) -> Operand:
    """Whether a cell is empty.

    =ISBLANK(1) -> FALSE
    =ISBLANK(B1) -> TRUE
    =ISBLANK("") -> FALSE
    """
    return logical(value.kind == Kind.BLANK)


@function("ISTEXT", calculus=Calculus.STEP)
def istext(value: Value) -> Operand:
    """Whether a value is a text.

    =ISTEXT("1") -> TRUE
    =ISTEXT({1,"a"}) -> {FALSE,TRUE}
    """
    return logical(value.kind == Kind.TEXT)


@function("ISNONTEXT", calculus=Calculus.STEP)
def isnontext(value: Value) -> Operand:
    """Whether a value is anything but a text.

    =ISNONTEXT(B1) -> TRUE
    """
    return logical(value.kind != Kind.TEXT)


@function("ISLOGICAL", calculus=Calculus.STEP)
def islogical(value: Value) -> Operand:
    """Whether a value is TRUE or FALSE.

    =ISLOGICAL(TRUE) -> TRUE
    =ISLOGICAL(1) -> FALSE
    """
    return logical(value.kind == Kind.BOOLEAN)


@function("ISNUMBER", calculus=Calculus.STEP)
def isnumber(value: Value) -> Operand:
    """Whether a value is a number.

    =ISNUMBER(1) -> TRUE
    =ISNUMBER("1") -> FALSE
    =ISNUMBER(1/0) -> FALSE
    """
    mask = value.kind == Kind.NUMBER
    if not value.live or never_fails(value.number):
        return logical(mask)
    return numbers(mul(constant(mask), sub(1.0, fails(value.number))), Kind.BOOLEAN)


def _failing(value: Operand, static: BoolArray) -> Operand:
    """Booleans of known errors, and of what may become one."""
    if not value.live or never_fails(value.number):
        return logical(static)
    return numbers(where(constant(static), 1.0, fails(value.number)), Kind.BOOLEAN)


@function("ISERROR", calculus=Calculus.STEP)
def iserror(value: Value) -> Operand:
    """Whether a value is an error.

    =ISERROR(1/0) -> TRUE
    =ISERROR(1) -> FALSE
    """
    return _failing(value, value.errors)


@function("ISERR", calculus=Calculus.STEP)
def iserr(value: Value) -> Operand:
    """Whether a value is an error other than #N/A.

    =ISERR(1/0) -> TRUE
    =ISERR(#N/A) -> FALSE
    """
    return _failing(value, value.errors & (value.kind != Kind.ERROR + ErrorValue.NA))


@function("ISNA", calculus=Calculus.STEP)
def isna(value: Value) -> Operand:
    """Whether a value is #N/A.

    =ISNA(#N/A) -> TRUE
    =ISNA(1/0) -> FALSE
    """
    return logical(value.kind == Kind.ERROR + ErrorValue.NA)


@function("ISREF", calculus=Calculus.STEP)
def isref(value: Ref) -> Operand:
    """Whether an argument is a range.

    =ISREF(A1) -> TRUE
    =ISREF(5) -> FALSE
    """
    return TRUE if isinstance(value, (Reference, References)) else FALSE


@function("ISEVEN", calculus=Calculus.STEP)
def iseven(value: Firm) -> Logical:
    """Whether the whole part of a number is even.

    =ISEVEN(2.5) -> TRUE
    =ISEVEN(-1) -> FALSE
    =ISEVEN("x") -> #VALUE!
    """
    half = div(trunc(value), 2.0)
    return equal(half, floor(half))


@function("ISODD", calculus=Calculus.STEP)
def isodd(value: Firm) -> Logical:
    """Whether the whole part of a number is odd.

    =ISODD(-1) -> TRUE
    =ISODD(TRUE) -> #VALUE!
    """
    return sub(1.0, iseven(value))


@function("N", ranges=True)
def n(here: Here, value: Ref) -> Operand:
    """A value as a number: booleans are 0 and 1, texts are 0, errors stay; of a range its first cell.

    =N(7) -> 7
    =N(TRUE) -> 1
    =N("7") -> 0
    =N(#N/A) -> #N/A
    """
    operand = _first_of(value, here)
    kind = np.where(operand.errors, operand.kind, np.uint8(Kind.NUMBER))
    counts = (operand.kind == Kind.NUMBER) | (operand.kind == Kind.BOOLEAN)
    return Operand(kind, where(constant(counts), operand.number, ZERO))


@function("T", ranges=True, calculus=Calculus.NONE)
def t(here: Here, value: Ref) -> Operand:
    """A value if it is a text, else the empty text; errors stay; of a range its first cell.

    =T("Rainfall") -> "Rainfall"
    =T(19) -> ""
    =T(#N/A) -> #N/A
    """
    operand = _first_of(value, here)
    kind = np.where(operand.errors, operand.kind, np.uint8(Kind.TEXT))
    empty = np.full((1, 1, 1, 1), "", dtype=object)
    text = empty if operand.text is None else np.where(operand.kind == Kind.TEXT, operand.text, empty)
    return Operand(kind, ZERO, text)


def _first_of(value: Ref, here: Here) -> Operand:
    """The first cell of a range, any other value as it is."""
    if isinstance(value, References):
        value = value.parts[0]
    return here.read(Reference(value.sheet, value.top, value.left, 1, 1)) if isinstance(value, Reference) else value


@function("NA")
def na() -> Operand:
    """The error #N/A.

    =NA() -> #N/A
    """
    return error(ErrorValue.NA)


_TYPES = np.array([1, 1, 2, 4, *[16] * 15], dtype=np.float64)


@function("TYPE", calculus=Calculus.STEP)
def type_of(here: Here, value: Given) -> Operand:
    """The kind of a value as a number: 1 number, 2 text, 4 boolean, 16 error, 64 array, 128 function.

    =TYPE("a") -> 2
    =TYPE(TRUE) -> 4
    =TYPE(1/0) -> 16
    =TYPE({1,2}) -> 64
    =TYPE(LAMBDA(x, x)) -> 128
    """
    if callable(value):
        return lone(128.0)
    if isinstance(value, References):
        return lone(16.0)
    if isinstance(value, Functions):
        return lone(64.0)
    operand = contents(here, value)
    if operand.shape[2:] != (1, 1):
        return lone(64.0)
    return numbers(constant(_TYPES[operand.kind]))


@function("ERROR.TYPE", calculus=Calculus.STEP)
def error_type(value: Value) -> Operand:
    """The number of an error, #N/A of anything else.

    =ERROR.TYPE(1/0) -> 2
    =ERROR.TYPE(#N/A) -> 7
    =ERROR.TYPE(1) -> #N/A
    """
    codes = value.kind.astype(np.float64) - Kind.ERROR
    kind = np.where(value.errors, np.uint8(Kind.NUMBER), np.uint8(Kind.ERROR + ErrorValue.NA))
    return Operand(kind, constant(np.where(value.errors, codes, 0.0)))
