"""Bodies on plain values: one call for each distinct combination of arguments in a block.

Arguments become columns with one entry per result. Where a scalar argument depends on a variable, the whole function
becomes a step function of it that is computed value by value as the model runs.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.algebra import Node, opaque
from solver.algebra.primitives.sloped import sloped
from solver.functions.allowance import ARGUMENT, CHARACTER, GRID_VALUE, PLAIN_GRID, make_room, spend
from solver.functions.arrange import cell_of, spread_to
from solver.functions.dual import Dual, slope_of
from solver.functions.here import Reference
from solver.functions.operand import NeedsValue, NotUniform, Operand, lone, numbers, of_scalars, with_errors
from solver.functions.refusal import Refused
from solver.functions.registry import Calculus, Taking
from solver.functions.stack import stack_cells
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from solver.functions.here import Here
    from solver.functions.operand import FloatArray, KindArray, Shape
    from solver.functions.registry import Function, Parameter

_UNSEEN = object()
_SINGLE = (1, 1, 1, 1)
_WITH_SLOPE = (Taking.SMOOTH, Taking.SLOPED)
_NO_NUMBERS = ("Operand", "Operand | ErrorValue", "str", "str | ErrorValue", "Text")


def cell_by_cell(function: Function, parameters: Sequence[Parameter], taken: Sequence[Any], here: Here) -> Operand:
    """The results of a body that works on one cell's plain values.

    Scalar arguments arrive converted; an error among them is the result, unless the body takes scalars as they are.
    """
    takings = [parameter.taking for parameter in parameters]
    shape = _shape_of_results(takings, taken)
    if any(taking.scalar and argument.live for taking, argument in zip(takings, taken, strict=True)):
        whole = [a for taking, a in zip(takings, taken, strict=True) if isinstance(a, Operand) and not taking.scalar]
        if function.gives in _NO_NUMBERS or any(argument.live for argument in whole):
            raise NeedsValue(f"{function.names[0]} cannot be computed of variable cells")
        return _alive(function, takings, taken, here, shape)
    _pay(takings, taken, math.prod(shape))
    read = sum(math.prod(a.shape[2:]) for taking, a in zip(takings, taken, strict=True) if _whole(taking, a))
    steps = function.steps + (ARGUMENT if function.gives in _NO_NUMBERS else GRID_VALUE) * read
    faults = _faults(takings, taken, shape)
    columns = [_column(taking, argument, shape) for taking, argument in zip(takings, taken, strict=True)]
    keys = [_keys(taking, column) for taking, column in zip(takings, columns, strict=True)]
    seen: dict[Any, Any] = {}
    results: list[Any] = []
    inner: Shape = ()
    for fault, key, values in zip(faults, _rows(keys, shape), _rows(columns, shape), strict=False):
        if fault:
            results.append(ErrorValue(fault - Kind.ERROR))
            continue
        result = seen.get(key, _UNSEEN)
        if result is _UNSEEN:
            spend(steps)
            result = seen[key] = plain_result(function, here, values)
            if isinstance(result, str):
                spend(CHARACTER * len(result))
            elif isinstance(result, Operand):
                inner = inner or result.shape[2:]
                if result.shape[2:] != inner:
                    raise NotUniform
                if len(seen) > 1:  # a million arrays of a million values each would never end
                    make_room((1, 1, len(seen), math.prod(inner)))
        results.append(result)
    return _assembled(results, shape)


def _pay(takings: Sequence[Taking], taken: Sequence[Any], count: int) -> None:
    """Takes the steps for the arrays, and for the characters of the texts, among the arguments of `count` calls."""
    steps = 0
    for taking, argument in zip(takings, taken, strict=True):
        if not isinstance(argument, Operand):
            continue
        if taking is Taking.STR and argument.text is not None:
            characters = sum(map(len, filter(None, argument.text.ravel().tolist())))
            steps += characters * (count // argument.text.size) // 2
        elif _whole(taking, argument) and argument.shape[:2] != (1, 1):
            steps += PLAIN_GRID * count
    spend(steps)


def _whole(taking: Taking, argument: Any) -> bool:
    """Whether the body gets an array."""
    return isinstance(argument, Operand) and not taking.scalar


def plain_result(function: Function, here: Here, values: Sequence[Any]) -> Any:
    """The body's result for plain values: an error if it refuses them, #NUM! where arithmetic has no finite result."""
    try:
        result = function.body(here, *values) if function.wants_here else function.body(*values)
    except Refused as refused:
        return refused.value
    except (OverflowError, ZeroDivisionError):
        return ErrorValue.NUM
    return ErrorValue.NUM if isinstance(result, float) and not math.isfinite(result) else result


def _shape_of_results(takings: Sequence[Taking], taken: Sequence[Any]) -> Shape:
    """One result for each block cell, and for each value of the scalar arguments."""
    shapes: list[Shape] = [_SINGLE]
    for taking, argument in zip(takings, taken, strict=True):
        if isinstance(argument, Operand):
            shapes.append(argument.shape if taking.scalar else (*argument.shape[:2], 1, 1))
        elif isinstance(argument, Reference):
            shapes.append((*np.broadcast_shapes(argument.top.shape, argument.left.shape), 1, 1))
    return np.broadcast_shapes(*shapes)


def _rows(columns: Sequence[Iterable[Any]], shape: Shape) -> Iterable[tuple[Any, ...]]:
    return zip(*columns, strict=False) if columns else repeat((), math.prod(shape))


def _stops(taking: Taking) -> bool:
    """Whether an error in the argument is the result without a call."""
    return taking.scalar and taking is not Taking.SCALAR


def _faults(takings: Sequence[Taking], taken: Sequence[Any], shape: Shape) -> Iterable[int]:
    """The kind of the first error among the scalar arguments of each result, or 0."""
    culprits = [a for taking, a in zip(takings, taken, strict=True) if _stops(taking) and a.has(Kind.ERROR)]
    if not culprits:
        return repeat(0, math.prod(shape))
    fault: KindArray = np.zeros(shape, dtype=np.uint8)
    for culprit in reversed(culprits):
        fault = np.where(culprit.errors, culprit.kind, fault)
    faults: list[int] = fault.ravel().tolist()
    return faults


def _column(taking: Taking, argument: Any, shape: Shape) -> Iterable[Any]:
    """An argument for every result; one that is the same for all is repeated without end."""
    if isinstance(argument, Operand):
        if taking.scalar:
            values = argument.scalars()
            if values.size == 1:
                return repeat(_as_taken(taking, values.item()))
            return [_as_taken(taking, value) for value in np.broadcast_to(values, shape).ravel().tolist()]
        return repeat(argument) if argument.shape[:2] == (1, 1) else _grids(argument, shape)
    if isinstance(argument, Reference) and not argument.fixed:
        top = np.broadcast_to(argument.top[:, :, np.newaxis, np.newaxis], shape).ravel()
        left = np.broadcast_to(argument.left[:, :, np.newaxis, np.newaxis], shape).ravel()
        at = [(np.full((1, 1), t), np.full((1, 1), c)) for t, c in zip(top, left, strict=True)]
        return [Reference(argument.sheet, t, c, argument.rows, argument.cols, argument.whole) for t, c in at]
    return repeat(argument)


def _as_taken(taking: Taking, value: Any) -> Any:
    return int(value) if taking is Taking.INT and isinstance(value, float) else value


def _keys(taking: Taking, column: Iterable[Any]) -> Iterable[Any]:
    """What tells the arguments of a column apart: scalars of mixed types need their type, for 1 and TRUE are equal."""
    if isinstance(column, repeat):
        return repeat(None)
    if taking is Taking.SCALAR:
        return [(type(value), value) for value in column]
    return column if taking.plain else [id(value) for value in column]


def _grids(argument: Operand, shape: Shape) -> list[Operand]:
    """The part of a grid argument that belongs to each result."""
    rows, cols = argument.shape[:2]
    full = spread_to(argument, argument.shape)
    parts = [cell_of(full, r, c) for r in range(rows) for c in range(cols)]
    which = np.broadcast_to(np.arange(rows * cols).reshape(rows, cols, 1, 1), shape).ravel()
    return [parts[k] for k in which.tolist()]


def _assembled(results: Sequence[Any], shape: Shape) -> Operand:
    """The results of all calls as one operand; array results keep their shape, which must then be the same."""
    if not any(isinstance(value, (Operand, Node)) for value in results):
        array = np.empty(len(results), dtype=object)
        array[:] = results
        return of_scalars(array.reshape(shape))
    wrapped = [_operand(value) for value in results]
    return wrapped[0] if len(wrapped) == 1 else stack_cells(wrapped, shape)


def _operand(value: Any) -> Operand:
    if isinstance(value, Node):
        return numbers(value)
    return value if isinstance(value, Operand) else lone(value)


def _alive(function: Function, takings: Sequence[Taking], taken: Sequence[Any], here: Here, shape: Shape) -> Operand:
    """A body whose scalar arguments are alive, evaluated value by value: smooth in them if it says so, else a step."""
    moves = [taking.scalar and argument.live for taking, argument in zip(takings, taken, strict=True)]
    alive = [spread_to(argument, shape).number for argument, moving in zip(taken, moves, strict=True) if moving]
    count = math.prod(shape)
    fixed = [
        None if moving else _listed(_column(taking, argument, shape), count)
        for taking, argument, moving in zip(takings, taken, moves, strict=True)
    ]

    def code(towards: int | None = None) -> Callable[..., FloatArray]:
        """The body's numbers for arrays of its live arguments, or its slopes by one of them; NaN for no number."""

        def values(*arrays: FloatArray) -> FloatArray:
            out = np.empty(arrays[0].shape)
            flat = [array.reshape(-1, count) for array in arrays]
            for member, point in np.ndindex(out.size // count, count):
                numbers_ = [float(array[member, point]) for array in flat]
                if towards is not None:
                    numbers_[towards] = Dual(numbers_[towards], 1.0)
                moving = iter(numbers_)
                arguments = [
                    _as_taken(taking, next(moving)) if known is None else known[point]
                    for taking, known in zip(takings, fixed, strict=True)
                ]
                number = _number(function, here, takings, arguments)
                out.reshape(-1, count)[member, point] = number if towards is None else slope_of(number)
            return out

        return values

    differentiable = all(taking in _WITH_SLOPE for taking, moving in zip(takings, moves, strict=True) if moving)
    corners = function.calculus is Calculus.KINK
    node = sloped(code(), code, *alive, corners=corners) if differentiable else opaque(code(), *alive)
    converted = [argument for taking, argument in zip(takings, taken, strict=True) if _stops(taking)]
    return with_errors(numbers(node), *converted)


def _listed(column: Iterable[Any], count: int) -> list[Any]:
    return [next(column)] * count if isinstance(column, repeat) else list(column)


def _number(function: Function, here: Here, takings: Sequence[Taking], arguments: Sequence[Any]) -> float:
    """The body's number, NaN where an argument or the result is not a number."""
    for taking, value in zip(takings, arguments, strict=True):
        if isinstance(value, float) and math.isnan(value):
            return math.nan
        if _stops(taking) and isinstance(value, ErrorValue):
            return math.nan
    result = plain_result(function, here, arguments)
    if isinstance(result, ErrorValue) or not isinstance(result, (float, int)):
        return math.nan
    return result if isinstance(result, Dual) else float(result)
