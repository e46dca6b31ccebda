"""Calling a registered function: arguments are turned into what its parameters ask for, results into operands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from solver.algebra import Node
from solver.errors import FormulaError
from solver.functions.alignment import aligned
from solver.functions.allowance import ARGUMENT, ARRANGED, CALL, STACKED_CALL, make_room_together, spend
from solver.functions.arrange import gather, value_at
from solver.functions.cellwise import cell_by_cell
from solver.functions.coerce import as_logicals, as_numbers, as_texts, without_booleans
from solver.functions.here import Functions, Growing, Partial, Places, Reference, References
from solver.functions.operand import NotUniform, Operand, Strip, error, lone, numbers, texts, with_errors
from solver.functions.registry import Taking
from solver.functions.stack import beside, stack_cells
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.functions.here import Closure, Here
    from solver.functions.registry import Function, Parameter

Result: TypeAlias = "Operand | Reference | References | Places"
Argument: TypeAlias = "Result | Closure | Functions | Callable[[], Result | Closure | Functions]"


def call(function: Function, arguments: Sequence[Argument], here: Here) -> Result:
    """The function's value for these arguments, at every cell of the block."""
    count = len(arguments)
    if count < function.least or (function.most is not None and count > function.most):
        raise FormulaError(f"{function.names[0]} does not take {count} arguments")
    parameters = [function.parameter(k) for k in range(count)]
    if function.ranges and any(isinstance(argument, Places) for argument in arguments):
        from solver.functions.ranges import for_each_range

        return for_each_range(function, parameters, arguments, here)
    taken = _fitted(parameters, [_take(p, a, here) for p, a in zip(parameters, arguments, strict=True)])
    if function.singly:
        return _singly(function, parameters, taken, here)
    return _called(function, parameters, taken, here)


def _singly(function: Function, parameters: Sequence[Parameter], taken: Sequence[Any], here: Here) -> Result:
    """One call for each value of the scalar arguments, the results laid out as these are."""
    scalars = [a for p, a in zip(parameters, taken, strict=True) if p.taking.scalar]
    grid = np.broadcast_shapes((1, 1), *(scalar.shape[2:] for scalar in scalars))
    if grid == (1, 1):
        return _called(function, parameters, taken, here)
    if here.row.size > 1 or here.col.size > 1:
        raise NotUniform
    results = []
    for at in np.ndindex(grid):
        spend(STACKED_CALL)
        single = [value_at(a, at) if p.taking.scalar else a for p, a in zip(parameters, taken, strict=True)]
        result = _called(function, parameters, single, here)
        assert isinstance(result, Operand)
        results.append(result)
    return stack_cells(results, (1, 1, *grid))


def _called(function: Function, parameters: Sequence[Parameter], taken: Sequence[Any], here: Here) -> Result:
    values = sum(argument.number.size for argument in taken if isinstance(argument, Operand))
    spend(CALL + (ARRANGED if function.per_cell else ARGUMENT) * values)
    if function.cellwise:
        return cell_by_cell(function, parameters, taken, here)
    converted = [a for p, a in zip(parameters, taken, strict=True) if p.taking in _CONVERTING]
    bodies = [_for_body(p.taking, a) for p, a in zip(parameters, taken, strict=True)]
    result = function.body(here, *bodies) if function.wants_here else function.body(*bodies)
    wrapped = _wrap(function, result)
    return with_errors(wrapped, *converted) if isinstance(wrapped, Operand) else wrapped


_CONVERTING = (Taking.NUMBER, Taking.FIRM, Taking.LOGICAL, Taking.TEXT)


def scalar_of(argument: Result, here: Here) -> Operand:
    """A scalar argument: a range is intersected with the formula's row or column, or read whole in array formulas."""
    if isinstance(argument, Strip) and not here.array:
        return _crossing(argument, here)
    if isinstance(argument, Operand):
        return argument
    if isinstance(argument, (References, Places)):
        return error(ErrorValue.VALUE)
    if isinstance(argument, Growing):
        raise NotUniform
    if here.array or (argument.rows == 1 and argument.cols == 1):
        return here.read(argument)
    return intersect(argument, here)


def _crossing(strip: Strip, here: Here) -> Operand:
    """The value of a live row in the formula's own column, else #VALUE!."""
    place = here.col - strip.left
    inside = (place >= 0) & (place < strip.shape[3])
    if not inside.any():
        return error(ErrorValue.VALUE)
    if not inside.all():
        raise NotUniform
    rows, cols, _, wide = strip.shape
    lead = np.broadcast_shapes((rows, cols), place.shape)
    first = np.arange(rows * cols, dtype=np.intp).reshape(rows, cols) * wide
    return gather(strip, (np.broadcast_to(first, lead) + np.broadcast_to(place, lead))[:, :, np.newaxis, np.newaxis])


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
    several = reference.rows > 1 and reference.cols > 1
    if not inside.any() or (several and not inside.all()):
        return error(ErrorValue.VALUE)
    found = here.read(Reference(reference.sheet, top, left, 1, 1))
    if inside.all():
        return found
    outside = ~inside[:, :, np.newaxis, np.newaxis]
    kind = np.where(outside, np.uint8(Kind.ERROR + ErrorValue.VALUE), found.kind)
    return Operand(kind, found.number, found.text)


def _take(parameter: Parameter, argument: Argument, here: Here) -> Any:
    taking = parameter.taking
    if taking in (Taking.LAZY, Taking.GIVEN, Taking.CLOSURE):
        return argument
    if callable(argument) or isinstance(argument, Functions):
        argument = error(ErrorValue.CALC)
    if isinstance(argument, Places):
        argument = error(ErrorValue.VALUE)
    if taking in (Taking.REF, Taking.ARRAY_REF):
        return argument
    if taking in (Taking.GRID, Taking.ARRAY):
        if isinstance(argument, Growing):
            frame = here.read(argument)
            return Partial(frame.kind, frame.number, frame.text, extent=argument)
        if isinstance(argument, References):
            return _joined(argument, here)
        return here.read(argument) if isinstance(argument, Reference) else argument
    scalar = scalar_of(argument, here)
    if taking in (Taking.NUMBER, Taking.FLOAT, Taking.SLOPED, Taking.INT):
        return as_numbers(scalar)
    if taking in (Taking.STRICT, Taking.SMOOTH, Taking.FIRM):
        return as_numbers(without_booleans(scalar))
    if taking in (Taking.LOGICAL, Taking.BOOL):
        return as_logicals(scalar)
    return as_texts(scalar) if taking in (Taking.TEXT, Taking.STR) else scalar


def _fitted(parameters: Sequence[Parameter], taken: list[Any]) -> list[Any]:
    """The arguments, with scalar ones that are grids of different sizes brought to one size."""
    scalars = [k for k, p in enumerate(parameters) if p.taking.scalar]
    for k, operand in zip(scalars, aligned(*[taken[k] for k in scalars]), strict=True):
        taken[k] = operand
    make_room_together(*[taken[k] for k in scalars])
    return taken


def _joined(references: References, here: Here) -> Operand:
    """All values of several ranges in one row, for functions that take them as one list."""
    return beside([here.read(part) for part in references.parts])


def _for_body(taking: Taking, argument: Any) -> Any:
    if taking in (Taking.NUMBER, Taking.FIRM, Taking.LOGICAL):
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
    return lone(result) if result is None or isinstance(result, (float, int, str)) else result
