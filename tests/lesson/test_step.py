"""One step by hand: the lesson's numbers on a sheet that goes on living."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.book.family.base import fit_parts, sheet
from tests.book.made import zipped
from tests.lesson.sheets import address, libreoffice, listing, put, refused, run, write

GALLERY = Path(__file__).resolve().parents[2] / "workbooks"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The worksheet of the gallery."""
    path = tmp_path / "worksheet.xlsx"
    path.write_bytes((GALLERY / "worksheet.xlsx").read_bytes())
    return path


def test_the_step_of_the_lesson(book: Path) -> None:
    found = listing("step", book, "--sheet", "Part 3", "--of", "H15", "--wrt", "H11")
    assert found["objective"] == {"cell": "'Part 3'!$H$15", "before": 1.0, "after": pytest.approx(0.64)}
    (move,) = found["cells"]
    assert (move["old"], move["derivative"], move["step"], move["new"]) == (0, 2, -0.2, -0.2)
    sheet = openpyxl.load_workbook(found["output"], data_only=True)["After the step"]
    assert [sheet[cell].value for cell in ("H11", "H13", "H14", "H15")] == pytest.approx([-0.2, 0.2, 0.8, 0.64])


def test_all_movies_at_once(book: Path) -> None:
    found = listing("step", book, "--sheet", "Part 3", "--rate", 0.25)
    assert [each["new"] for each in found["cells"]] == [-0.5, -0.5, 1]
    assert found["objective"]["after"] == pytest.approx(1)
    assert openpyxl.load_workbook(book).sheetnames == openpyxl.load_workbook(found["output"]).sheetnames[:-2]
    assert run("check", found["output"], "--sheet", "Part 1", "--quiet")[0] in (0, 2)


def test_another_step_size_in_libreoffice(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    run("step", book, "--sheet", "Part 3", "-o", out)
    changed = openpyxl.load_workbook(out)
    changed["Step"]["B3"] = 0.25
    changed.save(out)
    (tmp_path / "office").mkdir()
    sheets = libreoffice(out, tmp_path / "office")
    step = sheets["Step"]
    assert [step[f"F{row}"].value for row in (11, 12, 13)] == pytest.approx([-0.5, -0.5, 1])
    assert [step[f"B{row}"].value for row in (5, 6, 7, 8)] == pytest.approx([4, 1, -3, -6])
    assert sheets["After the step"]["C24"].value == pytest.approx(1)
    assert sheets["Part 3"]["C24"].value == pytest.approx(4)


def test_uphill_where_the_model_maximises(tmp_path: Path) -> None:
    cells: dict[str, Any] = {}
    put(cells, "A1", [["x", 1], ["y", 2], ["gain", "=6*B1-B1^2-B2^2"]])
    path = write(tmp_path / "hill.xlsx", {"S": cells})
    run("define", path, "--maximize", "B3", "--by-changing", "B1:B2")
    found = listing("step", path, "-i")
    assert [(each["derivative"], each["new"]) for each in found["cells"]] == [(4, 1.4), (-4, 1.6)]
    assert found["objective"]["after"] > found["objective"]["before"]
    sheet = openpyxl.load_workbook(path)["Step"]
    assert [address(sheet[f"A{row}"].value) for row in (11, 12)] == ["B1", "B2"]
    assert sheet["E11"].value == "=$B$3*D11"
    again = listing("step", path, "-i")
    assert again["cells"] == found["cells"]
    assert openpyxl.load_workbook(path).sheetnames == ["S", "Step", "After the step", "Step (2)", "After the step (2)"]


def test_bad_input(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    assert "several sheets" in refused("step", book)
    assert "nothing to descend on" in refused("step", book, "--sheet", "Part 2")
    far = write(tmp_path / "far.xlsx", {"S": {"A1": 1, "B1": "=T!A1*2"}, "T": {"A1": "=S!A1^2"}})
    assert "reach beyond the sheet" in refused("step", far, "--of", "B1", "--wrt", "A1")
    steep = write(tmp_path / "steep.xlsx", {"S": {"A1": 0, "B1": "=1/A1"}})
    assert "no derivative" in refused("step", steep, "--of", "B1", "--wrt", "A1")
    assert book.read_bytes() == before
    assert not (tmp_path / "far-step.xlsx").exists()


def test_a_formula_that_cannot_be_computed_anew(tmp_path: Path) -> None:
    """A given number may rest on what the file stores; on the sheet of the step its formula has no value."""
    given = '<c r="B2"><v>1</v></c>'
    assert given in sheet()
    text = sheet().replace(given, '<c r="B2"><f>NOSUCH(1)</f><v>1</v></c>')
    (tmp_path / "book.xlsx").write_bytes(zipped(fit_parts(text)))
    code, _, said = run("step", tmp_path / "book.xlsx")
    assert code == 2
    assert "'S1'!F3: the step cannot be shown, the function NOSUCH is not known: correct the formulas" in said
