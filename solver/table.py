"""A titled grid of plain values with formats: what reports make, and what the writer and the console show."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.chart import Chart
    from solver.values import Scalar


FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet program takes for a formula when it is typed or opened as CSV."""


class Style(Enum):
    """How a table's cell looks; the names say what the cell is, the writer and the console say how it is drawn."""

    PLAIN = "plain"
    TITLE = "title"  # bold: the first lines of a report
    HEADER = "header"  # bold dark blue, centred, medium grey line above and below: a one-line heading
    HEADER_TOP = "header top"  # the upper line of a two-line heading
    HEADER_BOTTOM = "header bottom"  # its lower line
    BODY = "body"  # thin grey line above
    LAST = "last"  # the last row of a body: medium line below
    EMPHASIS = "emphasis"  # bold
    SECTION = "section"  # opens a part of a sheet: bold dark blue, line below
    COLUMN = "column"  # above a column of numbers: bold, centred
    LABEL = "label"  # left of a row of numbers
    GIVEN = "given"  # a number to be typed in: blue
    VARIABLE = "variable"  # a number that is learnt: yellow
    OBJECTIVE = "objective"  # what is made small or large: green
    RESULT = "result"  # a formula in a grid

    @property
    def is_heading(self) -> bool:
        """Whether it is that of a heading of one line or two."""
        return self in (Style.HEADER, Style.HEADER_TOP, Style.HEADER_BOTTOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of a table: value, look, Excel's number format ("" for General), and formula (without `=`), if any."""

    value: Scalar
    style: Style = Style.PLAIN
    number_format: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet to be: its title becomes the sheet's name, `entries` maps (row, col) to what stands there.

    `widths` are column widths in Excel's unit (characters of the default font); `outline` are rows that belong to
    a collapsed group. The numbers of a `shades` rectangle (top, left, bottom, right) are coloured by sign and size.
    `charts` float over the cells. Text never becomes a formula.
    """

    title: str
    entries: Mapping[tuple[int, int], Entry]
    widths: Mapping[int, float] = field(default_factory=dict)
    outline: frozenset[int] = frozenset()
    shades: tuple[tuple[int, int, int, int], ...] = ()
    gridlines: bool = False
    charts: tuple[Chart, ...] = ()
