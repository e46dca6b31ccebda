"""Where a formula stands: what a function may ask of the workbook around it.

The compiler provides it; functions that need more than their arguments' values (OFFSET, ROW, RAND, SUBTOTAL ...) take
it as a parameter annotated `Here`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from solver.functions.operand import NotUniform, Operand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.book.contents.pivots import PivotTable
    from solver.functions.operand import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Reference:
    """A range of cells for every cell of the block: all of one size, each with its own place.

    `top` and `left` are zero-based and broadcast to (R, C); `whole` says that rows or columns were written without
    an end (A:A), so that reading may stop at the last used cell.
    """

    sheet: str
    top: IntArray
    left: IntArray
    rows: int
    cols: int
    whole: bool = False

    @property
    def fixed(self) -> bool:
        """Whether all cells of the block mean the same range."""
        return self.top.size == 1 and self.left.size == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing(Reference):
    """A range of which each cell of the block means only the first rows or columns, or the last (`at_end`).

    `count` says how many and broadcasts to (R, C); `axis` is 2 where rows are counted, 3 where columns are.
    """

    axis: int
    count: IntArray
    at_end: bool

    @property
    def length(self) -> int:
        """How many rows or columns there are to count."""
        return self.rows if self.axis == 2 else self.cols


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Operand):
    """The values of a growing range at its full length, of which each cell of the block means a part: `extent`."""

    extent: Growing


def size_of(area: Operand | Reference) -> tuple[int, int]:
    """How many rows and columns a range or an array has."""
    return (area.rows, area.cols) if isinstance(area, Reference) else (area.shape[2], area.shape[3])


def contents(here: Here, area: Operand | Reference) -> Operand:
    """The values of a range; an array holds its own."""
    return here.read(area) if isinstance(area, Reference) else area


def contents_of_all(here: Here, argument: Operand | Reference | References) -> list[Operand]:
    """The values of every range that an argument consists of; an array holds its own."""
    return [contents(here, part) for part in (argument.parts if isinstance(argument, References) else (argument,))]


def growing_alike(areas: Sequence[object]) -> Growing | None:
    """One of ranges that grow alike, None if none of them grows; NotUniform where they differ from cell to cell."""
    growing = [area for area in areas if isinstance(area, Growing)]
    if not growing:
        return None
    first = growing[0]
    if len(growing) < len(areas) or any((each.axis, each.at_end) != (first.axis, first.at_end) for each in growing):
        raise NotUniform
    if any(not np.array_equal(each.count, first.count) for each in growing):
        raise NotUniform
    return first


@dataclass(frozen=True, slots=True)
class References:
    """Several ranges in one argument: a union such as (A1:A3,C5), or the same range on several sheets."""

    parts: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """An array of ranges, as OFFSET and INDIRECT give it for arrays: row by row, with an error where there is none.

    Functions that ask for one range at a time (SUBTOTAL, COUNTIF, N, ...) give an array of values for it.
    """

    parts: tuple[tuple[Reference | References | Operand, ...], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """How many ranges stand below each other, and side by side."""
        return len(self.parts), len(self.parts[0])


class Closure(Protocol):
    """A function made by LAMBDA, which other functions may call."""

    @property
    def arity(self) -> int:
        """How many parameters it has."""

    @property
    def label(self) -> str:
        """What stands over its values where there are those of several functions."""

    def __call__(self, *arguments: Operand) -> Operand:
        """Its value for these arguments."""


@dataclass(frozen=True, slots=True)
class Functions:
    """Functions side by side, as HSTACK makes them of their names, or one below the other (VSTACK)."""

    parts: tuple[Closure, ...]
    across: bool


class Here(Protocol):
    """The block of cells that is being computed, and the workbook around it."""

    @property
    def sheet(self) -> str:
        """The sheet of the block."""

    @property
    def row(self) -> IntArray:
        """Zero-based rows of its cells, (R, 1)."""

    @property
    def col(self) -> IntArray:
        """Zero-based columns of its cells, (1, C)."""

    @property
    def array(self) -> bool:
        """Whether the formula is an array formula, so that ranges are not intersected."""

    @property
    def file(self) -> str:
        """The name of the workbook's file, without its folder."""

    @property
    def date1904(self) -> bool:
        """Whether day 0 of the book is 1 January 1904."""

    def read(self, reference: Reference) -> Operand:
        """The values in a range: (R, C, rows, cols)."""

    def refer(self, text: str, a1: bool = True) -> Reference | References | None:
        """The range that a text such as `Sheet2!B3` or a defined name means, None if it means none (INDIRECT)."""

    def pivot(self, reference: Reference) -> PivotTable | None:
        """The pivot table around the first cell of a range, None if there is none."""

    def sheets(self) -> tuple[str, ...]:
        """The names of all sheets in the order of their tabs."""

    def formulas(self, reference: Reference) -> list[list[str | None]]:
        """The formula texts (with `=`) of a fixed range, None where a cell has none."""

    def hidden(self, reference: Reference, filtered_only: bool) -> list[bool]:
        """Which rows of a fixed range are hidden (or hidden by a filter)."""

    def suppose(self, formula: Reference, inputs: Sequence[Reference], values: Sequence[Operand]) -> Operand:
        """The value of a formula's cell for each cell of the block, if the inputs held these values there."""

    def random(self, *shape: int) -> FloatArray:
        """Uniform numbers in [0, 1) from the run's own seeded generator; marks the cell volatile."""

    def now(self) -> float:
        """The serial number of this moment; marks the cell volatile."""

    def mark_volatile(self) -> None:
        """Says that the value may differ at the next calculation."""
