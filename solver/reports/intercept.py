"""The constant terms of a vector that is a sum: for residuals, model minus observed, these are the observations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.elementary import add, div, mul, neg, sub
from solver.algebra.gather import gathering, joining
from solver.algebra.reduce import broadcasting
from solver.algebra.shape import reshaping, transposition

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.model.problem import Vector


def intercept(node: Node) -> Vector:
    """The sum of the constant terms of each element, of the node's shape; 0 where there is none."""
    if node.value is not None:
        return np.broadcast_to(node.value, node.shape)
    args = node.args
    if node.op in (add, sub):
        first, second = (intercept(arg) for arg in args)
        return first + second if node.op is add else first - second
    if node.op is neg:
        return -intercept(args[0])
    if node.op in (mul, div) and args[1].value is not None:
        return intercept(args[0]) * args[1].value if node.op is mul else intercept(args[0]) / args[1].value
    if node.op is joining:
        return np.concatenate([intercept(arg).ravel() for arg in args])
    if node.op is broadcasting:
        return np.broadcast_to(intercept(args[0]), node.shape)
    if node.op in (reshaping, transposition, gathering):
        kernel = node.op.bind(node.param, [args[0].shape])
        return np.asarray(kernel(np.ascontiguousarray(intercept(args[0]))), dtype=float)
    return np.zeros(node.shape)
