"""Dynamic arrays, what calls a LAMBDA, and database functions: against plain Python, and alive where they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program, constant, gradient, mul, reshape, sum_, variable
from solver.compiler.calculation import Calculation
from solver.functions.call import call
from solver.functions.operand import NeedsValue, Operand, lone, numbers
from solver.functions.registry import lookup
from solver.grid import Area
from solver.values import ErrorValue, Scalar
from tests.books import book_of
from tests.functions.formulas import grid_of, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL = st.integers(-9, 9).map(float)
COLUMNS = st.lists(SMALL, min_size=1, max_size=8)
TABLES = st.integers(1, 4).flatmap(lambda w: st.lists(st.lists(SMALL, min_size=w, max_size=w), min_size=1, max_size=5))


def constant_of(rows: Sequence[Sequence[Scalar]]) -> str:
    """An array constant."""
    return "{" + ";".join(",".join(f'"{v}"' if isinstance(v, str) else f"{v:g}" for v in row) for row in rows) + "}"


def column(values: Sequence[Scalar]) -> str:
    return constant_of([[value] for value in values])


@given(COLUMNS)
def test_sorting(values: list[float]) -> None:
    assert grid_of(f"=SORT({column(values)})") == [[v] for v in sorted(values)]
    assert grid_of(f"=SORT({column(values)},1,-1)") == [[v] for v in sorted(values, reverse=True)]
    assert grid_of(f"=UNIQUE({column(values)})") == [[v] for v in dict.fromkeys(values)]


@given(TABLES)
def test_sorting_by_two_columns_is_stable(rows: list[list[float]]) -> None:
    last = len(rows[0])
    expected = sorted(rows, key=lambda row: (row[0], -row[-1]))
    assert grid_of(f"=SORT({constant_of(rows)},{{1,{last}}},{{1,-1}})") == expected


@given(TABLES, st.integers(1, 3))
def test_filter_keeps_rows(rows: list[list[float]], limit: int) -> None:
    table = constant_of(rows)
    kept = [row for row in rows if row[0] > limit]
    got = grid_of(f'=FILTER({table},TAKE({table},,1)>{limit},"none")')
    assert got == kept if kept else got == [["none"]]


@pytest.mark.parametrize(
    ("formula", "first"),
    [
        ("=FILTER(B1:B3,A1:A3>1)", 10.0),
        ("=SUM(FILTER(B1:B3,(A1:A3>1)*(B1:B3<20))*2)", 20.0),
        ("=SORT(-B1:B3)", -30.0),
        ("=SORTBY(A1:A3,(B1:B3-21)^2)", 3.0),
        ("=UNIQUE(B1:B3*2)", 60.0),
    ],
)
def test_conditions_are_arrays_in_a_formula_that_is_none(formula: str, first: float) -> None:
    """As programs write them that do not mark array formulas: nothing is taken from the row of the formula alone."""
    cells = {"A1": 1.0, "A2": 2.0, "A3": 3.0, "B1": 30.0, "B2": 10.0, "B3": 20.0, "D9": formula}
    assert Calculation(book_of({"S": cells})).value(Area("S", 8, 3, 8, 3)).scalar() == first


@given(TABLES, st.integers(1, 6))
def test_take_and_drop_make_the_whole(rows: list[list[float]], count: int) -> None:
    table = constant_of(rows)
    assert grid_of(f"=TAKE({table},{count})") == rows[:count]
    assert grid_of(f"=TAKE({table},-{count})") == rows[-count:]
    if count < len(rows):
        assert grid_of(f"=VSTACK(TAKE({table},{count}),DROP({table},{count}))") == rows
    assert grid_of(f"=WRAPROWS(TOROW({table}),{len(rows[0])})") == rows
    assert grid_of(f"=TRANSPOSE(WRAPCOLS(TOCOL({table}),{len(rows[0])}))") == rows


@given(TABLES)
def test_lambdas_go_over_rows_columns_and_values(rows: list[list[float]]) -> None:
    table, array = constant_of(rows), np.array(rows)
    assert grid_of(f"=BYROW({table},LAMBDA(r,SUM(r)))") == [[v] for v in array.sum(axis=1)]
    assert grid_of(f"=BYCOL({table},LAMBDA(c,MAX(c)))") == [list(array.max(axis=0))]
    assert grid_of(f"=MAP({table},LAMBDA(x,IF(x>0,x,-2*x)))") == np.where(array > 0, array, -2 * array).tolist()
    assert grid_of(f"=SCAN(0,{table},LAMBDA(a,x,a+x))") == np.cumsum(array).reshape(array.shape).tolist()
    assert value_of(f"=REDUCE(1,{table},LAMBDA(a,x,a+x*x))") == 1 + float((array**2).sum())
    size = f"ROWS({table}),COLUMNS({table})"
    assert grid_of(f"=MAKEARRAY({size},LAMBDA(r,c,INDEX({table},r,c)))") == rows


def test_a_lambda_that_makes_a_grid_is_an_error_in_map() -> None:
    assert value_of("=MAP({1,2},LAMBDA(x,{1,2}))") is ErrorValue.CALC
    assert grid_of("=REDUCE(0,{1,2},LAMBDA(a,x,HSTACK(a,x)))") == [[0.0, 1.0, 2.0]]


def test_lambdas_in_a_filled_down_column() -> None:
    """A formula that calls a LAMBDA gives each of its cells its own value."""
    sheet: dict[str, Scalar] = {f"A{k}": float(k) for k in range(1, 5)}
    sheet |= {
        f"B{k}": f"=REDUCE(0,A$1:A{k},LAMBDA(a,x,a+x))+SUM(MAP(A{k}:A{k + 1},LAMBDA(x,x*10)))" for k in range(1, 4)
    }
    assert [row[0] for row in grid_of("=B1:B3", sheet)] == [31.0, 53.0, 76.0]


def ran(name: str, at: Sequence[float], *others: Operand) -> tuple[list[float], list[float]]:
    """A function's values at a live column, and the gradient of their sum weighted 1, 2, 3 ..."""
    x = variable(len(at))
    function = lookup(name)
    assert function is not None
    result = call(function, [numbers(reshape(x, (1, 1, len(at), 1))), *others], None)  # type: ignore[arg-type]
    assert isinstance(result, Operand)
    weights = constant(np.arange(1.0, result.number.size + 1).reshape(result.number.shape))
    total = reshape(sum_(mul(weights, result.number)), ())
    values, slope = Program([x], [result.number, gradient(total, x)]).run(np.array(at))
    return np.ravel(values).tolist(), np.ravel(slope).tolist()


def test_live_numbers_stay_alive() -> None:
    """What only moves values about moves their derivatives along."""
    at = [3.0, 1.0, 2.0]
    assert ran("SORT", at) == ([1.0, 2.0, 3.0], [3.0, 1.0, 2.0])
    assert ran("SORT", at, lone(1.0), lone(-1.0)) == ([3.0, 2.0, 1.0], [1.0, 3.0, 2.0])
    assert ran("TAKE", at, lone(-2.0)) == ([1.0, 2.0], [0.0, 1.0, 2.0])
    assert ran("CHOOSEROWS", at, lone(3.0), lone(1.0)) == ([2.0, 3.0], [2.0, 0.0, 1.0])
    assert ran("VSTACK", at, lone(7.0)) == ([*at, 7.0], [1.0, 2.0, 3.0])
    chosen = numbers(constant(np.array([1.0, 0.0, 1.0]).reshape(1, 1, 3, 1)))
    assert ran("FILTER", at, chosen) == ([3.0, 2.0], [1.0, 0.0, 2.0])


def test_a_shape_must_not_depend_on_a_variable() -> None:
    with pytest.raises(NeedsValue):
        ran("UNIQUE", [1.0, 1.0])


TREES = [
    ("Apple", 18.0, 20.0), ("Pear", 12.0, 12.0), ("Cherry", 13.0, 14.0), ("Apple", 14.0, 15.0), ("Pear", 9.0, 8.0),
    ("apple", 8.0, 9.0), ("Pineapple", 5.0, 1.0),
]  # fmt: skip
HEADERS: dict[str, object] = {"A1": "Tree", "B1": "Height", "C1": "Age"}
SHEET = HEADERS | {
    f"{letter}{k}": value for k, tree in enumerate(TREES, 2) for letter, value in zip("ABC", tree, strict=True)
}


@pytest.mark.parametrize(
    ("criteria", "meets"),
    [
        ('{"Tree";"Apple"}', lambda t: t[0].lower().startswith("apple")),
        ('{"Tree";"=Pear"}', lambda t: t[0] == "Pear"),
        ('{"Tree";"*apple"}', lambda t: "apple" in t[0].lower()),
        ('{"Tree","Height";"Apple",">10"}', lambda t: t[0].lower() == "apple" and t[1] > 10),
        ('{"Height","Height";">8","<14"}', lambda t: 8 < t[1] < 14),
        ('{"Tree","Age";"Cherry","";"",">=15"}', lambda t: t[0] == "Cherry" or t[2] >= 15),
        ('{"Tree";"<>Pear"}', lambda t: t[0] != "Pear"),
        ('{"Height";12}', lambda t: t[1] == 12),
    ],
)
def test_database_functions_against_a_plain_loop(criteria: str, meets: object) -> None:
    assert callable(meets)
    heights = np.array([tree[1] for tree in TREES if meets(tree)])
    expected = {
        "DSUM": heights.sum(), "DCOUNT": heights.size, "DMAX": heights.max(), "DMIN": heights.min(),
        "DAVERAGE": heights.mean(), "DPRODUCT": heights.prod(), "DVARP": heights.var(), "DSTDEVP": heights.std(),
    }  # fmt: skip
    for name, value in expected.items():
        assert value_of(f'={name}(A1:C8,"Height",{criteria})', SHEET) == pytest.approx(value, rel=1e-13)
