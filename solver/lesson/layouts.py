"""Where the formulas of a fit go: which sheet, which cell, in which layout, and whether there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from solver.errors import ModelError
from solver.grid import Cell
from solver.lesson.called import area_called
from solver.lesson.grids import occupied
from solver.templates.factorisation import Factorisation
from solver.templates.factornet import FactorNetwork
from solver.templates.factortable import FactorTable
from solver.templates.recipe import Recipe

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.lesson.fitting import Fit
    from solver.lesson.sources import Source
    from solver.templates.factorisation import Given

_SHARE = "add --holdout 0.2, or give --decay a number"

Layout: TypeAlias = "Factorisation | FactorTable | FactorNetwork"


def recipe_of(asked: Fit, source: Source, factors: int) -> Recipe:
    """The kind of model; without given ends, a link reaches from the lowest target to the highest."""
    known = source.values.ravel()[source.known]
    low, high = asked.ends or (float(known.min()), float(known.max()))
    if asked.link != "identity" and not low < high:
        raise ModelError(
            f"the range from {low:g} to {high:g} is empty", where=str(source.targets), hint="give --range LOW HIGH"
        )
    if asked.decay is None and not asked.holdout:
        raise ModelError("nothing is held out to choose the weight decay by", where=str(source.targets), hint=_SHARE)
    decay = known.std() / len(known) if asked.decay is None else asked.decay
    bias = asked.bias and asked.model != "network"  # its units have biases of their own
    return Recipe(factors, bias, asked.loss, float(decay), asked.link, low, high, asked.holdout > 0, source.marked)


def home_of(book: Book, asked: Fit, source: Source, rows: Given | None, cols: Given | None) -> str:
    """The sheet of the model: that of the given embeddings that are learnt, else where new things go."""
    learnt = [
        given.area.sheet
        for given, word in ((rows, "rows"), (cols, "columns"))
        if given is not None and word not in asked.freeze
    ]
    new = rows is None or cols is None or asked.bias
    wanted = area_called(book, source.targets.sheet, asked.at).sheet if asked.at else source.targets.sheet
    home = learnt[0] if learnt else wanted
    if any(sheet != home for sheet in learnt) or (learnt and new and asked.at and wanted != home):
        raise ModelError(
            "all that is learnt must be on one sheet", where=f"{home}", hint="freeze one side, or move the embeddings"
        )
    if source.keys is not None and wanted != source.targets.sheet:
        raise ModelError("a long table is explained on its own sheet", hint="give a column of that sheet with --at")
    return home


def place_of(book: Book, asked: Fit, source: Source, home: str) -> Cell:
    """Where the sheet goes on: as told, or right of everything if the book has no formula yet."""
    if asked.at is not None:
        told = area_called(book, home, asked.at).first
        return told if source.keys is None else Cell(home, source.targets.top, told.col)
    if any((book.sheets[name].formula >= 0).any() for name in book.sheets):
        raise ModelError("the book has formulas already", hint="say with --at CELL where the new ones go, or run solve")
    cells = book.sheets[home].cells
    right = int(cells.col.max()) + 2 if len(cells) else 0
    return Cell(home, 0 if source.keys is None else source.targets.top, right)


def layout_of(
    book: Book, asked: Fit, source: Source, recipe: Recipe, at: Cell, rows: Given | None, cols: Given | None
) -> Layout:
    """Where everything will stand; ModelError if something stands there."""
    layout: Layout
    if asked.model == "network":
        layout = _network(source, recipe, asked.hidden, at, rows, cols)
    elif source.keys is not None:
        layout = FactorTable(at, recipe, source.keys, source.targets, source.row_names, source.col_names)
    else:
        row_names, col_names = (tuple(map(str, names)) for names in (source.row_names, source.col_names))
        layout = Factorisation(at, recipe, source.targets, row_names, col_names, rows, cols)
    taken = occupied(book, layout.whole)
    if taken is not None:
        raise ModelError(
            f"the new formulas need {layout.whole}, and this cell is not empty",
            where=str(taken),
            hint="choose another place with --at CELL",
        )
    return layout


def _network(
    source: Source, recipe: Recipe, hidden: tuple[int, ...], at: Cell, rows: Given | None, cols: Given | None
) -> FactorNetwork:
    """A network on embeddings: a line for each known target of a grid, or beside each line of a table."""
    for given in (rows, cols):
        if given is not None and given.turned:
            raise ModelError(
                "a network reads embeddings row by row", where=str(given.area), hint="write one embedding in each row"
            )
    places = source.places if source.keys is not None else source.places[source.known]
    lines = tuple((row, col) for row, col in places.tolist())
    at = at if source.keys is not None else Cell(at.sheet, at.row + 1, at.col)
    names = (source.row_names, source.col_names)
    return FactorNetwork(at, recipe, hidden, source.targets, lines, *names, source.keys, rows, cols)
