"""Ranges that grow or shrink from cell to cell: blocks of them give what their cells give one by one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, jacobian, sum_
from solver.compiler.calculation import Calculation
from solver.grid import Area, column_letters
from solver.values import ErrorValue
from tests.books import area, book_of
from tests.compiler.cells import check_alone, split

LENGTH = 7

FUNCTIONS = [
    "SUM({r})",
    "SUMSQ({r})",
    "COUNT({r})",
    "COUNTA({r})",
    "AVERAGE({r})",
    "MAX({r})",
    "MIN({r})",
    "PRODUCT({r})",
    "SUMPRODUCT({r},{r})",
    "SUM({r})/COUNT({r})+{c}",
    "SUM({r},1)",
    "MEDIAN({r})",
    "STDEV({r})",
    "VAR({r})",
    "STDEVP({r})",
    "_xlfn.VAR.P({r})",
    "DEVSQ({r})",
    "LARGE({r},1)",
    "COUNTIF({r},{c})",
    'COUNTIF({r},"<>x")',
    'COUNTIF({r},">0")',
    "SUMIF({r},{c})",
    "ROWS({r})*COLUMNS({r})",
    "COUNTBLANK({r})",
    "INDEX({r},1,1)",
    "SUMPRODUCT(({r}={c})*1)",
    "RANK({c},{r})",
    "RANK.AVG(1,{r},1)",
    "SMALL({r},2)",
    "QUARTILE({r},{c})",
    "PERCENTILE.EXC({r},0.4)",
    "PERCENTRANK({r},{c})",
    "MEDIAN({r},{c})",
    "MATCH({c},{r},0)",
    "VLOOKUP({c},{r},2,FALSE)",
    "HLOOKUP({c},{r},1,FALSE)",
    "_xlfn.XLOOKUP({c},{r},{r})",
    "_xlfn.XLOOKUP({c},{r},{r},{c})",
    '_xlfn.XMATCH({c},{r},0,-1)&"x"',
    "MATCH({c},{r})",
    'MATCH("?",{r},0)',
    "_xlfn.XLOOKUP({c},{r},{r},,0,-1)",
]


def cell(row: int, col: int, *, fix_row: bool = False, fix_col: bool = False) -> str:
    return f"{'$' if fix_col else ''}{column_letters(col)}{'$' if fix_row else ''}{row + 1}"


@st.composite
def fills(draw: st.DrawFn, functions: list[str]) -> dict[str, str]:
    """A formula of a growing range, filled down beside the data or to the right below them."""
    text = draw(st.sampled_from(functions))
    down, at_end = draw(st.booleans()), draw(st.booleans())
    width, lead = draw(st.integers(1, 2)), draw(st.integers(0, 1))
    cells = {}
    for k in range(LENGTH):
        if down:
            fixed = cell(LENGTH - 1 if at_end else 0, lead, fix_row=True)
            moving = cell(k, lead + width - 1)
            home = cell(k, LENGTH + 1)
        else:
            fixed = cell(lead, LENGTH - 1 if at_end else 0, fix_col=True)
            moving = cell(lead + width - 1, k)
            home = cell(LENGTH + 1, k)
        here = cell(k, lead) if down else cell(lead, k)
        cells[home] = "=" + text.format(r=f"{moving}:{fixed}" if at_end else f"{fixed}:{moving}", c=here)
    return cells


@settings(max_examples=90, deadline=None)
@given(st.data())
def test_values(data: st.DataObject) -> None:
    """Every value equals that of its cell alone, types and errors included."""
    value = st.one_of(st.floats(-3, 3).map(lambda v: round(v, 1)), st.none(), st.sampled_from(["x", True, 0.0, "=1/0"]))
    values = {at.a1: data.draw(value) for at in Area("S", 0, 0, LENGTH - 1, LENGTH - 1).cells()}
    given_ = {name: found for name, found in values.items() if found is not None}
    formulas = data.draw(fills(FUNCTIONS))
    book = book_of({"S": {**given_, **formulas}})
    check_alone(book, formulas)


SHAPES = (
    "SUM({r}) SUMSQ({r}) AVERAGE({r}) MAX({r}) MIN({r}) SUMPRODUCT({r},{r}) SUM({r},2)*{c} STDEV({r},1) "
    "VAR({r}) STDEVP({r}) DEVSQ({r})"
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_derivatives(data: st.DataObject) -> None:
    """Gradient, Hessian and Jacobian equal those of the cells alone."""
    variables = Area("S", 0, 0, LENGTH - 1, 1) if data.draw(st.booleans()) else Area("S", 0, 0, 1, LENGTH - 1)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    numbers = {at.a1: float(v) for at, v in zip(Area("S", 0, 0, 6, 6).cells(), rng.permutation(49) / 7.0, strict=True)}
    formulas = data.draw(fills(SHAPES.split()))
    book = book_of({"S": {**numbers, **formulas}})
    wanted = area(f"{next(iter(formulas))}:{list(formulas)[-1]}")
    x = np.array([numbers[at.a1] for at in variables.cells()])
    found = []
    for calculation in (Calculation(book, variables=[variables]), split(Calculation(book, variables=[variables]))):
        node = calculation.value(wanted).number
        assert calculation.x is not None
        function = Function(sum_(node), calculation.x)
        found.append([function.gradient(x), function.hessian(x), jacobian(node, calculation.x)(x).toarray()])
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("function", ["SUM", "AVERAGE", "SUMSQ", "MAX", "DEVSQ"])
def test_operations_do_not_grow_with_the_rows(function: str) -> None:
    counts = []
    for rows in (20, 500):
        cells: dict[str, Any] = {"E1": 2.0} | {f"F{k}": float(k % 7) for k in range(1, rows + 1)}
        cells |= {f"A{k}": f"=F{k}*$E$1" for k in range(1, rows + 1)}
        cells |= {f"B{k}": f"={function}(A$1:A{k})" for k in range(1, rows + 1)} | {"D1": f"=SUMSQ(B1:B{rows})"}
        calculation = Calculation(book_of({"S": cells}), variables=[area("E1")], strict=True)
        assert calculation.x is not None
        counts.append(Function(calculation.value(area("D1")).number, calculation.x).operations)
    assert counts[0] == counts[1] < 60


@pytest.mark.parametrize("at_end", [False, True])
@pytest.mark.parametrize("name", ["STDEV", "VAR", "STDEVP", "VARP", "DEVSQ"])
def test_spread_so_far_loses_no_digits(name: str, at_end: bool) -> None:
    """Small deviations far from 0, far from each other, and a trend, against sums of exact fractions."""
    rng, count = np.random.default_rng(5), 60
    level = np.where(np.arange(count) < 20, 1e9, -3e8) + np.arange(count)
    values = (level + rng.normal(size=count)).tolist()
    cells: dict[str, Any] = {"A1": "head", f"A{count + 2}": "foot"}
    for row, number in enumerate(values, 2):
        cells[f"A{row}"] = number
        cells[f"B{row}"] = f"={name}(A{row}:A${count + 2})" if at_end else f"={name}(A$1:A{row})"
    found = Calculation(book_of({"S": cells}), strict=True).value(area(f"B2:B{count + 1}"))
    for row in range(count):
        part = [Fraction(number) for number in (values[row:] if at_end else values[: row + 1])]
        mean = sum(part) / len(part)
        squares = sum((number - mean) ** 2 for number in part)
        over = {"STDEV": len(part) - 1, "VAR": len(part) - 1, "DEVSQ": 1}.get(name, len(part))
        if not over:
            assert found.scalars()[0, 0, row, 0] is ErrorValue.DIV0
            continue
        wanted = float(squares / over) ** (0.5 if name.startswith("STDEV") else 1.0)
        assert found.known[0, 0, row, 0] == pytest.approx(wanted, rel=1e-13, abs=1e-300)


def test_how_often_a_value_came_before() -> None:
    """COUNTIF over a growing range numbers the occurrences of each value."""
    keys = np.random.default_rng(1).integers(0, 9, 3000).tolist()
    cells: dict[str, Any] = {f"A{k}": float(key) for k, key in enumerate(keys, 1)}
    cells |= {f"B{k}": f"=COUNTIF(A$1:A{k},A{k})" for k in range(1, len(keys) + 1)}
    found = Calculation(book_of({"S": cells}), strict=True).value(area(f"B1:B{len(keys)}")).known[0, 0, :, 0]
    seen = dict.fromkeys(keys, 0)
    for key, count in zip(keys, found.tolist(), strict=True):
        seen[key] += 1
        assert count == seen[key]
