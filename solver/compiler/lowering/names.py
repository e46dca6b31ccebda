"""What the words in formulas mean in a book: sheets, defined names, tables and linked workbooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.compiler.grouping.templates import Template

if TYPE_CHECKING:
    from solver.book.book import Book, ListObject
    from solver.grid import Cell


def external_sheet(book: int, sheet: str) -> str:
    """The name under which a linked workbook's sheet is kept beside the book's own: `[1]Prices`."""
    return f"[{book}]{sheet}"


@dataclass(slots=True)
class Names:
    """Lookup without case, as Excel does it."""

    sheets: dict[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    defined: dict[tuple[str, str | None], Template] = field(default_factory=dict)
    tables: dict[str, ListObject] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Names:
        """All names of a book."""
        names = cls(order=tuple(book.sheets))
        names.sheets = {name.casefold(): name for name in names.order}
        for index, sheets in book.externals.items():
            for sheet in sheets:
                name = external_sheet(index, sheet)
                names.sheets[name.casefold()] = name
        by_position = {book.sheets[name].position: name.casefold() for name in names.order}
        for defined in book.names:
            scope = None if defined.sheet is None else by_position.get(defined.sheet, "")
            names.defined[defined.name.casefold(), scope] = Template(defined.text.removeprefix("="), 0, 0)
        names.tables = {table.name.casefold(): table for table in book.tables}
        return names

    def sheet(self, name: str) -> str | None:
        """The sheet's name as it is spelled in the book, or None."""
        return self.sheets.get(name.casefold())

    def between(self, first: str, last: str) -> tuple[str, ...]:
        """The sheets from one tab to another, for a 3-D reference; empty if one does not exist."""
        start, stop = self.sheet(first), self.sheet(last)
        if start is None or stop is None:
            return ()
        a, b = sorted((self.order.index(start), self.order.index(stop)))
        return self.order[a : b + 1]

    def meaning(self, name: str, sheet: str) -> Template | None:
        """The formula behind a defined name as seen from a sheet: the sheet's own name goes first."""
        key = name.casefold()
        return self.defined.get((key, sheet.casefold())) or self.defined.get((key, None))

    def table(self, name: str | None, at: Cell) -> ListObject | None:
        """The table of that name, or the one around a cell."""
        if name is not None:
            return self.tables.get(name.casefold())
        return next((table for table in self.tables.values() if at in table.area), None)
