"""Derivatives as graphs: forward (jvp), backward (vjp), gradient, and Hessian times vector.

Only nodes that lie between the input and the outputs are visited, each once, in the order of their making or against
it. The result is a graph again, so derivatives of derivatives need nothing more.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.maps import local_maps
from solver.algebra.node import Node, constant, topological
from solver.algebra.primitive import Nonlinear
from solver.algebra.primitives.choose import choice, picking, placement
from solver.algebra.primitives.corners import maximum, minimum
from solver.algebra.primitives.elementary import add, mul
from solver.algebra.primitives.extremes import maximisation, minimisation
from solver.algebra.primitives.gather import application, gathering, join, spread
from solver.algebra.primitives.reduce import broadcast, contraction
from solver.algebra.primitives.routes import sent
from solver.algebra.primitives.scan import cumulation, shifting
from solver.algebra.primitives.shape import reshape, transpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from solver.algebra.index import Index

_SELECTING = frozenset(
    {choice, picking, placement, maximum, minimum, maximisation, minimisation, shifting, cumulation, application}
)


def between(outputs: Iterable[Node], *wrt: Node) -> list[Node]:
    """The nodes that depend on `wrt` and are needed by the outputs, arguments first; `wrt` itself is left out."""
    reached = set(wrt)
    path = []
    for node in topological(outputs):
        if node not in reached and any(arg in reached for arg in node.args):
            reached.add(node)
            path.append(node)
    return path


def jvp(outputs: Sequence[Node], wrt: Node, direction: Node) -> list[Node]:
    """The directional derivatives of the outputs, each of its output's shape, along `direction` (shape of `wrt`)."""
    tangents: dict[Node, Node] = {wrt: direction}
    for node in between(outputs, wrt):
        incoming = [tangents.get(arg) for arg in node.args]
        tangent = _tangent(node, incoming) if any(t is not None for t in incoming) else None
        if tangent is not None:
            tangents[node] = tangent
    return [tangents.get(output) or constant(np.zeros(output.shape)) for output in outputs]


def _tangent(node: Node, incoming: Sequence[Node | None]) -> Node | None:
    """The derivative of one node, given those of its arguments; None where it is zero."""
    if isinstance(node.op, Nonlinear) and node.op.tangent is not None:
        return node.op.tangent(node, incoming)
    total: Node | None = None
    for map_, tangent in zip(local_maps(node), incoming, strict=True):
        if map_ is not None and tangent is not None:
            part = map_.apply(tangent)
            total = part if total is None else add(total, part)
    return total


def vjp(outputs: Sequence[Node], wrt: Node, cotangents: Sequence[Node]) -> Node:
    """The sum over the outputs of (their Jacobian with respect to `wrt`) transposed, times their cotangent."""
    return adjoints(outputs, [wrt], cotangents)[0]


def adjoints(outputs: Sequence[Node], wrt: Sequence[Node], cotangents: Sequence[Node]) -> list[Node]:
    """`vjp` with respect to several variables in one sweep; each result has the shape of its variable."""
    path = between(outputs, *wrt)
    arriving = {node: _Arriving(node) for node in (*wrt, *path)}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        if output in arriving:
            arriving[output].sums.append(broadcast(cotangent, output.shape))
    for node in reversed(path):
        here = arriving[node]
        g = here.total()
        if g is None:
            continue
        silent = here.guarded or _may_silence(node)
        if node.op is gathering:
            there = arriving[node.args[0]]
            there.taken.append((node.param, g))
            there.guarded |= silent
            continue
        for arg, map_ in zip(node.args, local_maps(node, guarded=here.guarded), strict=True):
            there_ = arriving.get(arg)
            if map_ is not None and there_ is not None:
                there_.sums.append(map_.transpose(g))
                there_.guarded |= silent
    return [arriving[node].total() or constant(np.zeros(node.shape)) for node in wrt]


class _Arriving:
    """The cotangents that arrive at a node: whole ones, and those of elements taken from it.

    `guarded` says that some of their elements may be zero because they were not chosen.
    """

    __slots__ = ("guarded", "node", "sums", "taken")

    def __init__(self, node: Node) -> None:
        self.node = node
        self.sums: list[Node] = []
        self.taken: list[tuple[Index, Node]] = []
        self.guarded = False

    def total(self) -> Node | None:
        """Their sum; stretches that follow each other are joined, many small takes are spread in one go."""
        joined = self._joined()
        if joined is not None:
            return joined
        few: list[tuple[Index, Node]] = []
        for index, g in self.taken:
            if index.flat.size * 8 >= index.size:
                self.sums.append(sent(g, index, self.node.shape))
            else:
                few.append((index, g))
        if len(few) == 1:
            self.sums.append(sent(few[0][1], few[0][0], self.node.shape))
        elif few:
            places = np.concatenate([index.flat for index, _ in few])
            together = spread(join([g for _, g in few]), places, self.node.size)
            self.sums.append(reshape(together, self.node.shape))
        return reduce(add, self.sums) if self.sums else None

    def _joined(self) -> Node | None:
        """Cotangents of neighbouring stretches one after the other, if these are all and make up the whole node."""
        if self.sums or len(self.taken) < 2 or sum(index.flat.size for index, _ in self.taken) != self.node.size:
            return None
        parts: dict[int, Node] = {}
        for index, g in self.taken:
            order = index.order
            if order is None or index.grid is None:
                return None
            parts[index.grid[0]] = transpose(reshape(g, index.shape), order)
        starts = sorted(parts)
        ends = [start + parts[start].size for start in starts]
        if [0, *ends] != [*starts, self.node.size]:
            return None
        return reshape(join([parts[start] for start in starts]), self.node.shape)


def _may_silence(node: Node) -> bool:
    """Whether the transpose of this node's derivative may send zeros to elements that it did not use."""
    if node.op is gathering:
        return not node.param.covers
    if node.op is mul or node.op is contraction:
        return any(arg.value is not None and not arg.value.all() for arg in node.args)
    return node.op in _SELECTING


def gradient(output: Node, wrt: Node) -> Node:
    """The gradient, of the shape of `wrt`, of an output with one element (or of the sum of its elements)."""
    return vjp([output], wrt, [constant(np.ones(output.shape))])


def hessp(output: Node, wrt: Node, direction: Node) -> Node:
    """The Hessian of an output with one element, times `direction`."""
    return jvp([gradient(output, wrt)], wrt, direction)[0]
