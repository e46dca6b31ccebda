"""The same book with every block cut into cells: what blocks are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.compiler.calculation import Calculation
from solver.grid import Area
from tests.books import area, close

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.grid import Cell


def split(calculation: Calculation) -> Calculation:
    """The same calculation with every block cut into cells."""
    calculation.open_all()
    for number, block in enumerate(list(calculation.blocks)):
        if block.divisible:
            calculation.replace(number, [block.part(Area.of(cell)) for cell in block.area.cells()])
    return calculation


def check_alone(book: Book, formulas: Mapping[str, str], relative: float = 1e-9) -> dict[Cell, str]:
    """Raises AssertionError where a formula gives another value in its block than alone, or fails in only one of them.

    `formulas` are those of the cells to look at; numbers may differ by this share of their size. Gives what fails.
    """
    whole, pieces = Calculation(book), split(Calculation(book))
    whole.everything()
    pieces.everything()
    assert whole.failures == pieces.failures
    for name, formula in formulas.items():
        a, b = whole.value(area(name)).scalar(), pieces.value(area(name)).scalar()
        assert close(a, b, relative), f"{name} {formula}: {a!r} in its block, {b!r} alone"
    return whole.failures
