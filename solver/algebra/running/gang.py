"""Many lone numbers computed side by side: operations of one kind become one operation on vectors.

A sheet of formulas that differ from each other compiles to thousands of nodes of one element each. Those that do the
same operation, and are as far from the inputs, do not depend on each other; so they are computed together, each from
its own places among the numbers known so far:

    known' = known, op(known[left], known[right]), ...

What is known is kept in a few vectors, each several times as long as the next, so that little is copied when it grows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Node, constant, make, topological
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.choose import choice, where
from solver.algebra.primitives.gather import gathering, join, joining, take
from solver.algebra.primitives.reduce import broadcasting
from solver.algebra.primitives.shape import reshape, reshaping, transposition

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST = 256  # lone operations; fewer are not worth it
_SMALLEST = 16  # how many must do the same at once, on average
_RATIO = 4  # how many times as long as the next a vector of what is known is, at least


def ganged(outputs: Sequence[Node]) -> list[Node]:
    """The outputs, with lone operations of one kind computed together where there are many."""
    order = topological(outputs)
    lone = [node for node in order if _is_lone(node)]
    if len(lone) < _FEWEST:
        return list(outputs)
    levels = _levels(order)
    gangs: dict[tuple[int, object], list[Node]] = {}
    for node in lone:
        kind = (node.op, tuple(arg.value is None for arg in node.args))
        gangs.setdefault((levels[node], kind), []).append(node)
    if len(lone) < _SMALLEST * len(gangs):
        return list(outputs)
    return _Arena(order, levels, gangs).outputs(outputs)


def _is_lone(node: Node) -> bool:
    """Whether a node is an operation on single numbers."""
    return node.size == 1 and (isinstance(node.op, Pointwise) or node.op is choice)


def _is_passing(node: Node) -> bool:
    """Whether a node only shows a single number that is computed elsewhere."""
    return node.size == 1 and node.op in (reshaping, broadcasting, transposition, gathering)


def _levels(order: Sequence[Node]) -> dict[Node, int]:
    """How many operations lie between a node and the inputs, at most."""
    levels: dict[Node, int] = {}
    for node in order:
        below = max((levels[arg] for arg in node.args if arg.value is None), default=-1)
        levels[node] = max(below, 0) if _is_passing(node) else below + 1
    return levels


class _Arena:
    """The numbers known so far, counted through several vectors, and which of them each node is."""

    def __init__(
        self, order: Sequence[Node], levels: dict[Node, int], gangs: dict[tuple[int, object], list[Node]]
    ) -> None:
        self._vectors: list[Node] = []
        self._starts: list[int] = []
        self._place: dict[Node, int] = {}
        self._new: dict[Node, Node] = {}
        self._wanted: dict[Node, list[int]] = {}
        self._spot: dict[tuple[Node, int], int] = {}
        whole: dict[int, list[Node]] = {}
        for node in order:
            if _is_lone(node):
                read = [arg for arg in node.args if arg.value is None and not _is_passing(arg)]
            elif _is_passing(node):
                read = [node]
            else:
                whole.setdefault(levels[node], []).append(node)
                read = []
            for source, at in map(_source, read):
                if not _is_lone(source):
                    self._wanted.setdefault(source, []).append(at)
        by_level: dict[int, list[list[Node]]] = {}
        for (level, _), members in gangs.items():
            by_level.setdefault(level, []).append(members)
        for level in sorted({*whole, *by_level}):
            self._advance(whole.get(level, ()), by_level.get(level, ()))

    def outputs(self, outputs: Sequence[Node]) -> list[Node]:
        """The outputs made of what is known."""
        return [node if node.value is not None else self._of(node) for node in outputs]

    def _advance(self, whole: Sequence[Node], gangs: Sequence[list[Node]]) -> None:
        """Takes in the arrays and the gangs of one level."""
        parts: list[Node] = []
        size = start = self._starts[-1] + self._vectors[-1].size if self._vectors else 0
        for node in whole:
            self._new[node] = self._remade(node)
            wanted = sorted(set(self._wanted.get(node, ())))
            if wanted:
                self._spot |= {(node, at): size + k for k, at in enumerate(wanted)}
                parts.append(take(self._new[node], np.array(wanted)))
                size += len(wanted)
        for members in gangs:
            parts.append(self._together(members))
            self._place |= {node: size + k for k, node in enumerate(members)}
            size += len(members)
        if parts:
            self._vectors.append(join(parts))
            self._starts.append(start)
        while len(self._vectors) > 1 and self._vectors[-2].size < _RATIO * self._vectors[-1].size:
            self._vectors[-2:] = [join(self._vectors[-2:])]
            del self._starts[-1]

    def _taken(self, at: Sequence[int]) -> Node:
        """Some of the numbers as one vector."""
        places = np.array(at)
        vector = np.searchsorted(self._starts, places, side="right") - 1
        present = np.unique(vector).tolist()
        parts = [take(self._vectors[k], places[vector == k] - self._starts[k]) for k in present]
        if len(parts) == 1:
            return parts[0]
        back = np.empty(len(places), dtype=np.intp)
        back[np.argsort(vector, kind="stable")] = np.arange(len(places))
        return take(join(parts), back)

    def _together(self, members: Sequence[Node]) -> Node:
        """The numbers of a gang as one vector."""
        first = members[0]
        vectors = [self._column([node.args[place] for node in members]) for place in range(len(first.args))]
        result = first.op(*vectors) if isinstance(first.op, Pointwise) else where(*vectors)
        return reshape(result, (len(members),))

    def _column(self, nodes: Sequence[Node]) -> Node:
        """Single numbers, all known beforehand or none, as one vector."""
        if nodes[0].value is not None:
            return constant(np.array([float(node.value.ravel()[0]) for node in nodes if node.value is not None]))
        return self._taken([self._at(node) for node in nodes])

    def _at(self, node: Node) -> int:
        """Where a single number is."""
        if _is_passing(node):
            source, at = _source(node)
            return self._place[source] if _is_lone(source) else self._spot[source, at]
        return self._place[node] if _is_lone(node) else self._spot[node, 0]

    def _of(self, node: Node) -> Node:
        """A node made of what is known."""
        if _is_lone(node) or _is_passing(node):
            return reshape(self._taken([self._at(node)]), node.shape)
        return self._new[node]

    def _remade(self, node: Node) -> Node:
        if not node.args:
            return node
        if node.op is joining:
            return self._joined(node)
        args = tuple([arg if arg.value is not None else self._of(arg) for arg in node.args])
        if isinstance(node.op, Pointwise):
            return node.op(*args)
        if node.op is gathering:
            return take(args[0], node.param.flat.reshape(node.shape))
        return make(node.op, args, node.shape, node.param)

    def _joined(self, node: Node) -> Node:
        """A join, with single numbers that follow each other taken in one go."""
        parts: list[Node] = []
        run: list[int] = []
        for arg in (*node.args, None):
            if arg is not None and arg.value is None and (_is_lone(arg) or _is_passing(arg)):
                run.append(self._at(arg))
                continue
            if run:
                parts.append(self._taken(run))
                run = []
            if arg is not None:
                parts.append(arg if arg.value is not None else self._of(arg))
        return join(parts)


def _source(node: Node) -> tuple[Node, int]:
    """Where a single number that is only shown is computed: the node, and the position in it."""
    at = 0
    while _is_passing(node) and node.args[0].value is None:
        if node.op is gathering:
            at = int(node.param.flat[0])
            node = node.args[0]
            if node.size != 1:
                return node, at
        else:
            node = node.args[0]
    return node, 0
