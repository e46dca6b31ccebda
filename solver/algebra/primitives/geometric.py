"""The sum of a geometric series, 1 + (1 + r) + ... + (1 + r)^(n - 1) = ((1 + r)^n - 1) / r, smooth through r = 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.pointwise import pointwise
from solver.algebra.primitive import written
from solver.algebra.primitives.choose import where
from solver.algebra.primitives.corners import abs_, less
from solver.algebra.primitives.elementary import add, div, log1p, mul, power, sub

if TYPE_CHECKING:
    from solver.algebra.node import Array, Node, Operand

_NEAR = 1e-3  # where n r is smaller, four terms of the series are more exact than the closed form


def _geometric(r: Array, n: Array, out: Array | None = None) -> Array:
    with np.errstate(all="ignore"):
        regular = np.expm1(n * np.log1p(r))
        closed = np.where(r > -1, regular, np.power(1 + r, n) - 1) / r
        return written(np.where(r == 0, n, closed), out)


@pointwise(_geometric, [(0.05, 1.0), (1.0, 6.0)])
def geometric_sum(y: Node, r: Node, n: Node) -> tuple[Operand | None, ...]:
    """((1 + r)^n - 1) / r, and n where r is 0."""
    return geometric_slope(y, r, n), None if n.value is not None else _by_length(r, n)


def geometric_slope(y: Node, r: Node, n: Node) -> Node:
    """The derivative by r of a sum y: the binomial series near 0, (n (1 + r)^(n - 1) - y) / r elsewhere."""
    near = less(mul(abs_(r), abs_(n)), _NEAR)
    closed = div(sub(mul(n, power(add(r, 1.0), sub(n, 1.0))), y), where(near, 1.0, r))
    series: Operand = 0.0
    coefficients = [_falling(n, k + 2, weight) for k, weight in enumerate((1 / 2, 1 / 3, 1 / 8, 1 / 30))]
    for coefficient in reversed(coefficients):
        series = add(mul(series, r), coefficient)
    return where(near, series, closed)


def _falling(n: Node, terms: int, weight: float) -> Node:
    """weight * n (n - 1) ... (n - terms + 1)."""
    product = mul(n, weight)
    for k in range(1, terms):
        product = mul(product, sub(n, float(k)))
    return product


def _by_length(r: Node, n: Node) -> Node:
    """(1 + r)^n log(1 + r) / r."""
    near = less(abs_(r), _NEAR)
    series = add(1.0, mul(r, add(-1 / 2, mul(r, add(1 / 3, mul(r, add(-1 / 4, mul(r, 1 / 5))))))))
    ratio = where(near, series, div(log1p(r), where(near, 1.0, r)))
    return mul(power(add(r, 1.0), n), ratio)
