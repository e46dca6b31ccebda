"""A graph rebuilt over more variables: over (x, z), with a new column z for whatever bends or breaks it.

How each primitive is rebuilt is said in `bends`; what the new columns mean is the matter of `pieces` and `lifted`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Node, make, variable
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.corners import less, less_equal
from solver.algebra.primitives.gather import gathering, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Shape
    from solver.algebra.primitive import Indices
    from solver.algebra.structure.bends import Piece


def needed(outputs: Sequence[Node]) -> list[Node]:
    """The nodes to rebuild, arguments first; the comparison that decides a choice is no value of its own."""
    stack = [output for output in outputs if output.live]
    seen = set(stack)
    while stack:
        node = stack.pop()
        args = node.args
        if node.op is choice and args[0].op in (less, less_equal):
            args = (*args[0].args, *args[1:])
        for arg in args:
            if arg.live and arg not in seen:
                seen.add(arg)
                stack.append(arg)
    return sorted(seen, key=lambda node: node.serial)


class Apart(ABC):
    """A graph while it is rebuilt over the vector `all` = (x, z), with room for so many z; `next` is the next free one.

    `fresh` maps the nodes that have been rebuilt.
    """

    def __init__(self, wrt: Node, room: int) -> None:
        self.wrt, self.all = wrt, variable(wrt.size + room)
        self.next = wrt.size
        self.fresh: dict[Node, Node] = {wrt: take(self.all, np.arange(wrt.size))}

    @abstractmethod
    def rule(self, node: Node) -> Callable[[Apart, Node], Node] | None:
        """How a node that bends or breaks is rebuilt; None for one that stays what it is."""

    @abstractmethod
    def new(self, piece: Piece, arguments: Sequence[Node], shape: Shape) -> Node:
        """New columns in the given shape, by arguments that broadcast to it."""

    def of(self, node: Node) -> Node:
        """A node of the old graph in the new one."""
        return node if node.value is not None else self.fresh[node]

    def args(self, node: Node) -> list[Node]:
        """The arguments of a node of the old graph in the new one."""
        return [self.of(arg) for arg in node.args]

    def add(self, node: Node) -> None:
        """Rebuilds a node whose arguments have been rebuilt."""
        if node in self.fresh:
            return
        rule = self.rule(node)
        if rule is not None:
            self.fresh[node] = rule(self, node)
        elif node.op is gathering and node.args[0] is self.wrt:  # read from the new vector, so that it shows which
            self.fresh[node] = take(self.all, node.param.flat.reshape(node.shape))
        else:
            self.fresh[node] = make(node.op, tuple(self.args(node)), node.shape, node.param)

    def columns(self, count: int) -> Indices:
        """So many new columns: their places in (x, z)."""
        taken = np.arange(self.next, self.next + count)
        self.next += count
        return taken
