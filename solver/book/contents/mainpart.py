"""What the main part of a workbook lists: the tabs, defined names, calculation settings, and the parts it points to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.book.book import DefinedName, Iteration
from solver.book.markup import MAIN, STRICT, Element, decode_escapes
from solver.book.package.relations import Relation, read_tree, relations, workbook_part
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from solver.book.package.archive import Archive


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab: `part` is "" unless it is a worksheet (chart, dialog and macro sheets count as positions only).

    `number` is what the order of calculation calls it.
    """

    name: str
    part: str
    visible: bool
    number: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """The main part, read: its tree with its bytes in UTF-8, its relationships, and what they say."""

    part: str
    tree: Element
    content: bytes
    codec: str
    relations: tuple[Relation, ...]
    tabs: tuple[Tab, ...]
    names: tuple[DefinedName, ...]
    active: str
    date1904: bool
    iterate: Iteration | None
    externals: tuple[str, ...]

    def related(self, kind: str) -> str:
        """The part of a kind that the workbook points to, or ""."""
        return next((r.target for r in self.relations if r.kind.lower() == kind.lower() and not r.outside), "")

    @property
    def strict(self) -> bool:
        """Whether it is in the strict form of ISO 29500."""
        return self.tree.space == STRICT


def read_workbook(archive: Archive) -> Workbook:
    """Reads the main part."""
    part = workbook_part(archive)
    tree, content, codec = read_tree(archive, part)
    if tree.name != "workbook" or tree.space not in (MAIN, STRICT):
        raise WorkbookError(f"the part {part} is not a workbook", hint="give a file saved by a spreadsheet program")
    found = relations(archive, part)
    by_key = {relation.key: relation for relation in found}
    tabs = tuple(_tab(element, by_key, archive) for element in tree.grouped("sheets", "sheet"))
    if not any(tab.part for tab in tabs):
        raise WorkbookError("the workbook has no worksheet", hint="give one with cells")
    properties, calc = tree.first("workbookPr"), tree.first("calcPr")
    externals = []
    for element in tree.grouped("externalReferences", "externalReference"):
        relation = by_key.get(element.get("id"))
        externals.append(relation.target if relation is not None and not relation.outside else "")
    return Workbook(
        part=part,
        tree=tree,
        content=content,
        codec=codec,
        relations=found,
        tabs=tabs,
        names=tuple(_name(element) for element in tree.grouped("definedNames", "definedName")),
        active=_active(tree, tabs),
        date1904=properties is not None and properties.flag("date1904"),
        iterate=_iteration(calc),
        externals=tuple(externals),
    )


def _tab(element: Element, by_key: dict[str, Relation], archive: Archive) -> Tab:
    name = decode_escapes(element.get("name"))
    relation = by_key.get(element.get("id"))
    if relation is None:
        raise WorkbookError(f"the sheet {name} points to no part of the file", hint="restore the file from a copy")
    part = ""
    if relation.kind.lower() == "worksheet" and not relation.outside:
        part = relation.target
        if part not in archive:
            raise WorkbookError(f"the part {part} of the sheet {name} is missing", hint="restore the file from a copy")
    return Tab(name, part, element.get("state", "visible") == "visible", element.get("sheetId"))


def _name(element: Element) -> DefinedName:
    local = element.get("localSheetId").strip()
    sheet = int(local) if local.isdecimal() else None
    return DefinedName(decode_escapes(element.get("name")), element.text, sheet, element.flag("hidden"))


def _active(tree: Element, tabs: tuple[Tab, ...]) -> str:
    """The name of the tab on top if it is a worksheet, else of the first visible worksheet."""
    views = tree.grouped("bookViews", "workbookView")
    stated = views[0].get("activeTab", "0") if views else "0"
    if stated.isdecimal() and int(stated) < len(tabs) and tabs[int(stated)].part:
        return tabs[int(stated)].name
    worksheets = [tab for tab in tabs if tab.part]
    return next((tab.name for tab in worksheets if tab.visible), worksheets[0].name if worksheets else "")


def _iteration(calc: Element | None) -> Iteration | None:
    if calc is None or not calc.flag("iterate"):
        return None
    count, delta = calc.get("iterateCount", "100"), calc.get("iterateDelta", "0.001")
    try:
        return Iteration(int(count), float(delta))
    except ValueError:
        return Iteration()
