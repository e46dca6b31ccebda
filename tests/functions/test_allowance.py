"""What one cell may take: what asks for more is refused with its cell named, soon and without much memory."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.functions import allowance
from solver.functions.allowance import MOST_STEPS, allowing, make_room, make_room_for_characters, spend
from solver.functions.coerce import number_of_text
from solver.grid import Area, Cell
from solver.values import ErrorValue
from tests.books import book_of

HERE = Cell("Sheet1", 0, 0)
STEPS, VALUES, CHARACTERS = "takes too many steps", "makes an array of", "characters"
BEYOND = [
    ("LET(f,LAMBDA(f,n,f(f,n-1)+f(f,n-2)*0),f(f,9))", "nested too deeply"),
    ("REDUCE(0,SEQUENCE(3000000),LAMBDA(a,b,a+b))", STEPS),
    ("SEQUENCE(1048576)+SEQUENCE(1,16384)", VALUES),
    ("SUM(SEQUENCE(1048576)*SEQUENCE(1,16384))", VALUES),
    ("ATAN2(SEQUENCE(1048576),SEQUENCE(1,16384))", VALUES),
    ("SEQUENCE(4096,1025)&1", VALUES),
    ('TEXTSPLIT(REPT(",",16383)&REPT(";",16383),",",";")', VALUES),
    ("CHOOSECOLS(SEQUENCE(100000),SEQUENCE(1000,,1,0))", VALUES),
    ('REPT("x",32000)&SEQUENCE(100000)', CHARACTERS),
    ('REPT("x",SEQUENCE(30000))', STEPS),
    ('MAP(SEQUENCE(1000000),LAMBDA(n,TEXTJOIN(",",TRUE,SEQUENCE(n))))', STEPS),
    ('NETWORKDAYS(SEQUENCE(100000),90000,SEQUENCE(1000))', STEPS),
    ("VDB(1E6,1,1E9,0,1E9)", STEPS),
]  # fmt: skip
WITHIN = [
    ("REDUCE(0,SEQUENCE(20000),LAMBDA(a,b,a+b))", 200010000.0),
    ("SUM(SEQUENCE(1000,1000))", 500000500000.0),
    ('SUM(--(LEFT(SEQUENCE(50000),1)="1"))', 11111.0),
    ("SUM(MAP(SEQUENCE(300),LAMBDA(n,SUM(SEQUENCE(n)))))", 4545100.0),
    ('LEN(REPT("x",32767))', 32767.0),
    ("LCM(SEQUENCE(100000))", ErrorValue.NUM),
    ("ROWS(TAKE(SEQUENCE(1000000,5),999999))", 999999.0),
]  # fmt: skip


def computed(formula: str) -> Calculation:
    calculation = Calculation(book_of({"Sheet1": {"A1": f"={formula}", "A2": "=A1", "A3": 1.0}}))
    calculation.everything()
    return calculation


@pytest.mark.parametrize(("formula", "reason"), BEYOND)
def test_beyond(formula: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell is told, and those that depend on it; it reads #UNKNOWN!, the rest of the book is computed."""
    monkeypatch.setattr(allowance, "MOST_STEPS", MOST_STEPS / 50)
    began = time.process_time()
    calculation = computed(formula)
    assert reason in calculation.failures[HERE]
    assert "it depends on Sheet1!A1" in calculation.failures[Cell("Sheet1", 1, 0)]
    assert calculation.value(Area("Sheet1", 0, 0, 2, 0)).scalars().ravel().tolist() == [ErrorValue.UNKNOWN] * 2 + [1.0]
    assert time.process_time() - began < 5


@pytest.mark.parametrize(("formula", "value"), WITHIN)
def test_within(formula: str, value: float | ErrorValue) -> None:
    calculation = computed(formula)
    assert calculation.failures == {}
    assert calculation.value(Area.of(HERE)).scalar() == value


def test_the_allowance_of_a_block_is_that_of_its_cells() -> None:
    """So many cells may take so many times as much, and each formula has its own."""
    with allowing(2):
        spend(1.5 * MOST_STEPS)
    with allowing(1):
        spend(0.9 * MOST_STEPS)
        with pytest.raises(FormulaError, match="steps"):
            spend(0.2 * MOST_STEPS)
    spend(2 * MOST_STEPS)  # outside formulas nothing is counted


def test_room_is_counted_for_each_cell() -> None:
    make_room((1000, 1000, 100, 1))
    with pytest.raises(FormulaError, match="20,000,000 values"):
        make_room((1, 1, 20_000, 1000))
    long, many = np.full((1, 1, 1, 1), "x" * 30_000, dtype=object), np.full((1, 1, 5000, 1), "y", dtype=object)
    make_room_for_characters(long, many[:, :, :100])
    with pytest.raises(FormulaError, match="150,005,000 characters"):
        make_room_for_characters(long, many)


def test_many_cells_of_large_arrays_are_computed_in_turns() -> None:
    """Four thousand cells that each see four thousand distances: sixteen million at one time would be too many."""
    count = 4_000
    keys = np.random.default_rng(2).integers(0, 50, count)
    cells: dict[str, Any] = {f"A{k}": float(key) for k, key in enumerate(keys.tolist(), 1)}
    cells |= {f"B{k}": f"=SUMPRODUCT(ABS($A$1:$A${count}-A{k}))" for k in range(1, count + 1)}
    calculation = Calculation(book_of({"S": cells}), strict=True)
    found = calculation.value(Area("S", 0, 1, count - 1, 1)).known.ravel()
    np.testing.assert_array_equal(found, np.abs(keys[:, np.newaxis] - keys).sum(axis=1))
    assert len(calculation.order) > 1


@pytest.mark.parametrize("start", ["", "-", "(", "$", "1", "1,", "1 1", "1%", "1:", "1/", "jan", "1 jan"])
@pytest.mark.parametrize("filling", [" ", "1", ",1", " ,", "1 ", "- "])
@pytest.mark.parametrize("end", ["x", "/", "-"])
def test_long_texts_are_read_in_time_that_grows_with_them(start: str, filling: str, end: str) -> None:
    """Whatever a text looks like at its start, that it is no number is found at once."""
    began = time.process_time()
    assert number_of_text(start + filling * 3000 + end) is None
    assert time.process_time() - began < 1
