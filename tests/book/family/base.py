"""A workbook of raw XML with a Solver model in it, which the family dresses up in all that people put into files.

Sheet `S1` fits a line to five points: slope F1 and intercept F2 are the variables, F3 is the sum of squared errors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.book.made import MAIN, OFFICE, SHEET_PART, book_parts, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

Parts = dict[str, "str | bytes"]

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORDS = ("x", "y", "line", "error", "slope", "intercept", "loss")
POINTS = ((0, 1), (1, 3.5), (2, 4.5), (3, 7.5), (4, 8.5))
BEST = {"F1": 1.9, "F2": 1.2, "F3": 0.9}
"""The optimum."""
MODEL = {
    "adj": "'S1'!$F$1:$F$2",
    "cvg": "0.0001",
    "drv": "1",
    "eng": "1",
    "itr": "100",
    "neg": "2",
    "num": "0",
    "opt": "'S1'!$F$3",
    "typ": "2",
    "ver": "3",
}
STYLES = (
    '<styleSheet xmlns="{space}"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.000"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" '
    'xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True)
class Member:
    """One file of the family, and the parts that solving it changes."""

    name: str
    make: Callable[[], bytes]
    changes: frozenset[str] = frozenset({SHEET_PART})
    opens_elsewhere: bool = field(default=True)
    """Whether LibreOffice and Gnumeric can open the file as it is before the solve."""


MEMBERS: dict[str, Member] = {}


def member(
    *also: str, changes: frozenset[str] | None = None, opens_elsewhere: bool = True
) -> Callable[[Callable[[], Parts | bytes]], Callable[[], Parts | bytes]]:
    """Puts a file into the family; `also` are parts that change beside the sheet."""

    def add(make: Callable[[], Parts | bytes]) -> Callable[[], Parts | bytes]:
        def data() -> bytes:
            made = make()
            return made if isinstance(made, bytes) else zipped(made)

        changed = frozenset({SHEET_PART, *also}) if changes is None else changes
        MEMBERS[make.__name__] = Member(make.__name__, data, changed, opens_elsewhere)
        return make

    return add


def rows(prefix: str = "") -> str:
    """The rows of the fit, with stored values for slope and intercept 0."""
    p = prefix

    def text(address: str, index: int) -> str:
        return f'<{p}c r="{address}" t="s"><{p}v>{index}</{p}v></{p}c>'

    def number(address: str, value: float) -> str:
        return f'<{p}c r="{address}"><{p}v>{value:g}</{p}v></{p}c>'

    def formula(address: str, formula: str, value: float) -> str:
        return f'<{p}c r="{address}" s="1"><{p}f>{formula}</{p}f><{p}v>{value:g}</{p}v></{p}c>'

    extra = {
        1: text("E1", 4) + number("F1", 0),
        2: text("E2", 5) + number("F2", 0),
        3: text("E3", 6) + formula("F3", "SUMSQ(D2:D6)", sum(y * y for _, y in POINTS)),
    }
    lines = ["".join(text(f"{'ABCD'[k]}1", k) for k in range(4)) + extra[1]]
    for row, (x, y) in enumerate(POINTS, start=2):
        cells = number(f"A{row}", x) + number(f"B{row}", y)
        cells += formula(f"C{row}", f"$F$1*A{row}+$F$2", 0) + formula(f"D{row}", f"B{row}-C{row}", y)
        lines.append(cells + extra.get(row, ""))
    return "".join(f'<{p}row r="{n}">{cells}</{p}row>' for n, cells in enumerate(lines, start=1))


def sheet(before: str = "", after: str = "", more_rows: str = "", spaces: str = "", space: str = MAIN) -> str:
    """The part of `S1`; `spaces` are namespaces that it declares besides."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}" xmlns:r="{OFFICE}"'
        f"{spaces}>{before}<sheetData>{rows()}{more_rows}</sheetData>{after}</worksheet>"
    )


def model_names(prefix: str = "", more: str = "") -> str:
    """The list of defined names with the hidden ones of the model; `more` comes first in the alphabet."""
    names = "".join(
        f'<{prefix}definedName name="solver_{key}" localSheetId="0" hidden="1">{text}</{prefix}definedName>'
        for key, text in MODEL.items()
    )
    return f"<{prefix}definedNames>{more}{names}</{prefix}definedNames>"


def strings(prefix: str = "") -> str:
    """The shared strings."""
    return "".join(f"<{prefix}si><{prefix}t>{word}</{prefix}t></{prefix}si>" for word in WORDS)


def fit_parts(
    first: str | None = None,
    *others: str,
    names: str = "",
    before_names: str = "",
    after_names: str = '<calcPr calcId="191029"/>',
    space: str = MAIN,
    office: str = OFFICE,
) -> Parts:
    """The parts of the workbook, with another first sheet or further ones."""
    sheets = (first or sheet(space=space), *others)
    workbook = before_names + model_names(more=names) + after_names
    parts: Parts = book_parts(*sheets, workbook=workbook, strings=strings(), space=space, office=office)
    attach(parts, "xl/workbook.xml", "styles", "styles.xml", STYLES.format(space=space), "styles", office=office)
    return parts


def attach(
    parts: Parts,
    owner: str,
    kind: str,
    target: str,
    content: str | bytes | None,
    content_type: str = "",
    *,
    key: str = "",
    office: str = OFFICE,
) -> str:
    """Puts a part into the file and lets another point to it; gives back the key of the relationship.

    `kind` is the last word of the relationship's type or the whole of it; a short content type is one of SpreadsheetML.
    """
    folder, _, name = owner.rpartition("/")
    where = f"{folder}/_rels/{name}.rels".lstrip("/")
    empty = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    listed = str(parts.get(where, empty))
    key = key or f"rIdA{listed.count('<Relationship ') + 1}"
    type_ = kind if ":" in kind else f"{office}/{kind}"
    one = f'<Relationship Id="{key}" Type="{type_}" Target="{target}"/>'
    parts[where] = listed.replace("</Relationships>", f"{one}</Relationships>")
    if content is not None:
        part = _joined(folder, target)
        parts[part] = content
        if content_type:
            full = content_type if "/" in content_type else f"{SPREADSHEET}{content_type}+xml"
            override = f'<Override PartName="/{part}" ContentType="{full}"/></Types>'
            parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("</Types>", override)
    return key


def default_type(parts: Parts, extension: str, content_type: str) -> None:
    """Says what all parts of an extension are."""
    default = f'<Default Extension="{extension}" ContentType="{content_type}"/><Override'
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("<Override", default, 1)


def _joined(folder: str, target: str) -> str:
    pieces = folder.split("/") if not target.startswith("/") else []
    for piece in target.strip("/").split("/"):
        if piece == "..":
            pieces.pop()
        else:
            pieces.append(piece)
    return "/".join(pieces)
