"""Linear least squares of several variables, in the algebra.

With known x the coefficients are a constant matrix times y: the pseudo-inverse of the centred columns, from their QR
factors, where a column that depends on those before it gets the coefficient 0. With x alive they come from the normal
equations of the centred columns, corrected once by the residuals, so that all derivatives are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, add, constant, inverse, matmul, mul, square, sub, sum_, take, transpose

if TYPE_CHECKING:
    from solver.functions.operand import FloatArray

_DEPENDENT = 1e-13


@dataclass(frozen=True, slots=True)
class Fit:
    """y (n, 1) fitted by level + x slopes, with x (n, k): `slopes` (k, 1), `level` (1, 1).

    `unscaled` (k, 1) and `unscaled_level` (1, 1) are the variances of the coefficients for residuals of variance 1.
    """

    y: Node
    x: Node
    slopes: Node
    level: Node
    unscaled: Node
    unscaled_level: Node
    rank: int
    with_level: bool

    @property
    def degrees(self) -> int:
        """The degrees of freedom of the residuals."""
        return self.y.shape[0] - self.rank - self.with_level

    def at(self, x: Node) -> Node:
        """The fitted values (m, 1) at x (m, k)."""
        return add(matmul(x, self.slopes), self.level)

    def unexplained(self) -> Node:
        """The sum of the squared residuals (1, 1); what is rounding error alone is 0."""
        total = sum_(square(sub(self.y, self.at(self.x))))
        if total.value is not None and self.total().value is not None:
            return total if (total.value > 1e-28 * np.asarray(self.total().value)).all() else mul(total, 0.0)
        return total

    def total(self) -> Node:
        """The sum of the squares of y, about its mean if a level is fitted (1, 1)."""
        return sum_(square(sub(self.y, _mean(self.y)) if self.with_level else self.y))


def _mean(x: Node) -> Node:
    return mul(sum_(x, 0), 1 / x.shape[0])


def fit(y: Node, x: Node, with_level: bool) -> Fit:
    """The least-squares fit of y (n, 1) by the columns of x (n, k), with or without a level."""
    zero = constant(np.zeros((1, 1)))
    centre_x = _mean(x) if with_level else constant(np.zeros((1, x.shape[1])))
    centre_y = _mean(y) if with_level else zero
    centred_x, centred_y = sub(x, centre_x), sub(y, centre_y)
    if centred_x.value is not None:
        inverse_x, rank = _pseudo_inverse(centred_x.value)
        by_y = constant(inverse_x)
        slopes = matmul(by_y, centred_y)
        unscaled = constant((inverse_x**2).sum(axis=1, keepdims=True))
        leverage = sum_(square(matmul(centre_x, by_y)))
    else:
        rank = x.shape[1]
        turned = transpose(centred_x)
        gram = inverse(matmul(turned, centred_x))
        slopes = matmul(gram, matmul(turned, centred_y))
        residuals = sub(centred_y, matmul(centred_x, slopes))
        slopes = add(slopes, matmul(gram, matmul(turned, residuals)))
        unscaled = take(gram, (np.arange(rank) * (rank + 1)).reshape(rank, 1))
        leverage = matmul(matmul(centre_x, gram), transpose(centre_x))
    level = sub(centre_y, matmul(centre_x, slopes)) if with_level else zero
    unscaled_level = add(leverage, 1 / y.shape[0]) if with_level else zero
    return Fit(y, x, slopes, level, unscaled, unscaled_level, rank, with_level)


def _pseudo_inverse(x: FloatArray) -> tuple[FloatArray, int]:
    """The pseudo-inverse (k, n) of the independent columns, with zero rows for the others, and their number."""
    lengths = np.sqrt((x**2).sum(axis=0))
    scale = np.where(lengths > 0, lengths, 1.0)
    kept: list[int] = []
    basis = np.zeros((x.shape[0], 0))
    for column in range(x.shape[1]):
        rest = x[:, column] / scale[column]
        for _ in range(2):  # twice is enough for orthogonality to the last digit
            rest = rest - basis @ (basis.T @ rest)
        size = float(np.sqrt(rest @ rest))
        if lengths[column] > 0 and size > _DEPENDENT and basis.shape[1] < x.shape[0]:
            basis = np.column_stack([basis, rest / size])
            kept.append(column)
    found = np.zeros((x.shape[1], x.shape[0]))
    if kept:
        used = x[:, kept] / scale[kept]
        q, r = np.linalg.qr(used)
        found[kept] = np.linalg.solve(r, q.T) / scale[kept][:, np.newaxis]
    return found, len(kept)
