"""Special functions, element by element: error functions, gamma and beta families, and their inverses.

Inverses are differentiated by the implicit rule: F(a, y) = p gives dy/dp = 1 / F_y and dy/da = -F_a / F_y. The slopes
of the incomplete gamma and beta functions in their shape parameters have no closed form; central differences of three
widths, extrapolated to order six, take their place.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from solver.algebra.pointwise import Pointwise, pointwise
from solver.algebra.primitive import written
from solver.algebra.primitives.elementary import POSITIVE, R, add, div, exp, log, log1p, mul, neg, square, sub

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra.node import Array, Kernel, Node, Operand

SHAPE = (0.6, 4.0)
UNIT = (0.1, 0.9)


def normal_density(x: Operand) -> Node:
    """exp(-x^2 / 2) / sqrt(2 pi)."""
    return mul(exp(mul(square(x), -0.5)), 1 / math.sqrt(2 * math.pi))


def gamma_density(a: Operand, x: Operand) -> Node:
    """x^(a-1) exp(-x) / Gamma(a), for x >= 0."""
    return exp(sub(sub(xlogy(sub(a, 1.0), x), x), lgamma(a)))


def beta_density(a: Operand, b: Operand, x: Operand) -> Node:
    """x^(a-1) (1-x)^(b-1) / B(a, b), for 0 <= x <= 1."""
    powers = add(xlogy(sub(a, 1.0), x), xlog1py(sub(b, 1.0), neg(x)))
    return exp(sub(powers, log_beta(a, b)))


def log_beta(a: Operand, b: Operand) -> Node:
    """The logarithm of the beta function, for positive a and b."""
    return sub(add(lgamma(a), lgamma(b)), lgamma(add(a, b)))


@pointwise(special.xlogy, [(0.5, 2.0), POSITIVE])
def xlogy(_z: Node, y: Node, x: Node) -> tuple[Operand, ...]:
    """y * log(x), and 0 where y is 0."""
    return log(x), div(y, x)


@pointwise(special.xlog1py, [(0.5, 2.0), (-0.8, 4.0)])
def xlog1py(_z: Node, y: Node, x: Node) -> tuple[Operand, ...]:
    """y * log(1 + x), and 0 where y is 0."""
    return log1p(x), div(y, add(x, 1.0))


@pointwise(special.erf, [R])
def erf(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The error function."""
    return (mul(exp(neg(square(x))), 2 / math.sqrt(math.pi)),)


@pointwise(special.erfc, [R])
def erfc(_y: Node, x: Node) -> tuple[Operand, ...]:
    """One minus the error function, exact in the tail."""
    return (mul(exp(neg(square(x))), -2 / math.sqrt(math.pi)),)


@pointwise(special.ndtr, [R])
def ndtr(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The standard normal distribution function."""
    return (normal_density(x),)


@pointwise(special.ndtri, [UNIT])
def ndtri(y: Node, _p: Node) -> tuple[Operand, ...]:
    """The inverse of the standard normal distribution function."""
    return (div(1.0, normal_density(y)),)


@pointwise(special.gammaln, [POSITIVE])
def lgamma(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The logarithm of the absolute value of the gamma function."""
    return (digamma(x),)


@pointwise(special.psi, [POSITIVE])
def digamma(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The derivative of the logarithm of the gamma function."""
    return (polygamma(1.0, x),)


def _polygamma(n: Array, x: Array, out: Array | None = None) -> Array:
    return written(np.asarray(special.polygamma(n.astype(np.intp), x)), out)


@pointwise(_polygamma, [(1.0, 1.0), POSITIVE])
def polygamma(_y: Node, n: Node, x: Node) -> tuple[Operand | None, ...]:
    """The derivative of order n (a whole constant) of the digamma function."""
    return None, polygamma(add(n, 1.0), x)


@cache
def slope(kernel: Kernel, name: str, arity: int, place: int, by_last: Callable[..., Node] | None = None) -> Pointwise:
    """The derivative of a special function by its positive parameter at `place`, as a primitive of its own.

    `by_last(*args)` is the derivative of that slope by the last argument, where it is known in closed form.
    """

    def difference(args: tuple[Array, ...], width: Array) -> Array:
        up, down = list(args), list(args)
        up[place], down[place] = args[place] + width, args[place] - width
        return np.asarray((kernel(*up) - kernel(*down)) / (2 * width))

    def numeric(*args: Array, out: Array | None = None) -> Array:
        width = 0.04 * np.minimum(args[place], np.sqrt(np.abs(args[place])))
        first, second, third = (difference(args, width / part) for part in (1, 2, 4))
        fourth, fifth = (4 * second - first) / 3, (4 * third - second) / 3
        return np.asarray(np.divide(16 * fifth - fourth, 15, out=out))

    own = f"{name}_slope{place}"

    def partials(_y: Node, *args: Node) -> tuple[Operand | None, ...]:
        found: list[Operand | None] = [slope(numeric, own, arity, at)(*args) for at in range(arity - 1)]
        found.append(slope(numeric, own, arity, arity - 1)(*args) if by_last is None else by_last(*args))
        return tuple(found)

    domain = [SHAPE] * (arity - 1) + [UNIT]
    return Pointwise(own, numeric, partials, domain, doc=f"The slope of {name} in a parameter.")


def _gamma_density_slope(a: Node, x: Node) -> Node:
    return mul(gamma_density(a, x), sub(log(x), digamma(a)))


@pointwise(special.gammainc, [SHAPE, POSITIVE])
def gammainc(_y: Node, a: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised lower incomplete gamma function P(a, x)."""
    return _gamma_slope(a, x), gamma_density(a, x)


@pointwise(special.gammaincc, [SHAPE, POSITIVE])
def gammaincc(_y: Node, a: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised upper incomplete gamma function Q(a, x)."""
    return neg(_gamma_slope(a, x)), neg(gamma_density(a, x))


@pointwise(special.gammaincinv, [SHAPE, UNIT])
def gammaincinv(y: Node, a: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The x with P(a, x) = p."""
    density = gamma_density(a, y)
    return neg(div(_gamma_slope(a, y), density)), div(1.0, density)


def _gamma_slope(a: Node, x: Node) -> Node:
    return slope(special.gammainc, "gammainc", 2, 0, _gamma_density_slope)(a, x)


def _beta_density_slope_a(a: Node, b: Node, x: Node) -> Node:
    return mul(beta_density(a, b, x), add(log(x), sub(digamma(add(a, b)), digamma(a))))


def _beta_density_slope_b(a: Node, b: Node, x: Node) -> Node:
    return mul(beta_density(a, b, x), add(log1p(neg(x)), sub(digamma(add(a, b)), digamma(b))))


def _beta_slopes(a: Node, b: Node, x: Node) -> tuple[Node, Node]:
    first = slope(special.betainc, "betainc", 3, 0, _beta_density_slope_a)
    second = slope(special.betainc, "betainc", 3, 1, _beta_density_slope_b)
    return first(a, b, x), second(a, b, x)


@pointwise(special.betainc, [SHAPE, SHAPE, UNIT])
def betainc(_y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised incomplete beta function I_x(a, b)."""
    return *_beta_slopes(a, b, x), beta_density(a, b, x)


def beta_quantile(a: Array, b: Array, p: Array, out: Array | None = None) -> Array:
    """The inverse of I_x(a, b), also where SciPy's has none: near 0 it is x^a / (a B(a, b)) to the last digit."""
    x: Array = np.asarray(special.betaincinv(a, b, p, out=out), dtype=np.float64)
    lost = np.isnan(x) & (p < 1e-30) & (a > 0) & (b > 0)
    if lost.any():
        with np.errstate(all="ignore"):
            leading = np.exp((np.log(p) + np.log(a) + special.betaln(a, b)) / a)
        np.copyto(x, leading, where=lost)
    return x


@pointwise(beta_quantile, [SHAPE, SHAPE, UNIT])
def betaincinv(y: Node, a: Node, b: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The x with I_x(a, b) = p."""
    density = beta_density(a, b, y)
    first, second = _beta_slopes(a, b, y)
    return neg(div(first, density)), neg(div(second, density)), div(1.0, density)
