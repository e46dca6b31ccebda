"""Charts on new sheets: another reader finds their kind, cells and cached values, and the file stays whole."""

from __future__ import annotations

import io
import posixpath
import subprocess
import zipfile
from shutil import which
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from solver.book.book import Edits
from solver.book.patch import patch
from solver.book.read import read_book
from solver.chart import Chart, ChartKind, Series
from solver.grid import Area
from solver.table import Entry, Table
from solver.values import ErrorValue
from tests.book.made import STRICT, STRICT_OFFICE, book_parts, sheet_xml, zipped

if TYPE_CHECKING:
    from pathlib import Path

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
NAMES, FIRST, SECOND = Area("", 1, 0, 4, 0), Area("", 1, 1, 4, 1), Area("", 1, 2, 4, 2)
ENTRIES = {
    (1, 0): Entry("a & b"),
    (2, 0): Entry("<c>"),
    (3, 0): Entry("d"),
    (4, 0): Entry("e"),
    (1, 1): Entry(1.0),
    (2, 1): Entry(0.1 + 0.2),
    (3, 1): Entry(ErrorValue.NA),
    (4, 1): Entry(1e-9),
    (1, 2): Entry(5.0),
    (2, 2): Entry(7.0),
    (4, 2): Entry(float("inf")),
}


def table(*charts: Chart, title: str = "Bob's report") -> Table:
    return Table(title, ENTRIES, charts=charts)


LINE = Chart(
    ChartKind.LINE, "Loss <by> step", (Series("Loss", FIRST, NAMES),), (0, 4), "Step", "Loss", logarithmic=True
)
SCATTER = Chart(
    ChartKind.SCATTER, "Both", (Series("p", SECOND, FIRST), Series("q", FIRST, FIRST, joined=True)), (20, 4)
)
BAR = Chart(ChartKind.BAR, "Slack", (Series("Slack & co", FIRST, NAMES),), (40, 4), "Slack")


def plain_book(**options: str) -> bytes:
    sheet = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>', **({"space": STRICT} if options else {}))
    return zipped(book_parts(sheet, **options))


def written(*tables: Table) -> bytes:
    return patch(read_book(plain_book()), Edits(tables=tables))


def chart_root(data: bytes, number: int) -> ET.Element:
    return ET.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(f"xl/charts/chart{number}.xml"))


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_another_reader_finds_the_charts() -> None:
    """Kinds, titles, axes and references are as said, on the sheet and in the place that were said."""
    sheet = openpyxl.load_workbook(io.BytesIO(written(table(LINE, SCATTER, BAR))))["Bob's report"]
    line, scatter, bar = sheet._charts
    assert [type(chart).__name__ for chart in sheet._charts] == ["LineChart", "ScatterChart", "BarChart"]
    assert (line.anchor._from.row, line.anchor._from.col) == (0, 4)
    assert line.title.tx.rich.p[0].r[0].t == "Loss <by> step"
    assert line.x_axis.title.tx.rich.p[0].r[0].t == "Step"
    assert line.y_axis.scaling.logBase == 10
    assert line.series[0].cat.strRef.f == "'Bob''s report'!$A$2:$A$5"
    assert line.series[0].val.numRef.f == "'Bob''s report'!$B$2:$B$5"
    assert [series.xVal.numRef.f for series in scatter.series] == ["'Bob''s report'!$B$2:$B$5"] * 2
    assert bar.barDir == "bar"
    assert bar.x_axis.scaling.orientation == "maxMin"
    assert bar.series[0].tx.v == "Slack & co"


def test_caches_hold_what_can_be_drawn() -> None:
    """All digits of numbers, texts with their signs, and no point for errors, blanks and infinity."""
    data = written(table(LINE, SCATTER))
    points = {
        name: {p.get("idx"): p.findtext(f"{C}v") for p in chart_root(data, number).iter(f"{C}pt")}
        for number, name in ((1, "line"), (2, "scatter"))
    }
    line = chart_root(data, 1)
    texts = {p.get("idx"): p.findtext(f"{C}v") for p in next(line.iter(f"{C}strCache")).iter(f"{C}pt")}
    numbers = {p.get("idx"): float(p.findtext(f"{C}v") or "") for p in next(line.iter(f"{C}numCache")).iter(f"{C}pt")}
    assert texts == {"0": "a & b", "1": "<c>", "2": "d", "3": "e"}
    assert numbers == {"0": 1.0, "1": 0.1 + 0.2, "3": 1e-9}
    y = next(iter(chart_root(data, 2).iter(f"{C}yVal")))
    assert {p.get("idx") for p in y.iter(f"{C}pt")} == {"0", "1"}
    assert points["scatter"]


def test_values_that_are_not_known_are_not_cached() -> None:
    """Formulas without a value, and cells of other sheets, are left to the program that draws them."""
    entries = {(0, 0): Entry(None, formula="1+1"), (1, 0): Entry(None, formula="2+2")}
    series = (Series("here", Area("", 0, 0, 1, 0)), Series("there", Area("Data", 0, 0, 1, 0)))
    data = written(Table("T", entries, charts=(Chart(ChartKind.LINE, "", series, (0, 2)),)))
    root = chart_root(data, 1)
    assert [f.text for f in root.iter(f"{C}f")] == ["T!$A$1:$A$2", "Data!$A$1:$A$2"]
    assert not list(root.iter(f"{C}numCache"))


def test_parts_point_to_each_other() -> None:
    """Every relationship leads to a part, every new part has its content type, and names are not used twice."""
    first = written(table(LINE), table(BAR, SCATTER, title="Other"))
    again = patch(read_book(first), Edits(tables=(table(LINE),)))
    archive = zipfile.ZipFile(io.BytesIO(again))
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert {n for n in names if n.startswith("xl/charts/")} == {f"xl/charts/chart{k}.xml" for k in (1, 2, 3, 4)}
    declared = {e.get("PartName") for e in ET.fromstring(archive.read("[Content_Types].xml"))}
    assert {f"/{n}" for n in names if n.startswith(("xl/charts/", "xl/drawings/d"))} <= declared
    for name in (n for n in names if n.endswith(".rels") and n.startswith("xl/")):
        folder = posixpath.dirname(posixpath.dirname(name))
        for relation in ET.fromstring(archive.read(name)):
            target = posixpath.normpath(posixpath.join(folder, relation.get("Target") or ""))
            assert target in names, (name, target)
    old = zipfile.ZipFile(io.BytesIO(first))
    assert all(archive.read(n) == old.read(n) for n in old.namelist() if "charts/" in n or "drawings/" in n)


def test_strict_books_get_strict_charts() -> None:
    """No word of the transitional form gets into a strict file."""
    data = patch(read_book(plain_book(space=STRICT, office=STRICT_OFFICE)), Edits(tables=(table(LINE),)))
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        if name.startswith(("xl/charts/", "xl/drawings/", "xl/worksheets/_rels")):
            text = archive.read(name).replace(b"schemas.openxmlformats.org/package/", b"")
            assert b"schemas.openxmlformats.org" not in text, name


@pytest.mark.skipif(which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_draws_them(tmp_path: Path) -> None:
    """A page of LibreOffice's PDF shows the titles of all three charts."""
    if which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (tmp_path / "book.xlsx").write_bytes(written(table(LINE, SCATTER, BAR)))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "book.xlsx")], check=True, capture_output=True, timeout=120)
    shown = subprocess.run(["pdftotext", str(tmp_path / "book.pdf"), "-"], check=True, capture_output=True, text=True)
    assert all(title in shown.stdout for title in ("Loss <by> step", "Both", "Slack"))
