"""Element by element, with corners or jumps: absolute value, rounding, the larger and the smaller, comparisons.

A comparison is 0 or 1, or NaN where either side has no value.
"""

from __future__ import annotations

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Smoothness
from solver.algebra.pointwise import pointwise
from solver.algebra.primitives.elementary import R, div, neg, sub

STEP, KINK = Smoothness.STEP, Smoothness.KINK


@pointwise(np.absolute, [R], KINK)
def abs_(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The absolute value; the derivative at 0 is 0."""
    return (sign(x),)


@pointwise(np.sign, [R], STEP)
def sign(_y: Node, _x: Node) -> tuple[None, ...]:
    """-1, 0 or 1."""
    return (None,)


@pointwise(np.floor, [R], STEP)
def floor(_y: Node, _x: Node) -> tuple[None, ...]:
    """The next integer below."""
    return (None,)


@pointwise(np.ceil, [R], STEP)
def ceil(_y: Node, _x: Node) -> tuple[None, ...]:
    """The next integer above."""
    return (None,)


@pointwise(np.trunc, [R], STEP)
def trunc(_y: Node, _x: Node) -> tuple[None, ...]:
    """The next integer towards zero."""
    return (None,)


@pointwise(np.rint, [R], STEP)
def rint(_y: Node, _x: Node) -> tuple[None, ...]:
    """The nearest integer, halves to even."""
    return (None,)


def _half_away(x: Array, out: Array | None = None) -> Array:
    whole = np.trunc(x)
    result: Array = np.add(whole, np.sign(x) * (np.abs(x - whole) >= 0.5), out=out)
    return result


@pointwise(_half_away, [R], STEP)
def round_half_away(_y: Node, _x: Node) -> tuple[None, ...]:
    """The nearest integer, halves away from zero."""
    return (None,)


@pointwise(np.mod, [(0.1, 0.9), (1.0, 2.0)], STEP)
def mod_floor(_y: Node, a: Node, b: Node) -> tuple[Operand, ...]:
    """a - b * floor(a / b): the remainder with the sign of b."""
    return 1.0, neg(floor(div(a, b)))


@pointwise(np.maximum, [R, R], KINK)
def maximum(_y: Node, a: Node, b: Node) -> tuple[Operand, ...]:
    """The larger of a and b; equal ones share the derivative."""
    share = heaviside(sub(a, b))
    return share, sub(1.0, share)


@pointwise(np.minimum, [R, R], KINK)
def minimum(_y: Node, a: Node, b: Node) -> tuple[Operand, ...]:
    """The smaller of a and b; equal ones share the derivative."""
    share = heaviside(sub(b, a))
    return share, sub(1.0, share)


@pointwise(lambda x, out=None: np.heaviside(x, 0.5, out=out), [R], STEP)
def heaviside(_y: Node, _x: Node) -> tuple[None, ...]:
    """0 below zero, 1 above, one half at zero."""
    return (None,)


def _comparison(ufunc: np.ufunc) -> Kernel:
    """The kernel of a comparison: 0 or 1, NaN where a side is NaN."""

    def kernel(a: Array, b: Array, out: Array | None = None) -> Array:
        truth = ufunc(a, b).astype(np.float64) if out is None else ufunc(a, b, out=out)
        unknown = np.isnan(a) | np.isnan(b)
        if unknown.any():
            truth = np.asarray(truth)
            np.copyto(truth, np.nan, where=unknown)
        return np.asarray(truth)

    return kernel


@pointwise(_comparison(np.less), [R, R], STEP)
def less(_y: Node, _a: Node, _b: Node) -> tuple[None, ...]:
    """1 where a < b."""
    return None, None


@pointwise(_comparison(np.less_equal), [R, R], STEP)
def less_equal(_y: Node, _a: Node, _b: Node) -> tuple[None, ...]:
    """1 where a <= b."""
    return None, None


@pointwise(_comparison(np.equal), [R, R], STEP)
def equal(_y: Node, _a: Node, _b: Node) -> tuple[None, ...]:
    """1 where a = b."""
    return None, None


@pointwise(_comparison(np.not_equal), [R, R], STEP)
def not_equal(_y: Node, _a: Node, _b: Node) -> tuple[None, ...]:
    """1 where a and b differ."""
    return None, None


@pointwise(lambda x, out=None: np.isnan(x).astype(np.float64) if out is None else np.isnan(x, out=out), [R], STEP)
def isnan_(_y: Node, _x: Node) -> tuple[None, ...]:
    """1 where x has no value."""
    return (None,)
