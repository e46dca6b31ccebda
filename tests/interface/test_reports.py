"""Reports that are printed, and pictures: what they hold, that nothing else is written, and what is refused."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from tests.interface.books import LE, MAX, PLAN, PLAN_MODEL, SIMPLEX, both, line, model, write
from tests.interface.command import contents, refused, run

if TYPE_CHECKING:
    from pathlib import Path


LOOSE = model(
    "Plan!$D$1", "Plan!$B$1:$C$1", ("Plan!$D$2", LE, 100), ("Plan!$D$3", LE, 120), sense=MAX, engine=SIMPLEX, free=False
)
"""A plan whose last constraint keeps slack."""


def sheet_rows(path: Path, title: str) -> list[list[object]]:
    """The values of a sheet without empty cells at the ends of its rows, creation time left out."""
    rows = [list(row) for row in openpyxl.load_workbook(path)[title].iter_rows(values_only=True)]
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    return rows[:2] + rows[3:]


def test_printed_reports_are_the_sheets(here: Path) -> None:
    """JSON, CSV and the appended sheet hold the same rows; printing writes no sheet, a dry run nothing."""
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    kinds = ("--report", "answer", "--report", "sensitivity", "--report", "answer")
    before = contents(here)
    said = run("solve", "book.xlsx", "--dry-run", *kinds, "--report-as", "csv")
    assert contents(here) == before
    printed = list(csv.reader(io.StringIO(said.out)))
    found = run("solve", "book.xlsx", *kinds, "--json").json["reports"]
    assert [(each["kind"], each["title"]) for each in found] == [
        ("answer", "Answer Report 1"),
        ("sensitivity", "Sensitivity Report 1"),
    ]
    for each in found:
        rows = each["rows"]
        assert [row for k, row in enumerate(rows) if k != 2] == sheet_rows(here / "book-solved.xlsx", each["title"])
    assert len(printed) == sum(len(each["rows"]) for each in found) + 1
    first, second = (each["rows"] for each in found)
    for shown, row in zip(printed, [*first, [], *second], strict=True):
        assert [cell for cell in shown if cell][-1:] == [str(cell) for cell in row if cell is not None][-1:] or (
            "Report Created" in shown[0] or "Solution Time" in "".join(shown)
        )
    run("solve", "book.xlsx", *kinds, "--report-as", "text", "-o", "plain.xlsx")
    assert openpyxl.load_workbook(here / "plain.xlsx").sheetnames == ["Plan"]


def test_text_never_becomes_a_formula(here: Path) -> None:
    """Names that look like formulas stay texts: escaped in CSV, strings in the sheet."""
    line(here / "book.xlsx")
    book = openpyxl.load_workbook(here / "book.xlsx")
    for address, text in (("A1", "=1+1"), ("A2", "+cmd|' /C calc'!A0"), ("F1", "@SUM(A1)"), ("G1", "-x")):
        book["Line"][address].value = text
        book["Line"][address].data_type = "s"
    book.save(here / "book.xlsx")
    for kind in ("answer", "check", "gradients"):
        said = run("solve", "book.xlsx", "--report", kind, "--report-as", "csv", "--dry-run")
        for row in csv.reader(io.StringIO(said.out)):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t")), row
                assert not cell.startswith("-") or float(cell) < 0
        run("solve", "book.xlsx", "--report", kind, "-o", f"{kind}.xlsx")
        sheet = openpyxl.load_workbook(here / f"{kind}.xlsx").worksheets[-1]
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_text_form(here: Path) -> None:
    """Lines stand as they are, columns below each other, and the summary is not printed."""
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    out = run("solve", "book.xlsx", "--dry-run", "--report", "answer", "--report-as", "text").out
    lines = out.splitlines()
    assert lines[0] == "Sheet Solver Answer Report"
    heading = lines[lines.index("Variable Cells") + 1]
    body = lines[lines.index("Variable Cells") + 2]
    assert heading.split() == ["Cell", "Name", "Original", "Value", "Final", "Value", "Integer"]
    assert body.index("Contin") <= heading.index("Integer") < body.index("Contin") + 8
    assert "iterations" not in out


def test_reports_of_all_sheets(here: Path) -> None:
    """Every model's listing has its own reports, numbered on."""
    both(here / "book.xlsx")
    models = run("solve", "book.xlsx", "--all-sheets", "--json", "--report", "answer", "--dry-run").json["models"]
    assert [[each["title"] for each in solved["reports"]] for solved in models] == [
        ["Answer Report 1"],
        ["Answer Report 2"],
    ]
    for each in models:
        assert each["reports"][0]["rows"][1][0].endswith(f"]{each['sheet']}")


def test_plot_writes_pictures(here: Path) -> None:
    """A PNG beside the book, an SVG with the charts' titles; the book is not touched, the same run gives the same."""
    pytest.importorskip("matplotlib")
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": LOOSE})
    before = contents(here)
    assert run("plot", "book.xlsx").code == 0
    assert (here / "book-plot.png").read_bytes().startswith(b"\x89PNG\r\n")
    assert run("plot", "book.xlsx", "-o", "one.svg", "--report", "answer").code == 0
    assert run("plot", "book.xlsx", "-o", "two.SVG", "--report", "answer", "--quiet").out == ""
    assert (here / "one.svg").read_bytes() == (here / "two.SVG").read_bytes()
    texts = {text.text for text in ET.parse(here / "one.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert "Slack of the Constraints" in texts
    assert {name: data for name, data in contents(here).items() if name == "book.xlsx"} == before


def test_plot_of_a_fit(here: Path) -> None:
    """Least squares show what was fitted against what was to be fitted."""
    pytest.importorskip("matplotlib")
    line(here / "book.xlsx")
    assert run("plot", "book.xlsx", "-o", "fit.svg").code == 0
    texts = {text.text for text in ET.parse(here / "fit.svg").iter("{http://www.w3.org/2000/svg}text")}
    assert {"Fitted against Target", "Target", "Fitted", "Equal"} <= texts


def test_plot_refuses(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other forms, reports without a chart, and a missing library are said in one line; nothing is written."""
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": LOOSE})
    refused(here, r"chart\.gif: pictures are written as png or svg: .+", "plot", "book.xlsx", "-o", "chart.gif")
    nothing = r"book\.xlsx: there is nothing to draw: .+"
    refused(here, nothing, "plot", "book.xlsx", "--report", "linearity", "--quiet")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(here, r"book\.xlsx: matplotlib, .+: pip install 'sheet-solver\[plot\]'", "plot", "book.xlsx")
