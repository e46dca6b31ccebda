"""Functions that ask a server: their stored values stand, are used by others, and are named as not computed."""

from __future__ import annotations

import pytest

from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.functions.information.elsewhere import SOURCES
from solver.grid import Area, Cell
from solver.reports.agreement import compare
from tests.book.made import book_parts, sheet_xml, zipped

A1, B1 = Cell("S1", 0, 0), Cell("S1", 0, 1)


def _calculation(formula: str, stored: str) -> Calculation:
    row = f'<row r="1"><c r="A1"><f>{formula}</f>{stored}</c><c r="B1"><f>A1*2</f><v>14</v></c></row>'
    calculation = Calculation(read_book(zipped(book_parts(sheet_xml(row)))))
    calculation.everything()
    return calculation


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_stored_value_stands_and_is_used(name: str) -> None:
    calculation = _calculation(f"_xlfn.{name}(B9:B10,1)+1", "<v>7</v>")
    assert calculation.failures == {}
    assert calculation.value(Area.of(B1)).scalar() == 14.0
    (entry,) = calculation.kept.items()
    assert entry == (A1, f"{name} asks {SOURCES[name]}, and nothing is fetched")
    found = compare(calculation)
    assert (found.cells, found.equal, [cell for cell, _ in found.unsupported]) == (1, 1, [A1])


def test_without_a_stored_value_it_cannot_be_computed() -> None:
    calculation = _calculation("RTD(1)", "")
    assert set(calculation.failures) == {A1, B1}
    with pytest.raises(FormulaError, match="RTD asks a feed"):
        Calculation(calculation.book, strict=True).everything()
