"""Buffers handed on: an array that nobody reads again is where the next one of its shape is written.

On a large grid the arrays of a chain of sums and products then are one array, and stay in the processor's cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import VARIABLE, Node
from solver.algebra.pointwise import Pointwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from solver.algebra.node import Array


def handed_over(order: Sequence[Node], stage_of: Mapping[Node, int], outputs: Iterable[Node]) -> dict[Node, Node]:
    """For nodes that may be written over one of their arguments, that argument.

    `order` is the tape, `stage_of` says which nodes are always computed together: only among those may an array be
    lost. An argument may be a view of the array that is written over, if nobody else reads that array afterwards.
    """
    last: dict[Node, Node] = {}
    kept = {origin_of(output) for output in outputs}
    for node in order:
        for arg in node.args:
            if arg.value is None and not node.op.view:
                origin = origin_of(arg)
                last[origin] = node
                if stage_of.get(origin) != stage_of[node]:
                    kept.add(origin)
    found: dict[Node, Node] = {}
    for node in order:
        if not _elementwise(node):
            continue
        origins = [origin_of(arg) for arg in node.args if arg.value is None]
        for arg in node.args:
            if arg.value is not None or arg.shape != node.shape:
                continue
            origin = origin_of(arg)
            alone = origins.count(origin) == 1 and origin.size == node.size
            if alone and last[origin] is node and origin not in kept and origin.op is not VARIABLE:
                found[node] = arg
                break
    return found


def fits(target: Array, args: Sequence[Array]) -> bool:
    """Whether an argument's array can take the result of an operation element by element on these arrays."""
    whole = target.flags.c_contiguous and target.flags.writeable
    return whole and target.shape == np.broadcast_shapes(*[arg.shape for arg in args])


def origin_of(node: Node) -> Node:
    """The node whose array a chain of views shows."""
    while node.op.view and node.value is None:
        node = node.args[0]
    return node


def _elementwise(node: Node) -> bool:
    """Whether each element of the result needs the same elements of the arguments alone, read before it is written."""
    if isinstance(node.op, Pointwise):
        return isinstance(node.op.kernel, np.ufunc)
    return (
        node.op.special is not None
        and node.op.special([arg.shape for arg in node.args], [arg.value for arg in node.args]) is not None
    )
