"""A block of cells being computed: what its formula sees of the book (`solver.functions.here.Here`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from solver.functions.here import Closure, Functions, Places, Reference, References
from solver.grid import Area

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.book.contents.pivots import PivotTable
    from solver.compiler.grouping.blocks import Literal
    from solver.compiler.lowering.names import Names
    from solver.functions.operand import FloatArray, IntArray, Operand
    from solver.grid import Cell

Meaning: TypeAlias = "Operand | Reference | References | Places | Closure | Functions"
"""What an expression can be: values, ranges, or functions made by LAMBDA."""


class World(Protocol):
    """The book under calculation, as a site sees it."""

    names: Names
    date1904: bool
    file: str

    def read(self, reference: Reference) -> Operand:
        """The values in a range, computed first if they are not yet."""

    def read_cell(self, sheet: str, row: int, col: int) -> Operand:
        """The value of one cell, computed first if it is not yet."""

    def spill(self, sheet: str, row: int, col: int) -> Area | None:
        """The area that the array formula in a cell fills."""

    def formulas(self, area: Area) -> list[list[str | None]]:
        """The formula texts of an area."""

    def hidden(self, sheet: str, rows: range, filtered_only: bool) -> list[bool]:
        """Which rows are hidden."""

    def pivot(self, cell: Cell) -> PivotTable | None:
        """The pivot table around a cell."""

    def suppose(self, cell: Cell, inputs: Sequence[Cell], values: Sequence[Operand]) -> Operand:
        """The value of a cell for each cell of a block, if the inputs held these values there."""

    def random(self, shape: tuple[int, ...]) -> FloatArray:
        """Uniform numbers from the seeded generator."""

    def now(self) -> float:
        """The serial number of this moment."""

    def mark_volatile(self) -> None:
        """Says that the block being computed is volatile."""


@dataclass(frozen=True, slots=True)
class Site:
    """The place of a block's formula: rows (R, 1) and columns (1, C) of its cells, and the names bound by LET."""

    world: World
    sheet: str
    row: IntArray
    col: IntArray
    literals: tuple[Literal, ...]
    array: bool
    scope: Mapping[str, Meaning] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the workbook's file, without its folder."""
        return self.world.file

    @property
    def date1904(self) -> bool:
        """Whether day 0 of the book is 1 January 1904."""
        return self.world.date1904

    def in_array(self) -> Site:
        """The same place, with ranges no longer intersected."""
        return self if self.array else replace(self, array=True)

    def binding(self, scope: Mapping[str, Meaning]) -> Site:
        """The same place, with other names bound."""
        return replace(self, scope=scope)

    def read(self, reference: Reference) -> Operand:
        """The values in a range: (R, C, rows, cols)."""
        return self.world.read(reference)

    def refer(self, text: str, a1: bool = True) -> Reference | References | None:
        """The range that a text means, None if it means none."""
        from solver.compiler.lowering.refer import refer

        return refer(text, self, a1)

    def pivot(self, reference: Reference) -> PivotTable | None:
        """The pivot table around the first cell of a range."""
        return self.world.pivot(self.area(reference).first)

    def sheets(self) -> tuple[str, ...]:
        """The names of all sheets in the order of their tabs."""
        return self.world.names.order

    def area(self, reference: Reference) -> Area:
        """The fixed range as an area."""
        top, left = int(reference.top.flat[0]), int(reference.left.flat[0])
        return Area(reference.sheet, top, left, top + reference.rows - 1, left + reference.cols - 1)

    def formulas(self, reference: Reference) -> list[list[str | None]]:
        """The formula texts (with `=`) of a fixed range."""
        return self.world.formulas(self.area(reference))

    def hidden(self, reference: Reference, filtered_only: bool) -> list[bool]:
        """Which rows of a fixed range are hidden (or hidden by a filter)."""
        top = int(reference.top.flat[0])
        return self.world.hidden(reference.sheet, range(top, top + reference.rows), filtered_only)

    def suppose(self, formula: Reference, inputs: Sequence[Reference], values: Sequence[Operand]) -> Operand:
        """The value of a formula's cell for each cell of the block, if the inputs held these values there."""
        return self.world.suppose(self.area(formula).first, [self.area(cell).first for cell in inputs], values)

    def random(self, *shape: int) -> FloatArray:
        """Uniform numbers in [0, 1), one draw for each cell of the block."""
        self.world.mark_volatile()
        return self.world.random((self.row.size, self.col.size, *shape[2:]) if len(shape) == 4 else shape)

    def now(self) -> float:
        """The serial number of this moment."""
        self.world.mark_volatile()
        return self.world.now()

    def mark_volatile(self) -> None:
        """Says that the value may differ at the next calculation."""
        self.world.mark_volatile()


def fixed_reference(area: Area) -> Reference:
    """The same range for every cell of a block."""
    return Reference(area.sheet, np.full((1, 1), area.top), np.full((1, 1), area.left), area.rows, area.cols)


def ranges(meaning: Meaning, site: Site) -> tuple[Area, ...]:
    """The areas that the result of a formula in one cell is; none where it is values or a function."""
    if isinstance(meaning, References):
        return tuple(site.area(part) for part in meaning.parts)
    return (site.area(meaning),) if isinstance(meaning, Reference) else ()
