"""The chain rule, cell by cell: what one cell owes to every cell on its way from the variables.

Every computed cell is given a wiggle of its own, a variable that is added to its value and is normally 0. So the
derivative with respect to the cell is that with respect to its wiggle, whatever other cells hold the same formula,
and one sweep against the direction of calculation gives all of them. Wiggling it for real, by a little up and down
with everything behind it computed anew, is the check:

    derivative  ~  (of(wiggle = +h) - of(wiggle = -h)) / 2h
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.algebra import Node, Program, adjoints, constant, degrees, reshape, variable
from solver.algebra.primitives.outside import STEP
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.grid import Area, Cell
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from solver.book.book import Book
    from solver.functions.operand import FloatArray
    from solver.values import Scalar

_WORK = 400_000_000
"""How many numbers all wiggles together may compute; cells beyond it are not wiggled."""

_AT_ONCE = 4_000_000


class UnreachedError(FormulaError):
    """A cell that none of the variables reaches."""


@dataclass(frozen=True, slots=True)
class Link:
    """One cell on the way: `difference` is the wiggle's slope, NaN where the cell was not wiggled."""

    cell: Cell
    formula: str | None
    value: float
    derivative: float
    difference: float


@dataclass(frozen=True, slots=True)
class Chain:
    """The cells between the variables and a cell, both included, in the order of the calculation."""

    of: Cell
    links: tuple[Link, ...]


class _Stage(NamedTuple):
    """Cells that are computed together: their value, and what is added to it."""

    cells: Sequence[Cell]
    value: Node
    wiggle: Node


class _Wiggled(Calculation):
    """A calculation that adds a wiggle to every computed cell that a variable reaches; `wiggles` in its order."""

    apart = True
    wiggles: dict[Area, Node]

    def disturbance(self, area: Area) -> Node:
        """The wiggles of the cells of an area."""
        return self.wiggles.setdefault(area, variable(area.size, str(area)))

    def stages(self) -> list[_Stage]:
        """The computed cells with their wiggles."""
        return [
            _Stage(tuple(area.cells()), reshape(self.value(area).number, (area.size,)), wiggle)
            for area, wiggle in self.wiggles.items()
        ]


def chain(
    book: Book, of: Cell, variables: Sequence[Area], *, inputs: Mapping[Cell, Scalar] | None = None, check: bool = True
) -> Chain:
    """The derivative of one cell with respect to every cell on its way from the variables, at their stored values.

    Raises FormulaError when the cell holds no number, UnreachedError when it depends on none of the variables.
    """
    calculation = _Wiggled(book, inputs=inputs, variables=variables, trust=True, strict=True)
    calculation.wiggles = {}
    x = calculation.x
    start = _stored(book, calculation, inputs or {})
    operand = calculation.value(Area.of(of))
    output = reshape(operand.number, (1,))
    if operand.has(Kind.TEXT) or operand.has(Kind.ERROR):
        raise FormulaError("it holds no number", where=str(of), hint="choose a cell with a numeric formula")
    links: tuple[Link, ...] = ()
    if x is not None and output.value is None:
        stages = [_Stage(calculation.variables, x, x), *calculation.stages()]
        links = tuple(_links(calculation, output, stages, start, check=check))
    if not links:
        raise UnreachedError("it depends on none of the variable cells", where=str(of), hint="choose another cell")
    return Chain(of, links)


def _stored(book: Book, calculation: Calculation, inputs: Mapping[Cell, Scalar]) -> FloatArray:
    """The values of the variable cells: 0 where one holds no number."""
    plain = Calculation(book, inputs=inputs, trust=True)
    values = []
    for cell in calculation.variables:
        value = plain.value(Area.of(cell)).scalar()
        values.append(float(value) if isinstance(value, (bool, float)) else 0.0)
    return np.array(values)


def _links(
    calculation: Calculation, output: Node, stages: Sequence[_Stage], start: FloatArray, *, check: bool
) -> Iterator[Link]:
    wiggles = [stage.wiggle for stage in stages]
    slopes = adjoints([output], wiggles, [constant(np.ones(1))])
    program = Program(wiggles, [*slopes, *[stage.value for stage in stages]])
    still = [start, *[np.zeros(wiggle.size) for wiggle in wiggles[1:]]]
    found = program.run(*still)
    slopes_here, values = found[: len(stages)], found[len(stages) :]
    elsewhere = program.run(*_nearby(still))[: len(stages)]
    reached = degrees([stage.value for stage in stages], wiggles[0])
    wiggling = _Wiggling(Program(wiggles, [output]), still, _tape(stages)) if check else None
    for place, (stage, here, there, value) in enumerate(zip(stages, slopes_here, elsewhere, values, strict=True)):
        level = np.broadcast_to(reached[place], stage.value.shape).ravel()
        # a slope of 0 may be chance; where it is 0 at another point too, the cell is not on the way
        chosen = np.flatnonzero((level > 0) & ((here != 0) | (there != 0)))
        differences = wiggling.slopes(place, chosen, value) if wiggling else np.full(chosen.size, np.nan)
        for k, difference in zip(chosen.tolist(), differences.tolist(), strict=True):
            cell = stage.cells[k]
            formula = calculation.formula(cell) if place else None
            # adding 0 turns -0 into 0
            yield Link(cell, formula, float(value[k]) + 0.0, float(here[k]) + 0.0, difference + 0.0)


def _nearby(inputs: Sequence[FloatArray]) -> list[FloatArray]:
    random = np.random.default_rng(0)
    return [array + random.uniform(0.1, 1.0, array.size) * (1.0 + np.abs(array)) for array in inputs]


def _tape(stages: Sequence[_Stage]) -> int:
    """Roughly how many numbers one calculation of all stages computes."""
    return sum(stage.value.size for stage in stages) * 4


class _Wiggling:
    """The output with one cell at a time a little up and a little down, for many cells in one run."""

    def __init__(self, program: Program, still: Sequence[FloatArray], tape: int) -> None:
        self.program, self.still, self.tape = program, still, max(tape, 1)
        self.left = max(_WORK // (2 * self.tape), 1)

    def slopes(self, place: int, chosen: npt.NDArray[np.intp], value: FloatArray) -> FloatArray:
        """The central differences for the chosen cells of one stage."""
        result = np.full(chosen.size, np.nan)
        portion = max(1, _AT_ONCE // (2 * self.tape))
        count = min(self.left, chosen.size)
        self.left -= count
        for begin in range(0, count, portion):
            cells = chosen[begin : min(begin + portion, count)]
            result[begin : begin + cells.size] = self._differences(place, cells, value[cells])
        return result

    def _differences(self, place: int, cells: npt.NDArray[np.intp], value: FloatArray) -> FloatArray:
        step = STEP * np.maximum(1.0, np.abs(value))
        step = (value + step) - value  # what is really added
        rows = np.arange(cells.size)
        moved = np.tile(self.still[place], (2 * cells.size, 1))
        moved[rows, cells] += step
        moved[rows + cells.size, cells] -= step
        inputs = [*self.still[:place], moved, *self.still[place + 1 :]]
        up, down = self.program.run(*inputs)[0].reshape(2, -1)
        return np.asarray((up - down) / (2.0 * step))
