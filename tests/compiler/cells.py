"""The same book with every block cut into cells: what blocks are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.grid import Area

if TYPE_CHECKING:
    from solver.compiler.calculation import Calculation


def split(calculation: Calculation) -> Calculation:
    """The same calculation with every block cut into cells."""
    calculation.open_all()
    for number, block in enumerate(list(calculation.blocks)):
        if block.divisible:
            calculation.replace(number, [block.part(Area.of(cell)) for cell in block.area.cells()])
    return calculation
