"""Workbooks of real people and of other projects: read as another reader reads them, edited without loss."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import subprocess
import warnings
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel

from solver.book.book import DefinedName, Edits
from solver.book.patch import patch
from solver.book.read import read_book
from solver.values import ErrorValue, Kind
from tests.book.changes.test_reports import TABLE
from tests.book.made import columns, formulas_of, values_of
from tests.conftest import SHARED

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(path for path in SHARED.glob("*/*.xls[xm]")) if SHARED.is_dir() else []
pytestmark = pytest.mark.skipif(not FILES, reason="the folder of outside workbooks is not here")
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
HARD_FOR_OTHERS = ("fastai-2016--collab_filter", "fastai-2022--collab_filter")
"""openpyxl stumbles over a pivot cache in these."""


def other_reader(data: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


@each_file
def test_values_equal_another_readers(path: Path) -> None:
    """All values, where openpyxl can open the file; it makes dates of some numbers, and nothing of empty texts."""
    if path.stem in HARD_FOR_OTHERS:
        assert len(read_book(path).sheets) > 0
        return
    book, other = read_book(path), other_reader(path.read_bytes())
    for name, sheet in book.sheets.items():
        cells = [cell for row in other[name].iter_rows() for cell in row if cell.value not in (None, "")]
        theirs = {(cell.row - 1, cell.column - 1): cell.value for cell in cells}
        ours = {place: value for place, value in values_of(sheet).items() if value not in (None, "")}
        assert ours.keys() == theirs.keys()
        for place, value in ours.items():
            found = theirs[place]
            if isinstance(found, dt.date | dt.time | dt.timedelta):
                assert to_excel(found, other.epoch) == pytest.approx(value, abs=1e-5) or value <= 60
            else:
                assert (value.label if isinstance(value, ErrorValue) else value) == found


@each_file
def test_one_number_in_each_sheet(path: Path) -> None:
    """Only the sheet and charts that show the cell change; in the sheet one `<v>` has other digits."""
    book = read_book(path)
    assert patch(book, Edits()) == book.archive.data
    rng = np.random.default_rng(len(book.archive.data))
    for name, sheet in book.sheets.items():
        places = np.flatnonzero(sheet.cells.kind == Kind.NUMBER)
        if not len(places):
            continue
        index = int(rng.choice(places))
        place = int(sheet.cells.row[index]), int(sheet.cells.col[index])
        after = read_book(patch(book, Edits(values={name: columns({place: 77.6})})))
        parts = [part for part in book.archive if book.archive.raw(part) != after.archive.raw(part)]
        (changed,) = [part for part in parts if "/charts/chart" not in part]
        charts = [after.archive.read(part) for part in parts if part != changed]
        assert all(b"<c:v>77.6</c:v>" in chart for chart in charts)
        old, new = book.archive.read(changed), after.archive.read(changed)
        start, stop = book.parts.texts[name].start[index], book.parts.texts[name].stop[index]
        begin = old.rindex(b"<v", start, stop)
        end = old.index(b"</v>", begin)
        assert new == old[: old.index(b">", begin) + 1] + b"77.6" + old[end:]
        assert values_of(after.sheets[name]) == {**values_of(sheet), place: 77.6}


@each_file
def test_many_edits_and_reports_read_back(path: Path) -> None:
    """Cells inside and outside the stored area, a report, names: read back, the formulas as they were."""
    book = read_book(path)
    rng = np.random.default_rng(7)
    pool = [1.5, 'text <&" ', True, ErrorValue.NA, "=1+1", -3.0, 1e300]
    wanted = {
        name: {(int(rng.integers(60)), int(rng.integers(30))): pool[rng.integers(len(pool))] for _ in range(25)}
        for name in book.sheets
    }
    names = (DefinedName("solver_xyz", "1", 0, True), DefinedName("zz_new", '"a&b"'))
    edits = Edits({name: columns(v) for name, v in wanted.items()}, tables=(TABLE,), names=names, recalculate=True)
    out = patch(book, edits)
    after = read_book(out)
    for name, sheet in book.sheets.items():
        assert values_of(after.sheets[name]) == values_of(sheet) | wanted[name]
        assert formulas_of(after.sheets[name]) == formulas_of(sheet)
    assert set(after.names) == set(book.names) | set(names)
    assert list(after.sheets)[:-1] == list(book.sheets)
    assert after.active == book.active
    if path.stem not in HARD_FOR_OTHERS:
        assert other_reader(out).sheetnames[-1] == list(after.sheets)[-1]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_office_program_opens_the_result(tmp_path: Path) -> None:
    """LibreOffice opens patched files and finds the new values and the report."""
    chosen = [SHARED / "real" / "fastai--layers_example.xlsx", SHARED / "real" / "fenago--sensitivity-analysis.xlsx"]
    for path in chosen:
        book = read_book(path)
        name = next(iter(book.sheets))
        values = columns({(70, 0): 77.6, (70, 1): "a<b", (70, 2): True})
        (tmp_path / path.name).write_bytes(patch(book, Edits(values={name: values}, tables=(TABLE,))))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "out")]
    environment = {**os.environ, "HOME": str(tmp_path)}
    files = [str(tmp_path / path.name) for path in chosen]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=180, env=environment)
    back = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "back")]
    files = [str(tmp_path / "out" / f"{path.stem}.ods") for path in chosen]
    subprocess.run([*back, *files], check=True, capture_output=True, timeout=180, env=environment)
    for path in chosen:
        after = read_book(tmp_path / "back" / path.name)
        sheet = after.sheets[next(iter(after.sheets))]
        assert [sheet.cells.scalar(sheet.cells.find(70, col)) for col in range(3)] == [77.6, "a<b", True]
        report = values_of(after.sheets["Answer Report 1"])
        assert report[3, 1] == "=1+2"
        assert report[3, 2] == 1.25
