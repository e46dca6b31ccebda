"""Losses as sums of many terms, and a few of the terms computed alone: what minibatches need.

    output(x) = outer(total),    total = scale * (sum of the terms) + rest

The increasing functions around the total are left out, and so is the scale: a mean, a root of a mean and a sum of the
same squares have the same terms. Squares of the inputs themselves, as of weight decay, are the rest: it belongs to
every term alike.

Some terms are computed by a graph of their own: from the wanted positions of the last array back to positions in the
arrays that it was made of. The positions are an input of that graph, so it serves every choice of as many terms.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.derive import gradient
from solver.algebra.node import Array, Node, broadcast_shape, constant, variable
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import positions
from solver.algebra.primitives.choose import choice, pick, where
from solver.algebra.primitives.corners import less, less_equal, maximum, minimum
from solver.algebra.primitives.elementary import add, mul, square, sub
from solver.algebra.primitives.gather import gathering, join, joining, take
from solver.algebra.primitives.reduce import broadcast, broadcasting, contract, contraction, sum_, summation
from solver.algebra.primitives.shape import reshape, reshaping, transposition
from solver.algebra.running.program import Program
from solver.algebra.structure.degree import level_of, levels
from solver.algebra.structure.peel import peeled
from solver.algebra.structure.squares import add_share, parts_of, root_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.algebra.primitive import Indices

_KEPT_SIZES = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Summand:
    """Elements of a node, or their squares, with the shares in which they enter a total."""

    node: Node
    squared: bool
    places: Indices
    shares: Array

    def values(self) -> Node:
        """The elements as they enter."""
        chosen = take(self.node, self.places)
        return square(chosen) if self.squared else chosen


class Terms:
    """The terms of a loss: `count` of them; called with a point and positions, the sum of these and its gradient."""

    def __init__(self, terms: Node, rest: Node, wrt: Node) -> None:
        self.count = terms.size
        self._terms, self._rest, self._wrt = terms, rest, wrt
        self._programs: dict[int, Program] = {}

    def __call__(self, x: npt.ArrayLike, chosen: npt.ArrayLike) -> tuple[float, Array]:
        """The sum of the chosen terms with their part of the rest, and its gradient (n,)."""
        wanted = np.asarray(chosen, dtype=np.float64)
        value, slope = self._program(wanted.size).run(x, wanted)
        return float(value.ravel()[0]), slope

    def _program(self, size: int) -> Program:
        """The graph for so many terms, made when it is first needed."""
        if size not in self._programs:
            if len(self._programs) >= _KEPT_SIZES:
                del self._programs[next(iter(self._programs))]
            chosen = variable(size, "chosen")
            some = _Restriction(self._wrt).elements(self._terms, chosen)
            total = add(sum_(some), mul(reshape(self._rest, (1,)), float(size)))
            self._programs[size] = Program([self._wrt, chosen], [total, gradient(total, self._wrt)])
        return self._programs[size]


def terms(output: Node, wrt: Node) -> Terms | None:
    """The terms of an output of one element; None where it is not a sum of at least two."""
    summands = _summands(peeled(output)[0], wrt)
    own = [each for each in summands if each.squared and _is_input(each.node, wrt)]
    main = [each for each in summands if each not in own] or own
    rest = [each for each in own if each not in main]
    shares = np.concatenate([each.shares for each in main]) if main else np.zeros(0)
    if shares.size < 2:
        return None
    scale = float(np.abs(shares).mean())
    weighted = [mul(each.values(), constant(each.shares / scale)) for each in main]
    parts = [sum_(mul(each.values(), constant(each.shares / (scale * shares.size)))) for each in rest]
    return Terms(join(weighted), reduce(add, parts) if parts else constant(np.zeros(1)), wrt)


def _summands(output: Node, wrt: Node) -> list[_Summand]:
    """What the output is the weighted sum of, without what no input reaches."""
    waiting: dict[Node, Array] = {output: np.ones(output.shape)}
    queue = [(-output.serial, output)]
    found: dict[tuple[Node, bool], Array] = {}
    while queue:
        node = heapq.heappop(queue)[1]
        share = waiting.pop(node)
        if node.value is not None or not share.any():
            continue
        rooted = root_of(node, share)
        parts = None if rooted is not None else parts_of(node, share)
        if rooted is None and parts is None:
            add_share(found, (node, False), share)
        if rooted is not None:
            add_share(found, (rooted[0], True), rooted[1])
        for part, own in parts or ():
            if part not in waiting:
                heapq.heappush(queue, (-part.serial, part))
            add_share(waiting, part, own)
    reached = levels([node for node, _ in found], wrt)
    summands = []
    for (node, squared), share in found.items():
        alive = (share != 0) & (level_of(node, reached) > 0)
        places = np.flatnonzero(np.broadcast_to(alive, node.shape))
        if places.size:
            summands.append(_Summand(node, squared, places, np.broadcast_to(share, node.shape).ravel()[places]))
    return summands


def _is_input(node: Node, wrt: Node) -> bool:
    """Whether a node only moves elements of the input."""
    while node.op in (reshaping, gathering, broadcasting, transposition):
        node = node.args[0]
    return node is wrt


class _Restriction:
    """Some elements of nodes, computed from as few elements of their arguments as they need."""

    def __init__(self, wrt: Node) -> None:
        self.wrt = wrt
        self._known: dict[tuple[Node, Node], Node] = {}

    def elements(self, node: Node, at: Node) -> Node:
        """The elements of a node at positions (of any shape) in its flattened array."""
        key = (node, at)
        if key not in self._known:
            self._known[key] = self._elements(node, at)
        return self._known[key]

    def _elements(self, node: Node, at: Node) -> Node:
        op, args = node.op, node.args
        if node.size == 1:
            return broadcast(reshape(node, (1,) * at.rank), at.shape)
        if node.value is not None or node is self.wrt:
            return _picked(node, at)
        if op is reshaping:
            return self.elements(args[0], at)
        if op is gathering:
            return self.elements(args[0], _mapped(node.param.flat, at))
        if op is broadcasting:
            return self.elements(args[0], self._behind(node, args[0], at))
        if op is transposition:
            order = [axis + node.rank for axis in node.param]
            places = np.arange(node.size).reshape(args[0].shape).transpose(order)
            return self.elements(args[0], _mapped(places.ravel(), at))
        if isinstance(op, Pointwise):
            return op(*[self.elements(arg, self._behind(node, arg, at)) for arg in args])
        if op is choice:
            return where(*[self.elements(arg, self._behind(node, arg, at)) for arg in args])
        if op in (summation, contraction):
            return self._total(node, at)
        if op is joining:
            return self._joined(node, at)
        return _picked(node, at)

    @staticmethod
    def _behind(node: Node, arg: Node, at: Node) -> Node:
        """The positions in an argument that is repeated to the shape of a node."""
        return at if arg.shape == node.shape else _mapped(positions(arg.size, arg.shape, node.shape), at)

    def _total(self, node: Node, at: Node) -> Node:
        """Sums, and sums of products: the summed elements become a last axis."""
        full = broadcast_shape([arg.shape for arg in node.args])
        axes = [axis % len(full) for axis in node.param]
        length = int(np.prod([full[axis] for axis in axes], dtype=int))
        last = [*(axis for axis in range(len(full)) if axis not in axes), *axes]
        pieces = []
        for arg in node.args:
            places = positions(arg.size, arg.shape, full).reshape(full).transpose(last).ravel()
            rows = mul(reshape(at, (*at.shape, 1)), float(length))
            within = constant(np.arange(float(length)).reshape((1,) * at.rank + (length,)))
            pieces.append(self.elements(arg, _mapped(places, add(rows, within))))
        total = sum_(pieces[0], -1) if len(pieces) == 1 else contract(pieces[0], pieces[1], -1)
        return reshape(total, at.shape)

    def _joined(self, node: Node, at: Node) -> Node:
        """Each position in the part where it lies, nothing in the others."""
        total: Node | None = None
        begin = 0
        for part, end in zip(node.args, node.param, strict=True):
            inside = mul(less_equal(float(begin), at), less(at, float(end)))
            place = minimum(maximum(sub(at, float(begin)), 0.0), float(part.size - 1))
            chosen = where(inside, self.elements(part, place), 0.0)
            total = chosen if total is None else add(total, chosen)
            begin = int(end)
        assert total is not None
        return total


def _mapped(places: Indices, at: Node) -> Node:
    """The positions that a table gives for positions; what only counts on needs no table."""
    if places.size and np.array_equal(places, np.arange(places.size)):
        return at
    return _picked(constant(places.astype(np.float64)), at)


def _picked(node: Node, at: Node) -> Node:
    return reshape(pick(reshape(node, (node.size,)), reshape(at, (at.size,)), 0), at.shape)
