"""SUBTOTAL and AGGREGATE: other functions on what is left of ranges without hidden rows, subtotals and errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.alignment import overlaid
from solver.functions.call import call
from solver.functions.coerce import same_for_all
from solver.functions.here import Reference, References, contents
from solver.functions.operand import BLANK, Operand, error
from solver.functions.registry import Calculus, function, lookup
from solver.functions.stack import beside
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import ArrayRef, Ref, Value

_NESTED = re.compile(r"\b(?:SUBTOTAL|AGGREGATE)\(", re.IGNORECASE)
_MEASURES = (
    "AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P",
    "MEDIAN", "MODE.SNGL", "LARGE", "SMALL", "PERCENTILE.INC", "QUARTILE.INC", "PERCENTILE.EXC", "QUARTILE.EXC",
)  # fmt: skip
_SUBTOTALS = 11
_VISIBLE = 101  # from here on SUBTOTAL passes over all hidden rows
_WITH_RANK = 14  # from here on measures take a rank as their second argument


def _kept(here: Here, area: Reference, *, hidden: bool, filtered: bool, nested: bool) -> Operand:
    """The values of a range, blank where a row is hidden (or filtered out) or a cell is itself a subtotal."""
    operand = here.read(area)
    high, wide = operand.shape[2:]
    row, col = area.top - area.top.min(), area.left - area.left.min()
    first = np.array([[area.top.min()]]), np.array([[area.left.min()]])
    around = Reference(area.sheet, *first, high + int(row.max()), wide + int(col.max()))
    gone = np.zeros((around.rows, around.cols), dtype=bool)
    if hidden or filtered:
        gone |= np.array(here.hidden(around, not hidden), dtype=bool)[:, np.newaxis]
    if nested:
        gone |= [[bool(text and _NESTED.search(text)) for text in line] for line in here.formulas(around)]
    rows = row[:, :, np.newaxis, np.newaxis] + np.arange(high)[:, np.newaxis]
    cols = col[:, :, np.newaxis, np.newaxis] + np.arange(wide)
    return overlaid(operand, gone[rows, cols], np.uint8(Kind.BLANK))


def _as_range(operand: Operand) -> Operand:
    """The values so that none counts as an argument that is written directly."""
    return beside([operand, BLANK]) if operand.shape[2:] == (1, 1) else operand


def _measure(here: Here, name: str, parts: list[Operand]) -> Operand:
    measure = lookup(name)
    assert measure is not None
    result = call(measure, parts, here)
    assert isinstance(result, Operand)
    return result


@function("SUBTOTAL", ranges=True, singly=True, calculus=Calculus.KINK)
def subtotal(here: Here, measure: Value, *areas: Ref) -> Operand:
    """A measure (1 AVERAGE ... 9 SUM ... 11 VAR.P) of the rows that a filter shows; from 101 on of all visible rows.

    =SUBTOTAL(9, A1:B1) -> 1
    =SUBTOTAL(102, A1:B1) -> 1
    =SUBTOTAL(12, A1) -> #VALUE!
    """
    code = same_for_all(measure)
    if isinstance(code, ErrorValue):
        return error(code)
    hidden = code >= _VISIBLE
    number = int(code) - (_VISIBLE - 1) * hidden
    if not 1 <= number <= _SUBTOTALS:
        return error(ErrorValue.VALUE)
    parts: list[Operand] = []
    for area in areas:
        if isinstance(area, Operand):
            return area if area.errors.all() else error(ErrorValue.VALUE)
        ranges = area.parts if isinstance(area, References) else (area,)
        parts.extend(_as_range(_kept(here, part, hidden=hidden, filtered=True, nested=True)) for part in ranges)
    return _measure(here, _MEASURES[number - 1], parts)


def _blank_errors(operand: Operand) -> Operand:
    return overlaid(operand, operand.errors, np.uint8(Kind.BLANK))


@function("AGGREGATE", ranges=True, calculus=Calculus.KINK, steps=150_000)
def aggregate(here: Here, measure: int, option: int, *areas: ArrayRef) -> Operand:
    """A measure of 19 that passes over hidden rows (option 1, 3, 5, 7), errors (2, 3, 6, 7) or subtotals (up to 3).

    =AGGREGATE(9, 6, A1:B1) -> 1
    =AGGREGATE(14, 6, {1,#N/A,7,5}, 2) -> 5
    =AGGREGATE(9, 8, A1) -> #VALUE!
    """
    if not (1 <= measure <= len(_MEASURES) and 0 <= option <= 7 and areas):
        return error(ErrorValue.VALUE)
    rank: list[Operand] = []
    if measure >= _WITH_RANK:
        if len(areas) != 2:
            return error(ErrorValue.VALUE)
        last = areas[1]
        if isinstance(last, References):
            return error(ErrorValue.VALUE)
        rank = [contents(here, last)]
        areas = areas[:1]
    parts: list[Operand] = []
    for area in areas:
        if isinstance(area, Operand):
            if measure < _WITH_RANK:
                return area if area.errors.all() else error(ErrorValue.VALUE)
            parts.append(area)
            continue
        ranges = area.parts if isinstance(area, References) else (area,)
        hidden, nested = option % 2 == 1, option <= 3
        parts.extend(_kept(here, part, hidden=hidden, filtered=False, nested=nested) for part in ranges)
    if option in (2, 3, 6, 7):
        parts = [_blank_errors(part) for part in parts]
    return _measure(here, _MEASURES[measure - 1], [*[_as_range(part) for part in parts], *rank])
