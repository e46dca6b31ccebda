"""Functions that are code: their values and, one argument at a time, their slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, Smoothness, as_node, broadcast_shape, make
from solver.algebra.primitive import Entries, LinearMap, array, batch_of, written
from solver.algebra.primitives.elementary import silenced
from solver.algebra.primitives.reduce import broadcast
from solver.algebra.primitives.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Code = Callable[..., Array]

_STEP = 1e-5


class Slopes(NamedTuple):
    """A function of arrays of one shape, element by element, and its slope by any of its arguments."""

    value: Code
    slope: Callable[[int], Code]


def _maps(node: Node) -> Sequence[LinearMap | None]:
    function: Slopes = node.param
    return [
        None if arg.value is not None else _diagonal(node, make(sloping, node.args, node.shape, _bent(function, place)))
        for place, arg in enumerate(node.args)
    ]


def _diagonal(node: Node, slope: Node) -> LinearMap:
    def entries() -> Entries:
        places = np.arange(node.size)
        return Entries(places, places, lambda: reshape(slope, (node.size,)))

    return LinearMap(lambda t: silenced(t, slope), lambda g: silenced(g, slope), entries)


def _bent(function: Slopes, place: int) -> Slopes:
    """A slope as a function of its own: its slopes in turn are central differences of it."""
    slope = function.slope(place)

    def difference(by: int) -> Code:
        def code(*args: Array) -> Array:
            step = _STEP * np.maximum(np.abs(args[by]), 1e-3)
            ahead, behind = ([*args[:by], args[by] + side, *args[by + 1 :]] for side in (step, -step))
            return np.asarray((slope(*ahead) - slope(*behind)) / (2 * step))

        return code

    return Slopes(slope, difference)


def _kernel(param: Slopes, shapes: Sequence[Shape]) -> Kernel:
    rank = len(shapes[0])
    shape = broadcast_shape(list(shapes))

    def kernel(*args: Array, out: Array | None = None) -> Array:
        batch = max((batch_of(arg, rank) for arg in args), key=len)
        wide = [np.broadcast_to(arg, batch + shape) for arg in args]
        return written(np.asarray(param.value(*wide), dtype=np.float64), out)

    return kernel


@array("sloped", _maps)
def sloping(param: Slopes, shapes: Sequence[Shape]) -> Kernel:
    """A function known by its values and slopes."""
    return _kernel(param, shapes)


@array("cornered", _maps, Smoothness.KINK)
def cornering(param: Slopes, shapes: Sequence[Shape]) -> Kernel:
    """The same of a function that has corners, where its slope is that of one side."""
    return _kernel(param, shapes)


def sloped(value: Code, slope: Callable[[int], Code], *args: Operand, corners: bool = False) -> Node:
    """An element-by-element function whose code gives values, and slopes by each argument.

    Its first derivatives are those slopes; its second ones are differences of them.
    """
    nodes = [as_node(arg) for arg in args]
    shape = broadcast_shape([node.shape for node in nodes])
    primitive = cornering if corners else sloping
    return make(primitive, tuple([broadcast(node, shape) for node in nodes]), shape, Slopes(value, slope))
