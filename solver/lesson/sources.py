"""What a fit starts from: a grid of targets or a long table of them, and embeddings if there are any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.errors import ModelError
from solver.grid import Area, Cell, quote_sheet
from solver.lesson.called import area_called, sheet_called
from solver.lesson.grids import Grid, area_under, grid_at, headings, only_grid, shown
from solver.lesson.labelled import labelled_grids, strays
from solver.lesson.listed import bare_lines, beside_keys, column_of, long_header
from solver.templates.factorisation import Given
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from solver.book.book import Book

ROWS = frozenset(("user", "users", "person", "people", "customer", "customers", "reader", "readers", "row", "rows"))
COLUMNS = frozenset(("movie", "movies", "film", "films", "item", "items", "product", "products", "column", "columns"))
TARGETS = frozenset(("rating", "ratings", "target", "targets", "score", "scores", "value", "values"))
"""What headings call the things that are described by embeddings, and what is known of their pairs."""


@dataclass(frozen=True, slots=True)
class Source:
    """Targets with the names of their rows and columns, and the embeddings that stand somewhere already.

    For a long table `keys` are its two columns of keys; `places` are then the (row, column) of each target, and
    else those of every cell of the grid. `values` has the shape of the targets' area, NaN where none is known; `marked`
    says that some of those hold a mark such as a dash.
    """

    targets: Area
    values: npt.NDArray[np.float64]
    row_names: tuple[Scalar, ...]
    col_names: tuple[Scalar, ...]
    places: npt.NDArray[np.intp]
    rows: Grid | None = None
    cols: Grid | None = None
    keys: tuple[Area, Area] | None = None
    marked: bool = False

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which targets are known, in reading order."""
        return np.asarray(~np.isnan(self.values.ravel()))


def find_source(
    book: Book, sheet: str | None, targets: str | None, rows: str | None, cols: str | None, long: str | None
) -> Source:
    """The source in the given areas, or else where headings say it is; ModelError says what is missing or ambiguous."""
    home = book.active if sheet is None else sheet_called(book, sheet)
    sheets = list(book.sheets) if sheet is None else [home]
    if long is not None:
        area = area_called(book, home, long)
        if area.cols != 3:
            raise ModelError("a long table has three columns", where=str(area), hint="row keys, column keys, values")
        return _table(book, area.left, area.left + 1, area.left + 2, area)
    if targets is None:
        found = long_header(book, sheets, (ROWS, COLUMNS, TARGETS))
        if found is not None and rows is None and cols is None:
            return _table(book, *found)
    given = area_called(book, home, targets) if targets is not None else _headed(book, sheets, TARGETS, "targets")
    beside = rows is not None or cols is not None
    if given is None and not beside:
        given = _alone(book, sheets, home)
        lines = None if given is None else bare_lines(book, given)
        if lines is not None:
            return _table(book, lines.left, lines.left + 1, lines.right, lines)
    if given is None:
        raise ModelError("no heading says where the targets are", where=quote_sheet(home), hint="give --targets AREA")
    if targets is not None and beside_keys(book, given):
        return _table(book, given.left - 2, given.left - 1, given.left, given)
    grids = [
        area_called(book, home, text) if text is not None else _headed(book, sheets, words, option, besides=given)
        for text, words, option in ((rows, ROWS, "rows"), (cols, COLUMNS, "columns"))
    ]
    return _grid(book, given, *grids)


def _alone(book: Book, sheets: Iterable[str], home: str) -> Area | None:
    """The only grid with labels on the open sheet, else of the book; without any, the only grid of the open sheet."""
    found = labelled_grids(book, home) or [area for sheet in sheets for area in labelled_grids(book, sheet)]
    if len(found) > 1:
        places = " and ".join(str(area) for area in found[:3])
        raise ModelError(f"{len(found)} grids could be the targets: {places}", hint="give one with --targets AREA")
    if not found:
        return only_grid(book, home)
    other = strays(book, found[0])
    if other is not None:
        raise ModelError(
            f"the numbers of {other} stand beside the grid {found[0]}",
            where=quote_sheet(found[0].sheet),
            hint="say what is what with --targets AREA, --rows AREA and --columns AREA",
        )
    return found[0]


def _headed(
    book: Book, sheets: Iterable[str], words: frozenset[str], option: str, besides: Area | None = None
) -> Area | None:
    """The area below the only heading of one of the words, other than one around targets; None where there is none."""
    found = {area: cell for cell in headings(book, words, sheets) if (area := area_under(book, cell)) is not None}
    if besides is not None:
        found = {area: cell for area, cell in found.items() if besides.intersection(area) is None}
    if len(found) > 1:
        places = " and ".join(str(cell) for cell in list(found.values())[:3])
        raise ModelError(f"headings are found {len(found)} times: {places}", hint=f"say which with --{option} AREA")
    return next(iter(found), None)


def _table(book: Book, row_col: int, col_col: int, value_col: int, lines: Area) -> Source:
    """The source in a long table, whose columns stand in the rows of `lines`."""
    column = {col: Area(lines.sheet, lines.top, col, lines.bottom, col) for col in (row_col, col_col, value_col)}
    given = grid_at(book, column[value_col], "the targets", marks=True)
    names: list[tuple[Scalar, ...]] = []
    places = []
    for col in (row_col, col_col):
        keys = column_of(book, col, lines)
        for row, key in enumerate(keys):
            if key is None or isinstance(key, ErrorValue):
                cell = Cell(lines.sheet, lines.top + row, col)
                raise ModelError("a line of the table has no key", where=str(cell), hint="write one, or drop the line")
        _alike(keys, Cell(lines.sheet, lines.top, col))
        number: dict[Scalar, int] = {}
        # texts are one key whatever their case, as MATCH finds them
        folded = [key.casefold() if isinstance(key, str) else key for key in keys]
        places.append([number.setdefault(key, len(number)) for key in folded])
        first = dict(zip(reversed(folded), reversed(keys), strict=True))
        names.append(tuple(first[key] for key in number))
    return Source(
        given.area,
        given.values,
        names[0],
        names[1],
        np.array(places, dtype=np.intp).T,
        keys=(column[row_col], column[col_col]),
        marked=given.marked,
    )


def _alike(keys: list[Scalar], first: Cell) -> None:
    """Refuses keys of a column that look the same and are not, to MATCH: 1 and a text 1, or spaces around a text."""
    seen: dict[str, tuple[int, Scalar]] = {}
    for row, key in enumerate(keys):
        folded = key.casefold() if isinstance(key, str) else key
        before, known = seen.setdefault(shown(folded), (row, folded))
        if known != folded:
            kinds = {type(known), type(folded)}
            what = "one is a text and one a number" if kinds == {str, float} else "they differ in spaces"
            where = Cell(first.sheet, first.row + row, first.col)
            other = Cell(first.sheet, first.row + before, first.col)
            said = repr(key) if isinstance(key, str) else shown(key)
            raise ModelError(
                f"the key {said} looks like that in {other}, but {what}", where=str(where), hint="write them alike"
            )


def _grid(book: Book, targets: Area, rows: Area | None, cols: Area | None) -> Source:
    """The source in a grid of targets, with the embeddings in two other areas."""
    named = [("the targets", targets), ("the row embeddings", rows), ("the column embeddings", cols)]
    areas = [(name, area) for name, area in named if area is not None]
    for k, (name, area) in enumerate(areas):
        for other_name, other in areas[:k]:
            if area.intersection(other) is not None:
                raise ModelError(
                    f"{name} overlap {other_name}", where=str(area), hint="give areas without common cells"
                )
    grid = grid_at(book, targets, "the targets", marks=True)
    beside = grid_at(book, rows, "the row embeddings") if rows is not None else None
    above = grid_at(book, cols, "the column embeddings") if cols is not None else None
    places = np.stack(np.divmod(np.arange(targets.size), targets.cols), axis=1).astype(np.intp)
    row_names = grid.rows or _names_of(beside, targets.rows) or tuple(f"row {k + 1}" for k in range(targets.rows))
    col_names = grid.cols or _names_of(above, targets.cols) or tuple(f"column {k + 1}" for k in range(targets.cols))
    return Source(targets, grid.values, row_names, col_names, places, beside, above, marked=grid.marked)


def _names_of(embeddings: Grid | None, count: int) -> tuple[str, ...]:
    """The names beside or above embeddings, if there are as many as needed."""
    if embeddings is None:
        return ()
    return next((names for names in (embeddings.rows, embeddings.cols) if len(names) == count), ())


def oriented(source: Source, factors: int | None) -> tuple[int | None, Given | None, Given | None]:
    """The number of factors (None where nothing says it), and how the given embeddings lie."""
    rows = _ways(source.rows, len(source.row_names))
    cols = _ways(source.cols, len(source.col_names), prefer_turned=_aligned(source))
    for what, grid, ways, count in (
        ("row", source.rows, rows, len(source.row_names)),
        ("column", source.cols, cols, len(source.col_names)),
    ):
        if grid is not None and not ways:
            size = f"{grid.area.rows} x {grid.area.cols}"
            raise ModelError(
                f"the {what} embeddings are {size} numbers for {count} {what}s of targets",
                where=str(grid.area),
                hint=f"give one embedding for each {what}",
            )
    unsaid: list[tuple[int | None, Given | None]] = [(None, None)]
    for first in rows or unsaid:
        for second in cols or unsaid:
            counts = {count for count in (first[0], second[0], factors) if count is not None}
            if len(counts) <= 1:
                return next(iter(counts), None), first[1], second[1]
    found = ", ".join(f"{ways[0][0]}" for ways in (rows, cols) if ways)
    where = source.rows.area if source.rows is not None else source.cols.area if source.cols is not None else None
    wanted = "" if factors is None else f", and {factors} are asked for"
    raise ModelError(
        f"the embeddings have {found} factors{wanted}", where=str(where), hint="make the numbers of factors equal"
    )


def _ways(grid: Grid | None, count: int, *, prefer_turned: bool = False) -> list[tuple[int, Given]]:
    """The ways in which a grid can be `count` embeddings: how many factors they then have, and how they lie."""
    if grid is None:
        return []
    ways = []
    if grid.area.rows == count:
        ways.append((grid.area.cols, Given(grid.area, turned=False)))
    if grid.area.cols == count:
        ways.append((grid.area.rows, Given(grid.area, turned=True)))
    return ways[::-1] if prefer_turned else ways


def _aligned(source: Source) -> bool:
    """Whether the column embeddings stand in the columns of the targets, or under their names."""
    grid = source.cols
    if grid is None:
        return False
    if grid.cols == source.col_names or grid.rows == source.col_names:
        return grid.cols == source.col_names
    return (grid.area.left, grid.area.right) == (source.targets.left, source.targets.right)
