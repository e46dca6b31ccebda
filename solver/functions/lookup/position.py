"""Positions of cells as numbers and texts: ROW and COLUMN, ROWS and COLUMNS, AREAS, ADDRESS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant
from solver.functions.coerce import number_of, text_of
from solver.functions.here import Reference, References, size_of
from solver.functions.operand import BLANK, Operand, deleted, error, lone, numbers
from solver.functions.registry import Calculus, function
from solver.grid import MAX_COLS, MAX_ROWS, column_letters, quote_sheet
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import IntArray
    from solver.functions.registry import ArrayRef, Ref
    from solver.values import Scalar


def _ramp(start: IntArray, length: int, axis: int) -> Operand:
    """Whole numbers from `start` (R, C), counted from 1, along an axis of the grid."""
    steps = np.arange(length).reshape((1, 1, -1, 1) if axis == 2 else (1, 1, 1, -1))
    return numbers(constant(start[:, :, np.newaxis, np.newaxis] + steps + 1))


@function("ROW", ranges=True, calculus=Calculus.STEP)
def row(here: Here, area: Ref | None = None) -> Operand:
    """The row of a range, or of the formula itself.

    =ROW(C10) -> 10
    =ROW(A2:B4) -> {2;3;4}
    """
    if area is None or area is BLANK:
        return _ramp(here.row, 1, 2)
    if not isinstance(area, Reference):
        return deleted(area) or error(ErrorValue.VALUE)
    return _ramp(area.top, area.rows, 2)


@function("COLUMN", ranges=True, calculus=Calculus.STEP)
def column(here: Here, area: Ref | None = None) -> Operand:
    """The column of a range, or of the formula itself.

    =COLUMN(C10) -> 3
    =COLUMN(A2:B4) -> {1,2}
    """
    if area is None or area is BLANK:
        return _ramp(here.col, 1, 3)
    if not isinstance(area, Reference):
        return deleted(area) or error(ErrorValue.VALUE)
    return _ramp(area.left, area.cols, 3)


@function("ROWS", ranges=True, calculus=Calculus.NONE)
def rows_of(array: ArrayRef) -> Operand:
    """How many rows a range or array has.

    =ROWS(C1:E4) -> 4
    =ROWS({1,2,3;4,5,6}) -> 2
    """
    if isinstance(array, References):
        return error(ErrorValue.REF)
    return _extent(array, 0)


@function("COLUMNS", ranges=True, calculus=Calculus.NONE)
def columns_of(array: ArrayRef) -> Operand:
    """How many columns a range or array has.

    =COLUMNS(C1:E4) -> 3
    =COLUMNS({1,2,3;4,5,6}) -> 3
    """
    if isinstance(array, References):
        return error(ErrorValue.REF)
    return _extent(array, 1)


def _extent(array: Operand | Reference, axis: int) -> Operand:
    """How many rows (`axis` 0) or columns (1) there are; of a lone error, the error."""
    if isinstance(array, Operand) and array.shape[2:] == (1, 1) and array.errors.all():
        return array
    return lone(float(size_of(array)[axis]))


@function("AREAS", calculus=Calculus.NONE)
def areas(area: Ref) -> Operand:
    """How many ranges a union consists of.

    =AREAS((A1:B2,C3)) -> 2
    """
    if isinstance(area, Operand):
        return area if area.errors.all() else error(ErrorValue.VALUE)
    return lone(float(len(area.parts) if isinstance(area, References) else 1))


@function("ADDRESS")
def address(
    row: float, column: float, fixed: Scalar = None, a1: Scalar = None, sheet: Scalar = None
) -> str | ErrorValue:
    """The address of a cell as a text; `fixed` makes both (1), the row (2), the column (3) or nothing (4) absolute.

    =ADDRESS(2, 3) -> "$C$2"
    =ADDRESS(2, 3, 2) -> "C$2"
    =ADDRESS(2, 3, 2, FALSE) -> "R2C[3]"
    =ADDRESS(2, 3, , , "My sheet") -> "'My sheet'!$C$2"
    =ADDRESS(0, 1) -> #VALUE!
    """
    kind = 1.0 if fixed is None else number_of(fixed)
    style = 1.0 if a1 is None else number_of(a1)
    for value in (kind, style, sheet):
        if isinstance(value, ErrorValue):
            return value
    if not (1 <= row < MAX_ROWS + 1 and 1 <= column < MAX_COLS + 1 and 1 <= kind < 5):
        return ErrorValue.VALUE
    i, j = int(row), int(column)
    row_fixed, column_fixed = int(kind) in (1, 2), int(kind) in (1, 3)
    if style:
        text = f"{'$' * column_fixed}{column_letters(j - 1)}{'$' * row_fixed}{i}"
    else:
        text = f"R{i if row_fixed else f'[{i}]'}C{j if column_fixed else f'[{j}]'}"
    if sheet is None:
        return text
    name = text_of(sheet)
    return f"{quote_sheet(name) if name else ''}!{text}"
