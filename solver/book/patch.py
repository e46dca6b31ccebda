"""A book with its edits, back to bytes: the parts that change are made anew by splices, all others are copied."""

from __future__ import annotations

import posixpath
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from solver.book.book import Appearance
from solver.book.changes.calcchain import without_cells
from solver.book.changes.cell import Keep
from solver.book.changes.formulas import formula_changes
from solver.book.changes.mainpart import name_splices, recalculation_splices, sheet_splices
from solver.book.changes.reportsheet import look_of, report_sheet, sheet_title
from solver.book.changes.sheet import patch_sheet
from solver.book.changes.source import Source
from solver.book.drawings.caches import refresh_charts
from solver.book.drawings.drawing import add_charts
from solver.book.looks.appearance import dress, frame_splices
from solver.book.looks.styles import empty_styles, with_looks
from solver.book.markup import escape_attribute
from solver.book.package.draft import Draft
from solver.book.package.relations import relation_space, relations_part
from solver.book.pause import collector_paused
from solver.book.read import Parts
from solver.book.splice import splice
from solver.errors import WorkbookError
from solver.grid import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from solver.book.book import Book, Edits
    from solver.book.contents.mainpart import Workbook
    from solver.book.splice import Splice
    from solver.table import Style

    Looks: TypeAlias = "Mapping[tuple[Style, str], int]"

_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_CONTENT_TYPES = "[Content_Types].xml"


def patch(book: Book, edits: Edits) -> bytes:
    """The workbook's file with the edits in it; every record of the archive that they do not touch keeps its bytes."""
    parts = book.parts
    if not isinstance(parts, Parts) or book.edited:
        raise TypeError("the book is not as a file has it")
    draft = Draft(parts.archive)
    workbook = parts.workbook
    splices = name_splices(workbook, edits.names, edits.dropped_names)
    keys = _free_keys(workbook)
    looks = _looks(draft, parts, edits, keys)
    chained = unknown = False
    for name in dict.fromkeys([*edits.values, *edits.formulas, *edits.appearances]):
        formulas_changed, values_missing = _patch_cells(draft, parts, name, edits, looks)
        chained, unknown = chained or formulas_changed, unknown or values_missing
    refresh_charts(draft, parts.archive, edits.values, {name.name.casefold(): name.text for name in workbook.names})
    if chained:
        _shorten_calculation_chain(draft, parts, edits)
    if edits.tables:
        splices += _add_tables(draft, parts, edits, keys, looks)
    if edits.recalculate or unknown:
        splices += recalculation_splices(workbook)
    if splices:
        draft.put(workbook.part, splice(draft.content(workbook.part), splices))
    return draft.written()


def _free_keys(workbook: Workbook) -> Iterator[str]:
    """Keys for new relationships of the main part."""
    used = {relation.key for relation in workbook.relations}
    return (key for key in (f"rId{number}" for number in count(1)) if key not in used)


def _looks(draft: Draft, parts: Parts, edits: Edits, keys: Iterator[str]) -> Looks:
    """The number of every look that the edits need, after the styles part has got them."""
    wanted = {look_of(entry) for table in edits.tables for entry in table.entries.values()}
    wanted.update(look for appearance in edits.appearances.values() for look in appearance.cells.values())
    if not wanted:
        return {}
    workbook = parts.workbook
    styles = workbook.related("styles")
    if styles not in parts.archive:
        folder = posixpath.dirname(workbook.part)
        names = (posixpath.join(folder, f"styles{number or ''}.xml") for number in count())
        styles = next(name for name in names if name not in draft)
        draft.add(styles, empty_styles(workbook.strict))
        _connect(draft, parts, styles, next(keys), "styles", _TYPES + "styles+xml")
    content, numbers = with_looks(draft.content(styles), styles, wanted)
    draft.put(styles, content)
    return numbers


def _patch_cells(draft: Draft, parts: Parts, name: str, edits: Edits, looks: Looks) -> tuple[bool, bool]:
    """Changes one sheet; whether its set of formulas changed, and whether a formula is left without a value."""
    tab = next((tab for tab in parts.workbook.tabs if tab.name == name and tab.part), None)
    if tab is None:
        raise WorkbookError(f"there is no worksheet of the name {name}", hint="check the name")
    rich = {error: vm for vm, error in parts.context.rich_errors.items()}
    source = Source(name, parts.texts[name], draft.slices(tab.part), rich)
    changes = formula_changes(source, edits.formulas.get(name, {}))
    changed = bool(changes)
    appearance = edits.appearances.get(name, Appearance())
    dress(source, appearance, looks, changes)
    with collector_paused():
        draft.put(tab.part, patch_sheet(source, edits.values.get(name), changes, frame_splices(source, appearance)))
    unknown = any(
        isinstance(change.formula, str) and not isinstance(change.value, Keep) and change.value is None
        for change in changes.values()
    )
    return changed, unknown


def _add_tables(draft: Draft, parts: Parts, edits: Edits, keys: Iterator[str], looks: Looks) -> list[Splice]:
    """Adds report sheets behind all others; what the list of sheets gets."""
    workbook = parts.workbook
    folder = posixpath.dirname(workbook.part)
    taken = [tab.name for tab in workbook.tabs]
    sheets = []
    for table in edits.tables:
        names = (posixpath.join(folder, f"worksheets/sheet{number}.xml") for number in count(len(workbook.tabs) + 1))
        part = next(name for name in names if name not in draft)
        draft.add(part, report_sheet(table, looks, workbook.strict))
        key = next(keys)
        _connect(draft, parts, part, key, "worksheet", _TYPES + "worksheet+xml")
        taken.append(sheet_title(table.title, taken))
        add_charts(draft, part, taken[-1], table, workbook.strict)
        sheets.append((taken[-1], key))
    return sheet_splices(workbook, sheets)


def _connect(draft: Draft, parts: Parts, part: str, key: str, kind: str, content_type: str) -> None:
    """Makes the workbook point to a new part and says what that part is."""
    workbook = parts.workbook
    target = posixpath.relpath(part, posixpath.dirname(workbook.part) or ".")
    relation = (
        f'Relationship Id="{key}" Type="{relation_space(workbook.strict)}/{kind}" Target="{escape_attribute(target)}"/>'
    )
    draft.append(relations_part(workbook.part), relation)
    _forget_type(draft, part)
    draft.append(_CONTENT_TYPES, f'Override PartName="/{escape_attribute(part)}" ContentType="{content_type}"/>')


def _forget_type(draft: Draft, part: str) -> None:
    """Takes a part out of the list of what each part is."""
    draft.remove(_CONTENT_TYPES, lambda element: element.get("PartName").lstrip("/").lower() == part.lower())


def _shorten_calculation_chain(draft: Draft, parts: Parts, edits: Edits) -> None:
    """Takes cells that lose their formula out of the order of calculation.

    Where cells get a first formula the whole order is dropped: spreadsheet programs make it anew.
    """
    part = parts.workbook.related("calcChain")
    if part not in parts.archive:
        return
    if all(text is None for texts in edits.formulas.values() for text in texts.values()):
        gone = {
            tab.number: {f"{column_letters(col)}{row + 1}" for row, col in edits.formulas[tab.name]}
            for tab in parts.workbook.tabs
            if tab.name in edits.formulas
        }
        shorter = without_cells(draft.content(part), part, gone)
        if shorter is not None:
            draft.put(part, shorter)
            return
    keys = {relation.key for relation in parts.workbook.relations if relation.target == part}
    draft.remove(relations_part(parts.workbook.part), lambda element: element.get("Id") in keys)
    _forget_type(draft, part)
    draft.drop(part)
