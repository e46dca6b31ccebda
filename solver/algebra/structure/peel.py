"""Increasing functions of one number around a node: what is inside, and the way back out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.choose import choice, where
from solver.algebra.primitives.elementary import add, div, exp, log, mul, power, sqrt, sub
from solver.algebra.primitives.gather import gathering, take
from solver.algebra.primitives.reduce import broadcasting, contract, contraction, sum_, summation
from solver.algebra.primitives.shape import reshaping, transposition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Node, Shape


@dataclass(frozen=True, slots=True)
class Wrapper:
    """An increasing function of one number; `positive` where it increases on nonnegative numbers only."""

    apply: Callable[[np.float64], np.float64]
    positive: bool = False


def peeled(node: Node) -> tuple[Node, list[Wrapper]]:
    """What is inside the increasing functions around a node of one element, and these from the outside inwards."""
    wrappers: list[Wrapper] = []
    while True:
        inner = _inside(node)
        if inner is None:
            return node, wrappers
        node, wrapper = inner
        if wrapper is not None:
            wrappers.append(wrapper)


def wrapped(value: float, wrappers: Sequence[Wrapper]) -> float:
    """What the functions make of a number; NaN below the numbers on which they increase."""
    with np.errstate(all="ignore"):
        for wrapper in reversed(wrappers):
            value = math.nan if wrapper.positive and value < 0 else float(wrapper.apply(np.float64(value)))
    return value


def _inside(node: Node) -> tuple[Node, Wrapper | None] | None:
    """One step inwards, with the function left behind; None where nothing can be peeled."""
    op, args = node.op, node.args
    if node.value is not None or not args or node.size != 1:
        return None
    if op is gathering and args[0].size != 1:
        alone = _alone(node)
        return None if alone is node else (alone, None)
    if args[0].size != 1:
        return None
    if op in (reshaping, broadcasting, transposition, gathering):
        return args[0], None
    if op is sqrt:
        return args[0], Wrapper(np.sqrt, positive=True)
    if op is log:
        return args[0], Wrapper(np.log, positive=True)
    if op is exp:
        return args[0], Wrapper(np.exp)
    if len(args) != 2 or args[1].value is None:
        return None
    wrapper = _with_constant(op, float(args[1].value.ravel()[0]))
    return None if wrapper is None else (args[0], wrapper)


def _with_constant(op: object, c: float) -> Wrapper | None:
    """The increasing function that a two-sided operation with the constant c on its right is."""
    if op is add:
        return Wrapper(lambda t: t + c)
    if op is sub:
        return Wrapper(lambda t: t - c)
    if op is mul and c > 0:
        return Wrapper(lambda t: t * c)
    if op is div and c > 0:
        return Wrapper(lambda t: t / c)
    if op is power and c > 0:
        return Wrapper(lambda t: t**c, positive=True)
    return None


def _alone(node: Node) -> Node:
    """One element taken from a computed array, computed alone: so that the others fall away."""
    source = node.args[0]
    at = [int(i) for i in np.unravel_index(int(node.param.flat[0]), source.shape)]
    if isinstance(source.op, Pointwise):
        return source.op(*[_cut(arg, at, ()) for arg in source.args])
    if source.op is choice:
        return where(*[_cut(arg, at, ()) for arg in source.args])
    if source.op is summation:
        return sum_(_cut(source.args[0], at, source.param))
    if source.op is contraction:
        left, right = (_cut(arg, at, source.param) for arg in source.args)
        return contract(left, right, range(len(source.param)))
    return node


def _cut(arg: Node, at: Sequence[int], axes: Shape) -> Node:
    """The part of an argument that goes into the element `at` of a result, the summed axes whole."""
    own = at[len(at) - arg.rank :]
    index = tuple(
        slice(None) if axis in axes else min(place, length - 1)
        for axis, place, length in zip(range(-arg.rank, 0), own, arg.shape, strict=True)
    )
    return take(arg, np.arange(arg.size).reshape(arg.shape)[index])
