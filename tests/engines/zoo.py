"""Problems by formula, with exact derivatives and known answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from solver.algebra.structure.ladder import Degree
from solver.model.problem import Linear, Problem, Residuals

from .jets import Jet, variables

INF = float("inf")
Formula = Callable[[Sequence[Any]], Any]


def _jet(value: Any, n: int) -> Jet:
    return value if isinstance(value, Jet) else Jet(float(value), np.zeros(n), np.zeros((n, n)))


def build(
    x0: Sequence[float],
    fun: Formula,
    rows: Callable[[Sequence[Any]], list[Any]] | None = None,
    row_lo: Sequence[float] = (),
    row_hi: Sequence[float] = (),
    *,
    lb: Sequence[float] | float = -INF,
    ub: Sequence[float] | float = INF,
    integer: Sequence[int] = (),
    binary: Sequence[int] = (),
    groups: Sequence[Sequence[int]] = (),
    degree: Degree = Degree.SMOOTH,
    row_degree: Degree = Degree.SMOOTH,
    linear: Linear | None = None,
    residuals: Callable[[Sequence[Any]], list[Any]] | None = None,
    sense: int = 1,
    **more: Any,
) -> Problem:
    """A problem from its formulas; rows and residuals are lists of formulas."""
    start = np.array(x0, dtype=float)
    n, m = start.size, len(row_lo)

    def row_jets(x: np.ndarray) -> list[Jet]:
        return [_jet(r, n) for r in rows(variables(x))] if rows else []

    def jets_matrix(jets: list[Jet]) -> sp.csr_array:
        return sp.csr_array(np.array([jet.g for jet in jets]).reshape(len(jets), n))

    def many(points: np.ndarray) -> np.ndarray:
        return np.broadcast_to(fun(list(points.T)), len(points)).astype(float)

    def rows_many(points: np.ndarray) -> np.ndarray:
        columns = rows(list(points.T)) if rows else []
        return np.array([np.broadcast_to(c, len(points)) for c in columns]).reshape(m, len(points)).T

    def row_hessp(x: np.ndarray, w: np.ndarray, v: np.ndarray) -> np.ndarray:
        return sum((wi * (jet.h @ v) for wi, jet in zip(w, row_jets(x), strict=True)), start=np.zeros(n))

    def value(x: np.ndarray) -> float:
        return float(fun(list(x)))

    mask = np.zeros(n, dtype=bool)
    binaries = mask.copy()
    binaries[list(binary)] = True
    whole = mask.copy()
    whole[list(integer)] = True
    squares = None
    if residuals:
        count = len(residuals(list(start)))
        squares = Residuals(
            count,
            lambda x: np.array([float(r) for r in residuals(list(x))]),
            lambda x: np.array([_jet(r, n).g for r in residuals(variables(x))]),
            more.pop("outer", lambda total: total),
        )
    return Problem(
        x0=start,
        lb=np.broadcast_to(np.asarray(lb, dtype=float), n).copy(),
        ub=np.broadcast_to(np.asarray(ub, dtype=float), n).copy(),
        integer=whole | binaries,
        binary=binaries,
        groups=tuple(np.array(group) for group in groups),
        fun=value,
        grad=lambda x: _jet(fun(variables(x)), n).g.copy(),
        hessp=lambda x, v: _jet(fun(variables(x)), n).h @ v,
        fun_many=many,
        rows=lambda x: np.array([float(r) for r in rows(list(x))]) if rows else np.zeros(0),
        row_jac=lambda x: jets_matrix(row_jets(x)),
        row_hessp=row_hessp,
        rows_many=rows_many,
        row_lo=np.array(row_lo, dtype=float),
        row_hi=np.array(row_hi, dtype=float),
        sense=sense,
        degree=degree,
        row_degrees=(row_degree,) * m,
        residuals=squares,
        linear=linear,
        because=more.pop("because", ()),
        labels=tuple(f"x{j}" for j in range(n)),
        row_labels=tuple(f"r{i}" for i in range(m)),
        blame=more.pop("blame", lambda _: "S!A1 is #NUM!"),
        **more,
    )


def least_squares(x0: Sequence[float], residuals: Callable[[Sequence[Any]], list[Any]], **more: Any) -> Problem:
    """A sum of squares."""
    return build(x0, lambda x: sum(r**2 for r in residuals(x)), residuals=residuals, **more)


def linear_program(
    cost: Sequence[float],
    matrix: Sequence[Sequence[float]],
    row_lo: Sequence[float],
    row_hi: Sequence[float],
    *,
    hessian: Sequence[Sequence[float]] | None = None,
    convex: bool = True,
    offset: float = 0.0,
    x0: Sequence[float] | None = None,
    **more: Any,
) -> Problem:
    """A linear or quadratic program min cost x + offset + x Q x / 2 with linear rows."""
    c, a = np.array(cost, dtype=float), np.array(matrix, dtype=float).reshape(-1, len(cost))
    q = None if hessian is None else np.array(hessian, dtype=float)

    def fun(x: Sequence[Any]) -> Any:
        total: Any = offset
        for j, xj in enumerate(x):
            total = total + c[j] * xj
            if q is not None:
                total = total + sum(0.5 * q[j, k] * xj * xk for k, xk in enumerate(x) if q[j, k])
        return total

    constant = np.zeros(len(a))
    bent = None if q is None else sp.csr_array(q)
    return build(
        x0 if x0 is not None else np.zeros(c.size),
        fun,
        lambda x: [sum((aij * xj for aij, xj in zip(row, x, strict=True) if aij), start=0.0) for row in a],
        row_lo,
        row_hi,
        degree=Degree.LINEAR if q is None else Degree.QUADRATIC,
        row_degree=Degree.LINEAR,
        linear=Linear(sp.csr_array(a), constant, c, offset, bent, convex),
        **more,
    )


@dataclass(frozen=True)
class Case:
    """A problem with its known least value, and the minimiser where it is unique."""

    name: str
    problem: Problem
    fun: float
    x: Sequence[float] | None = None
    tolerance: float = 1e-7

    def __str__(self) -> str:
        return self.name
