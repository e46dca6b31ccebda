"""Whether live numbers can turn into errors: in a running model a value that is not finite stands for an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import isnan_, sub
from solver.algebra.node import VARIABLE, topological

if TYPE_CHECKING:
    from solver.algebra import Node

_SAFE = (
    " add sub mul neg square abs_ sign floor ceil trunc rint round_half_away maximum minimum heaviside less less_equal"
    " equal not_equal isnan_ sin cos atan tanh asinh erf erfc ndtr reshape transpose broadcast sum contract"
    " take spread join apply where max min sort argsort count_less cumsum shift "
)


def never_fails(node: Node) -> bool:
    """Whether the node is finite at every finite point: sums, products, quotients by known numbers (overflow aside)."""
    if node.value is not None:
        return bool(np.isfinite(node.value).all())
    return all(step.op is VARIABLE or _is_safe(step) for step in topological([node]))


def _is_safe(step: Node) -> bool:
    if any(arg.value is not None and not np.isfinite(arg.value).all() for arg in step.args):
        return False
    if step.op.name == "power":
        exponent = step.args[1].value
        return exponent is not None and bool(((exponent >= 0) & (exponent % 1 == 0)).all())
    if step.op.name == "div":
        divisor = step.args[1].value
        return divisor is not None and bool((divisor != 0).all())
    return f" {step.op.name} " in _SAFE


def fails(node: Node) -> Node:
    """1 where the node is not finite, 0 elsewhere."""
    return isnan_(sub(node, node))
