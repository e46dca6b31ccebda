"""Circular and hyperbolic functions and their inverses, element by element."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.pointwise import pointwise
from solver.algebra.primitives.elementary import POSITIVE, R, add, div, neg, sqrt, square, sub

if TYPE_CHECKING:
    from solver.algebra.node import Node, Operand


@pointwise(np.sin, [R])
def sin(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The sine."""
    return (cos(x),)


@pointwise(np.cos, [R])
def cos(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The cosine."""
    return (neg(sin(x)),)


@pointwise(np.tan, [(-1.2, 1.2)])
def tan(y: Node, _x: Node) -> tuple[Operand, ...]:
    """The tangent."""
    return (add(square(y), 1.0),)


@pointwise(np.arcsin, [(-0.9, 0.9)])
def asin(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse sine."""
    return (div(1.0, sqrt(sub(1.0, square(x)))),)


@pointwise(np.arccos, [(-0.9, 0.9)])
def acos(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse cosine."""
    return (div(-1.0, sqrt(sub(1.0, square(x)))),)


@pointwise(np.arctan, [R])
def atan(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse tangent."""
    return (div(1.0, add(square(x), 1.0)),)


@pointwise(np.arctan2, [R, POSITIVE])
def atan2(_z: Node, y: Node, x: Node) -> tuple[Operand, ...]:
    """The angle of the point (x, y)."""
    radius = add(square(x), square(y))
    return div(x, radius), neg(div(y, radius))


@pointwise(np.sinh, [R])
def sinh(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The hyperbolic sine."""
    return (cosh(x),)


@pointwise(np.cosh, [R])
def cosh(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The hyperbolic cosine."""
    return (sinh(x),)


@pointwise(np.tanh, [R])
def tanh(y: Node, _x: Node) -> tuple[Operand, ...]:
    """The hyperbolic tangent."""
    return (sub(1.0, square(y)),)


@pointwise(np.arcsinh, [R])
def asinh(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse hyperbolic sine."""
    return (div(1.0, sqrt(add(square(x), 1.0))),)


@pointwise(np.arccosh, [(1.2, 4.0)])
def acosh(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse hyperbolic cosine."""
    return (div(1.0, sqrt(sub(square(x), 1.0))),)


@pointwise(np.arctanh, [(-0.8, 0.8)])
def atanh(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The inverse hyperbolic tangent."""
    return (div(1.0, sub(1.0, square(x))),)
