"""Arrays of ranges, as OFFSET and INDIRECT give them for arrays: a value for each where a function asks for ranges."""

from __future__ import annotations

from statistics import mean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Function
from solver.compiler.calculation import Calculation
from solver.grid import Area
from solver.values import ErrorValue
from tests.books import book_of
from tests.functions.formulas import grid_of, value_of

NUMBERS = [3.0, 1.0, 4.0, 1.5, 9.0, 2.5, 6.0, 5.0]
SHEET = {f"A{k}": value for k, value in enumerate(NUMBERS, start=1)}
PLACES = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), min_size=1, max_size=5)


@given(PLACES)
def test_each_range_of_an_array_has_its_own_value(places: list[tuple[int, int]]) -> None:
    downs = "{" + ",".join(str(down) for down, _ in places) + "}"
    sizes = "{" + ",".join(str(size) for _, size in places) + "}"
    ranges = [NUMBERS[down : down + size] for down, size in places]
    area = f"OFFSET(A1,{downs},0,{sizes})"
    expected = {
        f"SUBTOTAL(9,{area})": [sum(each) for each in ranges],
        f"SUBTOTAL(1,{area})": [mean(each) for each in ranges],
        f"AGGREGATE(4,6,{area})": [max(each) for each in ranges],
        f'COUNTIF({area},">2")': [float(sum(value > 2 for value in each)) for each in ranges],
        f'SUMIFS({area},{area},"<5")': [sum(value for value in each if value < 5) for each in ranges],
        f"N({area})": [each[0] for each in ranges],
        f"ROWS({area})": [float(len(each)) for each in ranges],
    }
    for formula, values in expected.items():
        assert grid_of(f"={formula}", SHEET)[0] == pytest.approx(values), formula


def test_other_arrays_go_along_value_by_value() -> None:
    assert grid_of('=COUNTIF(OFFSET(A1,{0;4},0,4),">"&{1,2,4})', SHEET) == [[3.0, 2.0, 0.0], [4.0, 4.0, 3.0]]
    assert grid_of('=SUMIF(INDIRECT({"A1:A4","A5:A8"}),{1,9})', SHEET) == [[1.0, 9.0]]


def test_what_asks_for_values_gets_an_error() -> None:
    for formula in ("=SUM(OFFSET(A1,{0;1},0))", "=OFFSET(A1,{0;1},0)", "=SUMPRODUCT(OFFSET(A1,{0;1},0)*1)"):
        assert value_of(formula, SHEET) is ErrorValue.VALUE
    assert value_of('=SUM(IFERROR(SUBTOTAL(9,INDIRECT({"A1:A2","nowhere"})),0))', SHEET) == 4.0
    assert value_of("=COUNT(OFFSET(A1,{0;1},0))", SHEET) == 0.0


def test_filled_down_formulas_count_what_is_shown() -> None:
    shown = "SUMPRODUCT(SUBTOTAL(103,OFFSET($A$1,ROW($A$1:$A$8)-ROW($A$1),0)),--($A$1:$A$8>{}))"
    cells = SHEET | {f"C{k}": "=" + shown.format(f"A{k}") for k in range(1, 9)}
    values = Calculation(book_of({"S": cells})).value(Area("S", 0, 2, 7, 2)).scalars().ravel().tolist()
    assert values == [float(sum(other > value for other in NUMBERS)) for value in NUMBERS]


def test_variables_are_reached_through_them() -> None:
    cells = SHEET | {"C1": "=SUMPRODUCT(SUBTOTAL(9,OFFSET(A1,0,0,{1;2;3})),{1;10;100})"}
    live = Calculation(book_of({"S": cells}), variables=[Area("S", 0, 0, 2, 0)])
    total = live.value(Area("S", 0, 2, 0, 2)).number
    assert live.x is not None
    assert Function(total, live.x).gradient(np.array(NUMBERS[:3])).tolist() == [111.0, 110.0, 100.0]
