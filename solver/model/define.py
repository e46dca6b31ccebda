"""Editing a model by texts, as a person fills in the dialog: every function gives a new model.

Addresses without a sheet are on the model's; `$` signs do not matter. Nothing is refused here but what cannot be
read: whether the whole makes sense is for `validate` to say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from solver.errors import FormulaError, ModelError
from solver.formula.parse import parse
from solver.formula.show import show
from solver.formula.tree import Axis, Reference, Tree
from solver.grid import MAX_COLS, MAX_ROWS, quote_sheet
from solver.model.model import Constraint, Model, Relation, Sense
from solver.model.names import HELD_OUT, OPTIONS, OWN, PREFIX, own_value
from solver.model.recall import hidden_names, stored_model
from solver.model.references import NotCellsError, find_area, find_areas, find_right, scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.grid import Cell
    from solver.model.model import Right

_LEFT = r"(?P<left>(?:'(?:[^']|'')*'|[^'<>=≤≥])+?)"
_COMPARISON = re.compile(rf"{_LEFT}\s*(?P<sign><=|>=|=<|=>|<>|==|[=≤≥<>])\s*(?P<right>.+)", re.DOTALL)
_KIND = re.compile(rf"{_LEFT}\s+(?P<kind>\w+)")
_SIGNS = {
    **dict.fromkeys(("<=", "=<", "≤"), Relation.LE),
    **dict.fromkeys(("=", "=="), Relation.EQ),
    **dict.fromkeys((">=", "=>", "≥"), Relation.GE),
}
_KINDS = {
    **dict.fromkeys(("int", "integer"), Relation.INT),
    **dict.fromkeys(("bin", "binary"), Relation.BIN),
    **dict.fromkeys(("dif", "alldiff", "alldifferent"), Relation.ALLDIFFERENT),
}
_EXAMPLES = "write A1:A5 <= 10, C1 = D1*2, B2:B9 int, bin or alldifferent"


def opened(book: Book, sheet: str) -> Model:
    """The model that a sheet stores, or the one with which Excel's dialog opens on a fresh sheet."""
    stored = stored_model(book, sheet)
    return stored if hidden_names(book, sheet) else replace(stored, nonnegative=True)


def with_objective(model: Model, book: Book, text: str, sense: Sense, target: float = 0.0) -> Model:
    """The model with another objective; an empty text asks for any feasible point."""
    kept = tuple(fault for fault in model.faults if fault.name.lower() != PREFIX + "opt")
    objective = _cell(model, book, text, "objective")
    if objective is None:
        return replace(model, objective=None, faults=kept)
    return replace(model, objective=objective, sense=sense, target=target, faults=kept)


def with_held_out(model: Model, book: Book, text: str) -> Model:
    """The model that watches the held-out loss in another cell; an empty text asks for none."""
    kept = tuple(fault for fault in model.faults if fault.name.lower() != PREFIX + HELD_OUT)
    return replace(model, held_out=_cell(model, book, text, "held-out loss"), faults=kept)


def _cell(model: Model, book: Book, text: str, role: str) -> Cell | None:
    """The single cell that a text means, None for an empty one."""
    if not text.strip():
        return None
    try:
        area = find_area(text, scope_of(book, model.sheet))
    except NotCellsError as error:
        raise _refused(model, f"{role} {text}: {error.what}", error.hint) from error
    if area.size > 1:
        raise _refused(model, f"{role} {text}: it must be a single cell", "choose one cell")
    return area.first


def with_variables(model: Model, book: Book, text: str) -> Model:
    """The model with other variable cells: areas and defined names with commas between them."""
    found = find_areas(text, scope_of(book, model.sheet))
    if found.wrong is not None:
        raise _refused(model, f"variable cells {text}: {found.wrong.what}", found.wrong.hint)
    kept = tuple(fault for fault in model.faults if not fault.name.lower().startswith(PREFIX + "adj"))
    return replace(model, variables=found.areas, faults=kept)


def with_constraint(model: Model, book: Book, text: str) -> Model:
    """The model with one more constraint, such as `A1:A5 <= 10`, `C1 = D1*2` or `B2:B9 int`."""
    return replace(model, constraints=(*model.constraints, parse_constraint(text, book, model.sheet)))


def without_constraint(model: Model, book: Book, text: str) -> Model:
    """The model without a constraint, given by its number in the list (from 1) or as it would be added."""
    if text.strip().isdecimal():
        at = int(text) - 1
    else:
        constraint = parse_constraint(text, book, model.sheet)
        at = model.constraints.index(constraint) if constraint in model.constraints else -1
    if not 0 <= at < len(model.constraints):
        last = len(model.constraints)
        hint = f"give a number from 1 to {last}, or one as `solver show` lists it" if last else "the model has none"
        raise _refused(model, f"there is no constraint {text}", hint)
    return replace(model, constraints=model.constraints[:at] + model.constraints[at + 1 :])


def with_options(model: Model, options: Mapping[str, str]) -> Model:
    """The model with options set by name: Excel's, with or without `solver_`, or an engine's own; "" unsets one."""
    merged = dict(model.options)
    for given, text in options.items():
        name = given.strip().lower().removeprefix(PREFIX).removeprefix(OWN)
        if not text.strip():
            merged.pop(name, None)
            continue
        try:
            merged[name] = OPTIONS[name].codec.parse(text) if name in OPTIONS else own_value(text)
        except ValueError as error:
            raise _refused(model, f"option {given}: {error}", f"{OPTIONS[name].label} takes a number") from error
    return replace(model, options=merged)


def parse_constraint(text: str, book: Book, sheet: str) -> Constraint:
    """The constraint that a text such as `A1:A5 <= 10` or `B2:B9 int` means on a sheet; raises ModelError."""
    text = text.strip()
    comparison, kind = _COMPARISON.fullmatch(text), _KIND.fullmatch(text)
    match = comparison or kind
    if match is None:
        raise ModelError(f"{text}: this is no constraint", where=quote_sheet(sheet), hint=_EXAMPLES)
    try:
        left = find_area(match["left"], scope_of(book, sheet))
        word = (match["right"] if comparison else match["kind"]).strip().lower()
        if word in _KINDS and (comparison is None or comparison["sign"] in ("=", "==")):
            return Constraint(left, _KINDS[word])
        if comparison is None or comparison["sign"] not in _SIGNS:
            raise ModelError(f"{text}: this relation does not exist", where=quote_sheet(sheet), hint=_EXAMPLES)
        return Constraint(left, _SIGNS[comparison["sign"]], _right(comparison["right"], book, sheet))
    except NotCellsError as error:
        raise ModelError(f"{text}: {error.what}", where=quote_sheet(sheet), hint=error.hint) from error


def _right(text: str, book: Book, sheet: str) -> Right:
    """A right side; a formula is anchored, for a name's relative references would move with the selected cell."""
    right = find_right(text, scope_of(book, sheet))
    if not isinstance(right, str):
        return right
    try:
        tree, literals = parse(right, 0, 0)
    except FormulaError as error:
        raise NotCellsError(error.what) from error
    return show(_anchored(tree, sheet), 0, 0, literals)


def _anchored(node: Tree, sheet: str) -> Tree:
    """The tree with absolute references that name their sheet."""
    if isinstance(node, Reference):
        return Reference(
            node.sheet if node.sheet or node.book is not None else sheet,
            node.sheet_end,
            node.book,
            _absolute(node.row, MAX_ROWS),
            _absolute(node.col, MAX_COLS),
            _absolute(node.row_end, MAX_ROWS),
            _absolute(node.col_end, MAX_COLS),
        )
    fields: dict[str, Any] = {name: getattr(node, name) for name in node.__match_args__}
    for name, value in fields.items():
        if isinstance(value, Tree):
            fields[name] = _anchored(value, sheet)
        elif isinstance(value, tuple) and any(isinstance(item, Tree) for item in value):
            fields[name] = tuple(_anchored(item, sheet) for item in value)
    return node.__class__(**fields)


def _absolute(axis: Axis | None, size: int) -> Axis | None:
    return None if axis is None else Axis(axis.at(0, size), relative=False)


def _refused(model: Model, what: str, hint: str) -> ModelError:
    return ModelError(what, where=quote_sheet(model.sheet), hint=hint)
