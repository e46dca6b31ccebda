"""Random numbers, drawn from the run's own seeded generator: the same seed gives the same book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add, ceil, constant, floor, less, mul, sub
from solver.functions.allowance import MOST_VALUES
from solver.functions.coerce import as_logicals, as_numbers, same_for_all, without_booleans
from solver.functions.operand import BLANK, FALSE, Operand, error, guard, lone, numbers, with_errors
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.registry import Number, Value

_ONE = lone(1.0)
_ZERO = lone(0.0)


def _whole_between(bottom: Node, top: Node, draws: Node) -> Node:
    """Whole numbers from `bottom` to `top` by draws from 0 to 1; #NUM! if there are none between them."""
    low, high = ceil(bottom), floor(top)
    span = add(sub(high, low), 1.0)
    return guard(add(low, floor(mul(draws, span))), less(high, low), ErrorValue.NUM)


@function("RAND", calculus=Calculus.NONE)
def rand(here: Here) -> Number:
    """A random number from 0 up to, but not, 1.

    =RAND()<1 -> TRUE
    """
    return constant(here.random(1, 1, 1, 1))


@function("RANDBETWEEN", calculus=Calculus.NONE)
def randbetween(here: Here, bottom: Value, top: Value) -> Operand:
    """A random whole number between two others, both possible.

    =RANDBETWEEN(2.5, 3.5) -> 3
    =RANDBETWEEN(2, 1) -> #NUM!
    """
    low, high = (as_numbers(without_booleans(limit)) for limit in (bottom, top))
    grid = np.broadcast_shapes(low.shape[2:], high.shape[2:])
    draws = constant(here.random(1, 1, *grid))
    return with_errors(numbers(_whole_between(low.number, high.number, draws)), low, high)


@function("RANDARRAY", calculus=Calculus.NONE)
def randarray(
    here: Here,
    rows: Value = _ONE,
    columns: Value = _ONE,
    bottom: Value = _ZERO,
    top: Value = _ONE,
    whole: Value = FALSE,
) -> Operand:
    """An array of random numbers between two others, whole ones if wanted.

    =RANDARRAY(2, 2, 7, 7, TRUE) -> {7,7;7,7}
    =ROWS(RANDARRAY(3)) -> 3
    =RANDARRAY(0) -> #CALC!
    =RANDARRAY(1, 1, 2, 1) -> #VALUE!
    """
    sizes = [same_for_all(_ONE if size is BLANK else size) for size in (rows, columns)]
    limits = [same_for_all(bottom), same_for_all(_ONE if top is BLANK else top)]
    wanted = same_for_all(as_logicals(whole))
    known: list[float] = []
    for value in (*sizes, *limits, wanted):
        if isinstance(value, ErrorValue):
            return error(value)
        known.append(value)
    high, wide, low, up = int(known[0]), int(known[1]), known[2], known[3]
    if high == 0 or wide == 0:
        return error(ErrorValue.CALC)
    if high < 0 or wide < 0 or high * wide > MOST_VALUES or up < low or (wanted and (low % 1 or up % 1)):
        return error(ErrorValue.VALUE)
    draws = constant(here.random(1, 1, high, wide))
    if wanted:
        return numbers(_whole_between(constant(np.full((1, 1, 1, 1), low)), constant(np.full((1, 1, 1, 1), up)), draws))
    return numbers(add(mul(draws, up - low), low))
