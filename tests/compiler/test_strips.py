"""Blocks of one formula with other rows between them: computed together they are what they are one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, jacobian, sum_
from solver.compiler.calculation import Calculation
from solver.compiler.ordering import strips
from solver.compiler.tracing.chain import chain
from solver.grid import Cell
from tests.books import area, book_of, close

ROWS = 24

FORMULAS = [
    "A{r}*$G$1+B{r}",
    "C{p}*0.5+A{r}",
    "SUM(A{p}:B{r})",
    "SUM(C$1:C{p})*0.01+A{r}",
    "IF(B{r}>0,C{p},$G$2*A{r})",
    "D{r}+1",
    'A{r}&"x"',
    "1/B{r}",
    "COUNTIF(A$1:A{r},A{r})",
    "INDEX(A$1:A${n},ROW())+{k}",
    "A{r}+{k}*$G$1",
    "OFFSET(A$1,MOD(ROW(),5),0)*$G$2",
    "SIN(C{p})+NOSUCH(1)",
]
VALUES = st.one_of(st.integers(-2, 3).map(float), st.sampled_from(["x", True, "=1/0"]))
LIVE = [0, 1, 2, 3, 4, 5, 9, 10]


@st.composite
def sheets(draw: st.DrawFn, values: st.SearchStrategy[Any], choices: list[int]) -> dict[str, Any]:
    """Two columns of values, and two of formulas that take turns in steps of two or three rows."""
    cells: dict[str, Any] = {"G1": 0.5, "G2": 2.0}
    turns = {col: draw(st.lists(st.sampled_from(choices), min_size=2, max_size=3)) for col in "CD"}
    for row in range(1, ROWS + 1):
        cells |= {f"A{row}": draw(values), f"B{row}": draw(values)}
        for col, turn in turns.items():
            text = FORMULAS[turn[row % len(turn)]].format(r=row, p=max(row - 1, 1), n=ROWS, k=row % 7)
            own = f"C{row}" in text if col == "C" else f"D{row}" in text
            cells[f"{col}{row}"] = f"=A{row}" if own or row == 1 else f"={text}"
    return cells


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "FEWEST", 2)


@settings(max_examples=60, deadline=None)
@given(sheets(VALUES, list(range(len(FORMULAS)))))
def test_values(cells: dict[str, Any]) -> None:
    """Values, failures and what counts as moved are those of blocks by themselves."""
    book = book_of({"S": cells})
    together, alone = Calculation(book), Calculation(book)
    alone.apart = True
    together.everything()
    alone.everything()
    assert together.failures == alone.failures
    assert {str(block.area) for block in together.order} == {str(block.area) for block in alone.order}
    for name in cells:
        a, b = together.value(area(name)).scalar(), alone.value(area(name)).scalar()
        assert close(a, b), f"{name} {cells[name]}: {a!r} together, {b!r} alone"


@settings(max_examples=40, deadline=None)
@given(sheets(st.integers(1, 5).map(lambda k: k / 4), LIVE))
def test_derivatives(cells: dict[str, Any]) -> None:
    """Values, gradients, Hessians and Jacobians are those of blocks by themselves."""
    book, found = book_of({"S": cells}), []
    x = np.array([cells[name] for name in ("A2", "A3", "G1", "G2")])
    for apart in (False, True):
        calculation = Calculation(book, variables=[area("A2:A3"), area("G1:G2")], strict=True)
        calculation.apart = apart
        node = calculation.value(area(f"C1:D{ROWS}")).number
        assert calculation.x is not None
        function = Function(sum_(node), calculation.x)
        slopes = jacobian(node, calculation.x)(x).toarray()
        found.append([function.value(x), function.gradient(x), function.hessian(x), slopes])
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-12)


def alternating(rows: int) -> dict[str, Any]:
    """Two formulas in turns, one of which reads the other."""
    cells: dict[str, Any] = {"D1": 0.3, "D2": 0.7, "E1": f"=SUMSQ(B1:B{rows})"}
    for row in range(1, rows + 1):
        cells[f"A{row}"] = row % 17 / 7
        cells[f"B{row}"] = f"=A{row}*$D$1+$D$2" if row % 2 else f"=SIN(A{row}*$D$2)+B{row - 1}*0.1"
    return cells


def test_operations_do_not_grow_with_the_rows() -> None:
    counts = []
    for rows in (40, 400):
        calculation = Calculation(book_of({"S": alternating(rows)}), variables=[area("D1:D2")], strict=True)
        assert calculation.x is not None
        counts.append(Function(calculation.value(area("E1")).number, calculation.x).operations)
    assert counts[0] == counts[1] < 40


def test_a_changed_cell_reaches_what_reads_it() -> None:
    """Computed from a change alone, alternating formulas are what they are computed afresh."""
    cells = alternating(40)
    book = book_of({"S": cells})
    calculation = Calculation(book, inputs={Cell("S", 4, 0): 9.0}, trust=True)
    calculation.affected()
    fresh = Calculation(book_of({"S": cells | {"A5": 9.0}}))
    for name in cells:
        assert close(calculation.value(area(name)).scalar(), fresh.value(area(name)).scalar())


def test_a_chain_names_the_cells_on_its_way_alone() -> None:
    """Derivatives cell by cell are not asked of rows that only hold the same formula."""
    cells = alternating(40) | {"F1": "=B3+B4"}
    links = chain(book_of({"S": cells}), Cell("S", 0, 5), [area("D1:D2")]).links
    assert {"F1", "B3", "B4"} <= {link.cell.a1 for link in links} <= {"F1", "B3", "B4", "D1", "D2"}
