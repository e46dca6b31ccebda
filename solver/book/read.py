"""From the bytes of a workbook to a `Book`: the list of contents at once, each sheet when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from solver.book.book import Book, Cells, Sheet
from solver.book.contents.externals import read_external
from solver.book.contents.mainpart import Workbook, read_workbook
from solver.book.contents.metadata import read_metadata
from solver.book.contents.pivots import read_pivots
from solver.book.contents.strings import shared_strings
from solver.book.contents.tables import SheetTables, read_tables, working_filters
from solver.book.markup import to_utf8
from solver.book.package.archive import Archive, Limits, open_archive
from solver.book.package.sniff import refuse_foreign, refuse_unless_zip
from solver.book.sheets.cellvalues import Context
from solver.book.sheets.worksheet import SheetText, read_sheet_text
from solver.errors import WorkbookError
from solver.grid import parse_area

if TYPE_CHECKING:
    from solver.book.splice import Content
    from solver.grid import Area

K = TypeVar("K")
V = TypeVar("V")


class OnDemand(Mapping[K, V]):
    """A mapping whose values are made when they are first asked for."""

    def __init__(self, makers: Mapping[K, Callable[[], V]]) -> None:
        self._makers = dict(makers)
        self._made: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        if key not in self._made:
            self._made[key] = self._makers[key]()
        return self._made[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def __contains__(self, key: object) -> bool:
        return key in self._makers


@dataclass
class Parts:
    """The way back from a book's nouns into its file; everything is read once, when it is first needed."""

    archive: Archive
    workbook: Workbook
    texts: Mapping[str, SheetText] = field(init=False)
    tables: Mapping[str, SheetTables] = field(init=False)

    def __post_init__(self) -> None:
        worksheets = [tab for tab in self.workbook.tabs if tab.part]
        self.texts = OnDemand({tab.name: partial(self._text, tab.name, tab.part) for tab in worksheets})
        self.tables = OnDemand({tab.name: partial(read_tables, self.archive, tab.part, tab.name) for tab in worksheets})

    def content(self, part: str) -> bytes:
        """A part in UTF-8."""
        return to_utf8(self.archive.read(part))[0]

    def slices(self, part: str) -> Content:
        """The same, to be looked at in slices."""
        return to_utf8(self.archive.content(part))[0]

    @cached_property
    def strings(self) -> Sequence[str]:
        """The shared strings."""
        part = self.workbook.related("sharedStrings")
        return shared_strings(self.slices(part), part) if part in self.archive else ()

    @cached_property
    def context(self) -> Context:
        """What the values of all sheets refer to."""
        dynamic, errors = read_metadata(self.archive, self.workbook)
        return Context(lambda: self.strings, errors, dynamic, self.workbook.date1904)

    def _text(self, name: str, part: str) -> SheetText:
        return read_sheet_text(self.slices(part), part, name, self.context)

    def sheet(self, name: str, position: int, visible: bool) -> Sheet:
        """One worksheet as a noun."""
        text = self.texts[name]
        root = text.frame.root
        hidden = frozenset(text.rows.hidden)
        protection = root.first("sheetProtection")
        areas = [*working_filters(root, name), *self.tables[name].filtered, *self._advanced(name, position)]
        return Sheet(
            name,
            position,
            text.cells,
            text.formula,
            text.formulas,
            hidden,
            frozenset(row for row in hidden if any(area.top < row <= area.bottom for area in areas)),
            visible,
            protection is not None and protection.flag("sheet"),
        )

    def _advanced(self, name: str, position: int) -> list[Area]:
        """The area of an advanced filter, which leaves only a name and a mark on the sheet."""
        root = self.texts[name].frame.root
        properties = root.first("sheetPr")
        if properties is None or not properties.flag("filterMode") or root.first("autoFilter") is not None:
            return []
        areas = [
            parse_area(name, defined.text.rpartition("!")[2])
            for defined in self.workbook.names
            if defined.name.lower() == "_xlnm._filterdatabase" and defined.sheet == position
        ]
        return [area for area in areas if area is not None]


def read_book(source: str | Path | bytes | BinaryIO, limits: Limits | None = None) -> Book:
    """Opens a workbook (.xlsx, .xlsm, .xltx, .xltm); WorkbookError says what it is instead, or what is broken."""
    path, data = _load(source)
    refuse_unless_zip(data)
    archive = open_archive(data, limits)
    refuse_foreign(archive)
    workbook = read_workbook(archive)
    parts = Parts(archive, workbook)
    externals: dict[int, Callable[[], Mapping[str, Cells]]] = {
        number: partial(read_external, archive, part, workbook.date1904)
        for number, part in enumerate(workbook.externals, start=1)
    }
    tabs = [tab for tab in workbook.tabs if tab.part]
    return Book(
        path=path,
        archive=archive,
        sheets=OnDemand(
            {
                tab.name: partial(parts.sheet, tab.name, position, tab.visible)
                for position, tab in enumerate(workbook.tabs)
                if tab.part
            }
        ),
        names=workbook.names,
        tables=tuple(table for tables in parts.tables.values() for table in tables.tables),
        active=workbook.active,
        date1904=workbook.date1904,
        iterate=workbook.iterate,
        externals=OnDemand(externals),
        pivots=OnDemand({tab.name: partial(read_pivots, archive, tab.part, tab.name) for tab in tabs}),
        parts=parts,
    )


def _load(source: str | Path | bytes | BinaryIO) -> tuple[str, bytes]:
    """Where the workbook came from, and its bytes."""
    if isinstance(source, bytes):
        return "", source
    if not isinstance(source, (str, Path)):
        name = getattr(source, "name", "")
        return name if isinstance(name, str) else "", source.read()
    path = Path(source)
    try:
        return str(path), path.read_bytes()
    except FileNotFoundError:
        raise WorkbookError("there is no such file", hint="check the name and the folder") from None
    except IsADirectoryError:
        raise WorkbookError("this is a folder", hint="give a workbook") from None
    except OSError as error:
        raise WorkbookError(f"it cannot be read ({error.strerror})", hint="check its permissions") from None
