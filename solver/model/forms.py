"""From live nodes to the callables of a `Problem`, with the structure that the graph itself shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    Function,
    Jacobian,
    Node,
    Program,
    VectorFunction,
    constant,
    degrees,
    gradient,
    neg,
    reshape,
    terms,
)
from solver.algebra.calculus.pattern import dependence
from solver.algebra.running.thin import thinned
from solver.algebra.structure.binary import linear_in_binaries
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.pieces import Pieces, pieces
from solver.algebra.structure.quadratic import is_positive_semidefinite
from solver.algebra.structure.settled import settled
from solver.algebra.structure.squares import least_squares
from solver.compiler.calculation import Calculation
from solver.compiler.tracing.inspect import cells_of_degree, first_error
from solver.grid import Area
from solver.model.problem import Labels, Linear, Problem, Residuals
from solver.places import Given

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.grid import Cell
    from solver.model.problem import Indices, Mask, Vector
    from solver.places import Places


@dataclass(frozen=True, slots=True)
class Domain:
    """Where the variables (n,) begin and may be: bounds, and which are whole, binary, or permutations (`groups`)."""

    variables: Places
    x0: Vector
    lb: Vector
    ub: Vector
    integer: Mask
    binary: Mask
    groups: tuple[Indices, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """The objective (1,) with its cell, None without one; `sense` is 1 to minimise, -1 to maximise, 0 for neither."""

    node: Node | None
    cell: Cell | None
    sense: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows (m,) between their bounds, each with the cell of its left side; `rights` are read beside these."""

    node: Node
    low: Vector
    high: Vector
    cells: tuple[Cell, ...]
    rights: tuple[Cell, ...] = ()


def assemble(calculation: Calculation, domain: Domain, goal: Goal, bounded: Rows) -> Problem:
    """The problem of an objective and rows in the live vector of a calculation."""
    x = calculation.x
    assert x is not None
    fun, rows = _simplified(x, domain, goal, bounded.node)
    aim, sides = Function(fun, x), VectorFunction(rows, x)
    levels = degrees([fun, rows], x)
    degree = Degree(int(levels[0].max(initial=0)))
    row_degrees = tuple(Degree(int(d)) for d in np.broadcast_to(levels[1], rows.shape))
    summed = terms(fun, x) if degree > Degree.LINEAR else None
    worst = max((degree, *row_degrees))
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
        row_lo=bounded.low,
        row_hi=bounded.high,
        sense=goal.sense,
        degree=degree,
        row_degrees=row_degrees,
        residuals=_residuals(fun, x) if degree > Degree.LINEAR else None,
        linear=_linear(fun, rows, x, degree, row_degrees),
        because=_because(calculation, worst),
        labels=Labels(domain.variables, range(len(domain.variables))),
        row_labels=Labels(bounded.cells, range(len(bounded.cells))),
        blame=_blame(calculation, domain.variables, _outputs(goal, bounded)),
        terms=summed,
        term_count=summed.count if summed is not None else 0,
        pieces=_pieces(fun, rows, x, worst, domain.binary),
        idle=cache(partial(_idle, aim, fun, rows, x, domain.x0)),
    )


def _simplified(x: Node, domain: Domain, goal: Goal, rows: Node) -> tuple[Node, Node]:
    """What is minimised (1,) and the rows (m,) as the engines shall see them: with what the bounds decide settled."""
    aimed = constant(np.zeros(1)) if goal.node is None or goal.sense == 0 else goal.node
    fun = reshape(neg(aimed) if goal.sense < 0 else aimed, (1,))
    fun, rows = settled(linear_in_binaries([fun, rows], x, domain.binary), x, domain.lb, domain.ub)
    return thinned(fun, x), rows


def _idle(aim: Function, fun: Node, rows: Node, x: Node, x0: Vector) -> Mask:
    """The variables that nothing depends on; the dear pattern is asked only where the slope leaves a doubt."""
    slope = aim.gradient(x0)
    if (np.isfinite(slope) & (slope != 0)).all():
        return np.zeros(x.size, dtype=bool)
    read = np.zeros(x.size, dtype=bool)
    for output in (fun, rows):
        read[dependence(output, x).indices] = True
    return ~read


def _pieces(fun: Node, rows: Node, x: Node, worst: Degree, binary: Mask) -> Callable[[], Pieces | None] | None:
    """The way to take the model apart; None for smooth models without binaries, which have no pieces."""
    if worst <= Degree.LINEAR or (worst < Degree.KINK and not binary.any()):
        return None
    return cache(lambda: pieces([fun, rows], x, binary))


def _residuals(fun: Node, x: Node) -> Residuals | None:
    """The objective as a sum of squares, where the graph is one."""
    found = least_squares(fun, x)
    if found is None or max(degrees([found.residuals], x)[0].max(initial=0), 0) > Degree.KINK:
        return None
    values = Program([x], [found.residuals])

    @cache
    def slopes() -> Jacobian:  # its pattern is dear, and engines for very many variables do without
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
    if degree > Degree.QUADRATIC:
        return Linear(matrix, shift, None, 0.0)
    aim = Function(fun, x)
    cost, offset = aim.gradient(origin), aim.value(origin)
    if degree <= Degree.LINEAR:
        return Linear(matrix, shift, cost, offset)
    hessian = Jacobian(gradient(fun, x), x)(origin)
    return Linear(matrix, shift, cost, offset, hessian, is_positive_semidefinite(hessian))


def _because(calculation: Calculation, worst: Degree) -> tuple[str, ...]:
    """The first cells, in the order of the calculation, at which the model becomes as difficult as it is."""
    if worst <= Degree.LINEAR:
        return ()
    return tuple(str(cell) for cell in cells_of_degree(calculation, int(worst)))


def _outputs(goal: Goal, bounded: Rows) -> list[Cell]:
    """The cells whose values the model reads, each once."""
    aim = () if goal.cell is None else (goal.cell,)
    return list(dict.fromkeys((*aim, *bounded.cells, *bounded.rights)))


def _blame(calculation: Calculation, variables: Places, outputs: list[Cell]) -> Callable[[Vector], str | None]:
    """Names the first cell that has no value at a point, with its error: found by one plain recalculation.

    Nothing that is stored is trusted, so that the cell is found in which an error begins; only where that finds none
    (a formula that cannot be computed has a stored error) what is stored counts.
    """

    def blame(point: Vector) -> str | None:
        inputs = Given(variables, point, calculation.inputs)
        for trust in (False, True):
            plain = Calculation(calculation.book, inputs=inputs, trust=trust)
            plain.require([Area.of(cell) for cell in outputs])
            found = first_error(plain, outputs)
            if found is not None:
                return found
        return None

    return blame
