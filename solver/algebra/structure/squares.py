"""Objectives that are sums of squares: recognised in the graph, whatever increasing functions are wrapped around them.

    output(x) = outer(sum(residuals(x) ** 2)),    outer increasing

The wrappers (root, mean, shift, logarithm, ...) are peeled off. What remains is taken apart against the direction of
calculation: each node carries the coefficients with which its elements enter the total, until squares are reached; a
square with the coefficient c gives the residual sqrt(c) * r.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from solver.algebra.node import VARIABLE, Array, Node, Shape, broadcast_shape, topological
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.corners import abs_
from solver.algebra.primitives.elementary import add, div, mul, neg, power, sqrt, square, sub
from solver.algebra.primitives.gather import gathering, join, joining, scattering, take
from solver.algebra.primitives.reduce import broadcasting, contraction, summation
from solver.algebra.primitives.shape import reshaping, transposition
from solver.algebra.running.program import Program
from solver.algebra.structure.degree import level_of, levels
from solver.algebra.structure.peel import peeled, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

Key = TypeVar("Key", bound="Hashable")


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """An output as outer(sum of squares): `residuals` is a vector of live elements.

    `constant` is the part of the sum that no input reaches; `outer` takes the live part alone and adds it.
    """

    residuals: Node
    constant: float
    outer: Callable[[float], float]


def least_squares(output: Node, wrt: Node) -> LeastSquares | None:
    """The output, of one element, as an increasing function of a sum of squares; None where it is not recognised."""
    node, wrappers = peeled(output)
    found = _taken_apart(node)
    if found is None:
        return None
    squares, constant = found
    residuals, rest = _live(squares, wrt)
    constant += rest
    if residuals.size == 0 or math.isnan(constant):
        return None

    def outer(total: float) -> float:
        """The output from the sum of the squared residuals."""
        return wrapped(total + constant, wrappers)

    return None if math.isnan(outer(0.0)) else LeastSquares(residuals, constant, outer)


def _taken_apart(output: Node) -> tuple[dict[Node, Array], float] | None:
    """The nodes that are squared, with the coefficients of their squares, and the constant rest of the output.

    None if something else than squares and constants is left, or a square with a negative coefficient.
    """
    waiting: dict[Node, Array] = {output: np.ones(output.shape)}
    queue = [(-output.serial, output)]
    squares: dict[Node, Array] = {}
    constant = 0.0
    while queue:
        node = heapq.heappop(queue)[1]
        share = waiting.pop(node)
        if not share.any():
            continue
        if node.value is not None:
            constant += float(np.sum(np.broadcast_to(node.value, share.shape) * share, where=share != 0))
            continue
        if (share < 0).any():
            return None
        rooted = root_of(node, share)
        if rooted is not None:
            add_share(squares, *rooted)
            continue
        parts = parts_of(node, share)
        if parts is None:
            return None
        for part, own in parts:
            if part not in waiting:
                heapq.heappush(queue, (-part.serial, part))
            add_share(waiting, part, own)
    if any((share < 0).any() for share in squares.values()):
        return None
    return squares, constant


def add_share(shares: dict[Key, Array], key: Key, share: Array) -> None:
    """Adds to what is entered under a key; shapes broadcast."""
    shares[key] = shares[key] + share if key in shares else share


def root_of(node: Node, share: Array) -> tuple[Node, Array] | None:
    """For a node that is a square, or a sum of squares, what is squared and the coefficients of its squares."""
    if node.op is square and node.args[0].op is not sqrt:
        inner, factor = _stripped(node.args[0])
        inner = inner.args[0] if inner.op is abs_ else inner
        return inner, _folded(share * factor**2, inner.shape)
    if node.op is power:
        base, exponent = node.args
        value = None if exponent.value is None else exponent.value.ravel()
        if value is not None and value.size and (value == value[0]).all() and value[0] > 2 and value[0] % 2 == 0:
            return power(base, float(value[0]) / 2), _folded(share, base.shape)
    if node.op in (mul, contraction):
        (left, first), (right, second) = (_stripped(arg) for arg in node.args)
        if left is right and left.value is None:
            full = broadcast_shape([arg.shape for arg in node.args])
            return left, _folded(np.broadcast_to(share, full) * first * second, left.shape)
    return None


def _stripped(node: Node) -> tuple[Node, Array]:
    """The node without constant factors, and their product."""
    factor = np.ones(())
    while node.value is None:
        if node.op is neg:
            factor = -factor
        elif node.op is mul and node.args[1].value is not None:
            factor = factor * node.args[1].value
        elif node.op is div and node.args[1].value is not None:
            factor = factor / node.args[1].value
        else:
            break
        node = node.args[0]
    return node, factor


def parts_of(node: Node, share: Array) -> list[tuple[Node, Array]] | None:
    """The arguments that a node is the weighted sum of, with their elements' shares; None if it is no such sum."""
    op, args = node.op, node.args
    if op in (add, sub):
        sign = 1.0 if op is add else -1.0
        return [(args[0], _folded(share, args[0].shape)), (args[1], _folded(sign * share, args[1].shape))]
    if op is neg:
        return [(args[0], -share)]
    if op in (mul, div, contraction) and args[1].value is not None:
        full = np.broadcast_to(share, broadcast_shape([share.shape, *[arg.shape for arg in args]]))
        weighted = full / args[1].value if op is div else full * args[1].value
        return [(args[0], _folded(weighted, args[0].shape))]
    if op is square:  # of a square root
        return [(args[0].args[0], share)]
    if op is choice and args[0].value is not None:
        taken = np.broadcast_to(args[0].value != 0, share.shape)
        return [
            (args[1], _folded(np.where(taken, share, 0.0), args[1].shape)),
            (args[2], _folded(np.where(taken, 0.0, share), args[2].shape)),
        ]
    return _moved(node, share)


def _moved(node: Node, share: Array) -> list[tuple[Node, Array]] | None:
    """`parts_of` of what only moves, repeats or adds elements: the shares go back where the elements came from."""
    op, args = node.op, node.args
    if op is reshaping:
        return [(args[0], share.reshape(args[0].shape))]
    if op is transposition:
        return [(args[0], share.transpose(np.argsort([axis + node.rank for axis in node.param])))]
    if op is broadcasting:
        return [(args[0], _folded(share, args[0].shape))]
    if op is summation:
        return [(args[0], np.broadcast_to(share, args[0].shape))]
    if op is gathering:
        spread: Array = np.bincount(node.param.flat, weights=share.ravel(), minlength=args[0].size).astype(np.float64)
        return [(args[0], spread.reshape(args[0].shape))]
    if op is scattering:
        return [(args[0], share[node.param.flat].reshape(args[0].shape))]
    if op is joining:
        return [
            (part, piece.reshape(part.shape))
            for part, piece in zip(args, np.split(share, node.param[:-1]), strict=True)
        ]
    return None


def _folded(share: Array, shape: Shape) -> Array:
    """The shares of an array of `shape` from those of its repetition: summed, or spread where they were fewer."""
    full = np.broadcast_to(share, broadcast_shape([share.shape, shape]))
    extra = full.ndim - len(shape)
    total = full.sum(axis=tuple(range(extra)))
    axes = tuple(axis for axis, length in enumerate(shape) if length == 1 and total.shape[axis] != 1)
    return np.asarray(total.sum(axis=axes, keepdims=True)) if axes else np.asarray(total)


def _live(squares: dict[Node, Array], wrt: Node) -> tuple[Node, float]:
    """The residual vector of the elements that depend on the input, and the sum of the squares of the others."""
    found = levels(squares, wrt)
    pieces: list[Node] = []
    fixed: list[tuple[Node, Array]] = []
    for node, share in squares.items():
        level = level_of(node, found)
        alive = np.broadcast_to((share > 0) & (level > 0), node.shape).ravel()
        dead = np.broadcast_to((share > 0) & (level == 0), node.shape).ravel()
        weights = np.broadcast_to(share, node.shape).ravel()
        if alive.any():
            residual = take(node, np.flatnonzero(alive))
            pieces.append(mul(residual, np.sqrt(weights[alive])))
        if dead.any():
            fixed.append((take(node, np.flatnonzero(dead)), weights[dead]))
    return join(pieces), _constant_squares(fixed)


def _constant_squares(fixed: Sequence[tuple[Node, Array]]) -> float:
    """The weighted sum of squares of elements that are the same for every input."""
    nodes = [node for node, _ in fixed]
    inputs = [node for node in topological(nodes) if node.op is VARIABLE]
    values = Program(inputs, nodes).run(*[np.zeros(node.shape) for node in inputs])
    return float(sum(np.sum(weights * value**2) for (_, weights), value in zip(fixed, values, strict=True)))
