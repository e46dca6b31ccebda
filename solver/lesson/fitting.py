"""`fit`: targets, and perhaps embeddings, become a living sheet with formulas and a model, which is then solved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Appearance, Cells, Edits
from solver.book.edited import edited
from solver.compiler.sheets.changes import changed_cells
from solver.engines.base import find_engine
from solver.engines.descent.descent import Descent
from solver.engines.policy import MANY
from solver.errors import ModelError
from solver.grid import Area, rectangles
from solver.lesson.called import area_called
from solver.lesson.decay import best_decay
from solver.lesson.defining import engine_named, refuse_unknown
from solver.lesson.layouts import home_of, layout_of, place_of, recipe_of
from solver.lesson.sources import find_source, oriented
from solver.lesson.starts import held_out, starts_of
from solver.model.define import with_options
from solver.model.model import ENGINES, Model
from solver.model.recall import stored_model
from solver.model.render import render
from solver.pipeline import Request, left_open, solve_model
from solver.table import Style
from solver.templates.factorisation import Factorisation
from solver.templates.factornet import FactorNetwork
from solver.templates.factortable import FactorTable
from solver.templates.plan import Look

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from solver.book.book import Book
    from solver.grid import Cell
    from solver.lesson.layouts import Layout
    from solver.lesson.sources import Source
    from solver.model.answer import Answer
    from solver.templates.factorisation import Starts
    from solver.templates.plan import Marks
    from solver.values import Scalar

PATIENCE = 50
"""How many steps a descent waits for a better held-out loss where targets are held out and no option says otherwise.

The usual method does the same where it has very many numbers to learn.
"""

LOOKS = {
    Look.TITLE: Style.TITLE,
    Look.TEXT: Style.PLAIN,
    Look.NOTE: Style.PLAIN,
    Look.HEADING: Style.SECTION,
    Look.HEADER: Style.COLUMN,
    Look.TURNED: Style.COLUMN,
    Look.LABEL: Style.LABEL,
    Look.INPUT: Style.GIVEN,
    Look.VARIABLE: Style.VARIABLE,
    Look.RESULT: Style.RESULT,
    Look.OBJECTIVE: Style.OBJECTIVE,
}
"""How what a template writes looks in a book that somebody else made."""

FACTORS = 5
"""How many factors embeddings have where nothing says it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What to fit, and how; None leaves it to the book, or to the default.

    `targets`, `rows`, `columns` and `long` are areas as texts; `freeze` are areas too, or the words rows and columns.
    Without a number for `decay`, the one is chosen that serves the held-out targets best.
    `hidden` are the sizes of the hidden layers where the model is a network.
    """

    sheet: str | None = None
    targets: str | None = None
    rows: str | None = None
    columns: str | None = None
    long: str | None = None
    at: str | None = None
    factors: int | None = None
    bias: bool = False
    loss: str = "mse"
    decay: float | None = 0.0
    link: str = "identity"
    ends: tuple[float, float] | None = None
    init: str | None = None
    scale: float = 0.5
    seed: int = 1
    holdout: float = 0.0
    freeze: tuple[str, ...] = ()
    model: str = "dot"
    hidden: tuple[int, ...] = (8,)
    request: Request = field(default_factory=Request)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A solved fit: the book with formulas and model, the answer, all edits of the book as it was, and remarks."""

    book: Book
    answer: Answer
    edits: Edits
    notes: tuple[str, ...]


def fit(book: Book, asked: Fit) -> Fitted:
    """Writes the formulas and the model of a fit, and solves it."""
    source = find_source(book, asked.sheet, asked.targets, asked.rows, asked.columns, asked.long)
    if not source.known.any():
        raise ModelError("there are no targets", where=str(source.targets), hint="write some numbers there")
    factors, rows, cols = oriented(source, asked.factors)
    recipe = recipe_of(asked, source, factors or FACTORS)
    home = home_of(book, asked, source, rows, cols)
    layout = layout_of(book, asked, source, recipe, place_of(book, asked, source, home), rows, cols)
    marks, model, notes = _written(book, asked, source, layout)
    values: dict[tuple[int, int], Scalar] = {
        place: mark.value for place, mark in marks.items() if not mark.formula and mark.value is not None
    }
    formulas = {place: mark.formula for place, mark in marks.items() if mark.formula}
    values.update(_restarted(asked, source, layout, model))
    names, dropped = render(model, book)
    edits = Edits({home: Cells.of(values)}, {home: formulas}, names=names, dropped_names=dropped)
    living = edited(book, edits)
    chosen: dict[Cell, Scalar] = {}
    if asked.decay is None:
        cell = layout.loss.cell("weight decay")
        decay, tried = best_decay(living, model, cell, layout.recipe.decay)
        chosen, notes = {cell: decay}, (f"weight decay {decay:.3g}: the best of {tried} by the held-out loss", *notes)
    answer = solve_model(living, model, asked.request, chosen)
    changed = changed_cells(answer.after)
    merged = {
        name: Cells.of({**(values if name == home else {}), **(changed[name].scalars() if name in changed else {})})
        for name in {home, *changed}
    }
    looks = {place: (LOOKS[mark.look], mark.number_format) for place, mark in marks.items()}
    whole = replace(
        edits,
        values=merged,
        recalculate=bool(left_open(answer.after)),
        appearances={home: Appearance(looks, layout.widths, layout.frozen)},
    )
    return Fitted(living, answer, whole, (*_held_out_loss(layout, answer), *notes))


def _held_out_loss(layout: Layout, answer: Answer) -> Iterator[str]:
    """A remark on how well the targets are predicted that were kept out."""
    if layout.recipe.holdout:
        lines = ("training loss" if layout.recipe.decay else "loss", "held-out loss")
        cells = [layout.loss.cell(line) for line in lines]
        training, other = (answer.after.value(Area.of(cell)).scalar() for cell in cells)
        if isinstance(training, float) and isinstance(other, float):
            yield f"training loss {training:.6g}, held-out loss {other:.6g} in {cells[1]}"


def _written(book: Book, asked: Fit, source: Source, layout: Layout) -> tuple[Marks, Model, tuple[str, ...]]:
    """The cells to write, the model to store, and what is worth a remark."""
    held = held_out(source, asked.holdout, asked.seed)
    frozen = _frozen(book, asked, layout)
    parts = {"rows": layout.row_factors, "columns": layout.col_factors}
    learnt = [area for word, area in parts.items() if word not in asked.freeze] + list(layout.biases)
    trained = source.known & ~held
    idle, notes = _idle(source, layout, trained)
    left_out = frozen | idle if layout.recipe.decay else frozen
    variables = [piece for area in learnt for piece in _without(area, left_out)]
    if not variables:
        raise ModelError("everything is frozen", where=str(source.targets), hint="leave something to be learnt")
    shown = held[source.known] if isinstance(layout, FactorNetwork) and source.keys is None else held
    marked = [[1.0 if value else None for value in row] for row in _shaped(shown, source, layout)]
    decayed = [piece for area in learnt for piece in _without(area, frozen)]
    marks = layout.marks(_starts(asked, source, layout), decayed, marked)
    model = _model(book, asked, layout, tuple(variables))
    return marks, model, notes


def _shaped(held: npt.NDArray[np.bool_], source: Source, layout: Layout) -> npt.NDArray[np.bool_]:
    """A choice of targets in the shape in which they are written."""
    return held.reshape(source.values.shape if isinstance(layout, Factorisation) else (-1, 1))


def _starts(asked: Fit, source: Source, layout: Layout) -> Starts:
    """The first values of everything that may be learnt."""
    sizes = layout.sizes if isinstance(layout, FactorNetwork) else ()
    return starts_of(source, layout.recipe, asked.init or "random", asked.scale, asked.seed, sizes)


def _model(book: Book, asked: Fit, layout: Layout, variables: tuple[Area, ...]) -> Model:
    """The model to store, with the engine and the options that were asked for."""
    home = layout.at.sheet
    engine = engine_named(asked.request.engine) if asked.request.engine else "grg"
    objective = layout.loss.cell("loss")
    watched = layout.loss.cell("held-out loss") if layout.recipe.holdout else None
    foreign = stored_model(book, home).foreign
    model = Model(home, objective, variables=variables, engine=engine, foreign=foreign, held_out=watched)
    options = {name: str(value) for name, value in asked.request.options.items()}
    long = engine in ENGINES and sum(area.size for area in variables) > MANY
    if watched is not None and (long or issubclass(find_engine(engine), Descent)):
        options.setdefault("early_stop", str(PATIENCE))
    refuse_unknown(options)
    return with_options(model, options)


def _frozen(book: Book, asked: Fit, layout: Layout) -> frozenset[Cell]:
    """The cells that keep their values."""
    words = {"rows": layout.row_factors, "columns": layout.col_factors}
    areas = [words.get(text) or area_called(book, layout.at.sheet, text) for text in asked.freeze]
    return frozenset(cell for area in areas for cell in area.cells())


def _without(area: Area, cells: frozenset[Cell]) -> list[Area]:
    """What is left of an area, in rectangles."""
    left = [cell for cell in area.cells() if cell not in cells]
    return [area] if len(left) == area.size else rectangles(left)


def _idle(source: Source, layout: Layout, trained: npt.NDArray[np.bool_]) -> tuple[frozenset[Cell], tuple[str, ...]]:
    """The learnt cells of rows and columns without any target to learn from, and a remark on each."""
    cells: set[Cell] = set()
    notes = []
    sides = (("row", source.row_names, layout.row_embedding), ("column", source.col_names, layout.col_embedding))
    for axis, (what, names, embedding) in enumerate(sides):
        counts = np.bincount(source.places[trained, axis], minlength=len(names))
        for number in np.flatnonzero(counts == 0).tolist():
            notes.append(f"{what} {names[number]} has no target to learn from: its embedding stays at its start")
            cells.update(embedding(number).cells())
    return frozenset(cells), tuple(notes)


def _restarted(asked: Fit, source: Source, layout: Layout, model: Model) -> dict[tuple[int, int], Scalar]:
    """New first values for given embeddings: blanks become 0, and all of them begin anew where that is asked for."""
    if isinstance(layout, FactorTable):
        return {}
    starts = _starts(asked, source, layout)
    variables = set(model.cells())
    values: dict[tuple[int, int], Scalar] = {}
    for given, grid, rows in ((layout.rows, source.rows, starts.rows), (layout.cols, source.cols, starts.cols)):
        if given is None or grid is None:
            continue
        fresh = np.array(rows).T if given.turned else np.array(rows)
        for cell in given.area.cells():
            i, j = cell.row - given.area.top, cell.col - given.area.left
            blank = bool(np.isnan(grid.values[i, j]))
            if cell in variables and (asked.init in ("random", "zeros") or blank):
                values[cell.row, cell.col] = 0.0 if asked.init is None else float(fresh[i, j])
            elif blank:
                raise ModelError("a frozen embedding has a blank", where=str(cell), hint="write a number there")
    return values
