"""Formulas that no array operation on live cells can say: their values are those of a recalculated book."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Function
from solver.algebra.structure.ladder import Degree
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.grid import Area, Cell
from solver.model.binding import bind
from solver.model.model import Constraint, Model, Relation
from tests.books import book_of

TABLE = {f"H{k}": value for k, value in enumerate((9, 4, 7, 3, 8, 5), start=1)}
FORMULAS = {
    "a place": {"C1": "=OFFSET(H1,INT(A1),0)+A2"},
    "a height": {"C1": "=SUM(OFFSET(H1,0,0,INT(A1)+1,1))*A2"},
    "an address": {"C1": '=INDIRECT("H"&INT(A1)+1)-A2'},
    "a text and its reader": {"B1": '=TEXT(A1,"0.0")', "C1": "=VALUE(B1)^2+A2"},
    "a word and its reader": {"B1": '=IF(A1>2,"dear","cheap")', "C1": '=IF(B1="dear",A2,2*A2)'},
    "several at once": {f"C{k}": f"=OFFSET(H$1,INT(A1)+{k}-1,0)*A2" for k in (1, 2)} | {"C3": "=C1-C2"},
}


def held(cells: dict[str, object], x: tuple[float, ...], at: Cell) -> float:
    """The value of a cell in a book with these numbers in A1 and A2."""
    book = book_of({"S": {**TABLE, **cells, "A1": x[0], "A2": x[1]}})
    value = Calculation(book).value(Area.of(at)).scalar()
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("cells", FORMULAS.values(), ids=FORMULAS)
@given(first=st.floats(0, 3.99), second=st.floats(-5, 5))
def test_values_are_those_of_the_recalculated_book(cells: dict[str, object], first: float, second: float) -> None:
    book = book_of({"S": {**TABLE, **cells, "A1": 0.5, "A2": 1.0}})
    last = Cell("S", len([name for name in cells if name.startswith("C")]) - 1, 2)
    problem = bind(book, Model("S", last, variables=(Area("S", 0, 0, 1, 0),))).problem
    assert problem.degree is Degree.STEP
    expected = held(cells, (first, second), last)
    assert problem.fun(np.array([first, second])) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    many = problem.fun_many(np.array([[first, second], [0.5, 1.0]]))
    assert many.tolist() == pytest.approx([expected, held(cells, (0.5, 1.0), last)], rel=1e-12, abs=1e-12)


def test_slopes_are_differences_where_nothing_jumps() -> None:
    """OFFSET moves by A1 alone: between its jumps the slope by A2 is that of the formula around it."""
    book = book_of({"S": {**TABLE, "C1": "=OFFSET(H1,INT(A1),0)*EXP(A2)", "A1": 0.5, "A2": 1.0}})
    calculation = Calculation(book, variables=(Area("S", 0, 0, 1, 0),), strict=True)
    node = calculation.value(Area("S", 0, 2, 0, 2)).number
    assert calculation.x is not None
    slope = Function(node, calculation.x).gradient(np.array([2.5, 0.3]))
    assert slope == pytest.approx([0.0, 7 * np.exp(0.3)], rel=1e-8, abs=1e-8)


def test_rows_may_be_such_formulas() -> None:
    book = book_of({"S": {**TABLE, "A1": 0, "A2": 0, "C1": "=A1+A2", "C2": "=OFFSET(H1,INT(A1),0)"}})
    rows = (Constraint(Area("S", 1, 2, 1, 2), Relation.LE, 4.0),)
    problem = bind(book, Model("S", Cell("S", 0, 2), variables=(Area("S", 0, 0, 1, 0),), constraints=rows)).problem
    assert problem.degree is Degree.LINEAR
    assert problem.row_degrees == (Degree.STEP,)
    assert [problem.rows(np.array([k, 0.0]))[0] for k in range(6)] == list(TABLE.values())


def test_what_no_recalculation_can_compute_is_refused_with_its_cell() -> None:
    book = book_of({"S": {"A1": 1, "C1": "=NOSUCHFUNCTION(A1)", "C2": "=OFFSET(C1,A1-1,0)"}})
    with pytest.raises(FormulaError, match="C1"):
        bind(book, Model("S", Cell("S", 1, 2), variables=(Area("S", 0, 0, 0, 0),)))
