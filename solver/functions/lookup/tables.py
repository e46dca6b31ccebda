"""Finding values in tables: MATCH and XMATCH, VLOOKUP and HLOOKUP, LOOKUP and XLOOKUP."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.alignment import aligned, overlaid
from solver.functions.arrange import choose_where, rearrange, spread_to
from solver.functions.coerce import as_logicals, as_numbers, same_for_all
from solver.functions.here import Growing, Reference, References, contents, growing_alike, size_of
from solver.functions.logic.choosing import values_of
from solver.functions.lookup.locate import counted_from_one, entries_at, entry_at, located, vector_of
from solver.functions.lookup.search import Match
from solver.functions.operand import BLANK, TRUE, NotUniform, Operand, deleted, error, lone, with_errors
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import IntArray
    from solver.functions.registry import ArrayRef, Lazy, Ref, Value

_ZERO = lone(0.0)
_ONE = lone(1.0)
_NOT_FOUND = np.uint8(Kind.ERROR + ErrorValue.NA)


@function("MATCH", calculus=Calculus.STEP, grows=True)
def match(here: Here, key: Value, values: Ref, kind: Value = _ONE) -> Operand:
    """The position of a key: the same value (0), the last not above it in ascending (1) or below in descending order.

    =MATCH(39, {25,38,40,41}) -> 2
    =MATCH("B", {"a","b","c"}, 0) -> 2
    =MATCH("c*", {"a","b","cat"}, 0) -> 3
    =MATCH(40, {41,40,38}, -1) -> 2
    =MATCH(5, {1,2,3}, 0) -> #N/A
    """
    how = same_for_all(kind)
    if isinstance(how, ErrorValue):
        return error(how)
    gone = deleted(values)
    if gone is not None:
        return with_errors(gone, key)
    vector = error(ErrorValue.NA) if isinstance(values, References) else vector_of(values, here)
    if vector is None:
        return error(ErrorValue.NA)
    way = Match.WILDCARD if how == 0 else (Match.ASCENDING if how > 0 else Match.DESCENDING)
    return counted_from_one(located(vector, key, way, area=values), key, values)


_X_MODES = {0: Match.EXACT, -1: Match.BELOW, 1: Match.ABOVE, 2: Match.WILDCARD, 3: Match.REGEX}


def _x_options(mode: Operand, order: Operand) -> tuple[Match, bool] | ErrorValue:
    """How XMATCH and XLOOKUP search, and whether from the end."""
    how, direction = same_for_all(mode), same_for_all(order)
    if isinstance(how, ErrorValue):
        return how
    if isinstance(direction, ErrorValue):
        return direction
    if int(how) not in _X_MODES or int(direction) not in (1, -1, 2, -2):
        return ErrorValue.VALUE
    return _X_MODES[int(how)], int(direction) == -1


@function("XMATCH", calculus=Calculus.STEP, grows=True)
def xmatch(here: Here, key: Value, values: Ref, mode: Value = _ZERO, order: Value = _ONE) -> Operand:
    r"""The position of a key: itself (0), or else the next smaller (-1) or larger value (1).

    A text may also be found by its wildcards (2) or as a regular expression (3).

    =XMATCH(4, {5,3,4}) -> 3
    =XMATCH(4, {5,3,1}, -1) -> 2
    =XMATCH(4, {9,5,1}, 1) -> 2
    =XMATCH("a", {"a","b","a"}, 0, -1) -> 3
    =XMATCH("[ab]\d", {"c1","A2","b3"}, 3) -> 3
    """
    options = _x_options(mode, order)
    if isinstance(options, ErrorValue):
        return error(options)
    gone = deleted(values)
    if gone is not None:
        return with_errors(gone, key)
    vector = None if isinstance(values, References) else vector_of(values, here)
    if vector is None:
        return error(ErrorValue.VALUE)
    way, last = options
    return counted_from_one(located(vector, key, way, last=last, blanks=True, area=values), key, values)


def _table_entry(here: Here, key: Operand, table: Ref, index: Operand, near: Operand, across: bool) -> Operand:
    """The entry of a table beside the key in its first column, or below the key in its first row (`across`)."""
    approximate = same_for_all(as_logicals(near))
    if isinstance(approximate, ErrorValue):
        return error(approximate)
    if isinstance(table, References):
        return error(ErrorValue.VALUE)
    if isinstance(table, Growing) and table.axis != (3 if across else 2):
        raise NotUniform
    edge = _line(table, 0, across)
    vector = contents(here, edge)
    length = size_of(table)[0 if across else 1]
    line = as_numbers(index)
    wanted = np.broadcast_to(np.trunc(np.clip(line.known, -1, length + 1)).astype(np.intp) - 1, line.shape)
    place = located(vector, key, Match.ASCENDING if approximate else Match.WILDCARD, area=table)
    usable = np.clip(wanted, 0, length - 1)
    if isinstance(place, np.ndarray):
        inside = np.maximum(place, 0)
        down, right = (usable, inside) if across else (inside, usable)
        if not (place >= 0).any():
            table, down, right = error(ErrorValue.NA), np.zeros_like(down), np.zeros_like(right)
        found = entries_at(table, down, right, here)
        found = overlaid(found, place < 0, _NOT_FOUND)
    else:
        if (usable != usable.flat[0]).any():
            raise NotUniform
        chosen = _line(table, int(usable.flat[0]), across)
        found = entry_at(contents(here, chosen), place, here, chosen)
    found = overlaid(found, wanted >= length, np.uint8(Kind.ERROR + ErrorValue.REF))
    found = overlaid(found, wanted < 0, np.uint8(Kind.ERROR + ErrorValue.VALUE))
    return with_errors(found, key, line)


def _line(table: Operand | Reference, k: int, across: bool) -> Operand | Reference:
    """A column of a table, or a row of it."""
    if isinstance(table, Reference):
        if across:
            return Reference(table.sheet, table.top + k, table.left, 1, table.cols, table.whole)
        return Reference(table.sheet, table.top, table.left + k, table.rows, 1, table.whole)
    if across:
        return rearrange(table, lambda array: array[:, :, k : k + 1])
    return rearrange(table, lambda array: array[:, :, :, k : k + 1])


@function("VLOOKUP", grows=True)
def vlookup(here: Here, key: Value, table: Ref, column: Value, approximate: Value = TRUE) -> Operand:
    """The entry of a table's column in the row where the first column holds the key.

    =VLOOKUP("b", {"a",1;"b",2}, 2, FALSE) -> 2
    =VLOOKUP(2.5, {1,"low";2,"mid";3,"high"}, 2) -> "mid"
    =VLOOKUP(9, {1,2}, 2, FALSE) -> #N/A
    =VLOOKUP(1, {1,2}, 3) -> #REF!
    """
    return _table_entry(here, key, table, column, approximate, across=False)


@function("HLOOKUP", grows=True)
def hlookup(here: Here, key: Value, table: Ref, row: Value, approximate: Value = TRUE) -> Operand:
    """The entry of a table's row in the column where the first row holds the key.

    =HLOOKUP("b", {"a","b";1,2}, 2, FALSE) -> 2
    =HLOOKUP(1, {1;2}, 0) -> #VALUE!
    """
    return _table_entry(here, key, table, row, approximate, across=True)


@function("LOOKUP")
def lookup_of(here: Here, key: Value, values: ArrayRef, results: ArrayRef | None = None) -> Operand:
    """The entry of a result vector (or last row or column) where an ascending vector comes nearest to the key.

    =LOOKUP(4.19, {4.14,4.19,5.17}, {"red","orange","blue"}) -> "orange"
    =LOOKUP("C", {"a","b","c";1,2,3}) -> 3
    =LOOKUP(0, {1,2}) -> #N/A
    """
    if isinstance(values, References) or isinstance(results, References):
        return error(ErrorValue.VALUE)
    gone = deleted(values, results)
    if gone is not None:
        return with_errors(gone, key)
    high, wide = size_of(values)
    across = wide > high
    if results is None:
        results = _line(values, (high if across else wide) - 1, across)
    values = _line(values, 0, across)
    vector = vector_of(values, here)
    if vector is not None and isinstance(results, Reference):
        results = _as_long_as(results, vector)
    beside = vector_of(results, here)
    if vector is None or beside is None:
        return error(ErrorValue.NA)
    place = located(vector, key, Match.ASCENDING)
    if isinstance(place, np.ndarray) and not isinstance(results, Reference):
        place = np.where(place < max(beside.shape[2:]), place, -1)
    return with_errors(entry_at(beside, place, here, results), key)


def _as_long_as(results: Reference, vector: Operand) -> Reference:
    """A row or column of results that goes on to the length of the vector that is searched."""
    high, wide = vector.shape[2:]
    if results.cols == 1 and (results.rows > 1 or high > 1):
        return replace(results, rows=max(results.rows, high, wide))
    return replace(results, cols=max(results.cols, high, wide)) if results.rows == 1 else results


@function("XLOOKUP", grows=True)
def xlookup(
    here: Here,
    key: Value,
    values: Ref,
    results: Ref,
    otherwise: Lazy | None = None,
    mode: Value = _ZERO,
    order: Value = _ONE,
) -> Ref:
    """The entry (or row, or column) of a result range where a vector holds the key.

    =XLOOKUP("b", {"a","b"}, {1,2}) -> 2
    =XLOOKUP("x", {"a","b"}, {1,2}, "none") -> "none"
    =XLOOKUP(2, {1;2}, {1,2;3,4}) -> {3,4}
    =XLOOKUP(2.5, {1;2;3}, {"x";"y";"z"}, , 1) -> "z"
    """
    options = _x_options(mode, order)
    if isinstance(options, ErrorValue):
        return error(options)
    gone = deleted(values, results)
    if gone is not None:
        return with_errors(gone, key)
    growing_alike([values, results])
    vector = None if isinstance(values, References) else vector_of(values, here)
    if vector is None or isinstance(results, References):
        return error(ErrorValue.VALUE)
    assert isinstance(values, (Operand, Reference))
    tall = (values.rows if isinstance(values, Reference) else vector.shape[2]) > 1
    high, wide = size_of(results)
    long = values.rows * values.cols if isinstance(values, Reference) else vector.shape[2] * vector.shape[3]
    downwards = tall or (long == 1 and high == 1)
    if (high if downwards else wide) != long:
        return error(ErrorValue.VALUE)
    way, last = options
    place = located(vector, key, way, last=last, blanks=True, area=values)
    if not isinstance(place, np.ndarray):
        return with_errors(entry_at(contents(here, results), place, here, results), key)
    return _x_entry(here, key, results, place, downwards, otherwise)


def _absent() -> Operand:
    return error(ErrorValue.NA)


def _x_entry(
    here: Here, key: Operand, results: Operand | Reference, place: IntArray, downwards: bool, otherwise: Lazy | None
) -> Ref:
    found = place >= 0
    failed = _absent if otherwise is None else otherwise
    if not found.any():
        fallback = failed()
        if fallback is BLANK:  # nothing stands between the commas
            fallback = _absent()
        if found.size == 1 and not key.has(Kind.ERROR):
            return fallback
        filled, wanted = aligned(values_of(fallback, here), key)
        return with_errors(spread_to(filled, np.broadcast_shapes(filled.shape, wanted.shape)), key)
    inside = np.maximum(place, 0)
    high, wide = size_of(results)
    if isinstance(results, Reference) and found.all() and place.shape[2:] == (1, 1):
        step = inside[:, :, 0, 0]
        if downwards:
            return Reference(results.sheet, results.top + step, results.left, 1, wide)
        return Reference(results.sheet, results.top, results.left + step, high, 1)
    lone_key = place.shape[2:] == (1, 1)
    along = np.arange((wide if downwards else high) if lone_key else 1)
    if along.size > 1 and lone_key and place.size > 1 and isinstance(results, Reference):
        raise NotUniform  # ranges here, values there
    side = along.reshape((1, 1, 1, -1) if downwards else (1, 1, -1, 1))
    down, right = (inside, side) if downwards else (side, inside)
    chosen = entries_at(results, down, right, here)
    if found.all():
        return with_errors(chosen, key)
    chosen, fallback = aligned(chosen, values_of(failed(), here))
    shape = np.broadcast_shapes(found.shape, chosen.shape)
    return with_errors(choose_where(np.broadcast_to(found, shape), chosen, fallback), key)
