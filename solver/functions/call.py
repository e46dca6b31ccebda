"""Calling a registered function: arguments are turned into what its parameters ask for, results into operands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from solver.algebra import Node, constant, opaque
from solver.errors import FormulaError
from solver.functions.alignment import aligned
from solver.functions.coerce import as_logicals, as_numbers, as_texts, without_booleans
from solver.functions.here import Reference, References
from solver.functions.operand import (
    Operand,
    error,
    gather,
    lone,
    numbers,
    of_scalars,
    spread_to,
    texts,
    with_errors,
)
from solver.functions.registry import Taking
from solver.functions.stack import stack_cells
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.functions.here import Closure, Here
    from solver.functions.operand import Shape
    from solver.functions.registry import Function, Parameter
    from solver.values import Scalar

Result: TypeAlias = "Operand | Reference | References"
Argument: TypeAlias = "Result | Closure | Callable[[], Result | Closure]"


def call(function: Function, arguments: Sequence[Argument], here: Here) -> Result:
    """The function's value for these arguments, at every cell of the block."""
    count = len(arguments)
    if count < function.least or (function.most is not None and count > function.most):
        raise FormulaError(f"{function.names[0]} does not take {count} arguments")
    parameters = [function.parameter(k) for k in range(count)]
    taken = _fitted(parameters, [_take(p, a, here) for p, a in zip(parameters, arguments, strict=True)])
    if any(p.taking.plain for p in parameters) or function.per_cell:
        return _cell_by_cell(function, parameters, taken, here)
    converted = [a for p, a in zip(parameters, taken, strict=True) if p.taking in _CONVERTING]
    bodies = [_for_body(p.taking, a) for p, a in zip(parameters, taken, strict=True)]
    result = function.body(here, *bodies) if function.wants_here else function.body(*bodies)
    wrapped = _wrap(function, result)
    return with_errors(wrapped, *converted) if isinstance(wrapped, Operand) else wrapped


_CONVERTING = (Taking.NUMBER, Taking.LOGICAL, Taking.TEXT)


def scalar_of(argument: Result, here: Here) -> Operand:
    """A scalar argument: a range is intersected with the formula's row or column, or read whole in array formulas."""
    if isinstance(argument, Operand):
        return argument
    if isinstance(argument, References):
        return error(ErrorValue.VALUE)
    if here.array or (argument.rows == 1 and argument.cols == 1):
        return here.read(argument)
    return intersect(argument, here)


def intersect(reference: Reference, here: Here) -> Operand:
    """The cell of a one-row or one-column range that lies in the formula's own column or row, else #VALUE!."""
    if reference.rows == 1 and reference.cols == 1:
        return here.read(reference)
    top, left = reference.top, reference.left
    inside = np.ones((1, 1), dtype=bool)
    if reference.rows > 1:
        inside = inside & (here.row >= top) & (here.row < top + reference.rows)
        top = here.row + np.zeros_like(top)
    if reference.cols > 1:
        inside = inside & (here.col >= left) & (here.col < left + reference.cols)
        left = here.col + np.zeros_like(left)
    if reference.rows > 1 and reference.cols > 1:
        inside = inside & False if not inside.all() else inside
    if not inside.any():
        return error(ErrorValue.VALUE)
    found = here.read(Reference(reference.sheet, top, left, 1, 1))
    if inside.all():
        return found
    outside = ~inside[:, :, np.newaxis, np.newaxis]
    kind = np.where(outside, np.uint8(Kind.ERROR + ErrorValue.VALUE), found.kind)
    return Operand(kind, found.number, found.text)


def _take(parameter: Parameter, argument: Argument, here: Here) -> Any:
    taking = parameter.taking
    if taking in (Taking.LAZY, Taking.REF, Taking.ARRAY_REF, Taking.CLOSURE):
        return argument
    assert not callable(argument)
    if taking in (Taking.GRID, Taking.ARRAY):
        if isinstance(argument, References):
            return _joined(argument, here)
        return here.read(argument) if isinstance(argument, Reference) else argument
    scalar = scalar_of(argument, here)
    if taking in (Taking.NUMBER, Taking.FLOAT, Taking.INT):
        return as_numbers(scalar)
    if taking is Taking.STRICT:
        return as_numbers(without_booleans(scalar))
    if taking in (Taking.LOGICAL, Taking.BOOL):
        return as_logicals(scalar)
    return as_texts(scalar) if taking in (Taking.TEXT, Taking.STR) else scalar


def _fitted(parameters: Sequence[Parameter], taken: list[Any]) -> list[Any]:
    """The arguments, with scalar ones that are grids of different sizes brought to one size."""
    scalars = [k for k, p in enumerate(parameters) if p.taking.scalar]
    for k, operand in zip(scalars, aligned(*[taken[k] for k in scalars]), strict=True):
        taken[k] = operand
    return taken


def _joined(references: References, here: Here) -> Operand:
    """All values of several ranges in one row, for functions that take them as one list."""
    from solver.functions.stack import beside

    return beside([here.read(part) for part in references.parts])


def _for_body(taking: Taking, argument: Any) -> Any:
    if taking in (Taking.NUMBER, Taking.LOGICAL):
        return argument.number
    return argument.text if taking is Taking.TEXT else argument


def _wrap(function: Function, result: Any) -> Result:
    gives = function.gives
    if gives == "Number":
        return numbers(result)
    if gives == "Logical":
        return numbers(result, Kind.BOOLEAN)
    if gives == "Text":
        return texts(result)
    if isinstance(result, Node):
        return numbers(result)
    if isinstance(result, (Operand, Reference, References)):
        return result
    return lone(result)


def _cell_by_cell(function: Function, parameters: Sequence[Parameter], taken: Sequence[Any], here: Here) -> Operand:
    """Calls a body that works on one cell's plain values, once for each distinct combination."""
    shape = _lead_shape(function, parameters, taken)
    places = [
        (p.taking, a if p.taking.scalar else _lead(a), isinstance(a, Operand) and p.taking.scalar)
        for p, a in zip(parameters, taken, strict=True)
    ]
    live = [a for _, a, scalar in places if scalar and a.live]
    if live:
        return _opaque(function, places, shape, here)
    spread = [(t, np.broadcast_to(_plain_values(t, a), shape)) if s else (t, a) for t, a, s in places]
    seen: dict[Any, Any] = {}
    results = np.empty(shape, dtype=object)
    for at in np.ndindex(shape):
        values = [v[at] if isinstance(v, np.ndarray) else _slice(v, at) for _, v in spread]
        bad = next((v for (t, _), v in zip(spread, values, strict=True) if _stops(t, v)), None)
        if bad is not None:
            results[at] = bad
            continue
        key = tuple((type(v), v) if isinstance(v, (float, int, str, bool)) else id(v) for v in values)
        if key not in seen:
            # the arguments are kept beside the result so that no id in a key is used twice
            seen[key] = (_plain_result(function, here, values), values)
        results[at] = seen[key][0]
    return _assemble(results, shape)


def _plain_result(function: Function, here: Here, values: Sequence[Any]) -> Any:
    """The body's result for plain values; arithmetic without a finite result is #NUM!."""
    try:
        result = function.body(here, *values) if function.wants_here else function.body(*values)
    except (OverflowError, ZeroDivisionError):
        return ErrorValue.NUM
    return ErrorValue.NUM if isinstance(result, float) and not np.isfinite(result) else result


def _stops(taking: Taking, value: Any) -> bool:
    return taking is not Taking.SCALAR and isinstance(value, ErrorValue)


def _lead(argument: Any) -> Any:
    return argument


def _lead_shape(function: Function, parameters: Sequence[Parameter], taken: Sequence[Any]) -> Shape:
    """How many calls: one for each block cell, and for each value of the scalar arguments."""
    shapes: list[Shape] = [(1, 1, 1, 1)]
    for parameter, argument in zip(parameters, taken, strict=True):
        if isinstance(argument, Operand):
            shapes.append(argument.shape if parameter.taking.scalar else (*argument.shape[:2], 1, 1))
        elif isinstance(argument, Reference):
            shapes.append((*np.broadcast_shapes(argument.top.shape, argument.left.shape), 1, 1))
    if function.wants_here and "row" in function.body.__code__.co_names:
        shapes.append((1, 1, 1, 1))
    return np.broadcast_shapes(*shapes)


def _plain_values(taking: Taking, operand: Operand) -> Any:
    """The values as the body wants them: an object array of Python values, errors left as they are."""
    values = operand.scalars()
    if taking is Taking.INT:
        for at, value in np.ndenumerate(values):
            if isinstance(value, float):
                values[at] = int(value)
    return values


def _slice(argument: Any, at: Shape) -> Any:
    """The part of a grid or reference argument that belongs to one cell of the block."""
    r, c = at[0], at[1]
    if isinstance(argument, Operand):
        rows, cols, high, wide = argument.shape
        if rows == 1 and cols == 1:
            return argument
        r, c = min(r, rows - 1), min(c, cols - 1)
        index = np.arange(rows * cols * high * wide, dtype=np.intp).reshape(rows, cols, high, wide)
        return gather(argument, index[r : r + 1, c : c + 1])
    if isinstance(argument, Reference) and not argument.fixed:
        shape = np.broadcast_shapes(argument.top.shape, argument.left.shape)
        top = np.broadcast_to(argument.top, shape)[r : r + 1, c : c + 1]
        left = np.broadcast_to(argument.left, shape)[r : r + 1, c : c + 1]
        return Reference(argument.sheet, top, left, argument.rows, argument.cols, argument.whole)
    return argument


def _assemble(results: Any, shape: Shape) -> Operand:
    """The results of all calls as one operand; array results keep their shape, which must then be the same."""
    wrapped = [_operand(value) for value in results.ravel()]
    if all(isinstance(value, (float, int, str, bool, ErrorValue)) or value is None for value in results.ravel()):
        return of_scalars(results)
    if len(wrapped) == 1:
        return wrapped[0]
    return stack_cells(wrapped, shape)


def _operand(value: Any) -> Operand:
    if isinstance(value, Node):
        return numbers(value)
    return value if isinstance(value, Operand) else lone(value)


def _opaque(function: Function, places: Sequence[Any], shape: Shape, here: Here) -> Operand:
    """A body on plain values whose arguments are alive: a step function of them, evaluated value by value."""
    alive = [spread_to(a, shape).number for _, a, scalar in places if scalar and a.live]
    fixed = [
        None if scalar and a.live else (np.broadcast_to(_plain_values(t, a), shape) if scalar else a)
        for t, a, scalar in places
    ]

    def values(*arrays: Any) -> Any:
        """The body's numbers for arrays of its live arguments; what is no number is NaN."""
        out = np.empty(arrays[0].shape)
        lead = arrays[0].ndim - len(shape)
        for at in np.ndindex(out.shape):
            moving = iter(arrays)
            arguments: list[Scalar | Any] = []
            for (taking, _, _), known in zip(places, fixed, strict=True):
                if known is None:
                    value = float(next(moving)[at])
                    arguments.append(int(value) if taking is Taking.INT and np.isfinite(value) else value)
                else:
                    arguments.append(known[at[lead:]] if isinstance(known, np.ndarray) else _slice(known, at[lead:]))
            if any(_stops(taking, value) for (taking, _, _), value in zip(places, arguments, strict=True)):
                out[at] = np.nan
                continue
            result = _plain_result(function, here, arguments)
            out[at] = (
                float(result) if isinstance(result, (float, int)) and not isinstance(result, ErrorValue) else np.nan
            )
        return out

    converted = [a for t, a, scalar in places if scalar and t is not Taking.SCALAR]
    return with_errors(numbers(opaque(values, *alive)), *converted)


def known_node(values: Any) -> Node:
    """A constant node of an array."""
    return constant(np.asarray(values, dtype=np.float64))
