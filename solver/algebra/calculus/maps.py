"""The local Jacobian of any node: one linear map per argument, whatever the kind of its primitive."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.algebra.node import Node, as_node, make
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import Entries, Linear, LinearMap, Nonlinear, positions
from solver.algebra.primitives.corners import maximum, minimum
from solver.algebra.primitives.elementary import mul, neg, silenced
from solver.algebra.primitives.reduce import broadcast, unbroadcast
from solver.algebra.primitives.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Operand

    Product: TypeAlias = Callable[[Node, Node], Node]

_SELECTING = (maximum, minimum)


def local_maps(node: Node, *, guarded: bool = False) -> Sequence[LinearMap | None]:
    """One map per argument, None where the derivative is zero everywhere.

    With `guarded`, a zero cotangent stays zero where a partial derivative is infinite or NaN: needed below a choice,
    whose rejected branch must not spoil the derivative (of A*LN(A) at 0, the slope of the product is LN(0)).
    """
    op = node.op
    if isinstance(op, Pointwise):
        product: Product = silenced if guarded or op in _SELECTING else mul
        products: Sequence[Product] = [silenced, _silencing] if op is silenced else [product] * len(node.args)
        partials = op.partials(node, *node.args)
        return [
            None if partial is None or arg.value is not None else _diagonal(node, arg, partial, product)
            for arg, partial, product in zip(node.args, partials, products, strict=True)
        ]
    if isinstance(op, Linear):
        return [_itself(node, op)]
    if isinstance(op, Nonlinear):
        return op.maps(node)
    return []


def _silencing(t: Node, g: Node) -> Node:
    """g * t, and 0 where g is 0: the derivative of what `silenced` keeps silent is silent too."""
    return silenced(g, t)


def _diagonal(node: Node, arg: Node, partial: Operand, product: Product) -> LinearMap:
    """Multiplication by a partial derivative, element by element."""

    def scaled(t: Node) -> Node:
        if isinstance(partial, float):
            return t if partial == 1.0 else neg(t) if partial == -1.0 else mul(t, partial)
        return product(t, as_node(partial))

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
