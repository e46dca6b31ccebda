"""Grids of numbers under a line of labels and beside another, wherever they stand among titles, notes and summaries.

My films, 1 to 5
                 films
          Up     Heat    Alien   mean
Ann       4              5       4.5         B4:D5 is the grid; the line and the column of means are none of it,
Bob       -      3       1       2           whether computed or typed, and a dash is a blank
mean      4      3       3
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import Area
from solver.lesson.grids import contents, is_mark, may_label
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from solver.book.book import Book
    from solver.values import Scalar

    Contents = Mapping[tuple[int, int], Scalar]

SUMMARIES = frozenset(
    ("average", "averages", "avg", "count", "max", "maximum", "mean", "means", "median", "min", "minimum", "n")
) | frozenset(("stdev", "sum", "total", "totals", "var", "variance"))
"""What the last line or column of a table is called that sums up the others."""
_COMPUTED = ErrorValue.CALC
"""What stands for a cell with a formula: no label, no number and no mark."""


def labelled_grids(book: Book, sheet: str) -> list[Area]:
    """The areas of all grids of a sheet that have at least two lines, two columns and labels for both, by place."""
    source = book.sheets[sheet]
    cells: dict[tuple[int, int], Scalar] = dict(contents(source))
    for at in np.flatnonzero(source.formula >= 0).tolist():
        cells[int(source.cells.row[at]), int(source.cells.col[at])] = _COMPUTED
    found: list[Area] = []
    for row, first, last in _runs(cells):
        for corner in (first - 1, first):
            found += _under(cells, sheet, row, corner, last)
    return [area for area in found if not any(area != other and area.intersection(other) == area for other in found)]


def strays(book: Book, grid: Area) -> Area | None:
    """Numbers that stand right of a grid, beside its lines and under a label that is no summary, if there are any."""
    cells = contents(book.sheets[grid.sheet])
    numbers = [
        (row, col)
        for (row, col), value in cells.items()
        if isinstance(value, float) and grid.top <= row <= grid.bottom and col > grid.right
        if not _sums_up(cells.get((grid.top - 1, col), "sum"))
    ]
    if not numbers:
        return None
    rows, cols = [row for row, _ in numbers], [col for _, col in numbers]
    return Area(grid.sheet, min(rows), min(cols), max(rows), max(cols))


def _runs(cells: Contents) -> Iterator[tuple[int, int, int]]:
    """The row, first and last column of all unbroken runs of filled cells, without summaries at their ends."""
    rows: dict[int, list[int]] = {}
    for row, col in sorted(cells):
        rows.setdefault(row, []).append(col)
    for row, cols in rows.items():
        breaks = [k for k, col in enumerate(cols) if k == 0 or col != cols[k - 1] + 1]
        for start, end in zip(breaks, [*breaks[1:], len(cols)], strict=True):
            last = cols[end - 1]
            while last > cols[start] and _sums_up(cells[row, last]):
                last -= 1
            yield row, cols[start], last


def _under(cells: Contents, sheet: str, row: int, corner: int, last: int) -> list[Area]:
    """The grids below the labels that follow a corner up to the last column, beside labels below the corner."""
    above = [cells[row, col] for col in range(corner + 1, last + 1)]
    if corner < 0 or not _labels(above) or not isinstance(cells.get((row, corner)), str | None):
        return []
    bottom = row
    while (bottom + 1, corner) in cells:
        bottom += 1
    while bottom > row and (_sums_up(cells[bottom, corner]) or _computed(cells, bottom, corner + 1, last)):
        bottom -= 1
    beside = [cells[below, corner] for below in range(row + 1, bottom + 1)]
    if not _labels(beside) or not (_texts(above) or _texts(beside) or _outermost(cells, row, corner, bottom, last)):
        return []
    areas, left = [], corner + 1
    for col in range(corner + 1, last + 2):
        if col > last or not _numbers_alone(cells.get((below, col)) for below in range(row + 1, bottom + 1)):
            if col - left > 1:
                areas.append(Area(sheet, row + 1, left, bottom, col - 1))
            left = col + 1
    return [area for area in areas if _full_enough(cells, area)]


def _labels(values: Sequence[Scalar]) -> bool:
    """Whether values can name two lines or more: all there, no two the same, texts or whole numbers."""
    if len(values) < 2 or not may_label(list(values)):
        return False
    return all(isinstance(value, str) or (isinstance(value, float) and value.is_integer()) for value in values)


def _texts(values: Sequence[Scalar]) -> bool:
    return any(isinstance(value, str) for value in values)


def _outermost(cells: Contents, row: int, corner: int, bottom: int, last: int) -> bool:
    """Whether a corner is blank and no number stands above, below, left or right of what it is the corner of."""
    if (row, corner) in cells:
        return False
    numbers = (place for place, value in cells.items() if isinstance(value, float))
    inside = ((row <= at <= bottom, corner <= col <= last) for at, col in numbers)
    return all(in_rows == in_cols for in_rows, in_cols in inside)


def _numbers_alone(values: Iterable[Scalar]) -> bool:
    """Whether a column holds numbers, blanks and marks for what is not known, and nothing else."""
    return all(value is None or isinstance(value, float) or is_mark(value) for value in values)


def _computed(cells: Contents, row: int, first: int, last: int) -> bool:
    return any(cells.get((row, col)) is _COMPUTED for col in range(first, last + 1))


def _full_enough(cells: Contents, area: Area) -> bool:
    """Whether a grid has at least as many numbers as lines or columns, so that it is no heading over something else."""
    count = sum(isinstance(cells.get((cell.row, cell.col)), float) for cell in area.cells())
    return count >= max(area.rows, area.cols)


def _sums_up(label: Scalar) -> bool:
    return isinstance(label, str) and label.strip().rstrip(":").casefold() in SUMMARIES
