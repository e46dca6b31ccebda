"""Sheets that claim or ask for far more than they hold cost what they hold; the largest are refused by size."""

from __future__ import annotations

import io
import re
import time
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import pytest

from solver.book.package.archive import Limits
from solver.book.read import read_book
from solver.errors import WorkbookError
from solver.grid import Area, Cell
from solver.pipeline import computed, read
from tests.benchmarks.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20.0
"""Of the processor: generous, since what is guarded against would take minutes or all memory."""


def _value(path: Path, sheet: str, row: int, col: int) -> object:
    return computed(read(path)).value(Area.of(Cell(sheet, row, col))).scalar()


def test_a_dimension_of_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.xlsx"
    write_workbook(path, {"S": [[1.0, 2.0, "=A1+B1"]]})
    claimed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(claimed, "w") as new:
        for name in old.namelist():
            claim = b'<dimension ref="A1:XFD1048576"/><sheetData>'
            new.writestr(name, old.read(name).replace(b"<sheetData>", claim))
    path.write_bytes(claimed.getvalue())
    began = time.process_time()
    assert _value(path, "S", 0, 2) == 3.0
    assert len(read(path).sheets["S"].cells) == 3
    assert time.process_time() - began < SECONDS


def test_a_formula_over_every_column_reads_the_used_cells(tmp_path: Path) -> None:
    path = tmp_path / "everything.xlsx"
    rows = [[float(row), 1.0] for row in range(2000)]
    totals = [
        ["=SUM(Data!A:XFD)", "=COUNT(Data!1:1048576)", '=SUMIF(Data!A:A,">=1999",Data!B:B)', "=MAX(Data!$A:$XFD)"]
    ]
    write_workbook(path, {"Data": rows, "Totals": totals})
    began = time.process_time()
    assert [_value(path, "Totals", 0, col) for col in range(4)] == [2000 * 1999 / 2 + 2000, 4000.0, 1.0, 1999.0]
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("formula", ["=A{0}+1", "=MOD(A{0}+1,7)", '=IF(A{0}="x",0,SIN(A{0}))'])
def test_a_long_chain_needs_no_recursion(tmp_path: Path, formula: str) -> None:
    """Each cell reads the one above, stored in the order that is worst for whoever goes down the chain."""
    length = 20_000
    path = tmp_path / "chain.xlsx"
    write_workbook(path, {"S": [[0.5], *[[formula.format(row)] for row in range(1, length)]]})
    began = time.process_time()
    calculation = computed(read(path))
    assert not calculation.failures
    assert calculation.value(Area.of(Cell("S", length - 1, 0))).scalar() is not None
    assert time.process_time() - began < SECONDS


def test_too_much_xml_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    write_workbook(path, {"S": [[1.0] * 50] * 2000})
    book_of = partial(read_book, path, Limits(part=1_000_000, total=2_000_000))
    with pytest.raises(WorkbookError) as refusal:
        book_of().sheets["S"]
    assert re.search(r"to [\d,]+ bytes", str(refusal.value)), refusal.value
