"""What a pivot table shows: its cells asked for by measure and items instead of by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.functions.here import Reference
from solver.functions.information.elsewhere import Elsewhere
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import Operand
    from solver.functions.registry import Ref
    from solver.values import Scalar


@function("GETPIVOTDATA", calculus=Calculus.STEP)
def getpivotdata(here: Here, measure: str, table: Ref, *more: Scalar) -> Operand | ErrorValue:
    """What a pivot table shows of a measure for these items; #REF! where it shows nothing of the kind.

    The table is the one around a cell; pairs of field and item follow. Fields that are not named must have been
    summed up: the value is a total over them. It is the value that stands on the sheet since the last refresh.

    =GETPIVOTDATA("Sum of sales", A1, "region", "East") -> #REF!
    """
    if not isinstance(table, Reference) or len(more) % 2:
        return ErrorValue.REF
    pivot = here.pivot(table)
    if pivot is None:
        return ErrorValue.REF
    if not pivot.listed:
        raise Elsewhere("the pivot table does not list its lines: the value is that of the last refresh")
    asked: dict[str, float | str | bool] = {}
    for field, item in zip(more[::2], more[1::2], strict=True):
        for value in (field, item):
            if isinstance(value, ErrorValue):
                return value
        if not isinstance(field, str):
            return ErrorValue.REF
        asked[field.strip()] = "" if item is None or isinstance(item, ErrorValue) else item
    place = pivot.find(measure, asked)
    if place is None:
        return ErrorValue.REF
    top, left = (np.full((1, 1), at, dtype=np.intp) for at in place)
    return here.read(Reference(pivot.area.sheet, top, left, 1, 1))
