"""Array algebra with exact derivatives: a graph of primitives, its calculus, its structure, and how it is run."""

from __future__ import annotations

from solver.algebra.calculus.derive import adjoints, gradient, hessp, jvp, vjp
from solver.algebra.calculus.jacobian import Jacobian, jacobian
from solver.algebra.calculus.pattern import dependence
from solver.algebra.node import Node, constant, variable
from solver.algebra.primitives.choose import pick, where
from solver.algebra.primitives.circular import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cos,
    cosh,
    sin,
    sinh,
    tan,
    tanh,
)
from solver.algebra.primitives.corners import (
    abs_,
    ceil,
    equal,
    floor,
    isnan_,
    less,
    less_equal,
    maximum,
    minimum,
    mod_floor,
    not_equal,
    rint,
    round_half_away,
    sign,
    trunc,
)
from solver.algebra.primitives.dense import det, inverse
from solver.algebra.primitives.elementary import add, div, exp, expm1, log, log1p, mul, neg, power, sqrt, square, sub
from solver.algebra.primitives.extremes import count_less, max_, min_, opaque, prod_, sort_
from solver.algebra.primitives.gather import apply, join, spread, take
from solver.algebra.primitives.recur import recur
from solver.algebra.primitives.reduce import broadcast, contract, matmul, sum_
from solver.algebra.primitives.scan import cumsum, shift
from solver.algebra.primitives.shape import reshape, transpose
from solver.algebra.primitives.special import (
    betainc,
    betaincinv,
    digamma,
    erf,
    erfc,
    gammainc,
    gammaincc,
    gammaincinv,
    lgamma,
    ndtr,
    ndtri,
    polygamma,
)
from solver.algebra.running.function import Function, VectorFunction
from solver.algebra.running.gang import ganged
from solver.algebra.running.program import Program
from solver.algebra.running.replace import replaced
from solver.algebra.running.stepwise import solved
from solver.algebra.structure.degree import degrees
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.quadratic import Quadratic, quadratic
from solver.algebra.structure.squares import LeastSquares, least_squares
from solver.algebra.structure.terms import Terms, terms

__all__ = [
    "Degree",
    "Function",
    "Jacobian",
    "LeastSquares",
    "Node",
    "Program",
    "Quadratic",
    "Terms",
    "VectorFunction",
    "abs_",
    "acos",
    "acosh",
    "add",
    "adjoints",
    "apply",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "betainc",
    "betaincinv",
    "broadcast",
    "ceil",
    "constant",
    "contract",
    "cos",
    "cosh",
    "count_less",
    "cumsum",
    "degrees",
    "dependence",
    "det",
    "digamma",
    "div",
    "equal",
    "erf",
    "erfc",
    "exp",
    "expm1",
    "floor",
    "gammainc",
    "gammaincc",
    "gammaincinv",
    "ganged",
    "gradient",
    "hessp",
    "inverse",
    "isnan_",
    "jacobian",
    "join",
    "jvp",
    "least_squares",
    "less",
    "less_equal",
    "lgamma",
    "log",
    "log1p",
    "matmul",
    "max_",
    "maximum",
    "min_",
    "minimum",
    "mod_floor",
    "mul",
    "ndtr",
    "ndtri",
    "neg",
    "not_equal",
    "opaque",
    "pick",
    "polygamma",
    "power",
    "prod_",
    "quadratic",
    "recur",
    "replaced",
    "reshape",
    "rint",
    "round_half_away",
    "shift",
    "sign",
    "sin",
    "sinh",
    "solved",
    "sort_",
    "spread",
    "sqrt",
    "square",
    "sub",
    "sum_",
    "take",
    "tan",
    "tanh",
    "terms",
    "transpose",
    "trunc",
    "variable",
    "vjp",
    "where",
]
