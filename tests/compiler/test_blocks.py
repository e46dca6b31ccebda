"""Blocks of filled-down formulas give what their cells give one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function
from solver.book.book import DefinedName
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell, column_letters
from tests.books import area, book_of, close
from tests.compiler.cells import split

ROWS, COLS = 6, 4
INPUTS = Area("Sheet1", 0, 0, ROWS - 1, COLS - 1)


def address(row: int, col: int, fix_row: bool, fix_col: bool) -> str:
    return f"{'$' if fix_col else ''}{column_letters(col)}{'$' if fix_row else ''}{row + 1}"


@st.composite
def fills(draw: st.DrawFn) -> dict[str, str]:
    """A formula filled over a rectangle to the right of the inputs, as a person would drag it."""
    rows, cols = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    shapes = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.booleans(), st.booleans()), min_size=3))
    pattern = draw(
        st.sampled_from(
            [
                "={a}+{b}*{c}",
                "=SUM({a}:{b})-{c}",
                "=SUMPRODUCT({a}:{b},{a}:{b})",
                "=IF({a}>{b},{c},{a}*2)",
                '=IF({a}="",0,EXP(-{b}*{b}))',
                "=MAX({a}:{b})+AVERAGE({a},{c})",
                "=SUMXMY2({a}:{b},{a}:{b})+{c}^2",
                '={a}&"x"&{b}',
                "=1/{a}+SQRT({b})",
                "=COUNT({a}:{b})+{c}*1.5",
            ]
        )
    )
    contents = {}
    for r in range(rows):
        for c in range(cols):
            places = {}
            for name, (row, col, fix_row, fix_col) in zip("abc", shapes, strict=False):
                places[name] = address(row + (0 if fix_row else r), col + (0 if fix_col else c), fix_row, fix_col)
            contents[f"{column_letters(COLS + c)}{r + 1}"] = pattern.format(**places)
    return contents


def inputs(draw: st.DrawFn) -> dict[str, Any]:
    values = st.one_of(
        st.floats(-3, 3).map(lambda v: round(v, 3)), st.none(), st.sampled_from(["x", "2", True]), st.just(0.0)
    )
    contents = {}
    for cell in INPUTS.cells():
        value = draw(values)
        if value is not None:
            contents[cell.a1] = value
    return contents


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_values(data: st.DataObject) -> None:
    """Every value of a block equals the value of its cell alone, types and errors included."""
    contents = {**inputs(data.draw), **data.draw(fills())}
    book = book_of({"Sheet1": contents})
    whole, pieces = Calculation(book), split(Calculation(book))
    whole.everything()
    pieces.everything()
    assert not whole.failures
    assert not pieces.failures
    for name in contents:
        cell = next(c for c in Area("Sheet1", 0, 0, ROWS, COLS + 3).cells() if c.a1 == name)
        row, col = cell.row, cell.col
        a = whole.stores["Sheet1"].read_cell(row, col).scalar()
        b = pieces.stores["Sheet1"].read_cell(row, col).scalar()
        assert close(a, b), f"{name} {contents[name]}: {a!r} in its block, {b!r} alone"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_gradients(data: st.DataObject) -> None:
    """The gradient of a sum over a block equals that over its cells alone."""
    formulas = data.draw(fills().filter(lambda f: "&" not in next(iter(f.values()))))
    numbers = {cell.a1: data.draw(st.floats(0.5, 2).map(lambda v: round(v, 3))) for cell in INPUTS.cells()}
    total = Cell("Sheet1", 20, 0)
    book = book_of({"Sheet1": {**numbers, **formulas, total.a1: f"=SUM({column_letters(COLS)}1:H10)"}})
    x = np.array([numbers[cell.a1] for cell in INPUTS.cells()])
    gradients = []
    for calculation in (Calculation(book, variables=[INPUTS]), split(Calculation(book, variables=[INPUTS]))):
        node = calculation.value(Area.of(total)).number
        assert calculation.x is not None
        gradients.append(Function(node, calculation.x).gradient(x) if node.live else np.zeros(x.size))
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-12, atol=1e-12)


def test_an_address_in_a_text_does_not_move() -> None:
    """INDIRECT filled down means the same cells everywhere; a name that is relative to its cell does not."""
    cells: dict[str, Any] = {f"A{r}": float(r * r) for r in range(1, 12)}
    for r in range(1, 6):
        cells |= {f"C{r}": '=INDIRECT("A5")', f"D{r}": '=SUM(INDIRECT("A2:A"&4))', f"E{r}": f'=INDIRECT("A"&{r})'}
        cells |= {f"F{r}": '=INDIRECT("beside")', f"G{r}": f'=INDIRECT("R{r}C1",FALSE)'}
    book = replace(book_of({"S": cells}), names=(DefinedName("beside", "S!$A1"),))
    calculation = Calculation(book, strict=True)
    found = calculation.value(area("C1:G5")).known[0, 0]
    rows = np.arange(1.0, 6.0)
    np.testing.assert_array_equal(found.T, [[25.0] * 5, [29.0] * 5, rows**2, rows**2, rows**2])
