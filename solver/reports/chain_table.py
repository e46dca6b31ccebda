"""The gradients sheet: the chain rule as a table, and the derivatives of the variables in the places of their cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.grid import rectangles
from solver.table import Entry, Style, Table

if TYPE_CHECKING:
    from solver.compiler.tracing.chain import Chain, Link
    from solver.values import Scalar

_HEADER = ("Cell", "Formula", "Value", "Derivative", "Wiggled", "Agrees")
_FIRST = 4
_HEAT = len(_HEADER) + 2  # the column where the grids begin
_AGREEMENT = 1e-4


def chain_table(chain: Chain, *, heat: bool = False) -> Table:
    """The cells of a chain with formula, value, derivative and its check; with `heat` also as coloured grids."""
    entries: dict[tuple[int, int], Entry] = {
        (0, 0): Entry(f"Derivatives of {chain.of}", Style.TITLE),
        (1, 0): Entry("How much it grows for each unit that a cell grows, in the order of the calculation."),
    }
    entries.update({(_FIRST - 1, col): Entry(text, Style.HEADER) for col, text in enumerate(_HEADER)})
    for row, link in enumerate(chain.links, start=_FIRST):
        for col, value in enumerate(_line(link)):
            entries[row, col] = Entry(value, Style.BODY)
    shades: tuple[tuple[int, int, int, int], ...] = ()
    if heat:
        grids, shades = _grids(chain)
        entries.update(grids)
    widths = {0: 18.0, 1: 34.0, **dict.fromkeys(range(2, 6), 13.0)}
    return Table("Gradients", entries, widths, shades=shades)


def _line(link: Link) -> tuple[Scalar, ...]:
    checked = math.isfinite(link.difference)
    scale = 1.0 + abs(link.derivative)
    return (
        str(link.cell),
        link.formula,
        _shown(link.value),
        _shown(link.derivative),
        _shown(link.difference),
        abs(link.derivative - link.difference) <= _AGREEMENT * scale if checked else None,
    )


def _shown(number: float) -> Scalar:
    return number if math.isfinite(number) else None


def _grids(chain: Chain) -> tuple[dict[tuple[int, int], Entry], tuple[tuple[int, int, int, int], ...]]:
    """The derivatives of the cells without formula, each rectangle of them in its own shape."""
    slopes = {link.cell: link.derivative for link in chain.links if link.formula is None}
    entries: dict[tuple[int, int], Entry] = {}
    shades = []
    row = _FIRST
    for area in rectangles(slopes):
        entries[row - 1, _HEAT] = Entry(str(area), Style.EMPHASIS)
        for cell in area.cells():
            place = (row + cell.row - area.top, _HEAT + cell.col - area.left)
            entries[place] = Entry(_shown(slopes[cell]), Style.PLAIN, "0.00E+00")
        shades.append((row, _HEAT, row + area.rows - 1, _HEAT + area.cols - 1))
        row += area.rows + 2
    return entries, tuple(shades)
