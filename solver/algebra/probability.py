"""Primitives of probability: the normal, gamma and beta integrals, their complements and their inverses.

Every distribution of a spreadsheet is one of these three integrals at a changed argument. An integral's derivative in
x is its density, written in elementary primitives; an inverse has the derivative 1 / density at the value found (the
implicit rule). The derivatives in a shape parameter have no closed form: `solver.algebra.shape_parameters` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from solver.algebra.elementary import POSITIVE, R, add, div, exp, log, log1p, mul, neg, square, sub
from solver.algebra.pointwise import pointwise
from solver.algebra.primitive import written

if TYPE_CHECKING:
    from solver.algebra.node import Array, Kernel, Node, Operand

UNIT = (0.1, 0.9)


def special(name: str) -> Kernel:
    """The ufunc of that name in scipy.special, which is loaded when it is first computed."""

    def kernel(*arrays: Array, out: Array | None = None) -> Array:
        import scipy.special

        ufunc: Any = getattr(scipy.special, name)
        return np.asarray(ufunc(*arrays, out=out))

    return kernel


def normal_density(x: Operand) -> Node:
    """exp(-x^2 / 2) / sqrt(2 pi)."""
    return mul(exp(mul(square(x), -0.5)), 1 / np.sqrt(2 * np.pi))


@pointwise(special("ndtr"), [R])
def normal_integral(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The probability that a standard normal variable is below x."""
    return (normal_density(x),)


@pointwise(special("ndtri"), [UNIT], singular=True)
def normal_quantile(y: Node, _p: Node) -> tuple[Operand, ...]:
    """The x below which a standard normal variable lies with probability p."""
    return (div(1.0, normal_density(y)),)


@pointwise(special("gammaln"), [POSITIVE], singular=True)
def log_gamma(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The logarithm of the gamma function's absolute value."""
    return (digamma(x),)


@pointwise(special("digamma"), [POSITIVE], singular=True)
def digamma(_y: Node, x: Node) -> tuple[Operand, ...]:
    """The slope of log_gamma."""
    return (polygamma(1.0, x),)


def _polygamma(order: Array, x: Array, out: Array | None = None) -> Array:
    import scipy.special

    return written(np.asarray(scipy.special.polygamma(order.astype(np.intp), x)), out)


@pointwise(_polygamma, [(1.0, 1.0), POSITIVE], singular=True)
def polygamma(_y: Node, order: Node, x: Node) -> tuple[Operand | None, ...]:
    """The slope of order n of digamma; the order is a constant."""
    return None, polygamma(add(order, 1.0), x)


def log_beta(a: Operand, b: Operand) -> Node:
    """The logarithm of the beta function, for positive a and b."""
    return sub(add(log_gamma(a), log_gamma(b)), log_gamma(add(a, b)))


def gamma_density(a: Operand, x: Operand) -> Node:
    """x^(a-1) exp(-x) / Gamma(a), for x > 0."""
    return exp(sub(sub(mul(sub(a, 1.0), log(x)), x), log_gamma(a)))


def beta_density(a: Operand, b: Operand, x: Operand) -> Node:
    """x^(a-1) (1-x)^(b-1) / B(a, b), for 0 < x < 1."""
    by_x, by_rest = mul(sub(a, 1.0), log(x)), mul(sub(b, 1.0), log1p(neg(x)))
    return exp(sub(add(by_x, by_rest), log_beta(a, b)))


@pointwise(special("gammainc"), [POSITIVE, POSITIVE], singular=True)
def gamma_integral(_y: Node, a: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised lower incomplete gamma function P(a, x)."""
    return _gamma_by_shape(a, x), gamma_density(a, x)


@pointwise(special("gammaincc"), [POSITIVE, POSITIVE], singular=True)
def gamma_rest(_y: Node, a: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), exact in its tail."""
    by_shape = _gamma_by_shape(a, x)
    return None if by_shape is None else neg(by_shape), neg(gamma_density(a, x))


def _gamma_by_shape(a: Node, x: Node) -> Node | None:
    from solver.algebra.shape_parameters import gamma_slope  # it differentiates this module's integrals

    return None if a.value is not None else gamma_slope(a, x)


@pointwise(special("gammaincinv"), [POSITIVE, UNIT], singular=True)
def gamma_quantile(y: Node, a: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The x at which P(a, x) = p."""
    by_shape, density = _gamma_by_shape(a, y), gamma_density(a, y)
    return None if by_shape is None else neg(div(by_shape, density)), div(1.0, density)


@pointwise(special("gammainccinv"), [POSITIVE, UNIT], singular=True)
def gamma_rest_quantile(y: Node, a: Node, _q: Node) -> tuple[Operand | None, ...]:
    """The x at which Q(a, x) = q, exact for small q."""
    by_shape, density = _gamma_by_shape(a, y), gamma_density(a, y)
    return None if by_shape is None else neg(div(by_shape, density)), div(-1.0, density)


def _beta_by_shapes(a: Node, b: Node, x: Node) -> tuple[Node | None, Node | None]:
    from solver.algebra.shape_parameters import beta_first_slope, beta_second_slope

    first = None if a.value is not None else beta_first_slope(a, b, x)
    second = None if b.value is not None else beta_second_slope(a, b, x)
    return first, second


def _scaled(slopes: tuple[Node | None, Node | None], factor: Operand) -> list[Node | None]:
    return [None if slope is None else mul(slope, factor) for slope in slopes]


@pointwise(special("betainc"), [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_integral(_y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """The regularised incomplete beta function I(a, b; x)."""
    return *_beta_by_shapes(a, b, x), beta_density(a, b, x)


@pointwise(special("betaincc"), [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_rest(_y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """1 - I(a, b; x), exact in its tail."""
    return *_scaled(_beta_by_shapes(a, b, x), -1.0), neg(beta_density(a, b, x))


@pointwise(special("betaincinv"), [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_quantile(y: Node, a: Node, b: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The x at which I(a, b; x) = p."""
    density = beta_density(a, b, y)
    return *_scaled(_beta_by_shapes(a, b, y), div(-1.0, density)), div(1.0, density)


@pointwise(special("betainccinv"), [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_rest_quantile(y: Node, a: Node, b: Node, _q: Node) -> tuple[Operand | None, ...]:
    """The x at which 1 - I(a, b; x) = q, exact for small q."""
    density = beta_density(a, b, y)
    return *_scaled(_beta_by_shapes(a, b, y), div(-1.0, density)), div(-1.0, density)


def student_density(degrees: Operand, t: Operand) -> Node:
    """The density of Student's t, exp(-(n + 1) / 2 log(1 + t^2 / n)) / (sqrt(n) B(n / 2, 1 / 2))."""
    power = mul(mul(add(degrees, 1.0), -0.5), log1p(div(square(t), degrees)))
    return exp(sub(sub(power, mul(log(degrees), 0.5)), log_beta(div(degrees, 2.0), 0.5)))


def _student_integral(degrees: Array, t: Array, out: Array | None = None) -> Array:
    """Half an incomplete beta function, of the argument that is small: n / (n + t^2) far out, else t^2 / (n + t^2)."""
    from scipy.special import betainc

    squared = np.square(t)
    near = squared < degrees
    tail = 0.5 * betainc(degrees / 2, 0.5, degrees / (degrees + squared))
    middle = 0.5 * betainc(0.5, degrees / 2, squared / (degrees + squared))
    below = np.where(near, 0.5 - middle, tail)
    return written(np.where(t < 0, below, 1 - below), out)


@pointwise(_student_integral, [(3.0, 3.0), R])
def student_integral(_y: Node, degrees: Node, t: Node) -> tuple[Operand | None, ...]:
    """The probability that Student's t is below t; the degrees of freedom are a constant."""
    return None, student_density(degrees, t)


def _student_quantile(degrees: Array, p: Array, out: Array | None = None) -> Array:
    """From the inverse incomplete beta function of the smaller tail, which is exact for small probabilities."""
    from scipy.special import betaincinv, stdtrit

    far = betaincinv(degrees / 2, 0.5, 2 * np.minimum(p, 1 - p))
    near = betaincinv(0.5, degrees / 2, np.abs(1 - 2 * p))
    with np.errstate(all="ignore"):
        squared = np.where(far < 0.5, (1 - far) / far, near / (1 - near)) * degrees
        value = np.sign(p - 0.5) * np.sqrt(squared)
    return written(np.where(far < 1e-290, stdtrit(degrees, p), value), out)  # beyond the range of the inverse


@pointwise(_student_quantile, [(3.0, 3.0), UNIT], singular=True)
def student_quantile(y: Node, degrees: Node, _p: Node) -> tuple[Operand | None, ...]:
    """The t below which Student's t lies with probability p; the degrees of freedom are a constant."""
    return None, div(1.0, student_density(degrees, y))
