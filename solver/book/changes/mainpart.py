"""The main part with other defined names, further sheets, and the mark for a full calculation on load."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.markup import Element, escape, escape_attribute
from solver.book.package.relations import relation_space
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from solver.book.book import DefinedName
    from solver.book.contents.mainpart import Workbook
    from solver.book.splice import Splice

_ORDER = (
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
    "calcPr",
)
_FULL = re.compile(rb"""\sfullCalcOnLoad\s*=\s*["'][^"']*["']""")


def name_splices(
    workbook: Workbook, names: Sequence[DefinedName], dropped: Collection[tuple[str, int | None]]
) -> list[Splice]:
    """The splices that set some defined names (same name and sheet replace) and drop others.

    A name that says what it said keeps its bytes; a new one goes where the alphabet puts it.
    """
    for name in names:
        if not name.text.strip():
            raise WorkbookError(f"the name {name.name} would be empty, which damages the file", hint="drop it instead")
    group, prefix = workbook.tree.first("definedNames"), _prefix(workbook)
    stored = [] if group is None else list(group.all("definedName"))
    wanted = {_key(name.name, name.sheet): name for name in names}
    gone = {_key(name, sheet) for name, sheet in dropped} - set(wanted)
    splices: list[Splice] = []
    left = 0
    for element, known in zip(stored, workbook.names, strict=True):
        key = _key(known.name, known.sheet)
        if key in gone:
            splices.append((element.start, element.stop, b""))
            continue
        left += 1
        new = wanted.pop(key, None)
        if new is not None and (new.text, new.hidden) != (known.text, known.hidden):
            splices.append((element.start, element.stop, _renewed(workbook.content, element, new, prefix)))
    if not left and not wanted:
        return [] if group is None or not stored else [(group.start, group.stop, b"")]
    fresh = sorted(wanted.values(), key=lambda name: _order(name.name, name.sheet))
    if group is None or group.inner == group.stop:
        body = b"".join(_name(name, prefix) for name in fresh)
        whole = f"<{prefix}definedNames>".encode() + body + f"</{prefix}definedNames>".encode()
        if not fresh:
            return splices
        if group is not None:
            return [(group.start, group.stop, whole)]
        at = _place(workbook, "definedNames")
        return [(at, at, whole)]
    stops = [element.stop for element in stored]
    order = [(_order(known.name, known.sheet), stop) for known, stop in zip(workbook.names, stops, strict=True)]
    for name in fresh:
        behind = [stop for key, stop in order if key <= _order(name.name, name.sheet)]
        at = max(behind, default=group.inner)
        splices.append((at, at, _name(name, prefix)))
    return _gathered(splices)


def sheet_splices(workbook: Workbook, sheets: Sequence[tuple[str, str]]) -> list[Splice]:
    """The splices that append sheets, each a title and the key of its relationship."""
    group = workbook.tree.first("sheets")
    if group is None or group.inner == group.stop:
        raise WorkbookError("the workbook lists no sheets", hint="the file is damaged; restore it from a copy")
    used = [int(e.get("sheetId")) for e in group.all("sheet") if e.get("sheetId").isdecimal()]
    declared, relation = _relation_prefix(workbook)
    rows = [
        f'<{_prefix(workbook)}sheet name="{escape_attribute(title)}" sheetId="{max(used, default=0) + number}"'
        f'{declared} {relation}:id="{key}"/>'
        for number, (title, key) in enumerate(sheets, start=1)
    ]
    return [(group.close, group.close, "".join(rows).encode())]


def recalculation_splices(workbook: Workbook) -> list[Splice]:
    """The splices that make a spreadsheet program calculate everything when it opens the file."""
    element = workbook.tree.first("calcPr")
    if element is None:
        at = _place(workbook, "calcPr")
        return [(at, at, f'<{_prefix(workbook)}calcPr fullCalcOnLoad="1"/>'.encode())]
    if element.flag("fullCalcOnLoad"):
        return []
    tag = _FULL.sub(b"", workbook.content[element.start : element.inner])
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return [(element.start, element.inner, tag[:end].rstrip() + b' fullCalcOnLoad="1"' + tag[end:])]


def _prefix(workbook: Workbook) -> str:
    tag = workbook.content[workbook.tree.start + 1 : workbook.tree.inner]
    return tag.split(b"workbook")[0].decode()


def _relation_prefix(workbook: Workbook) -> tuple[str, str]:
    """The declaration to add ("" where none is needed) and the prefix of the relationships' namespace."""
    space = relation_space(workbook.strict)
    tag = workbook.content[workbook.tree.start : workbook.tree.inner].decode()
    found = re.search(rf"""xmlns:([\w.-]+)\s*=\s*["']{re.escape(space)}["']""", tag)
    return ("", found[1]) if found is not None else (f' xmlns:r="{space}"', "r")


def _place(workbook: Workbook, name: str) -> int:
    """Where an element that is missing belongs."""
    before = _ORDER[: _ORDER.index(name)]
    return max((c.stop for c in workbook.tree.children if c.name in before), default=workbook.tree.inner)


def _key(name: str, sheet: int | None) -> tuple[str, int | None]:
    return name.casefold(), sheet


def _order(name: str, sheet: int | None) -> tuple[str, int]:
    return name.casefold(), -1 if sheet is None else sheet


def _name(name: DefinedName, prefix: str) -> bytes:
    local = "" if name.sheet is None else f' localSheetId="{name.sheet}"'
    hidden = ' hidden="1"' if name.hidden else ""
    head = f'<{prefix}definedName name="{escape_attribute(name.name)}"{local}{hidden}>'
    return f"{head}{escape(name.text)}</{prefix}definedName>".encode()


def _renewed(content: bytes, element: Element, name: DefinedName, prefix: str) -> bytes:
    """A name with another text; its other attributes, such as a comment, stay."""
    if name.hidden != element.flag("hidden") or element.inner == element.stop:
        return _name(name, prefix)
    return content[element.start : element.inner] + escape(name.text).encode() + content[element.close : element.stop]


def _gathered(splices: list[Splice]) -> list[Splice]:
    """The same splices, those at one empty place joined in their order."""
    joined: dict[tuple[int, int], bytes] = {}
    for start, stop, new in splices:
        joined[start, stop] = joined.get((start, stop), b"") + new
    return [(start, stop, new) for (start, stop), new in joined.items()]
