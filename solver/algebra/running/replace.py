"""Other nodes in the place of some: the graph between them and the outputs, made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra.calculus.derive import between
from solver.algebra.node import Node, make
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.gather import gathering, take

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def replaced(outputs: Sequence[Node], by: Mapping[Node, Node]) -> list[Node]:
    """The outputs as they are when each key of `by` is its value, which has the same shape."""
    new = dict(by)
    for node in between(outputs, *by):
        args = tuple([new.get(arg, arg) for arg in node.args])
        if isinstance(node.op, Pointwise):
            new[node] = node.op(*args)
        elif node.op is gathering:  # of what may itself be taken from something
            new[node] = take(args[0], node.param.flat.reshape(node.shape))
        else:
            new[node] = make(node.op, args, node.shape, node.param)
    return [new.get(output, output) for output in outputs]
