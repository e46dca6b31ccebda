"""Stored against recomputed values by columns: what a look at each cell alone would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell
from solver.reports.agreement import Difference, compare
from solver.values import ErrorValue, Scalar
from tests.book.made import book_parts, sheet_xml, zipped

VALUES: dict[str, Scalar] = {
    "1/3": 1 / 3,
    "10^300": 1e300,
    "0*A1": 0.0,
    '"a"&amp;1': "a1",
    '""': "",
    "1=1": True,
    "1=2": False,
    "1/0": ErrorValue.DIV0,
    "NA()": ErrorValue.NA,
}
"""Formulas and what they give."""

STORED: dict[str, Scalar] = {
    "<v>0.3333333333</v>": 0.3333333333,
    "<v>0.3333333334</v>": 0.3333333334,
    "<v>1e300</v>": 1e300,
    "<v>-1e300</v>": -1e300,
    "<v>1e-13</v>": 1e-13,
    "<v>1</v>": 1.0,
    "<v>0</v>": 0.0,
    "": None,
}
TYPED: dict[tuple[str, str], Scalar] = {
    ("str", "<v>a1</v>"): "a1",
    ("str", "<v></v>"): "",
    ("b", "<v>1</v>"): True,
    ("b", "<v>0</v>"): False,
    ("e", "<v>#DIV/0!</v>"): ErrorValue.DIV0,
    ("e", "<v>#N/A</v>"): ErrorValue.NA,
}
"""What may be stored with a formula, by type and text."""

FORMULAS = st.sampled_from([*VALUES, "RAND()", "NOSUCH(1)"])
CONTENTS = st.sampled_from([*(("n", text) for text in STORED), *TYPED])


def alike(a: Scalar, b: Scalar) -> bool:
    if type(a) is float and type(b) is float:
        return abs(a - b) <= max(1e-9 * max(abs(a), abs(b)), 1e-12)
    return type(a) is type(b) and a == b


@given(st.lists(st.tuples(FORMULAS, CONTENTS, st.booleans()), min_size=1, max_size=12))
def test_columns_say_what_each_cell_says(cells: list[tuple[str, tuple[str, str], bool]]) -> None:
    """In reading order: those that differ with both values, those not computed with a reason; volatile ones counted."""
    rows, different, missing = [], [], []
    compared = volatile = row = 0
    for formula, (kind, text), gap in cells:
        row += 1 + gap
        rows.append(f'<row r="{row + 1}"><c r="B{row + 1}" t="{kind}"><f>{formula}</f>{text}</c></row>')
        cell, stored = Cell("S1", row, 1), TYPED[kind, text] if kind != "n" else STORED[text]
        if formula == "NOSUCH(1)":
            missing.append(cell)
        elif formula == "RAND()":
            volatile += 1
        elif stored is not None:
            compared += 1
            if not alike(stored, VALUES[formula]):
                different.append(Difference(cell, stored, VALUES[formula]))
    calculation = Calculation(read_book(zipped(book_parts(sheet_xml("".join(rows))))))
    calculation.everything()
    found = compare(calculation)
    assert (found.cells, found.equal, found.volatile) == (compared, compared - len(different), volatile)
    assert found.different == tuple(different)
    assert [cell for cell, _ in found.unsupported] == missing
    assert all("NOSUCH" in reason for _, reason in found.unsupported)


def test_several_sheets_in_order() -> None:
    """Sheets follow each other as in the book, and each has its own cells."""
    first = '<row r="1"><c r="A1"><f>1+1</f><v>3</v></c></row>'
    second = '<row r="1"><c r="A1"><f>\'S1\'!A1*2</f><v>4</v></c><c r="B1"><f>A1</f><v>5</v></c></row>'
    calculation = Calculation(read_book(zipped(book_parts(sheet_xml(first), sheet_xml(second)))))
    calculation.everything()
    found = compare(calculation)
    assert (found.cells, found.equal) == (3, 1)
    assert found.different == (Difference(Cell("S1", 0, 0), 3.0, 2.0), Difference(Cell("S2", 0, 1), 5.0, 4.0))
    assert calculation.value(Area.of(Cell("S2", 0, 0))).scalar() == 4.0
