"""Primitives of probability beyond the special functions: complements that are exact in their tails, and Student's t.

A tail is computed as such, never as one minus the rest, so that it keeps its digits down to the smallest numbers. An
inverse has the derivative 1 / density at the value found (the implicit rule).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from solver.algebra.pointwise import pointwise
from solver.algebra.primitive import written
from solver.algebra.primitives.elementary import POSITIVE, R, add, div, exp, log, log1p, mul, neg, square, sub
from solver.algebra.primitives.special import (
    SHAPE,
    UNIT,
    beta_quantile,
    betainc,
    digamma,
    gammaincc,
    log_beta,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra.node import Array, Node, Operand

_HALF = np.array(0.5)


def _negatives(partials: Sequence[Operand | None]) -> tuple[Operand | None, ...]:
    return tuple(None if partial is None else neg(partial) for partial in partials)


def _implicit(partials: Sequence[Operand | None]) -> tuple[Operand | None, ...]:
    """The partials of an inverse in its last argument from those of the function itself, at the value found."""
    *shapes, density = partials
    assert density is not None
    return *[None if shape is None else neg(div(shape, density)) for shape in shapes], div(1.0, density)


@pointwise(special.gammainccinv, [SHAPE, UNIT])
def gammainccinv(y: Node, a: Node, _q: Node) -> tuple[Operand | None, ...]:
    """The x with Q(a, x) = q, exact for small q."""
    return _implicit(gammaincc.partials(y, a, y))


@pointwise(special.betaincc, [SHAPE, SHAPE, UNIT])
def betaincc(y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """1 - I_x(a, b), exact in its tail."""
    return _negatives(betainc.partials(y, a, b, x))


def _beta_rest_quantile(a: Array, b: Array, q: Array, out: Array | None = None) -> Array:
    x: Array = np.asarray(special.betainccinv(a, b, q, out=out), dtype=np.float64)
    lost = np.isnan(x)
    if lost.any():
        np.copyto(x, 1 - beta_quantile(b, a, q), where=lost)
    return x


@pointwise(_beta_rest_quantile, [SHAPE, SHAPE, UNIT])
def betainccinv(y: Node, a: Node, b: Node, _q: Node) -> tuple[Operand | None, ...]:
    """The x with 1 - I_x(a, b) = q, exact for small q."""
    return _implicit(_negatives(betainc.partials(y, a, b, y)))


def student_density(degrees: Operand, t: Operand) -> Node:
    """The density of Student's t, (1 + t^2 / n)^(-(n + 1) / 2) / (sqrt(n) B(n / 2, 1 / 2))."""
    power = mul(mul(add(degrees, 1.0), -0.5), log1p(div(square(t), degrees)))
    return exp(sub(sub(power, mul(log(degrees), 0.5)), log_beta(div(degrees, 2.0), 0.5)))


def _student(degrees: Array, t: Array, out: Array | None = None) -> Array:
    """Half an incomplete beta function: of n / (n + t^2), but near 0, where that is almost 1, of t^2 / (n + t^2)."""
    squared = np.square(t)
    near = squared < 1
    tail = 0.5 * special.betainc(degrees / 2, 0.5, degrees / (degrees + squared))
    middle = 0.5 * special.betainc(0.5, degrees / 2, squared / (degrees + squared))
    below = np.where(near, 0.5 - middle, tail)
    return written(np.where(t < 0, below, 1 - below), out)


@pointwise(_student, [(3.0, 3.0), R])
def student(_y: Node, degrees: Node, t: Node) -> tuple[Operand | None, ...]:
    """The probability that Student's t is below t; the degrees of freedom are a constant."""
    return None, student_density(degrees, t)


def _student_inverse(degrees: Array, p: Array, out: Array | None = None) -> Array:
    """From t^2 = n z / (1 - z), both parts of which are inverse incomplete beta functions of the smaller tail."""
    tail = np.minimum(p, 1 - p)
    rest = beta_quantile(degrees / 2, _HALF, 2 * tail)
    middle = special.betaincinv(0.5, degrees / 2, np.abs(1 - 2 * p))
    z = np.where(tail < 0.25, _beta_rest_quantile(_HALF, degrees / 2, 2 * tail), middle)
    with np.errstate(all="ignore"):
        value = np.sign(p - 0.5) * np.sqrt(degrees * z / rest)
        beyond = rest < 1e-290  # where the incomplete beta function underflows
        return written(np.where(beyond, special.stdtrit(degrees, p), value), out)


@pointwise(_student_inverse, [(3.0, 3.0), UNIT])
def student_inverse(y: Node, degrees: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The t below which Student's t lies with probability p; the degrees of freedom are a constant."""
    return None, div(1.0, student_density(degrees, y))


@pointwise(special.gamma, [POSITIVE])
def gamma(y: Node, x: Node) -> tuple[Operand, ...]:
    """The gamma function."""
    return (mul(y, digamma(x)),)
