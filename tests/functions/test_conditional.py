"""Counting and summing by criteria: whole columns at once against one cell at a time, and live values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program, reshape, variable
from solver.compiler.calculation import Calculation
from solver.functions.criteria.conditional import _count, _measured
from solver.functions.criteria.criterion import Column, criterion_of
from solver.functions.operand import Operand, lone, numbers, of_scalars
from solver.grid import Area, Cell
from solver.values import ErrorValue, Scalar
from tests.books import book_of

VALUES: list[Scalar] = [1.0, 5.0, "5", "x", "X*", "", None, True, False, ErrorValue.NA, -2.5, "apple", "Apricot", 5.0]


def column() -> Column:
    operand = of_scalars([VALUES])
    text = None if operand.text is None else operand.text.ravel()
    return Column(operand.kind.ravel(), operand.known.ravel(), text)


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (5.0, [1, 2, 13]),
        ("5", [1, 2, 13]),
        ("=5", [1, 2, 13]),
        ("<>5", [0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (">1", [1, 13]),
        ("<=1", [0, 10]),
        ("x", [3]),
        ("x*", [3, 4]),
        ("x~*", [4]),
        ("*", [2, 3, 4, 5, 11, 12]),
        ("ap*", [11, 12]),
        ("a????", [11]),
        ("", [5, 6]),
        ("=", [6]),
        ("<>", [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13]),
        (True, [7]),
        ("false", [8]),
        (ErrorValue.NA, [9]),
        ("#N/A", [9]),
        (">=b", [3, 4]),
        (None, []),
    ],
)
def test_what_a_criterion_means(criterion: Scalar, expected: list[int]) -> None:
    assert column().meeting(criterion_of(criterion)).tolist() == expected


@given(
    st.lists(st.sampled_from(["a", "b", "A", 1.0, 2.0, None, True]), min_size=1, max_size=12),
    st.lists(st.sampled_from(["a", ">1", "<>b", 2.0, "", "*"]), min_size=1, max_size=5),
)
def test_a_column_of_criteria_is_many_single_ones(cells: list[Scalar], criteria: list[Scalar]) -> None:
    """Sums for several criteria at once are those of each alone."""
    area = of_scalars([cells])
    amounts = of_scalars([[float(2**k) for k in range(len(cells))]])
    wanted = of_scalars(np.array(criteria, dtype=object).reshape(-1, 1, 1, 1))
    here = None
    together = _measured(here, amounts, [area], [wanted], "sum").known.ravel()  # type: ignore[arg-type]
    counts = _count(here, [area], [wanted]).known.ravel()  # type: ignore[arg-type]
    for criterion, total, count in zip(criteria, together, counts, strict=True):
        alone = _measured(here, amounts, [area], [lone(criterion)], "sum").scalar()  # type: ignore[arg-type]
        assert total == alone
        assert bin(int(total)).count("1") == count


def test_live_values_and_live_conditions() -> None:
    x = variable(4)
    live = numbers(reshape(x, (1, 1, 4, 1)))
    keys = of_scalars([["a"], ["b"], ["a"], [None]])
    wanted = of_scalars(np.array(["a", "b"], dtype=object).reshape(2, 1, 1, 1))
    here = None
    total: Operand = _measured(here, live, [keys], [wanted], "sum")  # type: ignore[arg-type]
    largest = _measured(here, live, [keys], [wanted], "max")  # type: ignore[arg-type]
    positive = _count(here, [live], [lone(">0")])  # type: ignore[arg-type]
    mean = _measured(here, live, [live, keys], [lone(">0"), lone("<>")], "mean")  # type: ignore[arg-type]
    outputs = [total.number, largest.number, positive.number, mean.number]
    found = Program([x], outputs).run(np.array([1.0, -2.0, 4.0, 8.0]))
    assert [np.ravel(part).tolist() for part in found] == [[5.0, -2.0], [4.0, -2.0], [3.0], [2.5]]


@pytest.mark.parametrize(
    "formula",
    ["COUNTIF(A1:A5,5)", 'COUNTIF(A1:A5,"<>5")', "COUNTIF(A2:A5,A1)", "SUMIF(A2:A5,A1,B2:B5)", 'COUNTIF(A1:A5,">4")'],
)
@pytest.mark.parametrize("x", [5.0, 7.0])
def test_texts_that_read_as_a_number_count_where_it_is_alive(formula: str, x: float) -> None:
    """Criteria of equality take them for the number, whether the range or the criterion depends on a variable."""
    cells: dict[str, Scalar] = {
        "A2": "5",
        "A3": "x",
        "A4": 5.0,
        "A5": " 7 ",
        "B2": 1.0,
        "B3": 2.0,
        "B4": 4.0,
        "B5": 8.0,
    }
    home = Cell("Sheet1", 9, 9)
    expected = Calculation(book_of({"Sheet1": {**cells, "A1": x}})).evaluate(formula, home).known
    live = Calculation(book_of({"Sheet1": {**cells, "A1": 1.0}}), variables=[Area("Sheet1", 0, 0, 0, 0)])
    found = live.evaluate(formula, home)
    assert live.x is not None
    assert found.live
    assert Program([live.x], [found.number]).run([x])[0].ravel() == expected.ravel()


def test_whole_columns_and_reshaped_sums() -> None:
    book = book_of({"Sheet1": {"A1": 1.0, "A2": 2.0, "A3": "x", "B1": 10.0, "B2": 20.0, "C1": "=1"}})
    calculation = Calculation(book)
    home = Cell("Sheet1", 50, 50)
    expected = {
        'COUNTIF(A:A,"<>x")': 1048575.0,
        'COUNTIF(A:A,"")': 1048573.0,
        "SUMIF(A1:A3,2,B1)": 20.0,
        'SUMIFS(B:B,A:A,">1")': 20.0,
        'COUNTIFS(A:A,">0",B:B,">10")': 1.0,
    }
    assert {text: calculation.evaluate(text, home).scalar() for text in expected} == expected


def test_values_that_move_another_way_than_the_criteria() -> None:
    """A rectangle of formulas whose values follow its rows and whose criteria follow its columns."""
    contents = {f"{column}{k}": float(k * 10 + "ABC".index(column)) for column in "ABC" for k in range(1, 4)}
    contents |= {"A5": "x", "B5": "y", "C5": "x"}
    fill = {f"{'EF'[j]}{k}": f'=SUMIF($A$5:$C$5,"{"xy"[j]}",$A{k}:$C{k})' for j in range(2) for k in range(1, 4)}
    calculation = Calculation(book_of({"Sheet1": {**contents, **fill}}))
    found = [calculation.evaluate(f"{c}{k}", Cell("Sheet1", 50, 50)).scalar() for k in range(1, 4) for c in "EF"]
    assert found == [22.0, 11.0, 42.0, 21.0, 62.0, 31.0]
