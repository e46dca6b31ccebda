"""Every formula of outside workbooks, computed from its inputs alone, gives the value that Excel stored.

Cells that are volatile, or have no stored value, are not compared; the exceptions below are all there are. Run with
`-s` for the counts.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.reports.agreement import Agreement, compare
from tests.conftest import SHARED

if TYPE_CHECKING:
    from pathlib import Path

    from solver.grid import Cell

FILES = sorted(path for folder in ("real", "formulas") for path in (SHARED / folder).glob("*.xls[xm]"))

DIFFERENT = {
    # the target minus NPV of it: 7e-12 of 42,000 is the last bit, and all that the subtraction leaves
    "pycel--npv.xlsx": {f"NPV!{column}{row}" for column in "DE" for row in (7, 8, 9)},
}
NOT_COMPUTED: dict[str, set[str]] = {}

pytestmark = pytest.mark.skipif(not FILES, reason="the folder of outside workbooks is not here")
counts = {"files": 0, "compared": 0, "equal": 0, "volatile": 0, "not computed": 0}


def agreement(path: Path) -> Agreement:
    calculation = Calculation(read_book(path))
    calculation.everything()
    return compare(calculation)


def names(cells: list[Cell]) -> set[str]:
    return {str(cell).replace("$", "") for cell in cells}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_formula_gives_the_value_that_excel_stored(path: Path) -> None:
    found = agreement(path)
    counts["files"] += 1
    counts["compared"] += found.cells
    counts["equal"] += found.equal
    counts["volatile"] += found.volatile
    counts["not computed"] += len(found.unsupported)
    assert names([difference.cell for difference in found.different]) == DIFFERENT.get(path.name, set())
    assert names([cell for cell, _ in found.unsupported]) == NOT_COMPUTED.get(path.name, set())


def test_what_differs_differs_by_noise() -> None:
    for name, cells in DIFFERENT.items():
        for difference in agreement(SHARED / "formulas" / name).different:
            assert str(difference.cell) in cells
            assert isinstance(difference.stored, float)
            assert difference.computed == pytest.approx(difference.stored, abs=1e-11)


def test_hardly_anything_is_excepted(capsys: pytest.CaptureFixture[str]) -> None:
    if counts["files"] < len(FILES):
        pytest.skip("only some of the files were compared")
    with capsys.disabled():
        sys.stdout.write("\n" + ", ".join(f"{count} {what}" for what, count in counts.items()) + "\n")
    assert counts["equal"] / (counts["compared"] + counts["not computed"]) > 0.9998
