"""Functions that give ranges back: INDEX, OFFSET and INDIRECT.

A range has one place for every cell of the block, so that a filled-down INDEX reads all its rows in one gather and
variables are reached through it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add, broadcast, constant, less, mul, pick, trunc, where
from solver.functions.alignment import overlaid
from solver.functions.allowance import STACKED_CALL, spend
from solver.functions.arrange import flatten, value_at
from solver.functions.coerce import as_logicals, as_numbers, as_texts, same_for_all
from solver.functions.here import Places, Reference, References, contents, size_of
from solver.functions.lookup.locate import entries_at
from solver.functions.operand import (
    BLANK,
    TRUE,
    NeedsValue,
    NotUniform,
    Operand,
    Strip,
    deleted,
    error,
    lone,
    numbers,
    with_errors,
)
from solver.functions.registry import Calculus, function
from solver.grid import MAX_COLS, MAX_ROWS
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray, FloatArray, IntArray
    from solver.functions.registry import ArrayRef, Ref, Value

_ONE = lone(1.0)
_OUTSIDE = 2.0**40  # beyond every sheet and array, and well within whole numbers


@function("INDEX")
def index(
    here: Here, array: ArrayRef, row: Value | None = None, column: Value | None = None, area: Value = _ONE
) -> Ref:
    """The cell in a row and column of a range; 0 means the whole row or column.

    An array does without the column, a range of several rows and columns only where a comma stands for it.

    =INDEX({1,2;3,4}, 2, 1) -> 3
    =INDEX({1,2,3}, 2) -> 2
    =INDEX({1,2;3,4}, 0, 2) -> {2;4}
    =INDEX({1,2;3,4}, 3, 1) -> #REF!
    =INDEX({1,2;3,4}, 2) -> {3,4}
    =SUM(INDEX(A1:B1, 1, 0), 1) -> 2
    =SUM(INDEX(A1:B2, 1, ), 1) -> 2
    =SUM(INDEX(A1:B2, 1), 1) -> #REF!
    """
    if isinstance(array, References):
        which = same_for_all(area)
        if isinstance(which, ErrorValue) or not 1 <= which < len(array.parts) + 1:
            return error(ErrorValue.REF)
        array = array.parts[int(which) - 1]
    elif area is not _ONE and same_for_all(area) != 1:
        return error(ErrorValue.REF)
    high, wide = size_of(array)
    if isinstance(array, Operand) and (high, wide) == (1, 1) and array.errors.all():
        return array
    if isinstance(array, Reference) and column is None and min(high, wide) > 1:
        return error(ErrorValue.REF)
    down = as_numbers(BLANK if row is None else row)
    right = as_numbers(BLANK if column is None else column)
    if column is None and wide == 1:
        right = _ONE
    elif column is None and high == 1:
        down, right = _ONE, down
    if down.live or right.live:
        return _live_entry(here, array, down, right)
    return _known_entry(here, array, down, right)


def _known_entry(here: Here, array: Operand | Reference, down: Operand, right: Operand) -> Ref:
    high, wide = size_of(array)
    i, j = (np.where(part.errors, 1, np.broadcast_to(_position(part.known), part.shape)) for part in (down, right))
    wrong = (i < 0) | (j < 0)
    outside = (i > high) | (j > wide)
    whole_column, whole_row = _all_or_none(i == 0), _all_or_none(j == 0)
    top, left = np.clip(i - 1, 0, high - 1), np.clip(j - 1, 0, wide - 1)
    clean = not (wrong.any() or outside.any() or down.has(Kind.ERROR) or right.has(Kind.ERROR))
    if isinstance(array, Reference) and clean and i.shape[2:] == j.shape[2:] == (1, 1):
        rows, cols = (high if whole_column else 1), (wide if whole_row else 1)
        whole = array.whole and (whole_column or whole_row)
        return Reference(array.sheet, array.top + top[:, :, 0, 0], array.left + left[:, :, 0, 0], rows, cols, whole)
    several = (whole_column and i.shape[2:] != (1, 1)) or (whole_row and j.shape[2:] != (1, 1))
    if several or (whole_column and j.shape[2] > 1) or (whole_row and i.shape[3] > 1):
        return error(ErrorValue.VALUE)  # whole columns cannot stand one below the other
    if whole_column or whole_row:
        if isinstance(array, Reference) and i.shape[2:] == j.shape[2:] == (1, 1) and max(i.size, j.size) > 1:
            raise NotUniform  # ranges here, errors there
        values = contents(here, array)
        top = np.arange(values.shape[2]).reshape(1, 1, -1, 1) if whole_column else top
        left = np.arange(values.shape[3]).reshape(1, 1, 1, -1) if whole_row else left
    found = entries_at(array, top, left, here)
    found = overlaid(found, outside, np.uint8(Kind.ERROR + ErrorValue.REF))
    found = overlaid(found, wrong, np.uint8(Kind.ERROR + ErrorValue.VALUE))
    return with_errors(found, down, right)


def _position(number: FloatArray) -> IntArray:
    """The whole number of a place, however far outside."""
    return np.clip(np.trunc(number), -_OUTSIDE, _OUTSIDE).astype(np.intp)


def _all_or_none(mask: BoolArray) -> bool:
    if mask.any() and not mask.all():
        raise NotUniform
    return bool(mask.any())


def _live_entry(here: Here, array: Operand | Reference, down: Operand, right: Operand) -> Operand:
    """The entry at a position that depends on a variable: a step function."""
    values = contents(here, array)
    if down.shape[2:] != (1, 1) or right.shape[2:] != (1, 1):
        raise NeedsValue("several positions at once must not depend on a variable cell")
    high, wide = values.shape[2:]
    i, j = trunc(down.number), trunc(right.number)
    if wide > 1 and not right.live and _all_or_none(right.known == 0):
        return _live_row(array, values, i)
    if wide == 1 and not right.live:
        j = where(constant(right.known == 0), 1.0, j)
    row = _numbers_or_nothing(flatten(values))
    flat = add(mul(add(i, -1.0), float(wide)), add(j, -1.0))
    outside = add(add(less(i, 1.0), less(float(high), i)), add(less(j, 1.0), less(float(wide), j)))
    return with_errors(numbers(pick(row, where(outside, -1.0, flat), -1)), down, right)


def _numbers_or_nothing(values: Operand) -> Node:
    """The numbers of a range, blanks as 0, with no value (NaN) where a text or an error stands."""
    usable = (values.kind != Kind.TEXT) & (values.kind < Kind.ERROR)
    node = broadcast(values.number, np.broadcast_shapes(values.number.shape, values.shape))
    return node if usable.all() else where(constant(usable), node, np.nan)


def _live_row(array: Operand | Reference, values: Operand, i: Node) -> Operand:
    """A whole row at a position that depends on a variable."""
    rows = _numbers_or_nothing(values)
    chosen = numbers(pick(rows, add(i, -1.0), -2))
    if isinstance(array, Reference) and array.left.size == 1:
        return Strip(chosen.kind, chosen.number, None, int(array.left.flat[0]))
    return chosen


@function("OFFSET", calculus=Calculus.STEP)
def offset(
    here: Here, area: Ref, rows: Value, cols: Value, height: Value | None = None, width: Value | None = None
) -> Ref | Places:
    """The range that lies some rows and columns away, with another size if wanted.

    =ROW(OFFSET(A1, 2, 0)) -> 3
    =ROWS(OFFSET(A1:B2, 1, 1, 5)) -> 5
    =SUM(OFFSET(B1, 0, -1)) -> 1
    =OFFSET(A1, -1, 0) -> #REF!
    """
    if not isinstance(area, Reference):
        return deleted(area) or error(ErrorValue.VALUE)
    asked = [None if part is BLANK else part for part in (rows, cols, height, width)]
    grid = np.broadcast_shapes(*(part.shape[2:] for part in asked if part is not None))
    if grid != (1, 1):
        return _places(
            here,
            grid,
            lambda at: offset(here, area, *(BLANK if part is None else value_at(part, at) for part in asked)),
        )
    moves = [as_numbers(part) for part in (rows, cols)]
    for part in (*moves, *[as_numbers(size) for size in (height, width) if size is not None]):
        if part.has(Kind.ERROR):
            if not part.errors.all():
                raise NotUniform
            return part
    down, right = (_position(np.floor(part.known[:, :, 0, 0])) for part in moves)
    high = _extent(height, area.rows)
    wide = _extent(width, area.cols)
    if high == 0 or wide == 0:
        return error(ErrorValue.REF)
    top = area.top + down + (high + 1 if high < 0 else 0)
    left = area.left + right + (wide + 1 if wide < 0 else 0)
    high, wide = abs(high), abs(wide)
    outside = (top < 0) | (left < 0) | (top + high > MAX_ROWS) | (left + wide > MAX_COLS)
    if outside.any():
        if not outside.all():
            raise NotUniform
        return error(ErrorValue.REF)
    return Reference(area.sheet, top, left, high, wide, area.whole and (high, wide) == (area.rows, area.cols))


def _places(here: Here, grid: tuple[int, ...], part_at: Callable[[tuple[int, int]], Ref | Places]) -> Places:
    """The array of what stands at each place of a grid, for the only cell of a block."""
    if here.row.size > 1 or here.col.size > 1:
        raise NotUniform
    high, wide = grid
    spend(STACKED_CALL * high * wide)
    parts = [[part_at((i, j)) for j in range(wide)] for i in range(high)]
    return Places(tuple(tuple(part for part in row if not isinstance(part, Places)) for row in parts))


def _extent(size: Operand | None, otherwise: int) -> int:
    if size is None or size is BLANK:
        return otherwise
    wanted = same_for_all(size)
    assert not isinstance(wanted, ErrorValue)
    return int(wanted)


@function("INDIRECT", calculus=Calculus.NONE)
def indirect(here: Here, text: Value, a1: Value = TRUE) -> Ref | Places:
    """The range that a text names, as A1 or R1C1.

    =INDIRECT("A1") -> 1
    =ROW(INDIRECT("B"&3)) -> 3
    =INDIRECT("no such name") -> #REF!
    """
    style = same_for_all(as_logicals(a1))
    if isinstance(style, ErrorValue):
        return error(style)
    written = as_texts(text)
    if written.shape[2:] == (1, 1) and written.has(Kind.ERROR):
        if not written.errors.all():
            raise NotUniform
        return written
    if written.shape[2:] != (1, 1):
        return _places(here, written.shape[2:], lambda at: indirect(here, value_at(written, at), a1))
    assert written.text is not None
    names = written.text[:, :, 0, 0]
    if not style and here.row.size * here.col.size > 1:
        raise NotUniform
    found = [here.refer(name, bool(style)) for name in names.ravel().tolist()]
    if len(found) == 1:
        return error(ErrorValue.REF) if found[0] is None else found[0]
    places = [part for part in found if isinstance(part, Reference)]
    first = next(iter(places), None)
    if first is None or len(places) != len(found):
        raise NotUniform
    if any((p.sheet, p.rows, p.cols) != (first.sheet, first.rows, first.cols) for p in places):
        raise NotUniform
    top = np.array([int(part.top.flat[0]) for part in places]).reshape(names.shape)
    left = np.array([int(part.left.flat[0]) for part in places]).reshape(names.shape)
    return Reference(first.sheet, top, left, first.rows, first.cols, first.whole)
