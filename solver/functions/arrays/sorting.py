"""Sorting, filtering and counting up: the arrays that formulas spill.

Values stand in Excel's order: numbers, texts, booleans, errors; blanks come last whichever way is sorted. What is
sorted or chosen by is computed as in an array formula, even where the formula itself is not one.
"""

from __future__ import annotations

import math
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add, constant, mul, neg, sort_
from solver.functions.allowance import MOST_VALUES
from solver.functions.arrange import rearrange
from solver.functions.arrays.layout import NOTHING_LEFT, at_places, places_of, whole
from solver.functions.coerce import as_numbers, number_of
from solver.functions.comparison import text_key
from solver.functions.operand import NeedsValue, Operand, error, numbers, with_errors
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.operand import IntArray
    from solver.functions.registry import Array, Grid
    from solver.values import Scalar


def sort_key(value: Scalar) -> tuple[int, object]:
    """What a value is sorted by.

    >>> sorted([True, "b", 2.0, "A", 1.0], key=sort_key)
    [1.0, 2.0, 'A', 'b', True]
    """
    if isinstance(value, ErrorValue):
        return 3, 0
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, str):
        return 1, text_key(value)
    return 0, value


def sorted_places(keys: Sequence[tuple[Sequence[Scalar], int]], count: int) -> IntArray:
    """The order of records by several keys, the most important first: 1 upwards, -1 downwards, ties as they were."""
    order = list(range(count))
    for values, direction in reversed(keys):
        filled = [(sort_key(values[k]), k) for k in order if values[k] is not None]
        blank = [k for k in order if values[k] is None]
        filled.sort(key=itemgetter(0), reverse=direction < 0)
        order = [k for _, k in filled] + blank
    return np.array(order, dtype=np.intp)


@function("SORT", per_cell=True, calculus=Calculus.KINK)
def sort(array: Array, index: Grid | None = None, order: Grid | None = None, by_column: Grid | None = None) -> Operand:
    """The rows of an array in the order of one column or of several; or its columns in the order of rows.

    =SORT({3;1;2}) -> {1;2;3}
    =SORT({"b",1;"a",2;"B",0}, 1) -> {"a",2;"b",1;"B",0}
    =SORT({1,"x";2,"y"}, 1, -1) -> {2,"y";1,"x"}
    =SORT({3,1,2}, 1, 1, TRUE) -> {1,2,3}
    =SORT({1;2}, 3) -> #VALUE!
    """
    across = _flag(by_column)
    if isinstance(across, ErrorValue):
        return error(across)
    size, places = array.shape[2 if across else 3], places_of(array)
    columns, directions = _integers(index, 1), _integers(order, 1)
    if isinstance(columns, ErrorValue):
        return error(columns)
    if isinstance(directions, ErrorValue):
        return error(directions)
    if len(directions) == 1:
        directions = directions * len(columns)
    if len(columns) != len(directions) or any(d not in (1, -1) for d in directions):
        return error(ErrorValue.VALUE)
    if any(not 1 <= column <= size for column in columns):
        return error(ErrorValue.VALUE)
    if array.live:
        return _sorted_live(array, directions[0], across)
    values = array.scalars()[0, 0]
    records = values.T if across else values
    keys = [(list(records[:, column - 1]), d) for column, d in zip(columns, directions, strict=True)]
    found = sorted_places(keys, len(records))
    return at_places(array, places[:, found] if across else places[found])


def _sorted_live(array: Operand, direction: int, across: bool) -> Operand:
    """One row or column of live numbers in order."""
    axis = 3 if across else 2
    if array.shape[5 - axis] != 1 or (array.kind != Kind.NUMBER).any():
        raise NeedsValue("SORT orders only one row or column of numbers by values that depend on a variable cell")
    if direction > 0:
        return numbers(sort_(array.number, axis))
    return numbers(neg(sort_(neg(array.number), axis)))


def _flag(operand: Operand | None) -> bool | ErrorValue:
    value = None if operand is None else operand.scalar()
    if isinstance(value, str):
        return ErrorValue.VALUE
    return value if isinstance(value, ErrorValue) else bool(value)


def _integers(operand: Operand | None, default: int) -> list[int] | ErrorValue:
    if operand is None:
        return [default]
    found = []
    for value in operand.scalars().ravel():
        number = whole(value, default)
        if isinstance(number, ErrorValue):
            return number
        found.append(number)
    return found


@function("SORTBY", per_cell=True, calculus=Calculus.STEP)
def sortby(array: Array, *keys: Array) -> Operand:
    """The rows (or columns) of an array in the order of other columns (or rows), each followed by 1 or -1.

    =SORTBY({"a";"b";"c"}, {2;3;1}) -> {"c";"a";"b"}
    =SORTBY({"a","b","c"}, {2,3,1}, -1) -> {"b","a","c"}
    =SORTBY({"a";"b"}, {1;2;3}) -> #VALUE!
    """
    values, places = list(keys[::2]), places_of(array)
    directions: list[int] = []
    for operand in keys[1::2]:
        found = _integers(operand, 1)
        if isinstance(found, ErrorValue):
            return error(found)
        directions.append(found[0])
    directions += [1] * (len(values) - len(directions))
    if any(direction not in (1, -1) for direction in directions):
        return error(ErrorValue.VALUE)
    across = values[0].shape[2] == 1 and values[0].shape[3] > 1
    count = places.shape[1] if across else places.shape[0]
    wanted = (1, count) if across else (count, 1)
    if any(operand.shape[2:] != wanted for operand in values):
        return error(ErrorValue.VALUE)
    columns = [(list(operand.scalars().ravel()), d) for operand, d in zip(values, directions, strict=True)]
    order = sorted_places(columns, count)
    return at_places(array, places[:, order] if across else places[order])


@function("UNIQUE", per_cell=True, calculus=Calculus.STEP)
def unique(array: Array, by_column: Grid | None = None, exactly_once: Grid | None = None) -> Operand:
    """The different rows (or columns) of an array, each once; or those that occur only once.

    =UNIQUE({1;2;1;3}) -> {1;2;3}
    =UNIQUE({"a";"A";"b"}) -> {"a";"b"}
    =UNIQUE({1,2,1}, TRUE) -> {1,2}
    =UNIQUE({1;2;1}, FALSE, TRUE) -> {2}
    """
    across, once = _flag(by_column), _flag(exactly_once)
    if isinstance(across, ErrorValue):
        return error(across)
    if isinstance(once, ErrorValue):
        return error(once)
    values, places = array.scalars()[0, 0], places_of(array)
    groups: dict[object, list[int]] = {}
    for k, record in enumerate(values.T if across else values):
        groups.setdefault(tuple(identity(value) for value in record), []).append(k)
    found = [members[0] for members in groups.values() if not once or len(members) == 1]
    if not found:
        return error(NOTHING_LEFT)
    return at_places(array, places[:, found] if across else places[found])


def identity(value: Scalar) -> object:
    """What two values share if they count as the same one; texts do if only their case differs."""
    return value.lower() if isinstance(value, str) else (type(value), value)


@function("FILTER", per_cell=True, calculus=Calculus.STEP)
def filter_(array: Array, include: Array, if_empty: Grid | None = None) -> Operand:
    """The rows (or columns) of an array for which a column (or row) of conditions holds.

    =FILTER({1;2;3}, {1;0;1}) -> {1;3}
    =FILTER({1,2,3;4,5,6}, {FALSE,TRUE,TRUE}) -> {2,3;5,6}
    =FILTER({1;2}, {0;0}, "none") -> "none"
    =FILTER({1;2}, {0;0}) -> #CALC!
    =FILTER({1;2}, {1;1;1}) -> #VALUE!
    """
    places = places_of(array)
    high, wide = include.shape[2:]
    across = high == 1 and wide == places.shape[1] and (wide > 1 or places.shape[0] > 1)
    if not across and (wide != 1 or high != places.shape[0]):
        return error(ErrorValue.VALUE)
    kept = []
    for k, value in enumerate(include.scalars().ravel()):
        truth = number_of(value) if not isinstance(value, str) else ErrorValue.VALUE
        if isinstance(truth, ErrorValue):
            return error(truth)
        if truth:
            kept.append(k)
    if not kept:
        return error(NOTHING_LEFT) if if_empty is None else if_empty
    return at_places(array, places[:, kept] if across else places[kept])


@function("SEQUENCE", per_cell=True)
def sequence(rows: Grid, columns: Grid | None = None, start: Grid | None = None, step: Grid | None = None) -> Operand:
    """Numbers that count up, along the rows.

    =SEQUENCE(2, 3) -> {1,2,3;4,5,6}
    =SEQUENCE(3, 1, 10, -5) -> {10;5;0}
    =SEQUENCE(2, , , 2) -> {1;3}
    =SEQUENCE(0) -> #CALC!
    =SEQUENCE(-1) -> #VALUE!
    """
    shape = []
    for operand in (rows, columns):
        size = whole(None if operand is None else operand.scalar(), 1)
        if isinstance(size, ErrorValue):
            return error(size)
        shape.append(size)
    if min(shape) < 0 or math.prod(shape) > MOST_VALUES:
        return error(ErrorValue.VALUE)
    if not math.prod(shape):
        return error(NOTHING_LEFT)
    count = constant(np.arange(math.prod(shape), dtype=np.float64).reshape(1, 1, *shape))
    first, size_of_step = (_number_or(operand, 1.0) for operand in (start, step))
    return with_errors(numbers(add(first.number, mul(size_of_step.number, count))), first, size_of_step)


def _number_or(operand: Operand | None, default: float) -> Operand:
    """A number, the first of several, a default where none is given."""
    if operand is None or (operand.kind == Kind.BLANK).all():
        return numbers(constant(np.full((1, 1, 1, 1), default)))
    return as_numbers(rearrange(operand, lambda places: places[:, :, :1, :1]))
