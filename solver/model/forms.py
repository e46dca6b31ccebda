"""From the live nodes of a model to its `Problem`, with the names of cells and what its bounds and binaries show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, neg, reshape
from solver.algebra.calculus.pattern import dependence
from solver.algebra.running.thin import thinned
from solver.algebra.structure.binary import linear_in_binaries
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.pieces import Pieces, pieces
from solver.algebra.structure.settled import settled
from solver.compiler.calculation import Calculation
from solver.compiler.tracing.inspect import first_error, first_of_degree
from solver.grid import Area
from solver.model.lifting import lifting
from solver.model.problem import Labels
from solver.model.structured import Domain, structured
from solver.places import Given

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.grid import Cell
    from solver.model.problem import Mask, Problem, Vector
    from solver.places import Places


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
    x, variables = calculation.x, calculation.variables
    assert x is not None
    fun, rows = _simplified(x, domain, goal, bounded.node)
    problem = structured(fun, rows, x, domain, bounded.low, bounded.high)
    worst = problem.worst_degree
    return replace(
        problem,
        sense=goal.sense,
        because=_because(calculation, worst),
        labels=Labels(variables, range(len(variables))),
        row_labels=Labels(bounded.cells, range(len(bounded.cells))),
        blame=_blame(calculation, variables, _outputs(goal, bounded)),
        pieces=_pieces(fun, rows, x, worst, domain.binary),
        idle=cache(partial(_idle, problem, fun, rows, x)),
        lifting=cache(partial(lifting, fun, rows, x, problem)) if worst is Degree.KINK else None,
    )


def _simplified(x: Node, domain: Domain, goal: Goal, rows: Node) -> tuple[Node, Node]:
    """What is minimised (1,) and the rows (m,) as the engines shall see them: with what the bounds decide settled."""
    aimed = constant(np.zeros(1)) if goal.node is None or goal.sense == 0 else goal.node
    fun = reshape(neg(aimed) if goal.sense < 0 else aimed, (1,))
    fun, rows = settled(linear_in_binaries([fun, rows], x, domain.binary), x, domain.lb, domain.ub)
    return thinned(fun, x), rows


def _idle(problem: Problem, fun: Node, rows: Node, x: Node) -> Mask:
    """The variables that nothing depends on; their pattern is looked for only where the slope leaves a doubt."""
    slope = np.asarray(problem.grad(problem.x0))
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


def _because(calculation: Calculation, worst: Degree) -> tuple[str, ...]:
    """The first cell, in the order of the calculation, at which the model becomes as difficult as it is."""
    cell = None if worst <= Degree.LINEAR else first_of_degree(calculation, worst)
    return () if cell is None else (str(cell),)


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
