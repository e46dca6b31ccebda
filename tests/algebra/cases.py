"""One case per primitive: how a node of it is made from arrays, and where those arrays are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

import solver.algebra.primitives.geometric
import solver.algebra.primitives.probability  # noqa: F401  these declarations fill the registry
from solver.algebra import (
    add,
    apply,
    broadcast,
    contract,
    cosh,
    count_less,
    cumsum,
    det,
    inverse,
    join,
    matmul,
    max_,
    min_,
    minimum,
    mul,
    opaque,
    pick,
    prod_,
    recur,
    reshape,
    shift,
    sinh,
    sort_,
    spread,
    sub,
    sum_,
    take,
    transpose,
    variable,
    where,
)
from solver.algebra.index import Index
from solver.algebra.node import REGISTRY, Node, as_node, make
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.choose import placed_like
from solver.algebra.primitives.extremes import ordering
from solver.algebra.primitives.outside import Outside, outside
from solver.algebra.primitives.recur import Triangle
from solver.algebra.primitives.roots import root
from solver.algebra.primitives.routes import Route, routing
from solver.algebra.primitives.sloped import sloped
from solver.algebra.running.stepwise import solved

if TYPE_CHECKING:
    from collections.abc import Callable

R = (-2.0, 2.0)


@dataclass(frozen=True)
class Case:
    """`build` makes the node from arguments of `shapes`, drawn from `domain`; `primitive` is what it exercises."""

    name: str
    primitive: str
    shapes: tuple[tuple[int, ...], ...]
    build: Callable[..., Node]
    domain: tuple[tuple[float, float], ...] = (R, R, R)


def _case(primitive: str, shapes: list[tuple[int, ...]], build: Callable[..., Node], note: str = "") -> Case:
    return Case(f"{primitive}-{note}" if note else primitive, primitive, tuple(shapes), build)


_matrix = sp.random_array((5, 6), density=0.4, rng=np.random.default_rng(3)).tocsr()
_well = np.eye(3) * 5.0


def _subdiagonals(size: int, *lags: int) -> Triangle:
    """The entries of some subdiagonals."""
    pairs = sorted((row, row - lag) for row in range(size) for lag in lags if lag <= row)
    return Triangle(np.array([row for row, _ in pairs]), np.array([col for _, col in pairs]), size)


_pairs = np.array([[0, 1], [2, 3], [0, 1], [4, 7]]), np.array([[2, 3], [2, 3], [0, 1], [4, 5]])
_there = Route(Index(_pairs[0], 8), Index(_pairs[1], 6), 2)
_later, _earlier = np.array([2, 3, 3, 5]), np.array([0, 0, 2, 1])


def _logistic_growth(rate: Node, start: Node) -> Node:
    """Six steps of p + r p (1 - p) from a start: a recurrence that is not linear."""
    y = variable(6, "y")
    before = take(join([start, y]), np.arange(6))
    grown = solved(add(before, mul(rate, mul(before, sub(1.0, before)))), y, 1)
    assert grown is not None
    return grown


def _epidemic(rates: Node, start: Node) -> Node:
    """Five steps of a susceptible and an infected share, which read each other's last step."""
    y = variable(10, "y")
    before = take(join([start, y]), np.arange(10))
    susceptible, infected = take(before, np.arange(0, 10, 2)), take(before, np.arange(1, 10, 2))
    meetings = mul(take(rates, [0]), mul(susceptible, infected))
    recovered = minimum(mul(take(rates, [1]), infected), 0.9)
    step = join([sub(susceptible, meetings), sub(add(infected, meetings), recovered)])
    shares = solved(take(step, np.arange(10).reshape(2, 5).T.ravel()), y, 2)
    assert shares is not None
    return shares


def _inverse_of_sinh(p: Node) -> Node:
    """The x with sinh(x) = p, found by a search and differentiated by its equation."""
    return root(np.arcsinh, p.shape, lambda x: (sub(sinh(x), p), cosh(x)), p)


ARRAYS = [
    _case("reshape", [(2, 3)], lambda x: reshape(x, (3, 1, 2))),
    _case("transpose", [(2, 3, 4)], lambda x: transpose(x, (2, 0, 1))),
    _case("broadcast", [(3, 1, 2)], lambda x: broadcast(x, (2, 3, 4, 2))),
    _case("sum", [(3, 4, 2)], lambda x: sum_(x, (0, 2))),
    _case("sum", [(3, 4, 2)], lambda x: sum_(x, keepdims=False), "all"),
    _case("take", [(4, 5)], lambda x: take(x, [[3, 3, 0], [19, 7, 1]])),
    _case("take", [(4, 5)], lambda x: take(x, np.arange(3)[:, None] + np.arange(6)), "windows"),
    _case("take", [(4, 5)], lambda x: take(x, np.arange(20)[::-3]), "backwards"),
    _case("take", [(4, 5)], lambda x: take(transpose(x), [[1, 2], [7, 0]]), "of a transpose"),
    _case("take", [(4, 5), (3,)], lambda x, y: take(join([x, y]), [1, 22, 3]), "of a join"),
    _case("spread", [(2, 3)], lambda x: spread(x, [0, 1, 1, 4, 4, 4], 6)),
    _case("spread", [(2, 3)], lambda x: spread(x, [0, 3, 2, 5, 4, 6], 7), "unique"),
    _case("spread", [(2, 3)], lambda x: spread(x, [1, 3, 5, 7, 9, 11], 13), "strided"),
    _case("join", [(2, 3), (2,), (1, 1)], lambda x, y, z: join([x, 4.0, y, z])),
    _case("apply", [(2, 3)], lambda x: apply(_matrix, x)),
    _case("shift", [(3, 4)], lambda x: shift(x, 1, 2)),
    _case("shift", [(3, 4)], lambda x: shift(x, 0, -1), "up"),
    _case("cumsum", [(3, 4)], lambda x: cumsum(x, 0)),
    _case("cumsum", [(3, 4)], lambda x: cumsum(x, 1, reverse=True, exclusive=True), "reverse"),
    _case("contract", [(3, 1, 1, 5), (1, 4, 1, 5)], lambda a, b: contract(a, b, -1), "outer"),
    _case("contract", [(3, 5), (3, 5)], lambda a, b: contract(a, b, 1), "rows"),
    _case("contract", [(3, 5), (3, 5)], lambda a, b: contract(a, b, (0, 1)), "all"),
    _case("contract", [(2, 3, 1, 4), (2, 1, 5, 4)], lambda a, b: contract(a, b, 3), "stacked"),
    _case("contract", [(2, 3, 1, 4), (3, 5, 4)], lambda a, b: contract(a, b, (0, 3)), "ragged"),
    _case("contract", [(4, 3, 2), (1, 3, 2)], lambda a, b: contract(a, b, 1), "crossed"),
    _case("contract", [(2, 3, 4), (4, 5)], matmul, "matmul"),
    _case("contract", [(2, 3)], lambda a: contract(a, a, 1), "squares"),
    _case("where", [(3, 1), (1, 4)], lambda a, b: where([[1.0], [0.0], [1.0]], a, b)),
    _case("where", [(3,), (3,), (3,)], where, "live"),
    _case("pick", [(4, 3)], lambda x: pick(x, [[1.0, 0.0, 3.0], [3.0, 3.0, 2.0]], 0)),
    _case("pick", [(4, 1)], lambda x: pick(x, [[1.0, 0.0, 3.0], [3.0, 3.0, 2.0]], 0), "wide"),
    _case("put", [(2, 3)], lambda g: placed_like(g, as_node([[1.0, 0.0, 3.0], [3.0, 0.0, 2.0]]), -2, (4, 3))),
    _case("max", [(3, 4)], lambda x: max_(x, 1)),
    _case("min", [(3, 4)], lambda x: min_(x)),
    _case("mul", [(5, 3)], lambda x: prod_(x, 0), "product"),
    _case("argsort", [(3, 4)], lambda x: make(ordering, (x,), x.shape, -1)),
    _case("sort", [(3, 4)], lambda x: sort_(x, 1)),
    _case("sort", [(3, 4)], lambda x: sort_(x, 0), "columns"),
    _case("count_less", [(5,), (2, 3)], count_less),
    _case("opaque", [(2, 3), (3,)], lambda a, b: opaque(lambda x, y: np.floor(x + y), a, b)),
    _case("outside", [(6,)], lambda x: outside(x, Outside(lambda at: _matrix @ at, 5, True))),
    _case("outside", [(6,)], lambda x: outside(x, Outside(lambda at: np.floor(_matrix @ at), 5, False)), "steps"),
    _case("sloped", [(2, 3), (3,)], lambda a, b: sloped(_grown, _growth, a, b)),
    _case("cornered", [(2, 3), (3,)], lambda a, b: sloped(_grown, _growth, a, b, corners=True)),
    _case("recur", [(4,), (5,)], lambda c, b: recur(c, b, _subdiagonals(5, 1))),
    _case("recur", [(8,), (6,)], lambda c, b: recur(c, b, _subdiagonals(6, 1, 3)), "lags"),
    _case("recur", [(7,), (6,)], lambda c, b: recur(c, b, _subdiagonals(6, 2, 3), transposed=True), "transposed"),
    _case("recur", [(43,), (38,)], lambda c, b: recur(c, b, _subdiagonals(38, 16, 17)), "portions"),
    _case("recur", [(43,), (38,)], lambda c, b: recur(c, b, _subdiagonals(38, 17, 16), transposed=True), "backwards"),
    _case("recur", [(4,), (6,)], lambda c, b: recur(c, b, Triangle(_later, _earlier, 6)), "scattered"),
    _case("recur", [(5,)], lambda b: recur(np.array([1.0, 0.5, 0.0, 2.0]), b, _subdiagonals(5, 1)), "fixed"),
    Case("march", "march", ((1,), (1,)), _logistic_growth, ((0.2, 2.5), (0.1, 0.9))),
    Case("march-rates", "march", ((6,), (1,)), _logistic_growth, ((0.2, 2.5), (0.1, 0.9))),
    Case("march-two", "march", ((2,), (2,)), _epidemic, ((0.3, 0.8), (0.2, 0.9))),
    _case("route", [(4,), (6,)], lambda g, y: make(routing, (g, y), (8,), _there)),
    _case("route", [(4, 1, 1), (2, 3)], lambda g, y: make(routing, (g, y), (8,), _there), "shaped"),
    Case("inverse", "inverse", ((2, 3, 3),), lambda x: inverse(_plus(x)), ((-1.0, 1.0),)),
    _case("det", [(2, 3, 3)], det),
    _case("root", [(3,)], _inverse_of_sinh),
]


def _plus(x: Node) -> Node:
    return add(x, _well)


_FIXED = {"polygamma": 2.0, "student": 3.0, "student_inverse": 3.0}
"""The first argument of those that have no derivative by it."""


def _pointwise(op: Pointwise) -> list[Case]:
    if op.name in _FIXED:
        return [Case(op.name, op.name, ((2, 3),), partial(op, _FIXED[op.name]), tuple(op.domain[1:]))]
    count = len(op.domain)
    shapes: list[tuple[tuple[int, ...], ...]] = [((2, 3),) * count]
    if count == 2:
        shapes += [((2, 1), (1, 3)), ((3,), (2, 3))]
    return [
        Case(f"{op.name}-{number}" if number else op.name, op.name, shape, op, tuple(op.domain))
        for number, shape in enumerate(shapes)
    ]


def _grown(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a * np.exp(b)


def _growth(place: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return _grown if place == 1 else lambda _, b: np.exp(b)


CASES = ARRAYS + [case for op in list(REGISTRY.values()) if isinstance(op, Pointwise) for case in _pointwise(op)]
