"""Functions that call a LAMBDA for every value, row or column of an array.

A block computes one formula at many cells at once, and so do these: the values of an array are laid along the axes of
a block, and the LAMBDA is called once for all of them. Only where its results differ in shape is it called value by
value. A formula that itself stands in a larger block is computed cell by cell.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.alignment import aligned
from solver.functions.allowance import make_room
from solver.functions.arrange import cell_of, gather, rearrange, spread_to
from solver.functions.arrays.layout import at_places, places_of, whole
from solver.functions.here import Reference, contents
from solver.functions.operand import BLANK, NotUniform, Operand, error, lone, of_scalars
from solver.functions.registry import function
from solver.functions.stack import stack_cells
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeGuard

    from solver.functions.here import Closure, Here
    from solver.functions.operand import Shape
    from solver.functions.registry import Given, Grid

_MOST_CELLS = 2**22


def _every(function: Closure, arguments: Sequence[Operand], lead: Shape, here: Here) -> Operand:
    """The results of a LAMBDA for arguments (m, n, h, w), one call for each of m x n: (1, 1, m, n)."""
    stand_alone(here)
    try:
        result = function(*arguments)
    except NotUniform:
        result = _one_by_one(function, arguments, lead)
    if result.shape[2:] != (1, 1):
        return error(ErrorValue.CALC)
    full = spread_to(result, (*lead, 1, 1))
    return rearrange(full, lambda places: places.transpose(2, 3, 0, 1))


def stand_alone(here: Here) -> None:
    """Asks for one cell at a time where the formula stands in a larger block."""
    if here.row.size > 1 or here.col.size > 1:
        raise NotUniform


def _one_by_one(function: Closure, arguments: Sequence[Operand], lead: Shape) -> Operand:
    results = []
    for r, c in np.ndindex(lead):
        result = function(*[cell_of(argument, r, c) for argument in arguments])
        results.append(result if result.shape[2:] == (1, 1) else error(ErrorValue.CALC))
    return stack_cells(results, (*lead, 1, 1))


@function("MAP", per_cell=True)
def map_(here: Here, *arguments: Given) -> Operand:
    """What a LAMBDA makes of every value of an array, or of the values of several arrays in the same place.

    =MAP({1,2;3,4}, LAMBDA(a, a * 10)) -> {10,20;30,40}
    =MAP({1,2}, {3,4}, LAMBDA(a, b, a + b)) -> {4,6}
    =MAP({3,1}, LAMBDA(n, SUM(SEQUENCE(n)))) -> {6,1}
    =MAP({1,2}, 3) -> #VALUE!
    """
    *sources, function = arguments
    if not sources or not callable_(function):
        return error(ErrorValue.VALUE)
    arrays = aligned(*[_values(here, source) for source in sources])
    lead = np.broadcast_shapes(*(array.shape[2:] for array in arrays))
    moved = [rearrange(array, lambda places: places.transpose(2, 3, 0, 1)) for array in arrays]
    return _every(function, moved, lead, here)


@function("BYROW", per_cell=True)
def byrow(here: Here, array: Grid, function: Closure) -> Operand:
    """What a LAMBDA makes of every row of an array.

    =BYROW({1,2;3,4}, LAMBDA(r, SUM(r))) -> {3;7}
    """
    if not callable_(function):
        return error(ErrorValue.VALUE)
    high = array.shape[2]
    return _every(function, [rearrange(array, lambda places: places.transpose(2, 0, 1, 3))], (high, 1), here)


@function("BYCOL", per_cell=True)
def bycol(here: Here, array: Grid, function: Closure) -> Operand:
    """What a LAMBDA makes of every column of an array.

    =BYCOL({1,2;3,4}, LAMBDA(c, MAX(c))) -> {3,4}
    """
    if not callable_(function):
        return error(ErrorValue.VALUE)
    wide = array.shape[3]
    return _every(function, [rearrange(array, lambda places: places.transpose(0, 3, 2, 1))], (1, wide), here)


@function("MAKEARRAY", per_cell=True)
def makearray(here: Here, rows: Grid, columns: Grid, function: Closure) -> Operand:
    """An array of some size whose values a LAMBDA makes of the numbers of their row and column.

    =MAKEARRAY(2, 3, LAMBDA(r, c, r * c)) -> {1,2,3;2,4,6}
    =MAKEARRAY(1, 2, LAMBDA(r, c, c * 2.5)) -> {2.5,5}
    =MAKEARRAY(0, 1, LAMBDA(r, c, 1)) -> #VALUE!
    """
    if not callable_(function):
        return error(ErrorValue.VALUE)
    high, wide = whole(rows.scalar(), 0), whole(columns.scalar(), 0)
    if isinstance(high, ErrorValue):
        return error(high)
    if isinstance(wide, ErrorValue):
        return error(wide)
    if min(high, wide) < 1 or high * wide > _MOST_CELLS:
        return error(ErrorValue.VALUE)
    row = of_scalars(np.arange(1.0, high + 1).astype(object).reshape(high, 1, 1, 1))
    column = of_scalars(np.arange(1.0, wide + 1).astype(object).reshape(1, wide, 1, 1))
    return _every(function, [row, column], (high, wide), here)


def _running(here: Here, start: Operand, array: Operand, function: Closure) -> Iterator[Operand]:
    """The running value after every value of the array; without a start, the first value is the first of them."""
    stand_alone(here)
    if not callable_(function):
        yield error(ErrorValue.VALUE)
        return
    values = _values_of(array)
    running = start
    if (start.kind == Kind.BLANK).all():
        running = next(values)
        yield running
    for value in values:
        running = function(running, value)
        yield running


@function("REDUCE", per_cell=True)
def reduce_(here: Here, start: Grid, array: Grid, function: Closure) -> Operand:
    """What is left when a LAMBDA has taken up all values of an array, one after the other, into a running value.

    =REDUCE(0, {1,2,3}, LAMBDA(a, b, a + b ^ 2)) -> 14
    =REDUCE(1, {2;3}, LAMBDA(a, b, VSTACK(a, b))) -> {1;2;3}
    =REDUCE(, {2,3,4}, LAMBDA(a, b, a * b)) -> 24
    """
    return deque(_running(here, start, array, function), maxlen=1).pop()


@function("SCAN", per_cell=True)
def scan(here: Here, start: Grid, array: Grid, function: Closure) -> Operand:
    """The running values of a LAMBDA that takes up all values of an array, one after the other.

    =SCAN(0, {1,2;3,4}, LAMBDA(a, b, a + b)) -> {1,3;6,10}
    =SCAN("", {"a","b"}, LAMBDA(a, b, a & b)) -> {"a","ab"}
    """
    if not callable_(function):
        return error(ErrorValue.VALUE)
    results = []
    for running in _running(here, start, array, function):
        if running.shape[2:] != (1, 1):
            return error(ErrorValue.CALC)
        results.append(running)
        make_room((1, 1, len(results), running.number.size))
    stacked = stack_cells(results, (1, len(results), 1, 1))
    return at_places(stacked, places_of(array))


def _values_of(array: Operand) -> Iterator[Operand]:
    """The values of an array one by one, in reading order."""
    if not array.live:
        return map(lone, array.scalars().ravel().tolist())
    count = array.shape[2] * array.shape[3]
    return (gather(array, np.full((1, 1, 1, 1), place, dtype=np.intp)) for place in range(count))


def callable_(argument: object) -> TypeGuard[Closure]:
    """Whether an argument is a LAMBDA."""
    return callable(argument)


def _values(here: Here, argument: Given) -> Operand:
    return contents(here, argument) if isinstance(argument, (Operand, Reference)) else error(ErrorValue.VALUE)


@function("ISOMITTED")
def isomitted(value: Given) -> bool:
    """Whether the argument for a parameter of a LAMBDA was left out.

    =LAMBDA(x, y, ISOMITTED(y))(1) -> TRUE
    =LAMBDA(x, y, ISOMITTED(y))(1, 2) -> FALSE
    """
    return value is BLANK
