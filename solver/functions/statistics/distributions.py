"""What all distributions share: the choice between density and distribution function, and refused arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import less, less_equal, maximum, sub, where
from solver.functions.operand import guard
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node


def refused(node: Node, *conditions: Node) -> Node:
    """The node, with #NUM! wherever a condition is known to hold."""
    for condition in conditions:
        node = guard(node, condition, ErrorValue.NUM)
    return node


def below(x: Node, limit: float | Node) -> Node:
    """1 where x < limit."""
    return less(x, limit)


def not_above(x: Node, limit: float | Node) -> Node:
    """1 where x <= limit."""
    return less_equal(x, limit)


def above(x: Node, limit: float | Node) -> Node:
    """1 where x > limit."""
    return less(limit, x)


def not_below(x: Node, limit: float | Node) -> Node:
    """1 where x >= limit."""
    return less_equal(limit, x)


def chosen(cumulative: Node, integral: Node, density: Node) -> Node:
    """The distribution function where `cumulative` is not 0, the density elsewhere."""
    return where(cumulative, integral, density)


def improper(p: Node) -> Node:
    """1 where p is not strictly between 0 and 1."""
    return maximum(less_equal(p, 0.0), less_equal(sub(1.0, p), 0.0))
