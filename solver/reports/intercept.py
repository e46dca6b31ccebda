"""What was observed, from residuals that are model minus observed, or observed minus model: their constant terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import topological
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.elementary import add, div, mul, neg, sub
from solver.algebra.primitives.gather import gathering, joining
from solver.algebra.primitives.reduce import broadcasting
from solver.algebra.primitives.shape import reshaping, transposition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra import Node
    from solver.model.problem import Vector


@dataclass(frozen=True, slots=True)
class Terms:
    """Of each element of a node: the sum of its constant terms, and the `sign` with which the other terms enter.

    The sign is -1 for observed minus model, else 1.
    """

    constant: Vector
    sign: Vector


def terms_of(root: Node) -> Terms:
    """The constant terms of a node that is a sum, 0 where there is none; arrays of the node's shape."""
    found: dict[Node, Terms] = {}
    for node in topological([root]):
        known = [found[arg] if arg.value is None else Terms(arg.value, np.ones(arg.shape)) for arg in node.args]
        constant, sign = _terms(node, known)
        found[node] = Terms(np.broadcast_to(constant, node.shape), np.broadcast_to(sign, node.shape))
    return found[root]


def _terms(node: Node, args: Sequence[Terms]) -> tuple[Vector, Vector]:
    """Constant and sign of a node from those of its arguments."""
    if node.op in (add, sub):
        turned = 1.0 if node.op is add else -1.0
        constant = args[0].constant + turned * args[1].constant
        return constant, turned * args[1].sign if node.args[0].value is not None else args[0].sign
    if node.op is neg:
        return -args[0].constant, -args[0].sign
    if node.op in (mul, div) and node.args[1].value is not None:
        factor = node.args[1].value if node.op is mul else 1.0 / node.args[1].value
        return args[0].constant * factor, args[0].sign * np.where(factor < 0, -1.0, 1.0)
    if node.op is joining:
        return _joined([each.constant for each in args]), _joined([each.sign for each in args])
    if node.op is choice and node.args[0].value is not None:
        sides = [[each.constant for each in args[1:]], [each.sign for each in args[1:]]]
        constant, sign = (np.where(node.args[0].value != 0, yes, no) for yes, no in sides)
        return constant, sign
    if node.op is broadcasting:
        return args[0].constant, args[0].sign
    if node.op in (reshaping, transposition, gathering):
        kernel = node.op.bind(node.param, [node.args[0].shape])
        constant, sign = (np.ascontiguousarray(each) for each in (args[0].constant, args[0].sign))
        return np.array(kernel(constant), dtype=float), np.array(kernel(sign), dtype=float)
    return np.zeros(()), np.ones(())


def _joined(pieces: Sequence[Vector]) -> Vector:
    return np.concatenate([piece.ravel() for piece in pieces])
