"""Look-ups: whole columns of keys, Excel's bisection, ranges handed on, and keys and tables that are alive."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program
from solver.compiler.calculation import Calculation
from solver.functions.criteria.selection import column_of
from solver.functions.lookup.search import Match, search_of
from solver.functions.operand import lone, of_scalars
from solver.grid import Area, Cell
from solver.values import ErrorValue, Scalar
from tests.books import book_of, close
from tests.functions.formulas import value_of

HOME = Cell("Sheet1", 50, 50)


def computed(contents: dict[str, Any], *formulas: str) -> list[Scalar]:
    """The values of formulas beside some cells."""
    calculation = Calculation(book_of({"Sheet1": contents}))
    return [calculation.evaluate(formula, HOME).scalar() for formula in formulas]


TABLE: dict[str, Any] = {
    "A1": "apple", "A2": "Banana", "A3": 3.0, "A4": "kiwi", "A5": True,
    "B1": 10.0, "B2": 20.0, "B3": "thirty", "B5": ErrorValue.DIV0,
    "C1": 1.0, "C2": 2.0, "C3": 4.0, "C4": 8.0, "C5": 16.0,
}  # fmt: skip


def test_a_column_of_keys() -> None:
    """Filled-down look-ups give texts, blanks and errors of the table, and #N/A where there is none."""
    sheet = dict(TABLE)
    keys: list[Scalar] = ["KIWI", "banana", 3.0, True, "none", ErrorValue.REF, "b*"]
    for k, key in enumerate(keys, 1):
        sheet[f"E{k}"] = key
        sheet[f"F{k}"] = f"=VLOOKUP(E{k},$A$1:$B$5,2,FALSE)"
        sheet[f"G{k}"] = f'=XLOOKUP(E{k},$A$1:$A$5,$C$1:$C$5,"?")'
        sheet[f"H{k}"] = f"=INDEX($C$1:$C$5,MATCH(E{k},$A$1:$A$5,0))"
    values = computed(sheet, *[f"{column}{k}" for column in "FGH" for k in range(1, 8)])
    absent, wrong = ErrorValue.NA, ErrorValue.REF
    assert values[:7] == [0.0, 20.0, "thirty", ErrorValue.DIV0, absent, wrong, 20.0]
    assert values[7:14] == [8.0, 2.0, 4.0, 16.0, "?", wrong, "?"]
    assert values[14:] == [8.0, 2.0, 4.0, 16.0, absent, wrong, 2.0]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("LOOKUP(9.9E+307,C:C)", 16.0),
        ('LOOKUP(2,1/(A1:A5="kiwi"),C1:C5)', 8.0),
        ("LOOKUP(5,C1:C5)", 4.0),
        ("SUM(INDEX(C1:C5,2):C4)", 14.0),
        ("SUM(INDEX(A1:C5,0,3))", 31.0),
        ("SUM(OFFSET(C1,1,0,3,1))", 14.0),
        ("SUM(OFFSET(C5,0,0,-2,1))", 24.0),
        ('SUM(INDIRECT("C"&1&":C3"))', 7.0),
        ('SUM(INDIRECT("R1C3:R2C3",FALSE))', 3.0),
        ("SUM(XLOOKUP(2,C1:C5,C1:C5):C5)", 30.0),
        ("SUM(VLOOKUP(1,C1:E5,{1,2},FALSE))", 1.0),
        ("MATCH(5,{1,9,2,8,3,7},1)", 5.0),
        ("MATCH(8,{1,9,2,8,3,7},1)", 6.0),
        ("HLOOKUP(TRUE,{TRUE,FALSE;5,6},2,FALSE)", 5.0),
        ("INDEX((A1:A3,C1:C5),2,1,2)", 2.0),
        ("INDEX(C1:C5,6)", ErrorValue.REF),
        ("INDEX(C1:C5,-1)", ErrorValue.VALUE),
        ("INDEX(C1:C5,1E+308)", ErrorValue.REF),
        ("OFFSET(C1,-1E+308,0)", ErrorValue.REF),
        ("VLOOKUP(1,C1:C5,2,FALSE)", ErrorValue.REF),
        ("VLOOKUP(1,C1:C5,0,FALSE)", ErrorValue.VALUE),
    ],
)
def test_single_lookups(formula: str, expected: Scalar) -> None:
    (value,) = computed(TABLE, formula)
    assert close(value, expected)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(-1, 10))
def test_bisection_of_ascending_values(values: list[int], key: int) -> None:
    """On ascending values the approximate match is the last that is not above the key."""
    values.sort()
    search = search_of(column_of(of_scalars([[float(v) for v in values]])))
    found = int(search.find(lone(float(key)), Match.ASCENDING).flat[0])
    assert found == bisect_right(values, key) - 1


@given(st.lists(st.sampled_from([1.0, 2.0, 5.0, "a", "B", None, True]), min_size=1, max_size=10), st.data())
def test_nearest_values(values: list[Scalar], data: st.DataObject) -> None:
    """Next smaller and next larger look at numbers only and take the first, or last, of equal ones."""
    key = data.draw(st.sampled_from([0.0, 1.0, 3.0, 5.0, 6.0]))
    last = data.draw(st.booleans())
    search = search_of(column_of(of_scalars([values])))
    numbers = [(v, k) for k, v in enumerate(values) if type(v) is float]
    below = [v for v, _ in numbers if v <= key]
    above = [v for v, _ in numbers if v >= key]
    for match, wanted in ((Match.BELOW, max(below, default=None)), (Match.ABOVE, min(above, default=None))):
        places = [k for v, k in numbers if v == wanted]
        expected = places[-1 if last else 0] if places else -1
        assert int(search.find(lone(key), match, last=last).flat[0]) == expected


def live(contents: dict[str, Any], variables: str, formula: str, at: list[float]) -> list[float]:
    """The values of a formula whose variables stand in a column from the given cell."""
    cell = Cell("Sheet1", int(variables[1:]) - 1, ord(variables[0]) - 65)
    area = Area("Sheet1", cell.row, cell.col, cell.row + len(at) - 1, cell.col)
    calculation = Calculation(book_of({"Sheet1": contents}), variables=[area])
    node = calculation.evaluate(formula, HOME).number
    assert node.live
    assert calculation.x is not None
    (found,) = Program([calculation.x], [node]).run(np.array(at))
    return [float(v) for v in found.ravel()]


@pytest.mark.parametrize(
    ("formula", "at", "expected"),
    [
        ("VLOOKUP(J1,C1:D5,1)", [5.0], 4.0),
        ("LOOKUP(J1,C1:C5)", [16.0], 16.0),
        ("INDEX(C1:C5,J1)", [3.7], 4.0),
        ("MATCH(J1,C1:C5)", [7.0], 3.0),
        ("MATCH(J1,C1:C5,0)", [8.0], 4.0),
        ("MATCH(MAX(J1:J3),J1:J3,0)", [1.0, 7.0, 3.0], 2.0),
        ("XLOOKUP(J1,C1:C5,C1:C5,,1)", [5.0], 8.0),
        ("XMATCH(J1,C1:C5,-1)", [3.0], 2.0),
        ("VLOOKUP(2,C1:J5,8,FALSE)", [3.0, 9.0], 9.0),
        ("SUM(INDEX(C1:J5,2,0))", [3.0, 9.0], 11.0),
    ],
)
def test_live_keys_and_tables(formula: str, at: list[float], expected: float) -> None:
    assert live(TABLE, "J1", formula, at) == [expected]


@pytest.mark.parametrize(
    "formula", ["MATCH({},J1:J5)", "LOOKUP({},J1:J5)", "MATCH({},K1:K5,-1)", "LOOKUP({},J1:J5,L1:L5)"]
)
@pytest.mark.parametrize("key", [1.0, 3.0, 4.5, 9.0])
def test_live_vectors_with_texts_between_their_numbers(formula: str, key: float) -> None:
    """A position counts every cell, not the numbers alone."""
    cells: dict[str, Any] = {"J1": "from", "J3": "x", "K1": "x", "K2": 9.0, "K3": 4.0, "K5": 1.0, "J4": 3.0, "J5": 7.0}
    cells |= {f"L{k}": 10.0 * k for k in range(1, 6)}
    text = formula.format(key)
    expected = Calculation(book_of({"Sheet1": cells | {"J2": 1.0, "K4": 2.0}})).evaluate(text, HOME).known
    variable = "K4" if "K1" in formula else "J2"
    assert live(cells, variable, text, [2.0 if variable == "K4" else 1.0]) == expected.ravel().tolist()


def test_a_live_key_outside_the_table_has_no_value() -> None:
    assert np.isnan(live(TABLE, "J1", "VLOOKUP(J1,C1:D5,1)", [0.5]))
    assert np.isnan(live(TABLE, "J1", "INDEX(C1:C5,J1)", [6.0]))


def test_filled_down_index_is_one_gather() -> None:
    """Rows of a table of variables, picked by known numbers, stay linear in the variables."""
    contents: dict[str, Any] = {f"A{k}": float(1 + k % 3) for k in range(1, 7)}
    contents |= {f"D{k}": f"=SUM(INDEX($B$1:$B$3,A{k},0))" for k in range(1, 7)}
    values = live(contents, "B1", "D1:D6*1", [10.0, 20.0, 30.0])
    assert values == [20.0, 30.0, 10.0, 20.0, 30.0, 10.0]
    together = live(contents, "B1", "SUMPRODUCT(D1:D6,{1;2;3;4;5;6})", [10.0, 20.0, 30.0])
    assert together == [sum(10.0 * (1 + k % 3) * k for k in range(1, 7))]


def test_texts_made_one_after_the_other_are_told_apart() -> None:
    """An index of the values that are searched is kept, and not taken for that of other texts."""
    assert value_of('=MATCH("b",{"a","b"}&"",0)') == 2.0
    assert value_of('=MATCH("b",{"b","a"}&"",0)') == 1.0
