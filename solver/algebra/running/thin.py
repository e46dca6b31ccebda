"""Sums over arrays of which most elements are the same for every input: only the others are computed.

A grid of predictions with few known ratings, IF(rating="", 0, prediction), is summed over all its cells. Where the
condition is known, the sum is that over the cells that matter plus a constant, and what matters can be taken out
before it is computed: of a matrix product, single inner products.

Where they are many, everything is computed, and the choice is moved outward through what is done to it: one mask over
the residuals instead of one over each array on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.derive import between
from solver.algebra.node import Node, constant
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import positions
from solver.algebra.primitives.choose import choice, masked_part, where
from solver.algebra.primitives.elementary import add
from solver.algebra.primitives.gather import take
from solver.algebra.primitives.reduce import broadcast, contract, contraction, sum_, summation
from solver.algebra.primitives.shape import reshape, reshaping
from solver.algebra.running.replace import replaced
from solver.algebra.structure.degree import levels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.algebra.node import Shape
    from solver.algebra.primitive import Indices
    from solver.algebra.structure.degree import Levels

FEW = 0.2
"""Up to this share of live elements, taking them out beats a matrix product of everything and masks over it."""

_LEAST = 4096  # shorter sums are left as they are


def thinned(output: Node, wrt: Node) -> Node:
    """The output with its sums taken over those elements alone that depend on the input, where they are few.

    Where they are more, what is summed has its mask on the outside.
    """
    found = levels([output], wrt)
    thinner: dict[Node, Node] = {}
    for node in between([output], wrt):
        if node.op in (summation, contraction) and node.size == 1 and node.args[0].size >= _LEAST:
            thinner[node] = _thin(node, found) or _masked_last(node)
    return replaced([output], thinner)[0] if thinner else output


def _thin(node: Node, found: Mapping[Node, Levels]) -> Node | None:
    """A total as the total of its live elements and a constant; None where that is no gain."""
    shape = node.args[0].shape
    live = np.zeros(shape, dtype=bool)
    for arg in node.args:
        if arg.shape != shape:
            return None
        live |= np.broadcast_to(found.get(arg, _DEAD) > 0, shape)
    if live.mean() > FEW:
        return None
    rest = _total(node, np.flatnonzero(~live))
    if rest.value is None:
        return None
    return reshape(add(_total(node, np.flatnonzero(live)), rest), node.shape)


def _masked_last(node: Node) -> Node:
    """The total with masks moved outward in what is summed."""
    outward = {arg: _outward(arg) for arg in set(node.args)}
    args = [outward[arg] for arg in node.args]
    if all(new is old for new, old in zip(args, node.args, strict=True)):
        return node
    return contract(args[0], args[1], node.param) if node.op is contraction else sum_(args[0], node.param)


def _outward(node: Node) -> Node:
    """A node whose mask is the last that is done, where its elements are masked further inside."""
    if node.op is reshaping:
        inner = _outward(node.args[0])
        return node if inner is node.args[0] else _masked_as(inner, node.shape)
    if not isinstance(node.op, Pointwise):
        return node
    live = [place for place, arg in enumerate(node.args) if arg.value is None]
    arg = _outward(node.args[live[0]])
    masked = masked_part(arg) if len(live) == 1 and arg.shape == node.shape else None
    if masked is None:
        return node
    mask, inside, fixed = masked
    yes, no = (
        node.op(*[other if place == live[0] else old for place, old in enumerate(node.args)])
        for other in (inside, constant(fixed))
    )
    assert no.value is not None
    rest = np.where(mask, 0.0, no.value)
    no = constant(rest if rest.any() else 0.0)
    return where(arg.args[0], yes, no) if arg.args[1].value is None else where(arg.args[0], no, yes)


def _masked_as(node: Node, shape: Shape) -> Node:
    """A masked node in another shape, the mask still outside."""
    test, yes, no = (reshape(broadcast(arg, node.shape), shape) for arg in node.args)
    return where(test, yes, no)


_DEAD = np.zeros((), dtype=np.uint8)


def _total(node: Node, index: Indices) -> Node:
    """What the elements at these flat positions add to a total."""
    chosen = _Chosen()
    parts = [chosen(arg, index) for arg in node.args]
    return sum_(parts[0], 0) if len(parts) == 1 else contract(parts[0], parts[1], 0)


class _Chosen:
    """Elements of nodes at flat positions, as vectors: taken out before they are computed, as far down as possible."""

    def __init__(self) -> None:
        self._known: dict[tuple[Node, int], Node] = {}
        self._alive: list[Indices] = []  # an index that is remembered by its identity must not go away

    def __call__(self, node: Node, index: Indices) -> Node:
        """The elements of a node at these positions."""
        key = node, id(index)
        found = self._known.get(key)
        if found is None:
            self._alive.append(index)
            found = self._known[key] = self._found(node, index)
        return found

    def _found(self, node: Node, index: Indices) -> Node:
        if node.value is not None:
            return constant(node.value.ravel()[index])
        if node.op is reshaping:
            return self(node.args[0], index)
        if isinstance(node.op, Pointwise):
            return node.op(*[self._argument(node, arg, index) for arg in node.args])
        if node.op is choice:
            return self._choice(node, index)
        if node.op is contraction and node.size > 1:
            left, right = (_along(arg, node, index) for arg in node.args)
            return reshape(contract(left, right, -1), (len(index),))
        return take(node, index)

    def _argument(self, node: Node, arg: Node, index: Indices) -> Node:
        """An argument beside the chosen elements of a node: its own, or the one element that serves them all."""
        if arg.size == 1:
            return reshape(arg, (1,))
        return self(arg, index if arg.shape == node.shape else positions(arg.size, arg.shape, node.shape)[index])

    def _choice(self, node: Node, index: Indices) -> Node:
        condition, yes, no = node.args
        if condition.value is not None:
            test = np.broadcast_to(condition.value, node.shape).ravel()[index]
            if not np.isnan(test).any():
                for branch, all_so in ((yes, test.all()), (no, not test.any())):
                    if all_so:
                        return _filled(self._argument(node, branch, index), len(index))
        return where(*[self._argument(node, arg, index) for arg in node.args])


def _filled(vector: Node, length: int) -> Node:
    return vector if vector.size == length else take(vector, np.zeros(length, dtype=np.intp))


def _along(operand: Node, node: Node, index: Indices) -> Node:
    """The elements of an operand over which a contraction sums for each chosen result: (results, summed)."""
    summed = [axis for axis in range(-node.rank, 0) if axis in node.param]
    every = np.arange(operand.size).reshape(operand.shape)
    moved = np.moveaxis(every, summed, range(-len(summed), 0))
    kept = moved.shape[: moved.ndim - len(summed)]
    whole = tuple(length for axis, length in enumerate(node.shape, -node.rank) if axis not in node.param)
    rows = positions(int(np.prod(kept, dtype=int)), kept, whole)[index]
    return take(operand, moved.reshape((int(np.prod(kept, dtype=int)), -1))[rows])
