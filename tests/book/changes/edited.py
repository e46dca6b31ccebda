"""A book after an edit, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.book import Edits
from solver.book.patch import patch
from solver.book.read import read_book
from tests.book.made import SHEET_PART, columns

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.values import Scalar


def edited(book: Book, values: dict[tuple[int, int], Scalar], **more: object) -> Book:
    """The book after an edit of values on its first sheet."""
    return read_book(patch(book, Edits(values={"S1": columns(values)}, **more)))  # type: ignore[arg-type]


def sheet_text(book: Book) -> str:
    """The part of the first sheet."""
    return book.archive.read(SHEET_PART).decode()
