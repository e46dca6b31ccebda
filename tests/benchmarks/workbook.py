"""Workbooks of any size in seconds: sheets are written as XML, row by row, without an object per cell."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from solver.grid import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Content = float | str | None
    """A number, a text, or a formula that begins with "="; None is no cell."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LEVEL = 1  # the files are thrown away; what is measured packs with its own level


@dataclass(frozen=True, slots=True)
class Stored:
    """A formula with the value that the program which saved the file has stored for it."""

    formula: str
    value: float


@dataclass(frozen=True)
class SolverModel:
    """A stored model; `constraints` are (left, relation, right) with Excel's numbers for relations."""

    sheet: str
    objective: str
    variables: Sequence[str]
    sense: int = 2
    engine: int = 1
    nonnegative: bool = False
    constraints: Sequence[tuple[str, int, str]] = field(default_factory=tuple)

    def names(self) -> dict[str, str]:
        """The hidden names in which Excel keeps it."""
        found = {
            "adj": ",".join(self.variables),
            "opt": self.objective,
            "typ": str(self.sense),
            "eng": str(self.engine),
            "neg": "1" if self.nonnegative else "2",
            "num": str(len(self.constraints)),
            "val": "0",
            "ver": "3",
        }
        for number, (left, relation, right) in enumerate(self.constraints, start=1):
            found |= {f"lhs{number}": left, f"rel{number}": str(relation), f"rhs{number}": right}
        return found


def write_workbook(
    path: Path, sheets: Mapping[str, Iterable[Sequence[Content | Stored]]], model: SolverModel | None = None
) -> None:
    """Writes sheets, each a sequence of rows of contents, as programs store them; texts are inline."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(sheets)))
        archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations([("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]),
        )
        archive.writestr("xl/workbook.xml", _workbook(list(sheets), model))
        for number, rows in enumerate(sheets.values(), start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as file:
                file.write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for row in _rows(rows):
                    file.write(row.encode())
                file.write(b"</sheetData></worksheet>")


def _rows(rows: Iterable[Sequence[Content | Stored]]) -> Iterator[str]:
    letters: list[str] = []
    for number, contents in enumerate(rows, start=1):
        while len(letters) < len(contents):
            letters.append(column_letters(len(letters)))
        cells = "".join(
            [
                _cell(f"{letter}{number}", content)
                for letter, content in zip(letters, contents, strict=False)
                if content is not None
            ]
        )
        if cells:
            yield f'<row r="{number}">{cells}</row>'


def _cell(address: str, content: Content | Stored) -> str:
    if isinstance(content, Stored):
        return f'<c r="{address}"><f>{escape(content.formula[1:])}</f><v>{content.value!r}</v></c>'
    if isinstance(content, str):
        if content.startswith("="):
            return f'<c r="{address}"><f>{escape(content[1:])}</f></c>'
        return f'<c r="{address}" t="inlineStr"><is><t>{escape(content)}</t></is></c>'
    return f'<c r="{address}"><v>{content!r}</v></c>'


def _content_types(sheets: int) -> str:
    parts = [("/xl/workbook.xml", f"{_SHEET}.sheet.main+xml")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", f"{_SHEET}.worksheet+xml") for number in range(1, sheets + 1)]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in parts)
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{rels}{xml}{overrides}</Types>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def _workbook(sheets: list[str], model: SolverModel | None) -> str:
    tabs = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    names = ""
    if model is not None:
        place = sheets.index(model.sheet)
        names = "".join(
            chain(
                ["<definedNames>"],
                (
                    f'<definedName name="solver_{name}" localSheetId="{place}" hidden="1">{escape(text)}</definedName>'
                    for name, text in sorted(model.names().items())
                ),
                ["</definedNames>"],
            )
        )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tabs}</sheets>{names}</workbook>'
