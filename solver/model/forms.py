"""From live nodes to the callables of a `Problem`, with the structure that the graph itself shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra import (
    Function,
    Jacobian,
    Node,
    Program,
    constant,
    degrees,
    least_squares,
    mul,
    neg,
    quadratic,
    reshape,
    sum_,
    variable,
)
from solver.algebra.derive import gradient, hessp
from solver.algebra.structure import Degree
from solver.compiler.calculation import Calculation
from solver.compiler.inspect import cells_of_degree, first_error
from solver.grid import Area
from solver.model.problem import Linear, Problem, Residuals

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.grid import Cell
    from solver.model.problem import Indices, Mask, Vector


def assemble(
    calculation: Calculation,
    *,
    x0: Vector,
    lb: Vector,
    ub: Vector,
    integer: Mask,
    binary: Mask,
    groups: tuple[Indices, ...],
    objective: Node | None,
    sense: int,
    rows: Node,
    row_lo: Vector,
    row_hi: Vector,
    row_cells: tuple[Cell, ...],
    objective_cell: Cell | None,
    variables: tuple[Cell, ...],
) -> Problem:
    """The problem of an objective (1,) and rows (m,) in the live vector of a calculation."""
    x = calculation.x
    assert x is not None
    aimed = constant(np.zeros(1)) if objective is None or sense == 0 else objective
    fun = reshape(neg(aimed) if sense < 0 else aimed, (1,))
    levels = degrees([fun, rows], x)
    degree = Degree(int(levels[0].max(initial=0)))
    row_degrees = tuple(Degree(int(d)) for d in np.broadcast_to(levels[1], rows.shape))
    return Problem(
        x0=x0,
        lb=lb,
        ub=ub,
        integer=integer,
        binary=binary,
        groups=groups,
        **_objective(fun, x),
        **_rows(rows, x),
        row_lo=row_lo,
        row_hi=row_hi,
        sense=sense,
        degree=degree,
        row_degrees=row_degrees,
        residuals=_residuals(fun, x) if degree > Degree.LINEAR else None,
        linear=_linear(fun, rows, x, degree, row_degrees),
        because=_because(calculation, max((degree, *row_degrees))),
        labels=tuple(str(cell) for cell in variables),
        row_labels=tuple(str(cell) for cell in row_cells),
        blame=_blame(calculation, variables, [c for c in (objective_cell, *row_cells) if c is not None]),
    )


def _objective(fun: Node, x: Node) -> dict[str, Callable[..., object]]:
    """Value, gradient, Hessian product and population values of a scalar node, on one tape."""
    function = Function(fun, x)
    return {
        "fun": function.value,
        "grad": function.gradient,
        "hessp": function.hessp,
        "fun_many": function.value_many,
    }


def _rows(rows: Node, x: Node) -> dict[str, Callable[..., object]]:
    """Values, Jacobian, weighted Hessian products and population values of a vector node."""
    m, n = rows.size, x.size
    if m == 0:
        empty = sp.csr_array((0, n))
        return {
            "rows": lambda _: np.zeros(0),
            "row_jac": lambda _: empty,
            "row_hessp": lambda *_: np.zeros(n),
            "rows_many": lambda points: np.zeros((len(points), 0)),
        }
    values = Program([x], [rows])
    jacobian = Jacobian(rows, x)
    weights, direction = variable(m, "w"), variable(n, "v")
    curvature: list[Program] = []

    def row_hessp(point: Vector, w: Vector, v: Vector) -> Vector:
        if not curvature:
            lagrangian = sum_(mul(reshape(rows, (m,)), weights), 0)
            curvature.append(Program([x, weights, direction], [hessp(lagrangian, x, direction)]))
        return curvature[0].evaluate(0, point, w, v)

    return {
        "rows": lambda point: values.evaluate(0, point),
        "row_jac": jacobian,
        "row_hessp": row_hessp,
        "rows_many": lambda points: values.evaluate(0, points),
    }


def _residuals(fun: Node, x: Node) -> Residuals | None:
    """The objective as a sum of squares, where the graph is one."""
    found = least_squares(fun, x)
    if found is None or max(degrees([found.residuals], x)[0].max(initial=0), 0) > Degree.SMOOTH:
        return None
    values = Program([x], [found.residuals])
    return Residuals(
        count=found.residuals.size,
        fun=lambda point: values.evaluate(0, point),
        jac=Jacobian(found.residuals, x),
        outer=found.outer,
    )


def _linear(fun: Node, rows: Node, x: Node, degree: Degree, row_degrees: tuple[Degree, ...]) -> Linear | None:
    """The coefficients of a model with linear rows, read off the graph once."""
    if any(d > Degree.LINEAR for d in row_degrees):
        return None
    origin = np.zeros(x.size)
    matrix = Jacobian(rows, x)(origin) if rows.size else sp.csr_array((0, x.size))
    shift = Program([x], [rows]).evaluate(0, origin) if rows.size else np.zeros(0)
    if degree > Degree.QUADRATIC:
        return Linear(matrix, shift, None, 0.0)
    if degree <= Degree.LINEAR:
        cost = Program([x], [gradient(fun, x)]).evaluate(0, origin)
        return Linear(matrix, shift, cost, float(Program([x], [fun]).evaluate(0, origin)[0]))
    form = quadratic(fun, x)
    return Linear(matrix, shift, form.cost, form.offset, form.hessian, form.convex)


def _because(calculation: Calculation, worst: Degree) -> tuple[str, ...]:
    """The first cells, in the order of the calculation, at which the model becomes as difficult as it is."""
    if worst <= Degree.LINEAR:
        return ()
    return tuple(str(cell) for cell in cells_of_degree(calculation, int(worst)))


def _blame(calculation: Calculation, variables: tuple[Cell, ...], outputs: list[Cell]) -> Callable[[Vector], str | None]:
    """Names the first cell that has no value at a point, with its error: found by one plain recalculation."""
    def blame(point: Vector) -> str | None:
        inputs = {**calculation.inputs, **dict(zip(variables, point.tolist(), strict=True))}
        plain = Calculation(calculation.book, inputs=inputs, trust=True)
        plain.require([Area.of(cell) for cell in outputs])
        return first_error(plain, outputs)

    return blame
