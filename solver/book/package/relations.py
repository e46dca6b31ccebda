"""The parts of a workbook and how they point to each other: relationships and content types."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from solver.book.markup import Element, parse, to_utf8
from solver.book.package.archive import Archive, part_key
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

_RELATIONS = {
    False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    True: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part; `kind` is the last word of its type, `target` a part or, outside, a URL."""

    key: str
    kind: str
    target: str
    outside: bool = False
    type: str = ""


def read_tree(archive: Archive, part: str) -> tuple[Element, bytes, str]:
    """The tree of a part, its bytes in UTF-8, and its codec."""
    content, codec = to_utf8(archive.read(part))
    return parse(content, part), content, codec


def relation_space(strict: bool) -> str:
    """The namespace of relationships."""
    return _RELATIONS[strict]


def relations_part(part: str) -> str:
    """The name of the part that holds another's relationships.

    >>> relations_part("xl/workbook.xml"), relations_part("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, _, name = part.rpartition("/")
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relations(archive: Archive, part: str) -> tuple[Relation, ...]:
    """The relationships of a part; none if it has no such list."""
    where = relations_part(part)
    return tuple(_relations(archive, part, where)) if where in archive else ()


def _relations(archive: Archive, part: str, where: str) -> Iterator[Relation]:
    tree, _, _ = read_tree(archive, where)
    for element in tree.all("Relationship"):
        outside = element.get("TargetMode").lower() == "external"
        target = element.get("Target")
        yield Relation(
            element.get("Id"),
            element.get("Type").rstrip("/").rpartition("/")[2],
            target if outside else _resolve(archive, part, target),
            outside,
            element.get("Type"),
        )


def _resolve(archive: Archive, part: str, target: str) -> str:
    """The part that a target names: absolute or relative to the folder of `part`, in any case, %-encoded or not."""
    target = target.replace("\\", "/").partition("#")[0]
    path = target if target.startswith("/") else posixpath.join("/", posixpath.dirname(part), target)
    name = posixpath.normpath(path).lstrip("/")
    entry = archive.find(name) or archive.find(unquote(name))
    return entry.name.replace("\\", "/") if entry is not None else name


def is_signed(archive: Archive) -> bool:
    """Whether the file carries a digital signature, which any change makes void; one of its macros alone is none."""
    return any("/relationships/digital-signature/" in relation.type for relation in relations(archive, ""))


def workbook_part(archive: Archive) -> str:
    """The name of the main part; WorkbookError if there is none."""
    found = next((r.target for r in relations(archive, "") if r.kind == "officeDocument" and not r.outside), None)
    if found is None or found not in archive:
        found = "xl/workbook.xml"
    if part_key(found).endswith(".bin"):
        raise WorkbookError("this is a binary workbook (.xlsb)", hint="save it in Excel as .xlsx or .xlsm")
    if found not in archive:
        raise WorkbookError("the file holds no workbook", hint="give a file saved by a spreadsheet program")
    return found
