"""The local Jacobian of any node: one linear map per argument, whatever the kind of its primitive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.corners import maximum, minimum
from solver.algebra.elementary import mul, neg, silenced
from solver.algebra.node import Node, as_node, make
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import Entries, Linear, LinearMap, Nonlinear, positions
from solver.algebra.reduce import broadcast, unbroadcast
from solver.algebra.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra.node import Operand

_SELECTING = (maximum, minimum)


def local_maps(node: Node, *, guarded: bool = False) -> Sequence[LinearMap | None]:
    """One map per argument, None where the derivative is zero everywhere.

    With `guarded`, a zero cotangent stays zero where a partial derivative is infinite or NaN: needed below a choice,
    whose rejected branch must not spoil the derivative.
    """
    op = node.op
    if isinstance(op, Pointwise):
        careful = op in _SELECTING or (guarded and op.singular)
        partials = op.partials(node, *node.args)
        return [
            None if partial is None or arg.value is not None else _diagonal(node, arg, partial, careful=careful)
            for arg, partial in zip(node.args, partials, strict=True)
        ]
    if isinstance(op, Linear):
        return [_itself(node, op)]
    if isinstance(op, Nonlinear):
        return op.maps(node)
    return []


def _diagonal(node: Node, arg: Node, partial: Operand, *, careful: bool) -> LinearMap:
    """Multiplication by a partial derivative, element by element."""

    def scaled(t: Node) -> Node:
        if isinstance(partial, float):
            return t if partial == 1.0 else neg(t) if partial == -1.0 else mul(t, partial)
        return silenced(t, partial) if careful else mul(t, partial)

    def entries() -> Entries:
        def data() -> Node:
            return reshape(broadcast(as_node(partial), node.shape), (node.size,))

        rows, cols = np.arange(node.size), positions(arg.size, arg.shape, node.shape)
        return Entries(rows, cols, None if partial == 1.0 else data)

    return LinearMap(lambda t: broadcast(scaled(t), node.shape), lambda g: unbroadcast(scaled(g), arg.shape), entries)


def _itself(node: Node, op: Linear) -> LinearMap:
    """A linear primitive is its own derivative."""
    return LinearMap(
        lambda t: make(op, (t,), node.shape, node.param),
        lambda g: op.transpose(node, g),
        lambda: op.entries(node),
    )
