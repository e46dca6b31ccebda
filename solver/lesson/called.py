"""What people call sheets and cells: found in a book, or refused with what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.errors import ModelError
from solver.grid import quote_sheet
from solver.model.recall import recall
from solver.model.references import find_areas, scope_of

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.grid import Area


def sheet_called(book: Book, name: str) -> str:
    """The sheet of that name, in any case, as the book spells it; ModelError if there is none."""
    found = book.sheet_named(name)
    if found is None:
        raise ModelError(f"there is no sheet {name!r}", hint="sheets: " + ", ".join(book.sheets))
    return found.name


def areas_called(book: Book, sheet: str, text: str) -> tuple[Area, ...]:
    """The areas that a text such as `B2:D5,S!A1` or a defined name means on a sheet; ModelError if it means none."""
    found = find_areas(text, scope_of(book, sheet))
    if found.wrong is not None:
        raise ModelError(f"{text}: {found.wrong.what}", where=quote_sheet(sheet), hint=found.wrong.hint)
    return found.areas


def area_called(book: Book, sheet: str, text: str) -> Area:
    """The one area that a text means on a sheet; ModelError if it means none or several."""
    areas = areas_called(book, sheet, text)
    if len(areas) != 1:
        raise ModelError(f"{text}: it has more than one area", where=quote_sheet(sheet), hint="give one rectangle")
    return areas[0]


def model_sheet(book: Book) -> str:
    """The sheet of the only stored model, or else the active one."""
    stored = list(recall(book))
    return stored[0] if len(stored) == 1 else book.active
