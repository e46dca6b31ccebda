"""Arithmetic, powers, exponentials and logarithms, element by element."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, broadcast_shape
from solver.algebra.pointwise import pointwise
from solver.algebra.primitive import Prepared
from solver.algebra.primitives.reduce import scaled_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

R = (-3.0, 3.0)
POSITIVE = (0.2, 4.0)


def _is(node: Node, number: float) -> bool:
    """Whether the node is this number everywhere."""
    value = node.value
    if value is None:
        return False
    return value.item() == number if value.size == 1 else bool((value == number).all())


def _same_shape(a: Node, b: Node) -> bool:
    return a.shape == b.shape or broadcast_shape([a.shape, b.shape]) == a.shape


def _add_rule(a: Node, b: Node) -> Node | None:
    if _is(b, 0.0) and _same_shape(a, b):
        return a
    if b.op is neg:
        return sub(a, b.args[0])
    if a.op is neg:
        return sub(b, a.args[0])
    return mul(a, 2.0) if a is b else None


@pointwise(np.add, [R, R], rewrite=_add_rule, commutative=True)
def add(_y: Node, _a: Node, _b: Node) -> tuple[Operand, ...]:
    """a + b."""
    return 1.0, 1.0


def _sub_rule(a: Node, b: Node) -> Node | None:
    if _is(b, 0.0) and _same_shape(a, b):
        return a
    if _is(a, 0.0) and _same_shape(b, a):
        return neg(b)
    if b.op is neg:
        return add(a, b.args[0])
    return None


@pointwise(np.subtract, [R, R], rewrite=_sub_rule)
def sub(_y: Node, _a: Node, _b: Node) -> tuple[Operand, ...]:
    """a - b."""
    return 1.0, -1.0


def _mul_rule(a: Node, b: Node) -> Node | None:
    if b.value is not None:
        if _is(b, 1.0) and _same_shape(a, b):
            return a
        if _is(b, -1.0) and _same_shape(a, b):
            return neg(a)
        if a.op is mul and a.args[1].value is not None:
            return mul(a.args[0], mul(a.args[1], b))
        if a.op is neg:
            return mul(a.args[0], neg(b))
        scaled = scaled_part(a) if b.size == 1 and b.rank <= a.rank else None
        return mul(scaled[0], mul(scaled[1], b)) if scaled is not None else None
    if a is b:
        return square(a)
    if a.op is neg and b.op is neg:
        return mul(a.args[0], b.args[0])
    return None


def _outer(shapes: Sequence[Shape], _values: Sequence[Array | None]) -> Kernel | None:
    """The product of a column and a row, where the loops of `einsum` are quicker than those of `multiply`."""
    height, width = (prod(shape) for shape in shapes)
    if len(shapes[0]) != len(shapes[1]) or min(height, width) == 1 or height * width < _MANY:
        return None
    first, second = ([axis for axis, length in enumerate(shape) if length > 1] for shape in shapes)
    column_first = max(first) < min(second)
    if not (column_first or max(second) < min(first)):
        return None

    def bound(a: Array, b: Array, out: Array) -> Callable[[], object] | None:
        column, row = (a, b) if column_first else (b, a)
        if out.size != height * width or not (column.flags.c_contiguous and row.flags.c_contiguous):
            return None
        target = out.reshape(column.size, row.size)
        return partial(np.einsum, "i,j->ij", column.reshape(-1), row.reshape(-1), out=target)

    return Prepared(np.multiply, bound)


_MANY = 4096


@pointwise(np.multiply, [R, R], rewrite=_mul_rule, commutative=True, special=_outer)
def mul(_y: Node, a: Node, b: Node) -> tuple[Operand, ...]:
    """a * b."""
    return b, a


def _div_rule(a: Node, b: Node) -> Node | None:
    if _is(b, 1.0) and _same_shape(a, b):
        return a
    if b.op is add and b.args[0].op is exp and _is(a, 1.0) and _is(b.args[1], 1.0) and b.args[0].shape == b.shape:
        return fermi(b.args[0].args[0]) if _same_shape(b, a) else None
    return None


@pointwise(np.divide, [R, (0.5, 3.0)], rewrite=_div_rule)
def div(y: Node, a: Node, b: Node) -> tuple[Operand, ...]:
    """a / b."""
    inverse = y if _is(a, 1.0) else div(1.0, b)
    return inverse, neg(mul(y, inverse))


def _neg_rule(x: Node) -> Node | None:
    if x.op is neg:
        return x.args[0]
    scaled = scaled_part(x)
    return mul(scaled[0], neg(scaled[1])) if scaled is not None else None


@pointwise(np.negative, [R], rewrite=_neg_rule)
def neg(_y: Node, _x: Node) -> tuple[Operand, ...]:
    """-x."""
    return (-1.0,)


def _square_rule(x: Node) -> Node | None:
    return square(x.args[0]) if x.op is neg else None


@pointwise(np.square, [R], rewrite=_square_rule)
def square(_y: Node, x: Node) -> tuple[Operand, ...]:
    """x * x."""
    return (mul(x, 2.0),)


@pointwise(np.sqrt, [POSITIVE])
def sqrt(y: Node, _x: Node) -> tuple[Operand, ...]:
    """The square root."""
    return (div(0.5, y),)


def _power_rule(a: Node, b: Node) -> Node | None:
    if b.value is None or not _same_shape(a, b):
        return None
    if _is(b, 1.0):
        return a
    if _is(b, 2.0):
        return square(a)
    if _is(b, -1.0):
        return div(1.0, a)
    return None


@pointwise(np.power, [POSITIVE, R], rewrite=_power_rule)
def power(y: Node, a: Node, b: Node) -> tuple[Operand | None, ...]:
    """a ** b; where b is 0, or a is 0 and b positive, the derivatives are those limits: 0."""
    if b.value is not None:
        # a ** (b - 1) has no value at a = 0, b = 0, though the factor b settles it
        by_base = mul(power(a, np.where(b.value == 0, 1.0, b.value - 1)), b)
        return by_base, None
    by_base = mul(b, power(a, sub(b, 1.0)))
    return by_base, logarithmic(y, a)


@pointwise(lambda y, a, out=None: np.multiply(y, np.log(np.where(a == 0, 1.0, a)), out=out), [R, POSITIVE])
def logarithmic(_y: Node, y: Node, a: Node) -> tuple[Operand, ...]:
    """y * log(a), and 0 where a is 0: the slope of a power in its exponent."""
    return log(a), div(y, a)


def _silence(g: Array, x: Array, out: Array | None = None) -> Array:
    product = np.asarray(np.multiply(g, x, out=out))
    np.copyto(product, 0.0, where=g == 0)
    return product


@pointwise(_silence, [R, R])
def silenced(_y: Node, g: Node, x: Node) -> tuple[Operand, ...]:
    """g * x, and 0 where g is 0 though x be infinite or NaN: what a branch not taken adds to a derivative."""
    return x, g


def _without_overflow(kernel: np.ufunc) -> Kernel:
    """The kernel with no value where it overflows: a sheet shows an error there, and 1 / infinity must not hide it."""

    def guarded(x: Array, out: Array | None = None) -> Array:
        value = np.asarray(kernel(x, out=out))
        if not np.max(value, initial=0.0) < np.inf:
            np.copyto(value, np.nan, where=np.isinf(value))
        return value

    return guarded


@pointwise(_without_overflow(np.exp), [R])
def exp(y: Node, _x: Node) -> tuple[Operand, ...]:
    """e ** x."""
    return (y,)


def _fermi(x: Array, out: Array | None = None) -> Array:
    value = np.asarray(np.exp(x, out=out))
    np.add(value, 1.0, out=value)
    np.divide(1.0, value, out=value)
    if not np.min(value, initial=1.0) > 0.0:  # e ** x is too large for a number, and a sheet shows an error there
        np.copyto(value, np.nan, where=value == 0.0)
    return value


@pointwise(_fermi, [R])
def fermi(y: Node, _x: Node) -> tuple[Operand, ...]:
    """1 / (1 + e ** x), the Fermi function: how a sheet writes the logistic function of -x."""
    return (mul(y, sub(y, 1.0)),)


@pointwise(_without_overflow(np.expm1), [R])
def expm1(y: Node, _x: Node) -> tuple[Operand, ...]:
    """e ** x - 1, exact near zero."""
    return (add(y, 1.0),)


@pointwise(np.log, [POSITIVE])
def log(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The natural logarithm."""
    return (div(1.0, x),)


@pointwise(np.log1p, [(-0.8, 4.0)])
def log1p(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The natural logarithm of 1 + x, exact near zero."""
    return (div(1.0, add(x, 1.0)),)
