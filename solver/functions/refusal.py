"""Arguments outside a function's domain, for which the cell shows an error value.

A function of plain numbers stops (`demand`); a function of nodes puts the error where a condition holds (`refused`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import div, equal, less, less_equal
from solver.functions.operand import guard
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node


class Refused(Exception):
    """What a function was given has no value; `value` is the error that the cell shows."""

    def __init__(self, value: ErrorValue = ErrorValue.NUM) -> None:
        super().__init__(value.label)
        self.value = value


def demand(*conditions: bool, otherwise: ErrorValue = ErrorValue.NUM) -> None:
    """Stops a function whose arguments do not meet all conditions."""
    if not all(conditions):
        raise Refused(otherwise)


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


def ratio(a: Node, b: Node) -> Node:
    """a / b, #DIV/0! where b is known to be 0."""
    return guard(div(a, b), equal(b, 0.0), ErrorValue.DIV0)
