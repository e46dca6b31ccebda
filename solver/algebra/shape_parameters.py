"""Derivatives of the gamma and beta integrals by their shape parameters.

They have no closed form. Both integrals are analytic in their shapes, so a central difference of eighth order with a
step that follows the shape's own scale is exact to about 1e-12. Their derivatives by x are exact again:

    d/dx d/da P(a, x) = density * (log x - digamma(a)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.corners import STEP
from solver.algebra.elementary import POSITIVE, add, log, log1p, mul, neg, sub
from solver.algebra.pointwise import pointwise
from solver.algebra.probability import UNIT, beta_density, digamma, gamma_density, special

if TYPE_CHECKING:
    from solver.algebra.node import Array, Kernel, Node, Operand

_STENCIL = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))


def difference(kernel: Kernel, place: int) -> Kernel:
    """The derivative of a kernel by its positive argument number `place`, by a central difference of eighth order."""

    def slope(*arrays: Array, out: Array | None = None) -> Array:
        shape = arrays[place]
        step = 0.04 * shape / np.sqrt(1 + shape)
        total = np.zeros(np.broadcast_shapes(*(array.shape for array in arrays)))
        for reach, weight in _STENCIL:
            above, below = list(arrays), list(arrays)
            above[place], below[place] = shape + reach * step, shape - reach * step
            total += weight * (kernel(*above) - kernel(*below))
        return np.divide(total, step, out=out)

    return slope


_GAMMA, _BETA = special("gammainc"), special("betainc")
_BY_A, _BY_B = difference(_BETA, 0), difference(_BETA, 1)


@pointwise(difference(_GAMMA, 0), [POSITIVE, POSITIVE], singular=True)
def gamma_slope(_y: Node, a: Node, x: Node) -> tuple[Operand | None, ...]:
    """The derivative of P(a, x) by a."""
    return gamma_curvature(a, x), mul(gamma_density(a, x), sub(log(x), digamma(a)))


@pointwise(difference(difference(_GAMMA, 0), 0), [POSITIVE, POSITIVE], STEP)
def gamma_curvature(_y: Node, _a: Node, _x: Node) -> tuple[None, ...]:
    """The second derivative of P(a, x) by a; derivatives of third order are not followed."""
    return None, None


@pointwise(_BY_A, [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_first_slope(_y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """The derivative of I(a, b; x) by a."""
    by_x = mul(beta_density(a, b, x), add(sub(log(x), digamma(a)), digamma(add(a, b))))
    return beta_first_curvature(a, b, x), beta_mixed_curvature(a, b, x), by_x


@pointwise(_BY_B, [POSITIVE, POSITIVE, UNIT], singular=True)
def beta_second_slope(_y: Node, a: Node, b: Node, x: Node) -> tuple[Operand | None, ...]:
    """The derivative of I(a, b; x) by b."""
    by_x = mul(beta_density(a, b, x), add(sub(log1p(neg(x)), digamma(b)), digamma(add(a, b))))
    return beta_mixed_curvature(a, b, x), beta_second_curvature(a, b, x), by_x


@pointwise(difference(_BY_A, 0), [POSITIVE, POSITIVE, UNIT], STEP)
def beta_first_curvature(_y: Node, _a: Node, _b: Node, _x: Node) -> tuple[None, ...]:
    """The second derivative of I(a, b; x) by a."""
    return None, None, None


@pointwise(difference(_BY_A, 1), [POSITIVE, POSITIVE, UNIT], STEP)
def beta_mixed_curvature(_y: Node, _a: Node, _b: Node, _x: Node) -> tuple[None, ...]:
    """The derivative of I(a, b; x) by a and b."""
    return None, None, None


@pointwise(difference(_BY_B, 1), [POSITIVE, POSITIVE, UNIT], STEP)
def beta_second_curvature(_y: Node, _a: Node, _b: Node, _x: Node) -> tuple[None, ...]:
    """The second derivative of I(a, b; x) by b."""
    return None, None, None
