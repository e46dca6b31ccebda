"""Which derivatives to show: of the objective or any cell, with respect to all cells between it and the variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.calculation import Calculation
from solver.compiler.ordering.precedents import precedents
from solver.compiler.tracing.chain import Chain, UnreachedError, chain
from solver.errors import FormulaError, ModelError
from solver.grid import Area, Cell, quote_sheet
from solver.lesson.called import areas_called, model_sheet
from solver.model.recall import recall
from solver.pipeline import pick_models
from solver.values import Kind

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.model.model import Model


def gradients(
    book: Book, sheet: str | None = None, of: str | None = None, wrt: str | None = None, *, check: bool = True
) -> Chain:
    """The chain of a cell (the model's objective if `of` is left out), from the variables or the areas of `wrt`.

    A cell that depends on no variable of the model, or stands in a book without one, is followed down to the
    numbers that its formulas read.
    """
    if of is None:
        model: Model | None = pick_models(book, sheet)[0]
        assert model is not None
        if model.objective is None:
            raise ModelError("the model has no objective", where=quote_sheet(model.sheet), hint="choose a cell")
        cell = model.objective
    else:
        cell = areas_called(book, sheet or model_sheet(book), of)[0].first
        model = _model_for(book, cell, sheet)
    if wrt is not None:
        return chain(book, cell, areas_called(book, sheet or cell.sheet, wrt), check=check)
    if model is not None and model.variables:
        try:
            return chain(book, cell, model.variables, check=check)
        except UnreachedError:
            if of is None:
                raise
    sources = [Area.of(each) for each in numbers_read(book, cell)]
    if not sources:
        raise FormulaError("no number goes into it", where=str(cell), hint="choose a cell with a formula")
    return chain(book, cell, sources, check=check)


def _model_for(book: Book, cell: Cell, sheet: str | None) -> Model | None:
    """The model whose variables are meant for a cell: of the named sheet, its own, or the only one."""
    if sheet is not None:
        return pick_models(book, sheet)[0]
    stored = recall(book)
    only = next(iter(stored.values())) if len(stored) == 1 else None
    return stored.get(cell.sheet, only)


def numbers_read(book: Book, cell: Cell) -> list[Cell]:
    """The cells without formula that hold a number and go into a cell, in the order of the sheets."""
    calculation = Calculation(book, strict=True)
    calculation.require([Area.of(cell)])
    found: set[Cell] = set()
    for block in calculation.order:
        for area in precedents(block, calculation.names)[0]:
            sheet = book.sheets[area.sheet]
            cells = sheet.cells
            inside = (cells.row >= area.top) & (cells.row <= area.bottom)
            inside &= (cells.col >= area.left) & (cells.col <= area.right)
            inside &= (cells.kind == Kind.NUMBER) & (sheet.formula < 0)
            at = np.flatnonzero(inside)
            found.update(
                Cell(area.sheet, row, col)
                for row, col in zip(cells.row[at].tolist(), cells.col[at].tolist(), strict=True)
            )
    order = {name: place for place, name in enumerate(book.sheets)}
    return sorted(found, key=lambda each: (order[each.sheet], each.row, each.col))
