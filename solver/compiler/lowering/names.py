"""What the words in formulas mean in a book: sheets, defined names, tables and linked workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.compiler.grouping.templates import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book, ListObject
    from solver.grid import Cell


def external_sheet(book: int, sheet: str) -> str:
    """The name under which a linked workbook's sheet is kept beside the book's own: `[1]Prices`."""
    return f"[{book}]{sheet}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a book, all keys without case, as Excel looks them up.

    `sheets` gives the spelling of each sheet, those of linked workbooks too; `order` are the book's own in the order
    of their tabs. `defined` has the formula of each defined name by name and sheet (None for the whole book).
    """

    sheets: Mapping[str, str]
    order: tuple[str, ...]
    defined: Mapping[tuple[str, str | None], Template]
    tables: Mapping[str, ListObject]

    @classmethod
    def of(cls, book: Book) -> Names:
        """All names of a book."""
        linked = [external_sheet(index, sheet) for index, sheets in book.externals.items() for sheet in sheets]
        by_position = {sheet.position: name.casefold() for name, sheet in book.sheets.items()}
        defined = {}
        for each in book.names:
            scope = None if each.sheet is None else by_position.get(each.sheet, "")
            defined[each.name.casefold(), scope] = Template(each.text.removeprefix("="), 0, 0)
        return cls(
            sheets={name.casefold(): name for name in (*book.sheets, *linked)},
            order=tuple(book.sheets),
            defined=defined,
            tables={table.name.casefold(): table for table in book.tables},
        )

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
