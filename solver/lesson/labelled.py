"""Grids of numbers under a line of labels and beside another, wherever they stand among titles, notes and summaries.

My films, 1 to 5
                 films
          Up     Heat    Alien   mean
Ann       4              5       4.5         B4:D5 is the grid; the line and the column of means are none of it,
Bob       -      3       1       2           whether computed or typed, and a dash is a blank
mean      4      3       3
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.grid import Area
from solver.lesson.grids import contents, is_mark, may_label
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

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
    stretches, columns = _Stretches(cells), _column_runs(cells)
    found: list[Area] = []
    for row, first, last in _runs(cells):
        for corner in (first - 1, first):
            below = columns.get((row + 1, corner))
            if below is None or not _may_head(cells, row, corner, last):
                continue
            for area in _under(cells, sheet, row, stretches[(corner, last, *below)]):
                if not any(_holds(other, area) for other in found):
                    found.append(area)
    return [area for area in found if not any(area != other and _holds(other, area) for other in found)]


def _holds(outer: Area, inner: Area) -> bool:
    return outer.intersection(inner) == inner


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


def _column_runs(cells: Contents) -> dict[tuple[int, int], tuple[int, int]]:
    """For each filled cell the first and last row of the unbroken run of filled cells in its column."""
    runs: dict[tuple[int, int], tuple[int, int]] = {}
    for row, col in sorted(cells):
        runs[row, col] = (runs[row - 1, col][0] if (row - 1, col) in runs else row, row)
    for row, col in sorted(cells, reverse=True):
        if (row + 1, col) in runs:
            runs[row, col] = (runs[row, col][0], runs[row + 1, col][1])
    return runs


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines beside a column of labels, `corner`, up to the column `last` and down to `bottom`, above what sums them up.

    From the row `named` on the labels can name their lines, and the last text among them is in the row `text`. From
    the row `free[k]` on there is nothing but numbers, blanks and marks in the column k places right of the first;
    `numbers[i, k]` of its cells from the row `top` + i on are numbers.
    """

    corner: int
    last: int
    top: int
    bottom: int
    named: int
    text: int
    free: tuple[int, ...]
    numbers: npt.NDArray[np.intp]


class _Stretches(dict[tuple[int, int, int, int], _Stretch]):
    """The stretches of a sheet by corner, last column, first and last row: every line asks for the same one again."""

    def __init__(self, cells: Contents) -> None:
        super().__init__()
        self._cells = cells

    def __missing__(self, key: tuple[int, int, int, int]) -> _Stretch:
        made = self[key] = _stretch(self._cells, *key)
        return made


def _stretch(cells: Contents, corner: int, last: int, top: int, end: int) -> _Stretch:
    bottom = end
    while bottom >= top and (_sums_up(cells[bottom, corner]) or _computed(cells, bottom, corner + 1, last)):
        bottom -= 1
    named, text, seen = bottom + 1, -1, set()
    for row in range(bottom, top - 1, -1):
        label = cells[row, corner]
        if label in seen or not _is_label(label):
            break
        seen.add(label)
        named, text = row, max(text, row) if isinstance(label, str) else text
    free, numbers = [], np.zeros((bottom - top + 2, last - corner), dtype=np.intp)
    for k, col in enumerate(range(corner + 1, last + 1)):
        values = [cells.get((row, col)) for row in range(top, bottom + 1)]
        free.append(1 + max((top + i for i, value in enumerate(values) if not _fits_in(value)), default=top - 1))
        numbers[:-1, k] = np.cumsum([isinstance(value, float) for value in reversed(values)])[::-1]
    return _Stretch(corner, last, top, bottom, named, text, tuple(free), numbers)


def _may_head(cells: Contents, row: int, corner: int, last: int) -> bool:
    """Whether what follows a corner up to the last column can be labels of columns, and the corner belongs to them."""
    if corner < 0 or last - corner < 2 or not isinstance(cells.get((row, corner)), str | None):
        return False
    above = [cells[row, col] for col in range(corner + 1, last + 1)]
    return may_label(above) and all(map(_is_label, above))


def _under(cells: Contents, sheet: str, row: int, lines: _Stretch) -> Iterator[Area]:
    """The grids below labels in a row, beside the labels of the lines below it."""
    corner, last, bottom = lines.corner, lines.last, lines.bottom
    if bottom - row < 2 or row + 1 < lines.named:
        return
    texts = lines.text > row or any(isinstance(cells[row, col], str) for col in range(corner + 1, last + 1))
    if not texts and not _outermost(cells, row, corner, bottom, last):
        return
    left = 0
    for k, free in enumerate((*lines.free, bottom + 1)):
        if free > row + 1:
            rows, cols = bottom - row, k - left
            if cols > 1 and lines.numbers[row + 1 - lines.top, left:k].sum() >= max(rows, cols):
                yield Area(sheet, row + 1, corner + 1 + left, bottom, corner + k)  # else a heading over something else
            left = k + 1


def _is_label(value: Scalar) -> bool:
    """Whether a value can name a line: a text or a whole number."""
    return isinstance(value, str) or (isinstance(value, float) and value.is_integer())


def _outermost(cells: Contents, row: int, corner: int, bottom: int, last: int) -> bool:
    """Whether a corner is blank and no number stands above, below, left or right of what it is the corner of."""
    if (row, corner) in cells:
        return False
    numbers = (place for place, value in cells.items() if isinstance(value, float))
    inside = ((row <= at <= bottom, corner <= col <= last) for at, col in numbers)
    return all(in_rows == in_cols for in_rows, in_cols in inside)


def _fits_in(value: Scalar) -> bool:
    """Whether a value can stand in a grid: a number, a blank, or a mark for what is not known."""
    return value is None or isinstance(value, float) or is_mark(value)


def _computed(cells: Contents, row: int, first: int, last: int) -> bool:
    return any(cells.get((row, col)) is _COMPUTED for col in range(first, last + 1))


def _sums_up(label: Scalar) -> bool:
    return isinstance(label, str) and label.strip().rstrip(":").casefold() in SUMMARIES
