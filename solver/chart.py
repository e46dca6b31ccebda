"""A chart in words: what is drawn from which cells of a table, without a file format or a drawing program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.grid import Area

MANY_FOLD = 100.0
"""Values whose largest is so many times the smallest ask for a logarithmic axis."""

_MOST_MARKED = 60


class ChartKind(Enum):
    """How points are drawn."""

    LINE = "line"  # joined, evenly spaced along the categories
    SCATTER = "scatter"  # where x and y say
    BAR = "bar"  # one horizontal bar a category, the first on top


@dataclass(frozen=True, slots=True)
class Series:
    """One curve or set of bars: its name in the legend, and the cells of its values.

    `along` are the categories of a line or of bars, the x of a scatter; without it points are counted from 1. Areas
    are one row or one column; one whose sheet is "" lies on the table that holds the chart. `joined` points of a
    scatter are joined by a line and have no marks.
    """

    name: str
    values: Area
    along: Area | None = None
    joined: bool = False

    @property
    def marked(self) -> bool:
        """Whether each point of a line gets a mark: many would hide it."""
        return not self.joined and self.values.size <= _MOST_MARKED


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that floats over a table, its top left corner in the cell `at` (row, column, from zero).

    `size` is width and height in pixels of 1/96 inch. On a `logarithmic` axis of values only positive ones are seen.
    """

    kind: ChartKind
    title: str
    series: tuple[Series, ...]
    at: tuple[int, int]
    x_title: str = ""
    y_title: str = ""
    size: tuple[int, int] = (560, 336)
    logarithmic: bool = False
