"""From nodes over a live vector to the callables of a `Problem`, with the structure that the graph itself shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Function, Jacobian, Node, Program, VectorFunction, degrees, quadratic, terms
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.squares import least_squares
from solver.model.problem import Labels, Linear, Problem, Residuals

if TYPE_CHECKING:
    from solver.model.problem import Indices, Mask, Vector


@dataclass(frozen=True, slots=True)
class Domain:
    """Where the variables (n,) begin and may be: bounds, and which are whole, binary, or permutations (`groups`)."""

    x0: Vector
    lb: Vector
    ub: Vector
    integer: Mask
    binary: Mask
    groups: tuple[Indices, ...] = ()


def structured(fun: Node, rows: Node, x: Node, domain: Domain, low: Vector, high: Vector) -> Problem:
    """The problem that minimises fun (1,) with rows (m,) between low and high; its cells have no names yet."""
    aim, sides = Function(fun, x), VectorFunction(rows, x)
    levels = degrees([fun, rows], x)
    degree = Degree(int(levels[0].max(initial=0)))
    row_degrees = tuple(Degree(int(d)) for d in np.broadcast_to(levels[1], rows.shape))
    summed = terms(fun, x) if degree > Degree.LINEAR else None
    return Problem(
        x0=domain.x0,
        lb=domain.lb,
        ub=domain.ub,
        integer=domain.integer,
        binary=domain.binary,
        groups=domain.groups,
        fun=aim.value,
        grad=aim.gradient,
        hessp=aim.hessp,
        hessian=aim.hessian,
        fun_many=aim.value_many,
        rows=sides.value,
        row_jac=Jacobian(rows, x),
        row_hessp=sides.hessp,
        rows_many=sides.value_many,
        row_lo=low,
        row_hi=high,
        sense=1,
        degree=degree,
        row_degrees=row_degrees,
        residuals=_residuals(fun, x) if degree > Degree.LINEAR else None,
        linear=_linear(fun, rows, x, degree, row_degrees),
        because=(),
        labels=Labels((), ()),
        row_labels=Labels((), ()),
        blame=lambda _: None,
        terms=summed,
        term_count=summed.count if summed is not None else 0,
    )


def _residuals(fun: Node, x: Node) -> Residuals | None:
    """The objective as a sum of squares, where the graph is one."""
    found = least_squares(fun, x)
    if found is None or int(degrees([found.residuals], x)[0].max(initial=0)) > Degree.KINK:
        return None
    values = Program([x], [found.residuals])

    @cache
    def slopes() -> Jacobian:  # its pattern costs much, and engines for very many variables do without
        return Jacobian(found.residuals, x)

    return Residuals(
        count=found.residuals.size,
        fun=lambda point: values.evaluate(0, point),
        jac=lambda point: slopes()(point),
        outer=found.outer,
    )


def _linear(fun: Node, rows: Node, x: Node, degree: Degree, row_degrees: tuple[Degree, ...]) -> Linear | None:
    """The coefficients of a model with linear rows, read off the graph once."""
    if any(d > Degree.LINEAR for d in row_degrees):
        return None
    origin = np.zeros(x.size)
    matrix = Jacobian(rows, x)(origin)
    shift = VectorFunction(rows, x).value(origin)
    aim = quadratic(fun, x) if degree <= Degree.QUADRATIC else None
    if aim is None:
        return Linear(matrix, shift, None, 0.0)
    if degree <= Degree.LINEAR:
        return Linear(matrix, shift, aim.cost, aim.offset)
    return Linear(matrix, shift, aim.cost, aim.offset, aim.hessian, aim.convex)
