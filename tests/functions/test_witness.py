"""LibreOffice as an outside witness: a thousand formulas that both compute, and those where Excel differs from it.

`witness/agree.txt` holds formulas, one a line, that must give what LibreOffice makes of them in a real file.
`witness/differ.txt` holds formulas with Excel's value, `=F(1) -> 2`, where LibreOffice gives another one or does not
know the function; they need no witness.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import FORMULAE
from openpyxl.worksheet.formula import ArrayFormula

from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.formula.parse import parse
from solver.formula.show import show
from solver.formula.tree import Call, postorder
from solver.grid import Area, Cell
from solver.values import ErrorValue
from tests.books import book_of, close

if TYPE_CHECKING:
    from solver.values import Scalar

SOFFICE = shutil.which("soffice")
FOLDER = Path(__file__).parent / "witness"
AGREE = [line for line in (FOLDER / "agree.txt").read_text("utf-8").splitlines() if line.startswith("=")]
DIFFER = [line for line in (FOLDER / "differ.txt").read_text("utf-8").splitlines() if line.startswith("=")]
HOME = Cell("F", 0, 0)

DATA: dict[str, list[Any]] = {
    "A": [3, 7.5, -2, 0, 12, 7.5, 1e-3, 100, 45, 8],
    "B": ["apple", "Banana", "cherry", "apple pie", None, "*star", "date?", "~tilde", "10", "Zed"],
    "C": [44900, 44950, 45000, 45050, 45100, 45150, 45200, 45250, 45300, 45350],
    "D": [True, False, "x", 5, None, "=NA()", "7", 2, 0, -1],
    "E": [1, 2, 2, 4, 5, 7, 8, 9, 11, 12],
    "F": [5, 3, 8, 1, 9, 2, 7, 4, 6, 10],
    "G": [2.1, 3.9, 4.2, 8.3, 9.7, 14.5, 15.8, 18.4, 22.0, 24.3],
    "H": [-1000, 200, 300, 400, 500, 100],
    "I": [39448, 39508, 39751, 39859, 39904, 40000],
    "K": ["Tree", "Apple", "Pear", "Cherry", "Apple", "Pear"],
    "L": ["Height", 18, 12, 13, 14, 9],
    "M": ["Age", 20, 12, 14, 15, 8],
    "O": ["Tree", '="=Apple"', "Pear", None],
    "P": ["Height", ">10", "<10", None],
}
CELLS = {
    f"{column}{row}": float(value) if type(value) is int else value
    for column, values in DATA.items()
    for row, value in enumerate(values, start=1)
    if value is not None
}


def _stored(formula: str) -> str:
    """The formula as files hold it: functions younger than Excel 2007 have a prefix."""
    tree, literals = parse(formula[1:], 0, 0)
    text = show(tree, 0, 0, literals)
    for name in {node.name for node in postorder(tree) if isinstance(node, Call)}:
        if name not in FORMULAE and name != "DATEDIF":
            text = text.replace(f"{name}(", f"_xlfn.{name}(")
    return "=" + text


@cache
def _testimony(folder: Path) -> list[Scalar]:
    """What LibreOffice makes of the agreeing formulas."""
    book = Workbook()
    data, formulas = book.worksheets[0], book.create_sheet("F")
    data.title = "D"
    for address, value in CELLS.items():
        data[address] = value
    for row, formula in enumerate(AGREE, start=1):
        formulas[f"A{row}"] = ArrayFormula(f"A{row}", _stored(formula))
    book.save(folder / "in.xlsx")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(folder / "in.xlsx")], check=True, timeout=300)
    cells = read_book(folder / "out" / "in.xlsx").sheets["F"].cells
    return [cells.scalar(cells.find(row, 0)) for row in range(len(AGREE))]


def _value(formula: str) -> Scalar:
    calculation = Calculation(book_of({"D": CELLS, "F": {"A1": f"{{{formula}}}"}}), seed=1)
    return calculation.value(Area.of(HOME)).scalar()


def _alike(ours: Scalar, theirs: Scalar) -> bool:
    if isinstance(ours, ErrorValue) and isinstance(theirs, ErrorValue):
        return True  # LibreOffice writes most of its own errors as #VALUE!
    if isinstance(ours, (bool, float)) and isinstance(theirs, (bool, float)):
        return close(float(ours), float(theirs))
    return ours == theirs


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_what_libreoffice_gives(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Numbers to 1e-9, texts exactly."""
    theirs = _testimony(tmp_path_factory.mktemp("witness"))
    ours = [_value(formula) for formula in AGREE]
    against = [
        f"{formula} gives {mine!r}, LibreOffice {other!r}"
        for formula, mine, other in zip(AGREE, ours, theirs, strict=True)
        if not _alike(mine, other)
    ]
    assert against == []
    assert len(AGREE) > 900


@pytest.mark.parametrize("line", DIFFER)
def test_where_excel_differs_from_libreoffice(line: str) -> None:
    formula, _, expected = line.rpartition(" -> ")
    found, wanted = _value(formula), _value("=" + expected)
    assert close(found, wanted), f"{formula} gives {found!r}, not {wanted!r}"
