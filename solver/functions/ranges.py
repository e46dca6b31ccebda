"""Arrays of ranges: a function that asks for one range at a time has a value for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import reshape
from solver.functions.allowance import STACKED_CALL, spend
from solver.functions.arrange import spread_to, value_at
from solver.functions.call import call, scalar_of
from solver.functions.here import Places, Reference
from solver.functions.operand import NotUniform, Operand, error
from solver.functions.registry import Taking
from solver.functions.stack import stack_cells
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.call import Argument
    from solver.functions.here import Here
    from solver.functions.registry import Function, Parameter


def for_each_range(
    function: Function, parameters: Sequence[Parameter], arguments: Sequence[Argument], here: Here
) -> Operand:
    """The values of a function for all ranges of an array of ranges, beside which other arrays go value by value."""
    if here.row.size > 1 or here.col.size > 1:
        raise NotUniform
    whole = [not (p.taking.scalar or p.taking is Taking.REF) for p in parameters]
    taken = [
        scalar_of(argument, here) if p.taking.scalar and isinstance(argument, Reference) else argument
        for p, argument in zip(parameters, arguments, strict=True)
    ]
    sizes = [
        each.shape if isinstance(each, Places) else each.shape[2:]
        for keeps, each in zip(whole, taken, strict=True)
        if isinstance(each, Places) or (isinstance(each, Operand) and not keeps)
    ]
    grid = np.broadcast_shapes(*sizes)
    at_once = _at_once(function, taken, whole, here)
    if at_once is not None:
        return _lying(spread_to(at_once, (*grid, 1, 1)), (1, 1, *grid))
    results = []
    for at in np.ndindex(grid):
        spend(STACKED_CALL)
        single = [_at(each, at, keeps) for keeps, each in zip(whole, taken, strict=True)]
        value = call(function, single, here)
        value = value if isinstance(value, Operand) else scalar_of(value, here)
        results.append(value if value.shape[2:] == (1, 1) else error(ErrorValue.VALUE))
    return stack_cells(results, (1, 1, *grid))


def _at_once(function: Function, taken: Sequence[Argument], whole: Sequence[bool], here: Here) -> Operand | None:
    """The values of a function as if each place of the arrays were a cell of a block; None where that does not go."""
    try:
        result = call(function, [_as_block(each, keeps) for keeps, each in zip(whole, taken, strict=True)], here)
    except NotUniform:
        return None
    return result if isinstance(result, Operand) and result.shape[2:] == (1, 1) else None


def _as_block(argument: Argument, keeps: bool) -> Argument:
    """An argument whose arrays lie along the cells of a block; NotUniform for ranges that are not alike."""
    if isinstance(argument, Places):
        parts = [part for row in argument.parts for part in row]
        first = parts[0]
        if not isinstance(first, Reference) or not all(_alike(first, part) for part in parts):
            raise NotUniform
        top, left = (
            np.array([int(getattr(part, side).flat[0]) for part in parts], dtype=np.intp).reshape(argument.shape)
            for side in ("top", "left")
        )
        return Reference(first.sheet, top, left, first.rows, first.cols, first.whole)
    if isinstance(argument, Operand) and not keeps:
        return _lying(spread_to(argument, argument.shape), (*argument.shape[2:], 1, 1))
    return argument


def _alike(first: Reference, part: object) -> bool:
    """Whether a range has its own place and is else like the first."""
    if type(part) is not Reference or not part.fixed:
        return False
    return (part.sheet, part.rows, part.cols, part.whole) == (first.sheet, first.rows, first.cols, first.whole)


def _lying(operand: Operand, shape: tuple[int, ...]) -> Operand:
    """The values of an operand in reading order in another shape."""
    text = None if operand.text is None else operand.text.reshape(shape)
    return Operand(operand.kind.reshape(shape), reshape(operand.number, shape), text)


def _at(argument: Argument, at: tuple[int, ...], keeps: bool) -> Argument:
    """What stands at a place of an argument that is an array of ranges or of values; all else as it is."""
    if isinstance(argument, Places):
        i, j = (min(k, size - 1) for k, size in zip(at, argument.shape, strict=True))
        return argument.parts[i][j]
    return value_at(argument, at) if isinstance(argument, Operand) and not keeps else argument
