"""Criteria over ranges that are fixed or grow from cell to cell: a block gives what its cells give one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, jacobian, sum_
from solver.compiler.calculation import Calculation
from solver.grid import Area
from tests.books import area, book_of
from tests.compiler.cells import check_alone, split

ROWS = 11
COLUMNS = "ABC"
RANGES = {
    "growing": "{c}$1:{c}{r}",
    "shrinking": "{c}{r}:{c}$11",
    "above": "{c}$1:{c}{p}",
    "fixed": "${c}$1:${c}$11",
    "sliding": "{c}{r}:{c}{s}",
    "across": "$A$1:{c}{r}",
}
CRITERIA = ["{x}", '">"&{x}', '"<="&{x}', '"<>"&{x}', '"="&{x}', '">=0"', '"<"&{x}*2', '"*"', '"<>"']
FUNCTIONS = {
    "COUNTIF": "COUNTIF({a},{p})",
    "COUNTIFS": "COUNTIFS({a},{p},{b},{q})",
    "three": "COUNTIFS({a},{p},{b},{q},{a},{o})",
    "SUMIF": "SUMIF({a},{p},{b})",
    "one cell": "SUMIF({a},{p},B$1)",
    "itself": "SUMIF({a},{p})",
    "SUMIFS": "SUMIFS({b},{a},{p},{c},{q})",
    "AVERAGEIF": "AVERAGEIF({a},{p},{c})",
    "AVERAGEIFS": "AVERAGEIFS({c},{a},{p},{b},{q})",
    "MAXIFS": "MAXIFS({a},{b},{p})",
    "MINIFS": "MINIFS({a},{b},{p},{c},{q})",
    "sizes": "SUMIFS({b},{a},{p},$C$1:$C$11,{q})",
}
VALUES = st.one_of(
    st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.5, 1e15, "x", "X y", "1", "", True, False, "=1/0", "=NA()"]),
    st.floats(-2, 2).map(lambda value: round(value, 1)),
    st.none(),
)
NUMBERS = st.one_of(st.sampled_from([0.0, 1.0, 2.0]), st.floats(-2, 2).map(lambda value: round(value, 1)))


def formula(row: int, function: str, shape: str, criteria: list[str]) -> str:
    """One of the formulas of a column, which are the same in relative form."""
    ranges = {
        name: RANGES[shape].format(c=letter, r=row, s=row + 3, p=max(row - 1, 1))
        for name, letter in zip("abc", COLUMNS, strict=True)
    }
    wanted = {name: text.format(x=f"$A{row}") for name, text in zip("pqo", criteria, strict=True)}
    return "=" + FUNCTIONS[function].format(**ranges, **wanted)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_values(data: st.DataObject) -> None:
    """Counts, sums, means and extremes of values of every kind, filled down and to the right."""
    function = data.draw(st.sampled_from(list(FUNCTIONS)))
    shape = data.draw(st.sampled_from(list(RANGES)))
    criteria = [data.draw(st.sampled_from(CRITERIA)) for _ in "pqo"]
    contents = data.draw(st.sampled_from([VALUES, NUMBERS]))
    cells: dict[str, Any] = {f"{c}{r}": data.draw(contents) for c in COLUMNS for r in range(1, ROWS + 1)}
    cells = {at: value for at, value in cells.items() if value is not None}
    columns = data.draw(st.sampled_from(["E", "EFG"]))
    for column in columns:
        for row in range(1, ROWS + 1):
            text = formula(row, function, shape, criteria)
            cells[f"{column}{row}"] = text if column == "E" else _to_the_right(text, ord(column) - ord("E"))
    book = book_of({"S": cells})
    places = Area("S", 0, 4, ROWS - 1, 3 + len(columns)).cells()
    assert not check_alone(book, {at.a1: cells[at.a1] for at in places})


def _to_the_right(text: str, by: int) -> str:
    """The formula as it is filled so many columns to the right."""
    from openpyxl.formula.translate import Translator

    return str(Translator(text, "E1").translate_formula(row_delta=0, col_delta=by))


LIVE = [
    "SUMIF(A$1:A{r},A{r},B$1:B{r})",
    'SUMIF($A$1:$A$11,">"&A{r},$B$1:$B$11)',
    'SUMIFS(B$1:B{r},A$1:A{r},">="&A{r},C$1:C{r},"<"&C{r})',
    "AVERAGEIF(A{r}:A$11,A{r},B{r}:B$11)",
    "MAXIFS(B$1:B{r},A$1:A{r},A{r})",
    'MINIFS($B$1:$B$11,$A$1:$A$11,"<="&A{r})',
    'COUNTIF(B$1:B{r},">"&A{r})*B{r}',
    'COUNTIF(B$1:B{r},">0")*B{r}',
    'SUMIF(B{r}:B$11,">=0.1",B{r}:B$11)',
    'SUMIFS(B$1:C{r},B$1:C{r},"<1",A$1:B{r},">0")',
    'AVERAGEIF(B$1:B{r},"<>7")',
    'MAXIFS(B$1:B{r},B$1:B{r},"<9")',
]


@pytest.mark.parametrize("text", LIVE)
def test_derivatives(text: str) -> None:
    """Gradient, Hessian and Jacobian of live sums equal those of the cells alone."""
    rng = np.random.default_rng(3)
    cells: dict[str, Any] = {f"A{r}": float(rng.integers(0, 4)) + r / 100 * (r % 2) for r in range(1, ROWS + 1)}
    cells |= {f"{c}{r}": float(rng.normal()) for c in "BC" for r in range(1, ROWS + 1)}
    cells |= {f"E{r}": f"={text.format(r=r)}" for r in range(1, ROWS + 1)} | {"G1": "=SUMSQ(E1:E11)"}
    book, variables = book_of({"S": cells}), area("B1:B11")
    x = np.array([cells[at.a1] for at in variables.cells()])
    found = []
    for calculation in (Calculation(book, variables=[variables]), split(Calculation(book, variables=[variables]))):
        total, column = (calculation.value(area(name)).number for name in ("G1", "E1:E11"))
        assert calculation.x is not None
        function = Function(sum_(total), calculation.x)
        found.append(
            [function.value(x), function.gradient(x), function.hessian(x), jacobian(column, calculation.x)(x).toarray()]
        )
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-9)


def test_true_is_not_one() -> None:
    """A list of criteria may hold both."""
    cells: dict[str, Any] = {"A1": 1.0, "A2": True, "A3": 1.0, "B1": "=SUMPRODUCT(COUNTIF(A1:A3,{1,TRUE})*{10,1})"}
    assert Calculation(book_of({"S": cells})).value(area("B1")).scalar() == 21.0


def test_sums_hold_what_they_select_alone() -> None:
    """A sum over small numbers after large ones is not the difference of two large totals."""
    large, small = [1e16, 3.0, -1e16, 7e15], [0.1, 0.2, 0.3, 0.4, 0.5]
    cells: dict[str, Any] = {f"A{r}": float(r) for r in range(1, 10)}
    cells |= {f"B{r}": value for r, value in enumerate([*large, *small], 1)}
    cells |= {f"C{r}": f'=SUMIF($A$1:$A$9,">"&A{r},$B$1:$B$9)' for r in range(1, 10)}
    found = Calculation(book_of({"S": cells})).value(area("C4:C9")).known.ravel()
    np.testing.assert_allclose(found, np.cumsum([0.0, *small[::-1]])[::-1], rtol=1e-15)
