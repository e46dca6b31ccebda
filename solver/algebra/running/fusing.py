"""A product of matrices and a constant that is added to it, or subtracted, in one go.

BLAS adds a product to what stands in its target; so the constant is laid there first, and a large array is passed
over once less. That is the residual of every grid of embeddings: predictions less ratings.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.linalg.blas import dgemm

from solver.algebra.primitives.elementary import add, sub
from solver.algebra.primitives.reduce import contraction
from solver.algebra.running.handover import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solver.algebra.node import Array, Node


_LEAST = 4096  # elements below which one call more does not show


class Fused(NamedTuple):
    """A contraction, the constant that lies in its target beforehand, and whether the product is subtracted from it."""

    product: Node
    start: Array
    less: bool


def fused(order: Sequence[Node], over: Mapping[Node, Node]) -> dict[Node, Fused]:
    """The sums and differences on the tape that are computed with their product; `over` says what they overwrite."""
    readers = Counter(origin_of(arg) for node in order if not node.op.view for arg in node.args if arg.value is None)
    found: dict[Node, Fused] = {}
    for node, arg in over.items():
        product = origin_of(arg)
        if node.op not in (add, sub) or product.op is not contraction or readers[product] != 1:
            continue
        first, second = node.args
        value = second.value if arg is first else first.value
        if value is not None and value.size == product.size:
            less = node.op is sub and arg is second
            start = -value if node.op is sub and arg is first else value
            found[node] = Fused(product, np.ascontiguousarray(start), less)
    return found


def accumulating(call: Callable[[], object], what: Fused, into: Array) -> Callable[[], object] | None:
    """The call that computes the sum `into` the product's array, from the product's own; None if that is not BLAS's."""
    if not (isinstance(call, partial) and call.func is np.matmul):
        return None
    left, right, target = call.args
    one_array = into.flags.c_contiguous and np.may_share_memory(target, into)
    if target.ndim != 2 or target.size < _LEAST or not one_array:
        return None
    start = what.start.reshape(target.shape)
    turned, first, second = target.T, _operand(right), _operand(left)  # BLAS counts by columns: all is transposed
    if first is None or second is None:
        return None
    (a, trans_a), (b, trans_b), alpha = first, second, -1.0 if what.less else 1.0

    def accumulate() -> None:
        np.copyto(target, start)
        dgemm(alpha, a, b, beta=1.0, c=turned, trans_a=trans_a, trans_b=trans_b, overwrite_c=1)

    return accumulate


def _operand(matrix: Array) -> tuple[Array, int] | None:
    """A matrix as BLAS takes its transpose: column by column, and whether it is to be transposed there."""
    if matrix.flags.c_contiguous:
        return matrix.T, 0
    return (matrix, 1) if matrix.flags.f_contiguous else None
