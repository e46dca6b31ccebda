"""What all distributions share: the choice between density and distribution function, and what is no probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import less_equal, maximum, sub, where

if TYPE_CHECKING:
    from solver.algebra import Node


def chosen(cumulative: Node, integral: Node, density: Node) -> Node:
    """The distribution function where `cumulative` is not 0, the density elsewhere."""
    return where(cumulative, integral, density)


def improper(p: Node) -> Node:
    """1 where p is not strictly between 0 and 1."""
    return maximum(less_equal(p, 0.0), less_equal(sub(1.0, p), 0.0))
