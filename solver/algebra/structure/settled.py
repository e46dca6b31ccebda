"""Choices that the bounds of the variables have settled: MAX(x, 0) with x >= 0 is x.

Where the difference that decides is linear, its range over the bounds is exact; what is the larger, the smaller or the
chosen one in all of that range takes the place of the corner or jump. So a MAX that only guards bends no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import topological
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.corners import abs_, less, less_equal, maximum, minimum
from solver.algebra.primitives.elementary import neg, sub
from solver.algebra.primitives.gather import join
from solver.algebra.primitives.reduce import broadcast
from solver.algebra.running.function import VectorFunction
from solver.algebra.running.replace import replaced
from solver.algebra.structure.linearity import linear_part, row_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra.node import Array, Node

_DEEP = 4  # so many choices within each other are looked through

MOST = 100_000
"""More deciding elements than this are not looked at."""


def settled(outputs: Sequence[Node], wrt: Node, low: Array, high: Array) -> list[Node]:
    """The outputs, equal for all low <= wrt <= high, without the choices that have only one answer there."""
    result = list(outputs)
    for _ in range(_DEEP):
        open_ = {node: distance for node in topological(result) if (distance := _deciding(node)) is not None}
        if not open_ or sum(distance.size for distance in open_.values()) > MOST:
            break
        ranges = _ranges(list(open_.values()), wrt, low, high)
        answers = {
            node: answer
            for node, (least, most) in zip(open_, ranges, strict=True)
            if (answer := _answer(node, least, most)) is not None
        }
        if not answers:
            break
        result = replaced(result, answers)
    return result


def _deciding(node: Node) -> Node | None:
    """The difference whose sign decides what a node is; None for other nodes."""
    if node.op is maximum or node.op is minimum:
        return sub(*node.args)
    if node.op is abs_:
        return node.args[0]
    if node.op is choice and node.args[0].op in (less, less_equal):
        return sub(*node.args[0].args)
    return None


def _ranges(distances: list[Node], wrt: Node, low: Array, high: Array) -> list[tuple[float, float]]:
    """The least and the largest value of any element of each distance; infinite where one is not linear."""
    flat = join(distances)
    matrix, straight = linear_part(flat, wrt)
    shift = VectorFunction(flat, wrt).value(np.zeros(wrt.size))
    lowest, highest = row_ranges(matrix, low, high)
    known = straight & np.isfinite(shift)
    least, most = np.where(known, lowest + shift, -np.inf), np.where(known, highest + shift, np.inf)
    ends = np.cumsum([distance.size for distance in distances])[:-1]
    return [
        (float(a.min(initial=np.inf)), float(b.max(initial=-np.inf)))
        for a, b in zip(np.split(least, ends), np.split(most, ends), strict=True)
    ]


def _answer(node: Node, least: float, most: float) -> Node | None:
    """What a node always is when its deciding difference lies between the two; None while it is open."""
    above, below = least >= 0, most <= 0
    if node.op is choice:
        strict = node.args[0].op is less
        if (most < 0) if strict else below:
            return broadcast(node.args[1], node.shape)
        return broadcast(node.args[2], node.shape) if (above if strict else least > 0) else None
    if not above and not below:
        return None
    if node.op is abs_:
        return node.args[0] if above else neg(node.args[0])
    larger = node.op is maximum
    return broadcast(node.args[0 if above == larger else 1], node.shape)
