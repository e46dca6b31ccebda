"""Columns that read sums and extremes of all their own past: as blocks they give what their cells give one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, jacobian, sum_
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell, column_letters
from tests.books import area, book_of
from tests.compiler.cells import check_alone, split

TIMES, LAST = 13, 15
OWN = [
    "=SUM({past})*$A$1+{d}",
    "=MAX({past})*$A$2+{d}",
    "=MIN({past},{a})-{d}/3",
    "=AVERAGE({past})+SUM({other})*$A$1",
    "=MAX({past})+MIN({other})*0.5+{a}*$A$3",
    "=IF(SUM({past})>$A$1,{d},{a}+{d})",
    "=SUM({past})/COUNT({past})*$A$2+{d}",
    "=SUMPRODUCT({past},{other})*0.01+{d}",
    "=SUMSQ({past})*0.001+SIN({a})",
    "=MAX({past})+1",
    '=COUNTIF({past},">0.2")*0.1+{d}',
    '=SUMIF({past},"<1")*$A$1+{d}',
    '=SUMIF({other},"<1",{past})*$A$1+{d}',
]


def address(time: int, slot: int, *, down: bool) -> str:
    return f"{column_letters(slot)}{time + 1}" if down else f"{column_letters(time)}{slot + 1}"


@st.composite
def sheets(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """One or two columns (or rows) of formulas of their past, which runs from the top or from the bottom."""
    down, forward, header = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    texts = draw(st.lists(st.sampled_from(OWN), min_size=1, max_size=2))

    def place(time: int, slot: int, *, fixed: bool = False) -> str:
        at = address(time if forward else LAST - time, slot, down=down)
        if not fixed:
            return at
        letters = at.rstrip("0123456789")
        return f"{letters}${at[len(letters) :]}" if down else f"${at}"

    rng = np.random.default_rng(draw(st.integers(0, 99)))
    cells: dict[str, Any] = {"A1": 0.3, "A2": 0.7, "A3": -0.2}
    slots = [5, 6]
    for time in range(1, TIMES):
        cells[place(time, 4)] = round(float(rng.normal()), 2)
    for slot in slots:
        cells[place(1, slot)] = "title" if header else 0.5
        cells[place(2, slot)] = round(float(rng.normal()), 2)
    filled = []
    for time in range(3, TIMES):
        for slot, text in zip(slots, texts, strict=False):
            names = {
                "past": f"{place(1, slot, fixed=True)}:{place(time - 1, slot)}",
                "other": f"{place(1, 11 - slot, fixed=True)}:{place(time - 1, 11 - slot)}",
                "a": place(time - 1, slot),
                "d": place(time, 4),
            }
            cells[place(time, slot)] = text.format(**names)
            filled.append(place(time, slot))
        if len(texts) == 1:
            cells[place(time, 6)] = round(float(rng.normal()), 2)
    return cells, filled


@settings(max_examples=40, deadline=None)
@given(sheets())
def test_values(sheet: tuple[dict[str, Any], list[str]]) -> None:
    cells, filled = sheet
    book = book_of({"S": cells})
    check_alone(book, {name: cells[name] for name in filled})


@settings(max_examples=15, deadline=None)
@given(sheets())
def test_derivatives(sheet: tuple[dict[str, Any], list[str]]) -> None:
    """Gradient and Jacobian by the knobs equal those of the cells alone."""
    cells, filled = sheet
    book, knobs = book_of({"S": cells}), Area("S", 0, 0, 2, 0)
    x = np.array([0.31, 0.72, -0.23])
    found = []
    for calculation in (Calculation(book, variables=[knobs]), split(Calculation(book, variables=[knobs]))):
        nodes = [calculation.value(area(name)).number for name in filled]
        assert calculation.x is not None
        function = Function(sum_(nodes[-1]), calculation.x)
        rows = [jacobian(node, calculation.x)(x).toarray() for node in nodes]
        found.append([function.gradient(x), np.vstack(rows)])
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("=SUM(B$1:B{p})*0.0001+A{r}", lambda past, a: sum(past) * 0.0001 + a),
        ("=MAX(B$1:B{p})*0.5+A{r}", lambda past, a: max(past) * 0.5 + a),
        ("=MIN(B$1:B{p},3)+A{r}", lambda past, a: min(*past, 3.0) + a),
    ],
)
def test_long_columns_are_one_block(text: str, plain: Any) -> None:
    rows = 3_000
    numbers = np.random.default_rng(5).normal(size=rows).round(3).tolist()
    cells: dict[str, Any] = {f"A{r}": value for r, value in enumerate(numbers, 1)} | {"B1": 1.0}
    cells |= {f"B{r}": text.format(r=r, p=r - 1) for r in range(2, rows + 1)}
    past = [1.0]
    for value in numbers[1:]:
        past.append(plain(past, value))
    calculation = Calculation(book_of({"S": cells}), strict=True)
    np.testing.assert_allclose(calculation.value(area(f"B1:B{rows}")).known.ravel(), past, rtol=1e-9)
    assert len(calculation.order) == 1


def test_a_grid_that_reads_up_and_left() -> None:
    """The distance of two words, by the cells above, to the left and between."""
    one, other = "spreadsheets without borders", "threads of cheese"
    cells: dict[str, Any] = {f"{column_letters(k + 2)}1": letter for k, letter in enumerate(other)}
    cells |= {f"A{k + 3}": letter for k, letter in enumerate(one)}
    cells |= {f"{column_letters(k + 1)}2": float(k) for k in range(len(other) + 1)}
    cells |= {f"B{k + 2}": float(k) for k in range(len(one) + 1)}
    for r in range(3, len(one) + 3):
        for c in range(2, len(other) + 2):
            here, left = column_letters(c), column_letters(c - 1)
            cells[f"{here}{r}"] = f"=MIN({left}{r}+1,{here}{r - 1}+1,{left}{r - 1}+IF($A{r}={here}$1,0,1))"
    table = [[float(j) for j in range(len(other) + 1)]]
    for i, a in enumerate(one, 1):
        row = [float(i)]
        for j, b in enumerate(other, 1):
            row.append(min(row[-1] + 1, table[-1][j] + 1, table[-1][j - 1] + (a != b)))
        table.append(row)
    calculation = Calculation(book_of({"S": cells}), strict=True)
    calculation.everything()
    found = [calculation.value(Area.of(Cell("S", i + 1, j + 1))).scalar() for i in range(1, 29) for j in range(1, 18)]
    assert found == [table[i][j] for i in range(1, 29) for j in range(1, 18)]
    assert len(calculation.order) == 1
