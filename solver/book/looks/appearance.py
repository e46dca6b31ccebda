"""New cells dressed, and a sheet's columns and panes set where the file leaves them open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.changes.source import Change
from solver.grid import MAX_COLS, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from solver.book.book import Appearance
    from solver.book.changes.source import Source
    from solver.book.markup import Element
    from solver.book.splice import Splice
    from solver.table import Style

_BEFORE_VIEWS = ("sheetPr", "dimension")


def dress(
    source: Source, appearance: Appearance, looks: Mapping[tuple[Style, str], int], changes: dict[int, Change]
) -> None:
    """Gives the changes of new cells (by key) their formats; a cell that the sheet stores keeps its own."""
    places = appearance.cells
    keys = [row * MAX_COLS + col for row, col in places]
    for key, index, look in zip(keys, source.find_many(keys), places.values(), strict=True):
        if index < 0 and looks[look]:
            changes.setdefault(key, Change()).style = str(looks[look])


def frame_splices(source: Source, appearance: Appearance) -> Iterator[Splice]:
    """The splices that set column widths and freeze rows and columns, where the sheet says nothing of its own."""
    root, start, prefix = source.text.frame.root, source.text.frame.start, source.prefix
    if appearance.frozen != (0, 0):
        yield from _frozen(source, root.first("sheetViews"), appearance.frozen)
    columns = root.first("cols")
    stored = (
        [] if columns is None else [(_number(each, "min"), _number(each, "max"), each) for each in columns.children]
    )
    fresh = [
        (col + 1, f'<{prefix}col min="{col + 1}" max="{col + 1}" width="{width:g}" customWidth="1"/>')
        for col, width in sorted(appearance.widths.items())
        if not any(low <= col + 1 <= high for low, high, _ in stored)
    ]
    if columns is None and fresh:
        yield start, start, f"<{prefix}cols>{''.join(xml for _, xml in fresh)}</{prefix}cols>".encode()
        return
    for number, xml in fresh:
        at = next((each.start for low, _, each in stored if low > number), stored[-1][2].stop if stored else -1)
        if at >= 0:
            yield at, at, xml.encode()


def _number(element: Element, name: str) -> int:
    text = element.get(name)
    return int(text) if text.isdecimal() else 0


def _frozen(source: Source, views: Element | None, frozen: tuple[int, int]) -> Iterator[Splice]:
    prefix, content = source.prefix, source.content
    pane = _pane(frozen, prefix)
    if views is None:
        frame = source.text.frame
        before = [child.stop for child in frame.root.children if child.name in _BEFORE_VIEWS]
        at = max(before, default=frame.root.inner)
        new = f'<{prefix}sheetView workbookViewId="0">{pane}</{prefix}sheetView>'
        yield at, at, f"<{prefix}sheetViews>{new}</{prefix}sheetViews>".encode()
        return
    view = views.first("sheetView")
    if view is None or view.first("pane") is not None:
        return
    if view.inner == view.stop:
        tag = content[view.start : view.stop].rstrip(b"/>").rstrip()
        yield view.start, view.stop, tag + f">{pane}</{prefix}sheetView>".encode()
    else:
        yield view.inner, view.inner, pane.encode()


def _pane(frozen: tuple[int, int], prefix: str) -> str:
    """The pane above which and left of which nothing scrolls."""
    rows, cols = frozen
    active = "bottomRight" if rows and cols else "bottomLeft" if rows else "topRight"
    split = (f' xSplit="{cols}"' if cols else "") + (f' ySplit="{rows}"' if rows else "")
    corner = Cell("", rows, cols).a1
    return f'<{prefix}pane{split} topLeftCell="{corner}" activePane="{active}" state="frozen"/>'
