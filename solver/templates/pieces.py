"""The pieces that sheets are put together from: lines of text, labels, blocks of numbers, formulas filled down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.formula.filling import Filling
from solver.grid import Area, Cell, column_letters
from solver.templates.plan import Look, Mark, Marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from solver.values import Scalar

TRUE_OR_FALSE = '"TRUE";"TRUE";"FALSE"'
"""The number format of a condition: it keeps LibreOffice from showing TRUE as 1."""


def joined(*pieces: Marks) -> dict[tuple[int, int], Mark]:
    """All pieces on one sheet; ValueError where two of them claim the same cell."""
    marks: dict[tuple[int, int], Mark] = {}
    for piece in pieces:
        twice = marks.keys() & piece.keys()
        if twice:
            raise ValueError(f"two pieces claim {Cell('', *min(twice)).a1}")
        marks.update(piece)
    return marks


def block(sheet: str, row: int, col: int, rows: int = 1, cols: int = 1) -> Area:
    """The area of `rows` x `cols` cells whose first cell is (row, col)."""
    return Area(sheet, row, col, row + rows - 1, col + cols - 1)


def line(area: Area, number: int, *, down_a_column: bool = False) -> Area:
    """One row of an area, or one column."""
    if down_a_column:
        return block(area.sheet, area.top, area.left + number, area.rows)
    return block(area.sheet, area.top + number, area.left, 1, area.cols)


def title(text: str, *lines: str) -> Marks:
    """The title of a sheet in its first row, with lines of explanation below it."""
    return {(0, 0): Mark(text, look=Look.TITLE), **lines_of_text(1, 0, lines)}


def lines_of_text(row: int, col: int, lines: Iterable[str]) -> Marks:
    """Lines of explanation, one a row; each runs on over the empty cells to its right."""
    return {(row + k, col): Mark(line, look=Look.TEXT) for k, line in enumerate(lines)}


def label_width(texts: Iterable[Scalar], least: float = 10.0, most: float = 32.0) -> float:
    """The width of a column (in characters) that shows the longest of some labels, within limits."""
    longest = max((len(str(text)) for text in texts if text is not None), default=0)
    return float(min(max(least, longest + 2.0), most))


def one(row: int, col: int, value: Scalar, look: Look, number_format: str = "") -> Marks:
    """One cell with a value."""
    return {(row, col): Mark(value, look=look, number_format=number_format)}


def heading(row: int, col: int, text: str, cols: int = 1) -> Marks:
    """A heading that rules a line under `cols` columns."""
    rest = {(row, col + k): Mark(look=Look.HEADING) for k in range(1, cols)}
    return {(row, col): Mark(text, look=Look.HEADING), **rest}


def across(row: int, col: int, texts: Iterable[Scalar], look: Look = Look.HEADER) -> Marks:
    """Values side by side, as the headers of columns."""
    return {(row, col + k): Mark(text, look=look) for k, text in enumerate(texts)}


def down(row: int, col: int, texts: Iterable[Scalar], look: Look = Look.LABEL) -> Marks:
    """Values below each other, as the labels of rows."""
    return {(row + k, col): Mark(text, look=look) for k, text in enumerate(texts)}


def numbers(area: Area, rows: Sequence[Sequence[float | None]], look: Look, number_format: str = "") -> Marks:
    """A block of numbers, None for a blank cell; ValueError if it has another shape than the area."""
    if len(rows) != area.rows or any(len(row) != area.cols for row in rows):
        raise ValueError(f"the numbers do not have the shape of {area}")
    return {
        (area.top + i, area.left + j): Mark(value, look=look, number_format=number_format)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
    }


def filled(area: Area, formula: str, look: Look = Look.RESULT, number_format: str = "") -> Marks:
    """A formula, written for the first cell of an area, filled down and to the right as Excel would.

    ValueError where a reference would leave the sheet.
    """
    filling = Filling(formula, area.top, area.left)
    marks: dict[tuple[int, int], Mark] = {}
    for col in range(area.left, area.right + 1):
        for row in range(area.top, area.bottom + 1):
            text = filling.at(row, col)
            if text is None:
                raise ValueError(f"{formula} cannot be filled into {Cell(area.sheet, row, col)}")
            marks[row, col] = Mark(formula=text, look=look, number_format=number_format)
    return marks


def sliding_down(area: Area) -> str:
    """The first row of an area as a formula reads it that is filled down: columns fixed, row not.

    >>> sliding_down(Area("S", 4, 1, 9, 3)), sliding_down(Area("S", 4, 1, 9, 1))
    ('$B5:$D5', '$B5')
    """
    left, right = column_letters(area.left), column_letters(area.right)
    first = f"${left}{area.top + 1}"
    return first if area.cols == 1 else f"{first}:${right}{area.top + 1}"


def sliding_across(area: Area) -> str:
    """The first column of an area as a formula reads it that is filled to the right: rows fixed, column not.

    >>> sliding_across(Area("S", 4, 1, 9, 3)), sliding_across(Area("S", 4, 1, 4, 3))
    ('B$5:B$10', 'B$5')
    """
    letters = column_letters(area.left)
    first = f"{letters}${area.top + 1}"
    return first if area.rows == 1 else f"{first}:{letters}${area.bottom + 1}"


def legend(row: int, col: int, *looks: Look) -> Marks:
    """A key to the colours, one a row: a coloured cell with its meaning beside it."""
    meanings = {
        Look.INPUT: "given",
        Look.VARIABLE: "changed by Solver",
        Look.OBJECTIVE: "the objective",
        Look.RESULT: "formula",
    }
    return joined(
        {(row + k, col): Mark(look=look) for k, look in enumerate(looks)},
        {(row + k, col + 1): Mark(meanings[look], look=Look.NOTE) for k, look in enumerate(looks)},
    )


def table_header(name: str, table: Area, *, bias: bool = False) -> Marks:
    """The row above a table of embeddings: what it holds, and its columns."""
    names = (*(f"factor {k + 1}" for k in range(table.cols)), *(("bias",) if bias else ()))
    return joined(heading(table.top - 1, table.left - 1, name), across(table.top - 1, table.left, names))


def named_table(area: Area, name: str, row_names: Sequence[str]) -> Marks:
    """The frame of a table of embeddings: a heading, numbered columns, and the name of each row left of it."""
    return joined(
        heading(area.top - 2, area.left - 1, name, area.cols + 1),
        across(area.top - 1, area.left, range(1, area.cols + 1)),
        down(area.top, area.left - 1, row_names),
    )


def row_numbers(area: Area, keys: Area, table: Area, names_col: int | None = None) -> Marks:
    """Beside each key the number of its row in a table, found by the names in a column (default: left of it)."""
    names = block(table.sheet, table.top, table.left - 1 if names_col is None else names_col, table.rows)
    return filled(area, f"MATCH({sliding_down(keys)},{names.absolute},0)")


def fetched(area: Area, table: Area, row_number: Area) -> Marks:
    """Rows of a table by the row numbers in a column; the numbers of the columns stand above the area."""
    header = sliding_across(block(area.sheet, area.top - 1, area.left))
    return filled(area, f"INDEX({table.absolute},{sliding_down(row_number)},{header})", number_format="0.00")
