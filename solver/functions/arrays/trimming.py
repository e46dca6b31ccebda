"""Ranges without the blank rows and columns around them; what was a range stays one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.functions.arrange import rearrange
from solver.functions.coerce import same_for_all
from solver.functions.here import Reference, References, contents, size_of
from solver.functions.operand import NotUniform, error, lone
from solver.functions.registry import function
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import ArrayRef, Ref, Value

_NEITHER, _START, _END, _BOTH = range(4)
_DEFAULT = lone(float(_BOTH))


@function("TRIMRANGE")
def trimrange(here: Here, area: ArrayRef, rows: Value = _DEFAULT, columns: Value = _DEFAULT) -> Ref:
    """A range without its blank rows and columns at the start (1), at the end (2), both (3) or neither (0).

    =TRIMRANGE({1,2}) -> {1,2}
    =TRIMRANGE(A1:C9) -> 1
    =ROWS(TRIMRANGE(A1:C9, 0, 3)) -> 9
    =TRIMRANGE(A1:C9, 4) -> #VALUE!
    =TRIMRANGE(B1:C9) -> #REF!
    """
    ways = []
    for value in (rows, columns):
        way = same_for_all(value)
        if isinstance(way, ErrorValue) or int(way) not in (_NEITHER, _START, _END, _BOTH):
            return error(way if isinstance(way, ErrorValue) else ErrorValue.VALUE)
        ways.append(int(way))
    return _trimmed(here, area, ways[0], ways[1])


@function("_TRO_LEADING")
def from_the_first(here: Here, area: ArrayRef) -> Ref:
    """A range from its first cell that is not blank: what `A1.:C9` means.

    =ROWS(_TRO_LEADING(A1:C9)) -> 9
    =_TRO_LEADING({1,2}) -> {1,2}
    """
    return _trimmed(here, area, _START, _START)


@function("_TRO_TRAILING")
def to_the_last(here: Here, area: ArrayRef) -> Ref:
    """A range to its last cell that is not blank: what `A1:.C9` means.

    =ROWS(_TRO_TRAILING(A1:C9)) -> 1
    =_TRO_TRAILING({1,2}) -> {1,2}
    """
    return _trimmed(here, area, _END, _END)


@function("_TRO_ALL")
def from_the_first_to_the_last(here: Here, area: ArrayRef) -> Ref:
    """A range without the blank rows and columns around it: what `A1.:.C9` means.

    =SUM(_TRO_ALL(A1:C9)) -> 1
    =_TRO_ALL({1,2}) -> {1,2}
    """
    return _trimmed(here, area, _BOTH, _BOTH)


def _trimmed(here: Here, area: ArrayRef, rows: int, columns: int) -> Ref:
    if isinstance(area, References):
        return error(ErrorValue.VALUE)
    whole, values = size_of(area), contents(here, area)
    if values.shape[:2] != (1, 1):
        raise NotUniform
    used = np.broadcast_to(values.kind, values.shape)[0, 0] != Kind.BLANK
    if not used.any():
        return error(ErrorValue.REF)
    kept = []
    for axis, way in enumerate((rows, columns)):
        filled = np.flatnonzero(used.any(axis=1 - axis))
        first = int(filled[0]) if way in (_START, _BOTH) else 0
        last = int(filled[-1]) if way in (_END, _BOTH) else whole[axis] - 1
        kept.append(slice(first, last + 1))
    down, across = kept
    if isinstance(area, Reference):
        size = down.stop - down.start, across.stop - across.start
        return Reference(area.sheet, area.top + down.start, area.left + across.start, *size)
    return rearrange(area, lambda places: places[:, :, down, across])
