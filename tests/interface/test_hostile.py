"""Files that were made to do harm: each does none, and the user reads one line that says what the file holds."""

from __future__ import annotations

import csv
import io
import re
import socket
import struct
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from solver.book.package.archive import open_archive
from tests.book.family.base import Parts, fit_parts, sheet
from tests.book.made import zipped
from tests.interface.command import contents, run

if TYPE_CHECKING:
    from pathlib import Path

DOCTYPE = (
    "a part holds a document type declaration, which no workbook needs and attacks use: do not trust this file; "
    "open it in a spreadsheet program and save it again if you must"
)
TRUST = "if you trust the file, set SOLVER_UNPACK_GB to the gigabytes that it may unfold to"
REPAIR = "the file is damaged; open it in a spreadsheet program and save it again"
COPY = "restore it from a copy or repair it in Excel"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)


def with_sheet(rows: str = "", **options: str) -> Parts:
    return fit_parts(sheet(more_rows=rows, **options))


def declared(doctype: str) -> bytes:
    text = sheet().replace("?>\n", f"?>\n{doctype}", 1)
    return zipped(fit_parts(text.replace("<v>0</v>", "<v>&lol9;</v>", 1)))


def overlapping() -> bytes:
    """Two names for one record, as the bombs have them that unfold a thousandfold from little."""
    data = zipped(fit_parts())
    archive = open_archive(data)
    first, *others = archive.entries
    again = bytearray(first.central.replace(first.name.encode(), b"x" * len(first.name)))
    directory = b"".join([bytes(again), *(entry.central for entry in archive.entries)])
    start, count = data.index(b"PK\x01\x02"), len(others) + 2
    return data[:start] + directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0)


HOSTILE: dict[str, tuple[bytes, str]] = {
    "billion laughs": (declared(LAUGHS), DOCTYPE),
    "external entity": (declared('<!DOCTYPE x [<!ENTITY lol9 SYSTEM "file:///etc/passwd">]>'), DOCTYPE),
    "entity from the network": (declared('<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'), DOCTYPE),
    "bomb by ratio": (
        zipped({**fit_parts(), "xl/media/image1.png": b"\0" * 40_000_000}),
        "the part xl/media/image1.png unfolds from {} to 40,000,000 bytes, as in a zip bomb: " + TRUST,
    ),
    "overlapping entries": (
        overlapping(),
        f"the file is damaged: the part [Content_Types].xml overlaps another one: {COPY}",
    ),
    "deep nesting": (
        zipped(with_sheet(after="<a>" * 100_000 + "</a>" * 100_000)),
        "the part xl/worksheets/sheet1.xml is nested too deeply: do not trust this file",
    ),
    "row of 32 bits": (
        zipped(with_sheet('<row r="4294967297"><c r="A4294967297"><v>1</v></c></row>')),
        f"S1: a cell in row 4294967297 and column 1 lies outside the sheet: {REPAIR}",
    ),
    "row beyond the sheet": (
        zipped(with_sheet('<row r="1048577"><c r="A1048577"><v>1</v></c></row>')),
        f"S1: a cell in row 1048577 and column 1 lies outside the sheet: {REPAIR}",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("command", ["solve", "calc"])
def test_hostile_files_are_refused(here: Path, kind: str, command: str) -> None:
    """One line, exit code 2, at once, and nothing written."""
    data, message = HOSTILE[kind]
    (here / "book.xlsx").write_bytes(data)
    before, began = contents(here), time.process_time()
    said = run(command, "book.xlsx")
    assert (said.code, said.out) == (2, "")
    pattern = re.escape(f"book.xlsx: {message}\n").replace(r"\{\}", "[0-9,]+")  # what zlib makes of it differs
    assert re.fullmatch(pattern, said.err), said.err
    assert contents(here) == before
    assert time.process_time() - began < 5


def test_a_bomb_by_size_and_the_way_around_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits on sizes can be set from outside, to less or to more."""
    (here / "book.xlsx").write_bytes(zipped(fit_parts()))
    monkeypatch.setenv("SOLVER_UNPACK_GB", "0.000001")
    said = run("show", "book.xlsx")
    assert said.code == 2
    assert said.err.startswith("book.xlsx: the part xl/worksheets/sheet1.xml unfolds from ")
    assert said.err.endswith(f" bytes, as in a zip bomb: {TRUST}\n")
    monkeypatch.setenv("SOLVER_UNPACK_GB", "much")
    assert run("show", "book.xlsx").err == "book.xlsx: SOLVER_UNPACK_GB is 'much': set it to a number of gigabytes\n"
    (here / "book.xlsx").write_bytes(HOSTILE["bomb by ratio"][0])
    monkeypatch.setenv("SOLVER_UNPACK_GB", "1")
    assert run("solve", "book.xlsx").code == 0


def test_names_that_climb_out_of_the_file(here: Path) -> None:
    """Nothing is unpacked to disk: a part of such a name is carried along like any other."""
    names = ["../../../outside.txt", "/absolute.txt", "C:\\outside.txt"]
    (here / "book.xlsx").write_bytes(zipped({**fit_parts(), **dict.fromkeys(names, b"x")}))
    assert run("solve", "book.xlsx").code == 0
    assert sorted(contents(here)) == ["book-solved.xlsx", "book.xlsx"]
    assert not (here.parent / "outside.txt").exists()
    with zipfile.ZipFile(here / "book-solved.xlsx") as archive:
        assert [info.orig_filename for info in archive.infolist()][-3:] == names


def test_relationships_that_climb_out(here: Path) -> None:
    """A target outside the file is a part that is missing; no file of the disk is read."""
    parts = fit_parts()
    for target in ("../../../../../../etc/passwd", "file:///etc/passwd", "http://example.org/sheet.xml"):
        links = str(parts["xl/_rels/workbook.xml.rels"]).replace("worksheets/sheet1.xml", target)
        (here / "book.xlsx").write_bytes(zipped({**parts, "xl/_rels/workbook.xml.rels": links}))
        said = run("solve", "book.xlsx")
        assert said.code == 2
        assert said.err.startswith("book.xlsx: the part ")
        assert said.err.endswith(" of the sheet S1 is missing: restore the file from a copy\n")


ELSEWHERE = [
    "'[far.xlsx]Sheet1'!A1",
    "'http://example.org/[far.xlsx]Sheet1'!A1",
    "'file:///etc/[passwd]Sheet1'!A1",
    'WEBSERVICE("http://example.org/")',
    'HYPERLINK("http://example.org/",1)',
    'IMAGE("http://example.org/x.png")',
    'RTD("prog",,"x")',
    'cmd|"/c calc"!A1',
    'CALL("kernel32","WinExec","JCJ","calc",0)',
    'INDIRECT("[far.xlsx]Sheet1!A1")',
    "INDIRECT(\"'http://example.org/[far.xlsx]S'!A1\")",
    'INDIRECT("../../etc/passwd")',
    'INDIRECT("")',
    'INDIRECT("A0")',
    'INDIRECT("XFE1")',
    'INDIRECT("R1C1:R99999999C1",FALSE)',
    'INDIRECT(REPT("A1,",9999))',
    'INDIRECT("S1!A1:B2!C3")',
    "INDIRECT(CHAR(7))",
]


@pytest.mark.parametrize("formula", ELSEWHERE)
def test_formulas_that_point_elsewhere_are_not_followed(
    here: Path, monkeypatch: pytest.MonkeyPatch, formula: str
) -> None:
    """No connection, no process, no other file: the cell is left open or gets Excel's error; the model is solved."""

    def reached(*_: object, **__: object) -> None:
        raise AssertionError("something outside was reached for")

    for place, name in ((socket.socket, "connect"), (socket, "getaddrinfo"), (subprocess, "Popen")):
        monkeypatch.setattr(place, name, reached)
    (here / "far.xlsx").write_bytes(zipped(fit_parts()))
    text = formula.replace("&", "&amp;").replace("<", "&lt;")
    cell = f'<row r="9"><c r="A9"><f>IF(F1=0,{text},{text})</f><v>0</v></c></row>'
    (here / "book.xlsx").write_bytes(zipped(with_sheet(cell)))
    opened: list[str] = []
    plain = io.open

    def watching(file: object, *arguments: object, **options: object) -> object:
        opened.append(str(file))
        return plain(file, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(io, "open", watching)
    said = run("solve", "book.xlsx", "--json")
    assert said.code == 0, said.err
    assert said.json["objective"]["final"] == pytest.approx(0.9)
    assert not any("far.xlsx" in name or "passwd" in name for name in opened)
    calculated = run("calc", "book.xlsx", "--json").json["S1"]["A9"]
    assert calculated["t"] in ("e", "u", "n", "s")
    if formula.startswith("INDIRECT"):
        assert calculated == {"t": "e", "v": "#REF!"}


INJECTED = ["=1+2", "+1+2", "-1+2", "@SUM(1)", '=HYPERLINK("http://example.org","x")', "\t=1+2"]


@pytest.mark.parametrize("word", INJECTED)
def test_texts_of_the_book_stay_texts_in_reports(here: Path, word: str) -> None:
    """A heading that reads like a formula is none in a report sheet, not even when typed again; nor in CSV."""
    parts = fit_parts()
    text = word.replace("&", "&amp;").replace('"', "&quot;")
    spaced = '<t xml:space="preserve">'
    parts["xl/sharedStrings.xml"] = str(parts["xl/sharedStrings.xml"]).replace("<t>slope", f"{spaced}{text}")
    (here / "book.xlsx").write_bytes(zipped(parts))
    assert run("solve", "book.xlsx", "--report", "answer", "--report", "sensitivity").code == 0
    book = openpyxl.load_workbook(here / "book-solved.xlsx")
    cells = [cell for name in book.sheetnames[1:] for row in book[name].iter_rows() for cell in row]
    named = [cell for cell in cells if isinstance(cell.value, str) and word in cell.value]
    assert named
    with zipfile.ZipFile(here / "book-solved.xlsx") as archive:
        reports = [archive.read(part) for part in archive.namelist() if "/worksheets/sheet" in part][1:]
    assert reports
    assert all(b"<f>" not in report for report in reports)
    assert all(cell.number_format == "@" for cell in named if cell.value == word)
    said = run("solve", "book.xlsx", "--dry-run", "--report", "answer", "--report-as", "csv", "--quiet")
    fields = [field for row in csv.reader(io.StringIO(said.out)) for field in row]
    assert any(word in field for field in fields)
    assert all(_harmless(field) for field in fields)


def _harmless(field: str) -> bool:
    """Whether a field of CSV is a number or begins with nothing that starts a formula."""
    try:
        float(field)
    except ValueError:
        return not field.startswith(("=", "+", "-", "@", "\t", "\r"))
    return True
