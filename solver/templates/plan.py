"""The nouns of a workbook to be: marks in cells, how they look, and the Solver model of a sheet.

A template is a function that returns a `SheetPlan` or a `WorkbookPlan`; it writes formulas and computes nothing.
`solver.templates.workbook` turns a plan into a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from solver.grid import Area, Cell
    from solver.model.model import Model
    from solver.values import Scalar


class Look(Enum):
    """What a cell is to the reader; how that is drawn is the writer's business."""

    TITLE = "title"
    TEXT = "text"  # a line of explanation
    NOTE = "note"  # beside a cell: what it is
    HEADING = "heading"  # opens a part of the sheet
    HEADER = "header"  # above a column
    TURNED = "turned"  # above a narrow column: written upwards
    LABEL = "label"  # left of a row
    INPUT = "input"  # a given number
    VARIABLE = "variable"  # a number that Solver changes
    RESULT = "result"  # a formula
    OBJECTIVE = "objective"  # the formula that Solver improves


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell: a value or a formula (without `=`), its look, and Excel's number format ("" for General)."""

    value: Scalar = None
    formula: str = ""
    look: Look = Look.RESULT
    number_format: str = ""


Marks: TypeAlias = Mapping[tuple[int, int], Mark]
"""Cells of one sheet by (row, col), counted from zero."""


@dataclass(frozen=True, slots=True)
class ColourScale:
    """A shade behind each number of an area: none at `low`, full at `high`."""

    area: Area
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """One row of points of a chart: its name, and the cells of its values."""

    name: str
    values: Area
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of numbers over numbers, with its upper left corner in `place` (width and height in centimetres)."""

    title: str
    place: Cell
    across: Area
    series: tuple[Series, ...]
    axes: tuple[str, str]
    size: tuple[float, float] = (15.0, 8.0)


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One sheet: its marks, column widths (characters), frozen rows and columns, shades, charts and model."""

    name: str
    marks: Marks
    widths: Mapping[int, float] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] = (0, 0)
    shades: tuple[ColourScale, ...] = ()
    best_of_row: tuple[Area, ...] = ()
    charts: tuple[Chart, ...] = ()
    model: Model | None = None


@dataclass(frozen=True, slots=True)
class WorkbookPlan:
    """A workbook: its title (a property of the file), its sheets, and the sheet that opens first."""

    title: str
    sheets: tuple[SheetPlan, ...]
    opens: str = ""
