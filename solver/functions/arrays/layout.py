"""Arrays laid out anew: parts taken, parts joined, rows turned into columns; live numbers stay live.

Every result is a grid of positions in what was given, -1 where a filler stands.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, overload

import numpy as np

from solver.functions.allowance import MOST_VALUES, make_room
from solver.functions.arrange import gather
from solver.functions.coerce import number_of
from solver.functions.operand import Operand, error, lone
from solver.functions.registry import function
from solver.functions.stack import beside
from solver.grid import MAX_ROWS
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.operand import IntArray
    from solver.functions.registry import Grid
    from solver.values import Scalar

NOTHING_LEFT = ErrorValue.CALC


def at_places(source: Operand, places: IntArray, filler: Scalar = ErrorValue.NA) -> Operand:
    """The values of a lone cell's operand at flat positions (h, w), a filler where a position is negative."""
    grid = places[np.newaxis, np.newaxis]
    if (grid >= 0).all():
        return gather(source, grid)
    count = math.prod(source.shape)
    return gather(beside([source, lone(filler)]), np.where(grid < 0, count, grid))


def places_of(source: Operand) -> IntArray:
    """The flat positions of a lone cell's operand, laid out as its grid (h, w)."""
    return np.arange(source.shape[2] * source.shape[3], dtype=np.intp).reshape(source.shape[2:])


@overload
def whole(value: Scalar, default: int) -> int | ErrorValue: ...


@overload
def whole(value: Scalar) -> int | ErrorValue | None: ...


def whole(value: Scalar, default: int | None = None) -> int | ErrorValue | None:
    """A value cut to a whole number, an error where it is no number; the default for a blank."""
    if value is None:
        return default
    number = number_of(value)
    return number if isinstance(number, ErrorValue) else math.trunc(number)


def _range_of(count: int, size: int) -> slice:
    """The first places, or the last ones if the count is negative."""
    return slice(0, count) if count >= 0 else slice(max(0, size + count), size)


@function("TAKE")
def take(array: Grid, rows: Scalar = None, columns: Scalar = None) -> Operand | ErrorValue:
    """The first rows and columns of an array, or the last ones if negative.

    =TAKE({1,2,3;4,5,6;7,8,9}, 2) -> {1,2,3;4,5,6}
    =TAKE({1,2,3;4,5,6;7,8,9}, -1, 2) -> {7,8}
    =TAKE({1,2,3}, , -2) -> {2,3}
    =TAKE({1,2,3}, 0) -> #CALC!
    """
    places = places_of(array)
    for axis, value in enumerate((rows, columns)):
        count = whole(value)
        if isinstance(count, ErrorValue):
            return count
        if count is not None:
            chosen = _range_of(count, places.shape[axis])
            places = places[chosen] if axis == 0 else places[:, chosen]
    return at_places(array, places) if places.size else NOTHING_LEFT


@function("DROP")
def drop(array: Grid, rows: Scalar = None, columns: Scalar = None) -> Operand | ErrorValue:
    """An array without its first rows and columns, or without the last ones if negative.

    =DROP({1,2,3;4,5,6;7,8,9}, 2) -> {7,8,9}
    =DROP({1,2,3;4,5,6;7,8,9}, -2, 1) -> {2,3}
    =DROP({1,2,3}, 1) -> #CALC!
    """
    places = places_of(array)
    for axis, value in enumerate((rows, columns)):
        count = whole(value, 0)
        if isinstance(count, ErrorValue):
            return count
        kept = slice(count, None) if count >= 0 else slice(0, max(0, places.shape[axis] + count))
        places = places[kept] if axis == 0 else places[:, kept]
    return at_places(array, places) if places.size else NOTHING_LEFT


@function("CHOOSECOLS", per_cell=True)
def choosecols(array: Grid, *columns: Grid) -> Operand:
    """Some columns of an array, counted from the first, or from the last if negative.

    =CHOOSECOLS({1,2,3;4,5,6}, 3, 1) -> {3,1;6,4}
    =CHOOSECOLS({1,2,3;4,5,6}, {-1,-2}) -> {3,2;6,5}
    =CHOOSECOLS({1,2,3}, 4) -> #VALUE!
    """
    return _chosen(array, columns, 1)


@function("CHOOSEROWS", per_cell=True)
def chooserows(array: Grid, *rows: Grid) -> Operand:
    """Some rows of an array, counted from the first, or from the last if negative.

    =CHOOSEROWS({1,2;3,4;5,6}, 1, -1) -> {1,2;5,6}
    =CHOOSEROWS({1,2;3,4}, 0) -> #VALUE!
    """
    return _chosen(array, rows, 0)


def _chosen(array: Operand, numbers: Sequence[Operand], axis: int) -> Operand:
    size, wanted = array.shape[2 + axis], []
    for value in [value for operand in numbers for value in operand.scalars().ravel()]:
        number = whole(value, 0)
        if isinstance(number, ErrorValue):
            return error(number)
        if not 1 <= abs(number) <= size:
            return error(ErrorValue.VALUE)
        wanted.append(number - 1 if number > 0 else size + number)
    make_room((1, 1, len(wanted), array.shape[3 - axis]))
    places = places_of(array)
    return at_places(array, places[wanted] if axis == 0 else places[:, wanted])


@function("VSTACK", per_cell=True)
def vstack(*arrays: Grid) -> Operand:
    """Arrays one below the other; what a narrower one lacks is #N/A.

    =VSTACK({1,2}, {3,4;5,6}) -> {1,2;3,4;5,6}
    =VSTACK({1,2}, 3) -> {1,2;3,#N/A}
    """
    return _stacked(arrays, 0)


@function("HSTACK", per_cell=True)
def hstack(*arrays: Grid) -> Operand:
    """Arrays side by side; what a lower one lacks is #N/A.

    =HSTACK({1;2}, {3;4}) -> {1,3;2,4}
    =HSTACK({1;2}, "x") -> {1,"x";2,#N/A}
    """
    return _stacked(arrays, 1)


def _stacked(arrays: Sequence[Operand], axis: int) -> Operand:
    size = max(array.shape[3 - axis] for array in arrays)
    parts, start = [], 0
    for array in arrays:
        places = places_of(array) + start
        start += places.size
        missing = size - places.shape[1 - axis]
        padding = ((0, 0), (0, missing)) if axis == 0 else ((0, missing), (0, 0))
        parts.append(np.pad(places, padding, constant_values=-1))
    return at_places(beside(arrays), np.concatenate(parts, axis=axis))


@function("TOCOL")
def tocol(array: Grid, ignore: Scalar = None, by_column: bool = False) -> Operand | ErrorValue:
    """All values in one column, read by rows or by columns; without blanks (1), errors (2) or both (3).

    =TOCOL({1,2;3,4}) -> {1;2;3;4}
    =TOCOL({1,2;3,4}, 0, TRUE) -> {1;3;2;4}
    =TOCOL({1,#N/A}, 2) -> {1}
    """
    kept = _kept(array, ignore, by_column)
    return kept if isinstance(kept, ErrorValue) else at_places(array, kept[:, np.newaxis])


@function("TOROW")
def torow(array: Grid, ignore: Scalar = None, by_column: bool = False) -> Operand | ErrorValue:
    """All values in one row, read by rows or by columns; without blanks (1), errors (2) or both (3).

    =TOROW({1,2;3,4}) -> {1,2,3,4}
    =TOROW({#N/A}, 3) -> #CALC!
    """
    kept = _kept(array, ignore, by_column)
    return kept if isinstance(kept, ErrorValue) else at_places(array, kept[np.newaxis])


def _kept(array: Operand, ignore: Scalar, by_column: bool) -> IntArray | ErrorValue:
    way = whole(ignore, 0)
    if isinstance(way, ErrorValue):
        return way
    if way not in (0, 1, 2, 3):
        return ErrorValue.VALUE
    places = places_of(array)
    flat = (places.T if by_column else places).ravel()
    kinds = np.broadcast_to(array.kind, array.shape).ravel()[flat]
    skipped = (way in (1, 3)) & (kinds == Kind.BLANK) | (way in (2, 3)) & (kinds > Kind.ERROR)
    return flat[~skipped] if not skipped.all() else NOTHING_LEFT


@function("WRAPROWS")
def wraprows(vector: Grid, count: float, pad: Scalar = ErrorValue.NA) -> Operand | ErrorValue:
    """The values of a row or column in rows of some length.

    =WRAPROWS({1,2,3,4}, 2) -> {1,2;3,4}
    =WRAPROWS({1,2,3,4,5}, 2) -> {1,2;3,4;5,#N/A}
    =WRAPROWS({1,2,3}, 2, "x") -> {1,2;3,"x"}
    =WRAPROWS({1,2;3,4}, 2) -> #VALUE!
    =WRAPROWS({1,2}, 0) -> #NUM!
    """
    places = _wrapped(vector, count)
    return places if isinstance(places, ErrorValue) else at_places(vector, places, pad)


@function("WRAPCOLS")
def wrapcols(vector: Grid, count: float, pad: Scalar = ErrorValue.NA) -> Operand | ErrorValue:
    """The values of a row or column in columns of some length.

    =WRAPCOLS({1,2,3,4}, 2) -> {1,3;2,4}
    =WRAPCOLS({1,2,3,4,5}, 2) -> {1,3,5;2,4,#N/A}
    """
    places = _wrapped(vector, count)
    return places if isinstance(places, ErrorValue) else at_places(vector, places.T, pad)


def _wrapped(vector: Operand, count: float) -> IntArray | ErrorValue:
    if min(vector.shape[2:]) > 1:
        return ErrorValue.VALUE
    if count < 1:
        return ErrorValue.NUM
    size = max(vector.shape[2:])
    length = min(math.trunc(count), size)
    return np.pad(np.arange(size), (0, -size % length), constant_values=-1).reshape(-1, length)


@function("EXPAND")
def expand(array: Grid, rows: Scalar, columns: Scalar = None, pad: Scalar = ErrorValue.NA) -> Operand | ErrorValue:
    """An array made larger, with a filler in the new places.

    =EXPAND({1,2}, 2, 3, 0) -> {1,2,0;0,0,0}
    =EXPAND({1;2}, , 2) -> {1,#N/A;2,#N/A}
    =EXPAND({1;2}, 1) -> #VALUE!
    """
    places = places_of(array)
    missing = []
    for size, value in zip(places.shape, (rows, columns), strict=True):
        wanted = whole(value, size)
        if isinstance(wanted, ErrorValue):
            return wanted
        if not size <= wanted <= MAX_ROWS:
            return ErrorValue.VALUE
        missing.append((0, wanted - size))
    if math.prod(size + more for size, (_, more) in zip(places.shape, missing, strict=True)) > MOST_VALUES:
        return ErrorValue.NUM
    return at_places(array, np.pad(places, missing, constant_values=-1), pad)
