"""From the text of a stored name to areas: addresses, unions of them, and defined names that stand for them.

What has to be computed to be cells (columns of tables, spilled ranges, names that grow with OFFSET or INDEX) is.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.show import show
from solver.formula.tree import Axis, Error, Name, Reference, Tree, Union, postorder
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell
from solver.model.names import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solver.book.book import Book
    from solver.model.model import Right

DELETED = "#REF!"
_DEEPEST = 16
_QUOTED = re.compile(r"""(?:_xlfn\w*\.)?ERROR\("(.*)"\)""", re.IGNORECASE | re.DOTALL)
"""What Gnumeric writes for a name whose text it cannot read, such as a union."""
_QUOTED_OR_SEPARATOR = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|[;~]")
"""Where programs part areas by the separator of their language, or by LibreOffice's sign for a union."""


class NotCellsError(ValueError):
    """A text that means no cells: what is wrong with it, and what to do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a text stands: its sheet, and what sheets and defined names mean there; all keys are without case."""

    sheet: str
    sheets: Mapping[str, str]
    names: Mapping[tuple[str, str | None], str]
    compute: Callable[[str], tuple[Area, ...]]
    """The cells that the text of a formula gives; none where it gives values."""


@dataclass(frozen=True, slots=True)
class Found:
    """The areas that a text means, and what is wrong with its first part that means none."""

    areas: tuple[Area, ...]
    wrong: NotCellsError | None = None


def scope_of(book: Book, sheet: str) -> Scope:
    """The meaning of texts on a sheet of a book."""
    at = {each.position: each.name.casefold() for each in book.sheets.values()}
    names: dict[tuple[str, str | None], str] = {}
    for name in book.names:
        if name.sheet is None or name.sheet in at:
            place = None if name.sheet is None else at[name.sheet]
            names[name.name.casefold(), place] = name.text.removeprefix("=")
    calculation = cache(lambda: Calculation(book, trust=True))  # most models give addresses and need none
    return Scope(
        sheet,
        {name.casefold(): name for name in book.sheets},
        names,
        lambda text: calculation().cells(text, Cell(sheet, 0, 0)),
    )


def find_areas(text: str, scope: Scope) -> Found:
    """The areas of a text in its order; parts that mean none are left out, the first of them is named."""
    try:
        tree, literals = _parsed(text)
    except NotCellsError as error:
        return Found((), error)
    parts = [_part(part, literals, scope) for part in (tree.items if isinstance(tree, Union) else (tree,))]
    wrong = next((part.wrong for part in parts if part.wrong is not None), None)
    return Found(tuple(area for part in parts for area in part.areas), wrong)


def find_area(text: str, scope: Scope) -> Area:
    """The one area of a text; raises NotCellsError."""
    found = find_areas(text, scope)
    if found.wrong is not None:
        raise found.wrong
    if len(found.areas) != 1:
        raise NotCellsError("it has more than one area", "give each area a line of its own")
    return found.areas[0]


def find_right(text: str, scope: Scope) -> Right:
    """A right side: a number, an area, or the text of a formula; raises NotCellsError where cells are deleted."""
    text = text.strip().removeprefix("=")
    try:
        return number(text)
    except ValueError:
        pass
    tree, literals = _parsed(text)
    if any(isinstance(node, Error) and node.label == DELETED for node in postorder(tree)):
        raise _deleted()
    if isinstance(tree, Name) and tree.book is None and _meaning(tree, scope) is None:
        raise NotCellsError(f"there is no name {tree.name}", "give a number, cells, a name or a formula")
    if isinstance(tree, Reference | Name):
        try:
            areas = _areas(tree, literals, scope, 0)
        except NotCellsError:
            return text
        return areas[0] if len(areas) == 1 else text
    return text


def _part(tree: Tree, literals: Sequence[float], scope: Scope) -> Found:
    try:
        return Found(_areas(tree, literals, scope, 0))
    except NotCellsError as error:
        return Found((), error)


def _deleted() -> NotCellsError:
    return NotCellsError("it points to deleted cells", "choose the cells again, or delete the line")


def _parsed(text: str) -> tuple[Tree, Sequence[float]]:
    text = text.strip().removeprefix("=")
    quoted = _QUOTED.fullmatch(text)
    if quoted is not None:
        text = quoted[1].replace('""', '"')
    if not text:
        raise NotCellsError("it is empty", "choose cells")
    try:
        return parse(text, 0, 0)
    except FormulaError as error:
        with suppress(FormulaError):
            return parse(_QUOTED_OR_SEPARATOR.sub(lambda found: found[1] or ",", text), 0, 0)
        raise NotCellsError(error.what, "choose the cells again") from error


def _areas(tree: Tree, literals: Sequence[float], scope: Scope, depth: int) -> tuple[Area, ...]:
    if isinstance(tree, Reference):
        return (_area(tree, scope),)
    if isinstance(tree, Union):
        return tuple(area for part in tree.items for area in _areas(part, literals, scope, depth))
    if isinstance(tree, Error) and tree.label == DELETED:
        raise _deleted()
    if isinstance(tree, Name) and tree.book is None and depth < _DEEPEST:
        text = _meaning(tree, scope)
        if text is None:
            raise NotCellsError(f"there is no name {tree.name}", "choose cells")
        return _areas(*_parsed(text), scope, depth + 1)
    try:
        found = scope.compute(show(tree, 0, 0, literals))
    except FormulaError as error:
        raise NotCellsError(f"it is not a reference to cells ({error.what})", "choose cells") from error
    if not found:
        raise NotCellsError("it is not a reference to cells", "choose cells")
    return found


def _meaning(name: Name, scope: Scope) -> str | None:
    """The text of a defined name: the sheet's own goes before the book's."""
    key = name.name.casefold()
    return scope.names.get((key, (name.sheet or scope.sheet).casefold())) or scope.names.get((key, None))


def _area(reference: Reference, scope: Scope) -> Area:
    if reference.book is not None or reference.sheet_end is not None:
        raise NotCellsError("it lies outside one sheet of this workbook", "choose cells on one sheet of this workbook")
    sheet = scope.sheets.get((reference.sheet or scope.sheet).casefold())
    if sheet is None:
        raise NotCellsError(f"there is no sheet {reference.sheet}", "choose the cells again")
    top, bottom = _span(reference.row, reference.row_end, MAX_ROWS)
    left, right = _span(reference.col, reference.col_end, MAX_COLS)
    return Area(sheet, top, left, bottom, right)


def _span(start: Axis | None, end: Axis | None, size: int) -> tuple[int, int]:
    """First and last place along an axis; whole columns and rows have no ends."""
    if start is None:
        return 0, size - 1
    first = start.at(0, size)
    last = first if end is None else end.at(0, size)
    return min(first, last), max(first, last)
