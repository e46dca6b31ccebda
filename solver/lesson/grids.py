"""Grids of numbers with labels, as people lay them out: where one is, what stands beside and above it, what is in it.

A grid is given by its area, or found by a heading such as "Users": above the grid, or in its upper left corner.

    Users                Users | 1 | 2          labels may be texts or numbers; a blank corner
          1    2         Ann   | 0.3 ...         marks a row and a column of labels
    Ann   0.3  ...       Bob
    Bob
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.book.looks.formats import number_formats
from solver.errors import ModelError
from solver.functions.coerce import number_of_text
from solver.functions.formats.formatcode import FormatCodeError, sections_of
from solver.grid import Area, Cell
from solver.values import ErrorValue, Kind, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import numpy.typing as npt

    from solver.book.book import Book, Sheet

_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""Where the next word of a name such as userId begins."""
_NOTHING = frozenset(("na", "nan", "null", "none", "nil", "missing"))
"""Words that people write where nothing is known; marks without a letter or digit, such as a dash, say it too."""
_MOST_HEADINGS = 10
"""A column that says one text more often is a column of a table."""
_BESIDE = frozenset(
    ("embedding", "embeddings", "factor", "factors", "vectors", "known", "table", "grid", "matrix", "id", "ids")
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers (rows, cols), NaN where a cell is blank, with their labels: empty where there are none.

    `marked` says that a cell without a number holds a mark that says so.
    """

    area: Area
    values: npt.NDArray[np.float64]
    rows: tuple[str, ...] = ()
    cols: tuple[str, ...] = ()
    marked: bool = False

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Where it holds a number."""
        return ~np.isnan(self.values)


def is_mark(value: Scalar) -> bool:
    """Whether a text says that nothing is known: `-`, `?`, `n/a`, `NaN`, spaces."""
    said = "".join(filter(str.isalnum, value)) if isinstance(value, str) else "number"
    return not said or said.casefold() in _NOTHING


def grid_at(book: Book, area: Area, what: str, *, marks: bool = False) -> Grid:
    """The grid of an area with the labels around it; ModelError at the first cell that holds something else.

    `marks` takes cells that say that nothing is known for blank ones.
    """
    cells = contents(book.sheets[area.sheet], area)
    values = np.full((area.rows, area.cols), np.nan)
    marked = False
    for cell in area.cells():
        value = cells.get((cell.row, cell.col))
        if isinstance(value, float):
            values[cell.row - area.top, cell.col - area.left] = value
        elif value is not None and marks and is_mark(value):
            marked = True
        elif value is not None:
            if isinstance(value, str) and number_of_text(value) is not None:
                raise ModelError(f"{what} hold {value!r} as a text", where=str(cell), hint="make a number of it")
            found = value.label if isinstance(value, ErrorValue) else repr(value)
            raise ModelError(f"{what} hold {found}", where=str(cell), hint="put a number there or leave it blank")
    for cell, code in number_formats(book, area):
        if not np.isnan(values[cell.row - area.top, cell.col - area.left]) and _is_date(code):
            raise ModelError(f"{what} hold a date", where=str(cell), hint="put a number there, formatted as one")
    return Grid(area, values, *_labels(book.sheets[area.sheet], area), marked)


def _is_date(code: str) -> bool:
    try:
        return sections_of(code)[0].is_date
    except FormatCodeError:
        return False


def _labels(sheet: Sheet, area: Area) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels left of an area and above it, where every row or column has one.

    A column in which labels are repeated, such as one of towns, is left for one further left in which none is.
    """
    rows: tuple[str, ...] = ()
    cols: list[Scalar] = []
    beside = contents(sheet, Area(area.sheet, area.top, 0, area.bottom, area.left - 1)) if area.left else {}
    for col in range(area.left - 1, -1, -1):
        names = _as_labels(beside.get((row, col)) for row in range(area.top, area.bottom + 1))
        rows = rows or names
        if not names or len(set(names)) == len(names):
            rows = names or rows
            break
    if area.top:
        above = contents(sheet, Area(area.sheet, area.top - 1, area.left, area.top - 1, area.right))
        cols = [above.get((area.top - 1, col)) for col in range(area.left, area.right + 1)]
    return rows, _as_labels(cols)


def _as_labels(values: Iterable[Scalar]) -> tuple[str, ...]:
    texts = tuple("" if value is None else shown(value) for value in values)
    return texts if all(texts) else ()


def shown(value: Scalar) -> str:
    """A value as a label: whole numbers without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.label if isinstance(value, ErrorValue) else str(value).strip()


def headings(book: Book, words: Collection[str], sheets: Iterable[str]) -> list[Cell]:
    """The cells that say nothing but one of the words, such as `Users`, `User embeddings:` or `Ratings (0 to 5)`.

    What a column says again and again is an entry of a table and no heading.
    """
    found = []
    for name in sheets:
        cells = book.sheets[name].cells
        said = np.flatnonzero(cells.kind == Kind.TEXT)
        times = Counter(zip(cells.col[said].tolist(), cells.text[said].tolist(), strict=True))
        for at in said.tolist():
            text, col = str(cells.text[at]), int(cells.col[at])
            if times[col, text] <= _MOST_HEADINGS and _names_one_of(text, words):
                found.append(Cell(name, int(cells.row[at]), col))
    return found


def _names_one_of(text: str, words: Collection[str]) -> bool:
    """Whether a text says one of the words, and beside it nothing but what such headings say."""
    said = {word.casefold() for word in _WORD.findall(_HUMP.sub(" ", text.partition("(")[0]))}
    return bool(said & set(words)) and said <= _BESIDE.union(words) and not any(map(str.isdigit, text))


def area_under(book: Book, heading: Cell) -> Area | None:
    """The area of the numbers that a heading stands over, without their labels; None where there are none."""
    cells = contents(book.sheets[heading.sheet])
    top, left = heading.row, heading.col
    in_corner = (top, left + 1) in cells
    top += not in_corner
    if (top, left) not in cells and (top, left + 1) not in cells:
        return None
    bottom, right = _extent(cells, top, left)
    corner = cells.get((top, left))
    row = [cells.get((top, col)) for col in range(left + 1, right + 1)]
    col = [cells.get((below, left)) for below in range(top + 1, bottom + 1)]
    if in_corner:
        label_row, label_col = bottom > top, True
    elif corner is None:
        label_row = label_col = may_label(row) and may_label(col)
    elif isinstance(corner, str):
        label_row = any(isinstance(value, str) for value in row) or right == left
        label_col = any(isinstance(value, str) for value in col) or not label_row
    else:
        label_row = label_col = False
    area = Area(heading.sheet, top + label_row, left + label_col, bottom, right)
    return area if area.top <= area.bottom and area.left <= area.right else None


def only_grid(book: Book, sheet: str) -> Area | None:
    """The area of the numbers on a sheet that holds one grid and nothing else, without its labels; else None."""
    cells = contents(book.sheets[sheet])
    if not cells:
        return None
    top, left = min(row for row, _ in cells), min(col for _, col in cells)
    bottom, right = max(row for row, _ in cells), max(col for _, col in cells)
    corner = cells.get((top, left))
    labelled = not isinstance(corner, float)
    if labelled and not ((top, left + 1) in cells and (top + 1, left) in cells):
        return None
    area = Area(sheet, top + labelled, left + labelled, bottom, right)
    return area if area.size > 1 else None


def _extent(cells: Mapping[tuple[int, int], Scalar], top: int, left: int) -> tuple[int, int]:
    """The last row and column before the first that are blank, growing from a corner downwards and to the right."""
    bottom, right = top, left
    blank_to, blank_down_to = left, top  # of the row below and the column at the right, what is known to be blank
    while True:
        down = any((bottom + 1, col) in cells for col in range(blank_to, right + 1))
        across = any((row, right + 1) in cells for row in range(blank_down_to, bottom + 1))
        if not down and not across:
            return bottom, right
        blank_to, blank_down_to = left if down else right + 1, top if across else bottom + 1
        bottom, right = bottom + down, right + across


def may_label(values: list[Scalar]) -> bool:
    """Whether values can be labels: none is missing, and no two are the same."""
    return bool(values) and all(value is not None for value in values) and len(set(values)) == len(values)


def contents(sheet: Sheet, area: Area | None = None) -> dict[tuple[int, int], Scalar]:
    """What is written in the cells of a sheet or of an area; blanks and empty texts are left out."""
    cells = sheet.cells
    at = np.arange(len(cells))
    if area is not None:
        at = at[(cells.row >= area.top) & (cells.row <= area.bottom)]
        at = at[(cells.col[at] >= area.left) & (cells.col[at] <= area.right)]
    found: dict[tuple[int, int], Scalar] = {}
    for k in at.tolist():
        value = cells.scalar(k)
        if value is not None and value != "":
            found[int(cells.row[k]), int(cells.col[k])] = value
    return found


def occupied(book: Book, area: Area) -> Cell | None:
    """The first cell of an area that holds something: a value or a formula."""
    sheet = book.sheets[area.sheet]
    found = contents(sheet, area)
    cells = sheet.cells
    for k in np.flatnonzero(sheet.formula >= 0).tolist():
        place = Cell(area.sheet, int(cells.row[k]), int(cells.col[k]))
        if place in area:
            found[place.row, place.col] = None
    return Cell(area.sheet, *min(found)) if found else None
