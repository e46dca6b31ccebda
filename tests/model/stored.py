"""Books whose whole contents are hidden names, and what becomes of a book when a model is written into it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solver.book.book import DefinedName
from solver.model.render import render
from tests.books import book_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.book.book import Book
    from solver.model.model import Model


def storing(
    texts: Mapping[str, str], *, sheets: Iterable[str] = ("Sheet1",), position: int = 0, names: Mapping[str, str] = {}
) -> Book:
    """A book with `solver_` names on the sheet at a position, and defined names of the whole book."""
    return stored_on(book_of({sheet: {} for sheet in sheets}), texts, names, position)


def stored_on(book: Book, texts: Mapping[str, str], names: Mapping[str, str] = {}, position: int = 0) -> Book:
    """A book with such names and no others."""
    hidden = [DefinedName("solver_" + key, text, position, hidden=True) for key, text in texts.items()]
    return replace(book, names=(*hidden, *(DefinedName(name, text) for name, text in names.items())))


def written(model: Model, book: Book) -> Book:
    """The book after the model was stored in it."""
    changed, dropped = render(model, book)
    gone = {(name.casefold(), sheet) for name, sheet in dropped}
    gone |= {(name.name.casefold(), name.sheet) for name in changed}
    kept = tuple(name for name in book.names if (name.name.casefold(), name.sheet) not in gone)
    return replace(book, names=kept + changed)
