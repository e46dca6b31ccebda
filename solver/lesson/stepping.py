"""`step`: one step of descent as a person does it by hand, on two sheets with live formulas.

    step = -rate * derivative  (+ where the model maximises),   new = old + step

The first sheet lists every variable with its old value, derivative, step and new value, and the objective before and
after; the second is the model's sheet once more, with the new values in the places of the variables. The derivatives
are numbers: they belong to the point from which the step is taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Edits
from solver.book.changes.reportsheet import sheet_title
from solver.book.patch import patch
from solver.compiler.calculation import Calculation
from solver.errors import ModelError
from solver.grid import Area, Cell, quote_sheet
from solver.lesson.called import areas_called
from solver.model.binding import bind
from solver.model.define import with_objective, with_variables
from solver.model.model import Model, Sense
from solver.pipeline import objective_value, pick_models, read
from solver.places import Given
from solver.reports.labels import names_of
from solver.table import Entry, Style, Table
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.book.book import Book

_RATE = Cell("", 2, 1)
_LOSSES = 4
_FIRST = 10
_HEADER = ("cell", "name", "old value", "derivative", "step", "new value")
_MOST_CELLS = 50_000


@dataclass(frozen=True, slots=True)
class Move:
    """One variable cell, where it was, how the objective falls there, and where it goes."""

    cell: Cell
    name: str
    old: float
    derivative: float
    new: float


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step: the objective before and after it, every variable's move, and the two sheets that show it."""

    objective: Cell
    before: float
    after: float
    rate: float
    moves: tuple[Move, ...]
    tables: tuple[Table, ...]

    @property
    def edits(self) -> Edits:
        """What the step adds to the book; the book itself keeps its values."""
        return Edits(tables=self.tables)


def step(
    book: Book, sheet: str | None = None, rate: float = 0.1, of: str | None = None, wrt: str | None = None
) -> Stepped:
    """One step of descent (of ascent, where the model maximises) from the stored point.

    With `of` and `wrt` another cell is made smaller, by changing other cells than the model's.
    """
    model = _meant(book, sheet, of, wrt)
    if model.objective is None or model.sense is Sense.VALUE:
        raise ModelError(
            "there is nothing to descend on", where=quote_sheet(model.sheet), hint="choose a cell to minimise"
        )
    binding = bind(book, model)
    old, slopes = binding.problem.x0, binding.derivatives(model.objective, binding.problem.x0)
    if not np.all(np.isfinite(slopes)):
        bad = binding.variables[int(np.flatnonzero(~np.isfinite(slopes))[0])]
        raise ModelError("there is no derivative at this point", where=str(bad), hint="start somewhere else")
    direction = 1.0 if model.sense is Sense.MAX else -1.0
    new = old + direction * rate * slopes
    moves = tuple(
        Move(cell, name, *numbers)
        for cell, name, *numbers in zip(
            binding.variables,
            names_of(book, binding.variables),
            old.tolist(),
            slopes.tolist(),
            new.tolist(),
            strict=True,
        )
    )
    values = [objective_value(book, model, Given(binding.variables, x)) for x in (old, new)]
    before, after = (math.nan if value is None else value for value in values)
    tables = _computed(book, model, _tables(book, model, moves, rate, direction))
    shown = tables[0].entries[_LOSSES + 1, 1].value
    if not isinstance(shown, float) or not np.isclose(shown, after, rtol=1e-9, atol=1e-12):
        raise ModelError(
            "the formulas reach beyond the sheet of the model",
            where=str(model.objective),
            hint="a step can be shown where all formulas between variables and objective stand on one sheet",
        )
    return Stepped(model.objective, before, after, rate, moves, tables)


def _meant(book: Book, sheet: str | None, of: str | None, wrt: str | None) -> Model:
    """The model to take a step in: the stored one, with another objective or other variables where they are named."""
    if of is not None and wrt is not None:
        areas = areas_called(book, sheet or book.active, wrt)
        cell = areas_called(book, sheet or areas[0].sheet, of)[0].first
        return Model(areas[0].sheet, cell, variables=areas)
    model = pick_models(book, sheet)[0]
    model = with_objective(model, book, of, Sense.MIN) if of is not None else model
    return with_variables(model, book, wrt) if wrt is not None else model


def _tables(book: Book, model: Model, moves: Sequence[Move], rate: float, direction: float) -> tuple[Table, Table]:
    """Both sheets with their formulas, without values."""
    taken = list(book.sheets)
    title = sheet_title("Step", taken)
    mirrored = sheet_title("After the step", [*taken, title])
    assert model.objective is not None
    entries: dict[tuple[int, int], Entry] = {
        (0, 0): Entry("One step of descent" if direction < 0 else "One step of ascent", Style.TITLE),
        (_RATE.row, 0): Entry("step size"),
        (_RATE.row, 1): Entry(rate, Style.EMPHASIS),
        (_RATE.row, 2): Entry("change it and everything below follows"),
    }
    last = _FIRST + len(moves)
    lines = (
        ("objective before", str(model.objective), ""),
        ("objective after", f"{quote_sheet(mirrored)}!{model.objective.a1}", "on the sheet " + mirrored),
        ("change", f"B{_LOSSES + 2}-B{_LOSSES + 1}", "what the step brought"),
        ("foretold", f"SUMPRODUCT(D{_FIRST + 1}:D{last},E{_FIRST + 1}:E{last})", "derivative × step, added up"),
    )
    for row, (label, formula, note) in enumerate(lines, start=_LOSSES):
        entries |= {
            (row, 0): Entry(label),
            (row, 1): Entry(None, Style.EMPHASIS if row < _LOSSES + 2 else Style.PLAIN, formula=formula),
            (row, 2): Entry(note or None),
        }
    entries.update({(_FIRST - 1, col): Entry(text, Style.HEADER) for col, text in enumerate(_HEADER)})
    sign = "-" if direction < 0 else ""
    for row, move in enumerate(moves, start=_FIRST):
        at = row + 1
        entries |= {
            (row, 0): Entry(str(move.cell), Style.BODY),
            (row, 1): Entry(move.name or None, Style.BODY),
            (row, 2): Entry(None, Style.BODY, formula=str(move.cell)),
            (row, 3): Entry(move.derivative, Style.BODY),
            (row, 4): Entry(None, Style.BODY, formula=f"{sign}{_RATE.absolute}*D{at}"),
            (row, 5): Entry(None, Style.BODY, formula=f"C{at}+E{at}"),
        }
    widths = {0: 18.0, 1: 22.0, **dict.fromkeys(range(2, 6), 14.0)}
    places = {move.cell: f"{quote_sheet(title)}!F{row + 1}" for row, move in enumerate(moves, start=_FIRST)}
    return Table(title, entries, widths), Table(mirrored, _mirror(book, model, places))


def _mirror(book: Book, model: Model, places: Mapping[Cell, str]) -> dict[tuple[int, int], Entry]:
    """The model's sheet with the new values: formulas as they are, all else looked up where it stands."""
    sheet = book.sheets[model.sheet]
    if len(sheet.cells) > _MOST_CELLS:
        raise ModelError(f"{len(sheet.cells)} cells are too many", where=quote_sheet(model.sheet), hint="use gradients")
    workspace = Calculation(book)
    entries = {(cell.row, cell.col): Entry(None, Style.EMPHASIS, formula=text) for cell, text in places.items()}
    areas = [formula.area for formula in sheet.formulas if formula.area is not None]
    in_arrays = {(cell.row, cell.col) for area in areas for cell in area.cells()}
    for k in range(len(sheet.cells)):
        cell = Cell(model.sheet, int(sheet.cells.row[k]), int(sheet.cells.col[k]))
        if (cell.row, cell.col) in entries:
            continue
        formula = workspace.formula(cell)
        kept = formula is not None and sheet.formulas[int(sheet.formula[k])].kind.lone
        if kept and (cell.row, cell.col) not in in_arrays:
            entries[cell.row, cell.col] = Entry(None, formula=str(formula).removeprefix("="))
        elif sheet.cells.kind[k] == Kind.TEXT:
            entries[cell.row, cell.col] = Entry(sheet.cells.scalar(k))
        elif formula is not None or sheet.cells.kind[k] != Kind.BLANK:
            entries[cell.row, cell.col] = Entry(None, formula=str(cell))
    return entries


def _computed(book: Book, model: Model, tables: Sequence[Table]) -> tuple[Table, ...]:
    """The tables with the value of every formula; ModelError where one has none."""
    living = read(patch(book, Edits(tables=tuple(tables))))
    calculation = Calculation(living)
    done = []
    for table in tables:
        entries = {}
        for (row, col), entry in table.entries.items():
            cell = Cell(table.title, row, col)
            value = calculation.value(Area.of(cell)) if entry.formula else None
            if cell in calculation.failures:
                first = next(iter(calculation.failures.values()))
                raise ModelError(
                    f"the step cannot be shown, {first}",
                    where=str(model.objective),
                    hint="correct the formulas on the way to the objective",
                )
            entries[row, col] = entry if value is None else replace(entry, value=value.scalar())
        done.append(replace(table, entries=entries))
    return tuple(done)
