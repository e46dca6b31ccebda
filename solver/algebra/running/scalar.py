"""Primitives as Python text: on plain floats, by operators where Python has them, or on arrays, by their kernels.

The texts give what the kernels give, also where a float operation of Python would raise: NaN and infinities.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives import circular, corners
from solver.algebra.primitives import elementary as e
from solver.algebra.primitives.choose import choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Primitive

_LARGEST_EXPONENT = 709.0
_TURNS = 1e15  # beyond it NumPy and the C library reduce angles differently

_FLOAT_TEXT: dict[object, str] = {
    e.add: "{0} + {1}",
    e.sub: "{0} - {1}",
    e.mul: "{0} * {1}",
    e.neg: "-{0}",
    e.square: "{0} * {0}",
    e.div: "{0} / {1} if {1} else k_div({0}, {1})",
    e.power: "power({0}, {1})",
    e.sqrt: "sqrt({0}) if {0} >= 0.0 else k_sqrt({0})",
    e.exp: f"exp({{0}}) if {{0}} < {_LARGEST_EXPONENT} else k_exp({{0}})",
    e.fermi: f"1.0 / (1.0 + exp({{0}})) if {{0}} < {_LARGEST_EXPONENT} else k_fermi({{0}})",
    e.log: "log({0}) if {0} > 0.0 else k_log({0})",
    circular.sin: f"sin({{0}}) if -{_TURNS} < {{0}} < {_TURNS} else k_sin({{0}})",
    circular.cos: f"cos({{0}}) if -{_TURNS} < {{0}} < {_TURNS} else k_cos({{0}})",
    circular.tanh: "tanh({0})",
    corners.abs_: "abs({0})",
    corners.maximum: "{0} if {0} >= {1} or {0} != {0} else {1}",
    corners.minimum: "{0} if {0} <= {1} or {0} != {0} else {1}",
    corners.less: "1.0 if {0} < {1} else 0.0 if {0} >= {1} else nan",
    corners.less_equal: "1.0 if {0} <= {1} else 0.0 if {0} > {1} else nan",
    corners.equal: "1.0 if {0} == {1} else 0.0 if {0} < {1} or {0} > {1} else nan",
    corners.not_equal: "0.0 if {0} == {1} else 1.0 if {0} < {1} or {0} > {1} else nan",
    choice: "{2} if {0} == 0.0 else {1} if {0} == {0} else nan",
}


def on_floats(op: Primitive, args: Sequence[str]) -> str:
    """The text of an operation on the named floats."""
    template = _FLOAT_TEXT.get(op)
    return on_arrays(op, args) if template is None else template.format(*args)


def on_arrays(op: Primitive, args: Sequence[str]) -> str:
    """The text of an operation on the named arrays."""
    return f"k_{op.name}({', '.join(args)})"


def float_names(ops: Sequence[Primitive]) -> dict[str, Any]:
    """What the texts on floats refer to."""
    names = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "nan")}
    return {**names, "power": _power, **{f"k_{op.name}": _of_floats(op) for op in ops}}


def array_names(ops: Sequence[Primitive]) -> dict[str, Any]:
    """What the texts on arrays refer to."""
    return {f"k_{op.name}": _kernel(op) for op in ops}


def _kernel(op: Primitive) -> Callable[..., Any]:
    return op.kernel if isinstance(op, Pointwise) else op.bind(None, ())


def _of_floats(op: Primitive) -> Callable[..., float]:
    kernel = _kernel(op)
    return lambda *args: float(kernel(*args))


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except (ValueError, OverflowError):
        return float(np.power(a, b))
