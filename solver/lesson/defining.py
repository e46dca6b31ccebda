"""Storing a model in a book, as Excel's dialog would: what is said is changed, everything else stays as it was."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from solver.book.book import Edits
from solver.engines.base import engines, find_engine
from solver.engines.options import find_option
from solver.errors import EngineError, near_miss
from solver.lesson.called import model_sheet, sheet_called
from solver.model.define import (
    opened,
    with_constraint,
    with_held_out,
    with_objective,
    with_options,
    with_variables,
    without_constraint,
)
from solver.model.model import ENGINES, Model, Sense, validate
from solver.model.names import OPTIONS, PREFIX
from solver.model.recall import hidden_names
from solver.model.references import find_areas, scope_of
from solver.model.render import names_of, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.book.book import Book

TITLES = {"grg nonlinear": "grg", "simplex lp": "simplex", "lp simplex": "simplex"}
"""What Excel's dialog calls its solving methods, where it is not the engine's name."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What to store about a model; what is None or empty stays as it is stored.

    `objective` is a cell with what is done to it; `variables` are areas with commas between them; `added` and
    `removed` are constraints as texts, the latter also by their numbers. `held_out` is the cell of the loss that is
    watched, and an empty text none. `clear` begins anew.
    """

    objective: tuple[str, Sense] | None = None
    target: float | None = None
    variables: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    engine: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    nonnegative: bool | None = None
    held_out: str | None = None
    clear: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether it leaves every part of a model alone."""
        return replace(self, clear=False) == Definition()


def define(book: Book, sheet: str | None, asked: Definition) -> tuple[Model | None, Edits]:
    """The model that a sheet holds afterwards (None when it was taken away), and the edits that store it.

    Raises ModelError for texts that mean nothing, and for a model that Excel's dialog would not accept.
    """
    home = _home(book, sheet, asked)
    if asked.clear:
        return _anew(book, home, asked)
    model = edited(opened(book, home), book, asked)
    validate(model)
    names, dropped = render(model, book)
    return model, Edits(names=names, dropped_names=dropped)


def edited(model: Model, book: Book, asked: Definition) -> Model:
    """The model with all that is asked for, whether it makes sense or not."""
    if asked.objective is not None:
        text, sense = asked.objective
        model = with_objective(model, book, text, sense, asked.target or 0.0)
    elif asked.target is not None:
        model = replace(model, target=asked.target)
    if asked.variables is not None:
        model = with_variables(model, book, asked.variables)
    # numbers mean places in the list as it was shown, so the last ones go first
    for text in sorted(asked.removed, key=_number, reverse=True):
        model = without_constraint(model, book, text)
    for text in asked.added:
        model = with_constraint(model, book, text)
    if asked.engine is not None:
        model = replace(model, engine=engine_named(asked.engine))
    if asked.nonnegative is not None:
        model = replace(model, nonnegative=asked.nonnegative)
    if asked.held_out is not None:
        model = with_held_out(model, book, asked.held_out)
    refuse_unknown(asked.options)
    return with_options(model, asked.options)


def engine_named(text: str) -> str:
    """The engine that a name means: one of Excel's, by its title too, or one of this program's own."""
    plain = text.strip().lower()
    plain = TITLES.get(plain, plain)
    return plain if plain in ENGINES else find_engine(plain).about.name


def refuse_unknown(options: Iterable[str]) -> None:
    """Raises EngineError for an option that neither Excel nor any engine has."""
    known = [each for about in engines() for each in about.options]
    for name in options:
        plain = name.strip().lower().removeprefix(PREFIX)
        if plain not in OPTIONS and find_option(known, name) is None:
            raise EngineError(f"no engine has an option {name}", hint=near_miss(plain, [each.name for each in known]))


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _anew(book: Book, home: str, asked: Definition) -> tuple[Model | None, Edits]:
    """Takes the stored model away, and stores another one if anything is said about it."""
    old = {name.name.lower(): name for name in hidden_names(book, home).values()}
    position = book.sheets[home].position
    if asked.says_nothing:
        return None, Edits(dropped_names=tuple((name.name, position) for name in old.values()))
    model = edited(Model(home, nonnegative=True), book, asked)
    validate(model)
    cleared = replace(book, names=tuple(name for name in book.names if name not in old.values()))
    names, _ = render(model, cleared)
    kept = {PREFIX + key for key in names_of(model)}
    gone = tuple((name.name, position) for key, name in old.items() if key not in kept)
    return model, Edits(names=names, dropped_names=gone)


def _home(book: Book, sheet: str | None, asked: Definition) -> str:
    """The sheet of the model: as said, or that of its variables or objective, or where one is stored already."""
    if sheet is not None:
        return sheet_called(book, sheet)
    usual = model_sheet(book)
    for text in (asked.variables, asked.objective[0] if asked.objective else None):
        if text:
            found_areas = find_areas(text, scope_of(book, usual))
            if found_areas.areas and "!" in text:
                return found_areas.areas[0].sheet
    return usual
