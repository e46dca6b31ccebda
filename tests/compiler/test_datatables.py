"""What-if tables: every cell is what the formula gives with the inputs replaced, alive or not, in the file too."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import DataTableFormula

from solver import ErrorValue, solve
from solver.algebra import Function
from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell
from tests.books import book_of, close

if TYPE_CHECKING:
    from pathlib import Path

    from solver.book.book import Book
    from solver.values import Scalar

RATES, YEARS = (0.01, 0.02, 0.05), (10.0, 20.0)


def saved(cells: dict[str, Any], area: str, names: dict[str, str] | None = None, **attributes: Any) -> bytes:
    """A workbook with a what-if table over an area, as Excel stores one, and with hidden names."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "S"
    for address, content in cells.items():
        sheet[address] = content
    first = area.partition(":")[0]
    sheet[first] = DataTableFormula(ref=area, t="dataTable", **attributes)
    for row in sheet[area]:
        for cell in row:
            if cell.coordinate != first:
                cell.value = 0
    for name, text in (names or {}).items():
        sheet.defined_names[name] = DefinedName(name, attr_text=text, hidden=True)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def values(book: Book, area: str, **settings: Any) -> list[list[Scalar]]:
    calculation = Calculation(book, **settings)
    calculation.everything()
    first, _, last = area.partition(":")
    return calculation.evaluate(f"{first}:{last}", Cell("S", 50, 50)).scalars()[0, 0].tolist()


LOAN = {"A1": 0.03, "A2": 15, "A3": 1000, "B1": "=A1/12", "B2": "=-PMT(B1,A2*12,A3)"}


def payment(rate: float, years: float) -> float:
    growth = (1 + rate / 12) ** (12 * years)
    return 1000 * rate / 12 * growth / (growth - 1)


def test_two_inputs() -> None:
    """The row input takes what stands above, the column input what stands to the left."""
    margins = {"D5": "=B2", "E5": YEARS[0], "F5": YEARS[1], "D6": RATES[0], "D7": RATES[1], "D8": RATES[2]}
    book = read_book(saved({**LOAN, **margins}, "E6:F8", dt2D="1", dtr="1", r1="A2", r2="A1"))
    assert np.allclose(
        np.array(values(book, "E6:F8"), dtype=float), [[payment(r, y) for y in YEARS] for r in RATES], rtol=1e-12
    )


@pytest.mark.parametrize("down", [True, False])
def test_one_input(down: bool) -> None:
    """Several formulas along one margin, the values of the input along the other."""
    if down:
        margins = {"E5": "=B2", "F5": "=B1*2", "D6": RATES[0], "D7": RATES[1], "D8": RATES[2]}
        book = read_book(saved({**LOAN, **margins}, "E6:F8", dtr="0", r1="A1"))
        found = np.array(values(book, "E6:F8"), dtype=float)
    else:
        margins = {"D6": "=B2", "D7": "=B1*2", "E5": RATES[0], "F5": RATES[1], "G5": RATES[2]}
        book = read_book(saved({**LOAN, **margins}, "E6:G7", dtr="1", r1="A1"))
        found = np.array(values(book, "E6:G7"), dtype=float).T
    assert np.allclose(found, [[payment(r, 15), r / 6] for r in RATES], rtol=1e-12)


def test_values_of_any_kind() -> None:
    """Texts, errors and blanks come out as the formula gives them, whatever the input is."""
    cells = {"A1": 1, "B1": '=IF(ISTEXT(A1),A1&"!",IF(A1=0,"none",6/(A1-2)))', "E5": "=B1"}
    margin: dict[str, Any] = {"D6": 4, "D7": 2, "D8": "x", "D10": 0}
    book = read_book(saved({**cells, **margin}, "E6:E10", dtr="0", r1="A1"))
    assert values(book, "E6:E10") == [[3.0], [ErrorValue.DIV0], ["x!"], ["none"], ["none"]]


def test_as_libreoffice_writes_it() -> None:
    """One formula a cell: the formula's cell, then inputs and what they shall hold."""
    book = book_of({"S": {**LOAN, "D5": "=B2", "E6": "=TABLE($B$2,$A$1,0.02,$A$2,20)"}})
    assert close(values(book, "E6:E6")[0][0], payment(0.02, 20.0))


def test_stored_margins_may_be_formulas_of_the_inputs() -> None:
    """The margin keeps what it really holds: only the formula sees the supposed value."""
    cells = {"A1": 2, "B1": "=A1^2", "D6": "=A1+1", "D7": "=D6+1", "E5": "=B1+100*A1"}
    book = read_book(saved(cells, "E6:E7", dtr="0", r1="A1"))
    assert values(book, "E6:E7") == [[309.0], [416.0]]


def test_a_table_that_reads_itself_is_circular() -> None:
    """It is told so, and nothing runs on for ever."""
    cells = {"A1": 2, "B1": "=A1+SUM(E6:E7)", "D6": 1, "D7": 2, "E5": "=B1"}
    calculation = Calculation(read_book(saved(cells, "E6:E7", dtr="0", r1="A1")))
    calculation.everything()
    assert "circular" in calculation.failures[Cell("S", 5, 4)]


SCENARIOS = {"A1": 0.5, "A2": 0.3, "B1": "=(A1*C1-A2)^2+EXP(A1)*C1", "C1": 1, "E5": "=B1"}
WEIGHTS = (0.5, 1.0, 2.0)
MARGIN = {"D6": WEIGHTS[0], "D7": WEIGHTS[1], "D8": WEIGHTS[2], "G1": "=SUM(E6:E8)"}


def test_derivatives_go_through_the_table() -> None:
    """An objective over scenarios has the gradient of the sum of its formula at each."""
    book = read_book(saved({**SCENARIOS, **MARGIN}, "E6:E8", dtr="0", r1="C1"))
    calculation = Calculation(book, variables=[Area("S", 0, 0, 1, 0)])
    node = calculation.evaluate("G1", Cell("S", 50, 50)).number
    assert calculation.x is not None
    function = Function(node, calculation.x)
    a, b = x = np.array([0.7, -0.2])
    assert np.isclose(function.value(x), sum((a * c - b) ** 2 + np.exp(a) * c for c in WEIGHTS), rtol=1e-12)
    slope = [sum(2 * c * (a * c - b) + np.exp(a) * c for c in WEIGHTS), sum(-2 * (a * c - b) for c in WEIGHTS)]
    assert np.allclose(function.gradient(x), slope, rtol=1e-12)


def test_a_variable_may_be_an_input() -> None:
    """Then the table does not hang on it, but on the others."""
    cells = {"A1": 3, "A2": 5, "B1": "=A1*A2", "E5": "=B1", "D6": 10, "D7": 20, "G1": "=SUM(E6:E7)+A1"}
    calculation = Calculation(read_book(saved(cells, "E6:E7", dtr="0", r1="A1")), variables=[Area("S", 0, 0, 1, 0)])
    node = calculation.evaluate("G1", Cell("S", 50, 50)).number
    assert calculation.x is not None
    function = Function(node, calculation.x)
    assert function.value([3, 5]) == 153
    assert function.gradient([3, 5]).tolist() == [1, 30]


def test_solving_refreshes_the_table(tmp_path: Path) -> None:
    """The fitted book stores the table's new values, and its formula stays as it is."""
    model = {"solver_opt": "S!$G$1", "solver_adj": "S!$A$1:$A$2", "solver_typ": "2", "solver_neg": "2"}
    path, solved = tmp_path / "book.xlsx", tmp_path / "solved.xlsx"
    path.write_bytes(saved({**SCENARIOS, **MARGIN}, "E6:E8", model, dtr="0", r1="C1"))
    assert solve(path, out=solved).success
    book = read_book(solved)
    a, b = (book.sheets["S"].cells.scalar(book.sheets["S"].cells.find(row, 0)) for row in (0, 1))
    assert isinstance(a, float)
    assert isinstance(b, float)
    stored = [book.sheets["S"].cells.scalar(book.sheets["S"].cells.find(row, 4)) for row in (5, 6, 7)]
    assert np.allclose(np.array(stored, dtype=float), [(a * c - b) ** 2 + np.exp(a) * c for c in WEIGHTS], rtol=1e-12)
    tables = []
    for file in (path, solved):
        with zipfile.ZipFile(file) as parts:
            tables.append(re.findall(rb"<f [^>]*dataTable[^>]*>", parts.read("xl/worksheets/sheet1.xml")))
    assert len(tables[0]) == 1
    assert tables[0] == tables[1]
