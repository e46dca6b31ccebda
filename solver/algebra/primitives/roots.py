"""Numbers that are defined by an equation F(x, p) = 0.

The root is found by a search that has no derivative; then Newton steps, in the graph, correct it:

    x <- x - F(x, p) / F_x(x, p).

At a root a step changes nothing, but its derivative by p is -F_p / F_x, which is the implicit rule. Each step doubles
the order to which the dependence on p is exact, so two of them give gradients and Hessians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import array, batch_of, written
from solver.algebra.primitives.elementary import div, sub

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STEPS = 2


class Search(NamedTuple):
    """A search by name: `find(*arrays)` gives an array of `shape`; leading axes of all arrays are a population's."""

    find: Callable[..., Array]
    shape: Shape


@array("root", lambda node: (None,) * len(node.args))
def rooting(param: Search, shapes: Sequence[Shape]) -> Kernel:
    """A value found by a search; its derivative comes from the steps that follow."""

    def kernel(*args: Array, out: Array | None = None) -> Array:
        batch = max((batch_of(arg, len(shape)) for arg, shape in zip(args, shapes, strict=True)), key=len)
        wide = [np.broadcast_to(arg, batch + shape) for arg, shape in zip(args, shapes, strict=True)]
        return written(np.array(np.broadcast_to(param.find(*wide), batch + param.shape)), out)

    return kernel


def root(
    find: Callable[..., Array],
    shape: Shape,
    residual: Callable[[Node], tuple[Node, Node]],
    *args: Operand,
) -> Node:
    """The root that `find(*args)` gives, of `shape`, where `residual(x)` is F and its slope by x as nodes."""
    x = make(rooting, tuple([as_node(arg) for arg in args]), shape, Search(find, shape))
    for _ in range(_STEPS):
        value, slope = residual(x)
        x = sub(x, div(value, slope))
    return x
