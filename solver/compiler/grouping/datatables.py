"""What-if tables as formulas: each cell asks what the table's formula would give for the values in its margins.

Excel stores such a table as an area with one or two input cells and shows {=TABLE(row input, column input)}; this is
the form for one cell that LibreOffice writes, TABLE(formula, input, value, ...), which can be filled like any other.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.grid import Area, Cell

if TYPE_CHECKING:
    from solver.book.book import Formula

_SHOWN = re.compile(r"TABLE\(\$?([A-Z]*)\$?([0-9]*),\$?([A-Z]*)\$?([0-9]*)\)", re.IGNORECASE)


def spelled_out(formula: Formula, sheet: str) -> tuple[Area, Formula] | None:
    """The area of a what-if table and the formula of its first cell; None where an input or the margins are lost.

    The values for the row input stand above the area, those for the column input to its left. With both, the formula
    stands where the two margins cross; with a row input alone, every row has its own to the left of the area; with a
    column input alone, every column has its own above.
    """
    match = _SHOWN.fullmatch(formula.text)
    area = formula.area or Area.of(Cell(sheet, formula.row, formula.col))
    if match is None or area.top == 0 or area.left == 0:
        return None
    across, down = (
        f"${column}${row}" if column and row else "" for column, row in (match.groups()[:2], match.groups()[2:])
    )
    first = area.first
    above, left = replace(first, row=first.row - 1), replace(first, col=first.col - 1)
    in_margin = {"above": above.a1.rstrip("0123456789") + f"${above.row + 1}", "left": "$" + left.a1}
    if across and down:
        corner = replace(above, col=left.col).absolute
        text = f"TABLE({corner},{across},{in_margin['above']},{down},{in_margin['left']})"
    elif across:
        text = f"TABLE({in_margin['left']},{across},{in_margin['above']})"
    elif down:
        text = f"TABLE({in_margin['above']},{down},{in_margin['left']})"
    else:
        return None
    return area, replace(formula, text=text, row=first.row, col=first.col, area=None)
