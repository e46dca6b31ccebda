"""What Excel insists on when it opens a file, for the parts that we change: order of elements and what points to what.

The orders are those of ECMA-376 part 1, as far as workbooks use them. A complaint that the original file gave cause
for already is not held against the new one.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.evidence.outside import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORKSHEET = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations "
    "hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches "
    "ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems "
    "tableParts extLst"
)
_WORKBOOK = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups externalReferences "
    "definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing "
    "fileRecoveryPr webPublishObjects extLst"
)
_STYLES = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
ORDERS = {
    "worksheet": _WORKSHEET,
    "workbook": _WORKBOOK,
    "styleSheet": _STYLES,
    "c": "f v is extLst",
    "is": "t r rPh phoneticPr",
    "xf": "alignment protection extLst",
    "border": "start end left right top bottom diagonal vertical horizontal",
    "numCache": "formatCode ptCount pt extLst",
    "strCache": "ptCount pt extLst",
    "pt": "v",
    "drawing": "",
}
"""Per element its children in the order in which they must stand; those that are not listed do not matter."""
_CELL_TYPES = ("b", "d", "e", "inlineStr", "n", "s", "str")
_ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
_COUNTED = ("fonts", "fills", "borders", "cellXfs", "cellStyleXfs", "numFmts", "dxfs")


def complaints(old: bytes, new: bytes) -> list[str]:
    """What is wrong with the new file that was not wrong with the old one."""
    before = list(_all(old))
    return [complaint for complaint in _all(new) if complaint not in before]


def _all(data: bytes) -> Iterator[str]:
    parts = parts_of(data)
    trees = {}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            try:
                trees[name] = ET.fromstring(content)
            except ET.ParseError as error:
                yield f"{name}: not well-formed: {error}"
    for name, tree in trees.items():
        yield from _order(name, tree)
        if _local(tree.tag) == "worksheet":
            yield from _cells(name, tree)
        if _local(tree.tag) == "styleSheet":
            yield from _counts(name, tree)
    yield from _relations(parts, trees)
    yield from _types(parts, trees)
    yield from _sheets(trees)
    yield from _chain(trees)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _order(name: str, tree: ET.Element) -> Iterator[str]:
    for element in tree.iter():
        order = ORDERS.get(_local(element.tag), "").split()
        places = [order.index(_local(child.tag)) for child in element if _local(child.tag) in order]
        if places != sorted(places):
            yield f"{name}: children of {_local(element.tag)} stand in a wrong order"


def _cells(name: str, tree: ET.Element) -> Iterator[str]:
    """Rows and cells ascend, types are known, and a value is stored as its type says."""
    data = next((child for child in tree if _local(child.tag) == "sheetData"), None)
    last_row = 0
    for row in data if data is not None else ():
        number = int(row.get("r", last_row + 1))
        if number <= last_row:
            yield f"{name}: row {number} comes after row {last_row}"
        last_row, last_col = number, 0
        for cell in row:
            found = _ADDRESS.match(cell.get("r", ""))
            if found is None:
                last_col += 1
                continue
            col = 0
            for letter in found[1]:
                col = col * 26 + ord(letter) - 64
            if col <= last_col or int(found[2]) != number:
                yield f"{name}: the cell {found[0]} is out of order"
            last_col = col
            children = [_local(child.tag) for child in cell]
            if cell.get("t", "n") not in _CELL_TYPES or len(set(children)) != len(children):
                yield f"{name}: the cell {found[0]} has type {cell.get('t')} and {children}"
            if ("is" in children) != (cell.get("t") == "inlineStr"):
                yield f"{name}: the cell {found[0]} of type {cell.get('t')} holds {children}"


def _counts(name: str, tree: ET.Element) -> Iterator[str]:
    """Lists of styles are as long as they say, and formats point into them."""
    sizes = {_local(group.tag): len(group) for group in tree}
    for group in tree:
        if _local(group.tag) in _COUNTED and group.get("count") not in (None, str(len(group))):
            yield f"{name}: {_local(group.tag)} holds {len(group)} and says {group.get('count')}"
        if _local(group.tag) == "cellXfs":
            for xf in group:
                for key, lists in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
                    if int(xf.get(key, "0")) >= max(sizes.get(lists, 0), 1):
                        yield f"{name}: a format points to {key} {xf.get(key)}"


def _relations(parts: dict[str, bytes], trees: dict[str, ET.Element]) -> Iterator[str]:
    """Keys are unique, and every target inside the file is there."""
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        keys = [element.get("Id") for element in tree]
        if len(set(keys)) != len(keys):
            yield f"{name}: a key is given twice"
        folder = posixpath.dirname(posixpath.dirname(name))
        for element in tree:
            if element.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, element.get("Target", ""))).lstrip("/").lower()
                if target not in parts and unquote(target) not in parts:
                    yield f"{name}: {element.get('Id')} points to {target}, which is not there"


def _types(parts: dict[str, bytes], trees: dict[str, ET.Element]) -> Iterator[str]:
    """Every part has one content type, and no type is given to a part that is not there."""
    tree = trees.get("[content_types].xml")
    if tree is None:
        return
    defaults = {element.get("Extension", "").lower() for element in tree if _local(element.tag) == "Default"}
    stated = [element.get("PartName", "").lstrip("/").lower() for element in tree if _local(element.tag) == "Override"]
    if len(set(stated)) != len(stated):
        yield "[Content_Types].xml: a part is named twice"
    for name in stated:
        if name not in parts and unquote(name) not in parts:
            yield f"[Content_Types].xml: {name} is not there"
    known = {*stated, *map(unquote, stated)}
    for name in parts:
        if name not in known and name.rpartition(".")[2] not in defaults and name != "[content_types].xml":
            yield f"[Content_Types].xml: {name} has no type"


def _sheets(trees: dict[str, ET.Element]) -> Iterator[str]:
    """Names, numbers and keys of sheets are unique; defined names are not empty and belong to sheets that exist."""
    tree = next((tree for tree in trees.values() if _local(tree.tag) == "workbook"), None)
    for group in tree if tree is not None else ():
        if _local(group.tag) == "sheets":
            for key in ("name", "sheetId"):
                found = [sheet.get(key, "").casefold() for sheet in group]
                if len(set(found)) != len(found):
                    yield f"workbook: two sheets have one {key}"
            count = len(group)
        if _local(group.tag) == "definedNames":
            stated = [(name.get("name", "").casefold(), name.get("localSheetId")) for name in group]
            if len(set(stated)) != len(stated):
                yield "workbook: a defined name is given twice"
            for name in group:
                if not (name.text or "").strip():
                    yield f"workbook: the name {name.get('name')} is empty"
                if int(name.get("localSheetId", "0")) >= count:
                    yield f"workbook: the name {name.get('name')} belongs to no sheet"


def _chain(trees: dict[str, ET.Element]) -> Iterator[str]:
    """The order of calculation names formula cells only; it counts sheets by their `sheetId`."""
    chain = trees.get("xl/calcchain.xml")
    if chain is None:
        return
    book, links = trees["xl/workbook.xml"], trees["xl/_rels/workbook.xml.rels"]
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    formulas: dict[str, set[str]] = {}
    for sheet in (sheet for group in book if _local(group.tag) == "sheets" for sheet in group):
        key = next((value for name, value in sheet.attrib.items() if _local(name) == "id"), "")
        part = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/").lower()
        if part in trees:
            formulas[sheet.get("sheetId", "")] = {
                cell.get("r", "")
                for cell in trees[part].iter()
                if _local(cell.tag) == "c" and any(_local(child.tag) == "f" for child in cell)
            }
    number = ""
    for cell in chain:
        number = cell.get("i", number)
        if number in formulas and cell.get("r") not in formulas[number]:
            yield f"calcChain: {cell.get('r')} of sheet {number} has no formula"
