"""How another process makes a problem anew: from the bytes of the file, where the book is still as that has it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from solver.book.read import read_book
from solver.model.binding import bind
from solver.model.problem import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.grid import Cell
    from solver.model.model import Model
    from solver.model.problem import Problem
    from solver.values import Scalar


def origin(book: Book, model: Model, inputs: Mapping[Cell, Scalar] | None, problem: Problem) -> Origin | None:
    """The way to the problem of a model in another process; None for a book that was changed since it was read."""
    if book.parts is None or book.edited:
        return None
    return Origin(partial(_bound_anew, book.archive.data, model, inputs), problem.fun)


def _bound_anew(data: bytes, model: Model, inputs: Mapping[Cell, Scalar] | None) -> Problem:
    return bind(read_book(data), model, inputs).problem
