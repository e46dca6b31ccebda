"""GROUPBY and PIVOTBY: against sums made by hand, with totals, orders, headers and live values."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.values import ErrorValue
from tests.functions import test_derivatives as derivatives
from tests.functions.formulas import grid_of

if TYPE_CHECKING:
    from solver.values import Scalar

SALES: dict[str, object] = {
    f"{column}{row}": value
    for row, record in enumerate(
        [
            ("Region", "Product", "Year", "Sales", "Pieces"),
            ("West", "Pen", 2021.0, 10.0, 1.0),
            ("East", "Pen", 2022.0, 20.0, 2.0),
            ("west", "Ink", 2021.0, 30.0, 3.0),
            ("East", "Ink", 2021.0, 40.0, 4.0),
            ("West", "Pen", 2022.0, 50.0, 5.0),
        ],
        1,
    )
    for column, value in zip("ABCDE", record, strict=True)
}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM)", [["East", 60.0], ["West", 90.0], ["Total", 150.0]]),
        ("GROUPBY(A1:A6,D1:E6,_xleta.MAX,3,0)", [["Region", "Sales", "Pieces"], ["East", 40, 4], ["West", 50, 5]]),
        ("GROUPBY(A2:A6,D2:D6,_xleta.COUNT,0,0)", [["East", 2.0], ["West", 3.0]]),
        ("GROUPBY(A2:A6,B2:B6,_xleta.ARRAYTOTEXT,0,0)", [["East", "Pen, Ink"], ["West", "Pen, Ink, Pen"]]),
        ("GROUPBY(A2:A6,D2:D6,LAMBDA(x,y,SUM(x)/SUM(y)),0,0)", [["East", 0.4], ["West", 0.6]]),
        ("GROUPBY(A2:A6,D2:D6,LAMBDA(x,x),0,0)", [["East", ErrorValue.CALC], ["West", ErrorValue.CALC]]),
        (
            "GROUPBY(A1:B6,D1:D6,_xleta.SUM)",
            [
                ["Region", "Product", "Sales"],
                ["East", "Ink", 40.0],
                ["East", "Pen", 20.0],
                ["East", "", 60.0],
                ["West", "Ink", 30.0],
                ["West", "Pen", 60.0],
                ["West", "", 90.0],
                ["Grand Total", "", 150.0],
            ],
        ),
        (
            "GROUPBY(A2:B6,D2:D6,_xleta.SUM,0,-2,-3)",
            [
                ["Grand Total", "", 150.0],
                ["West", "", 90.0],
                ["West", "Pen", 60.0],
                ["West", "Ink", 30.0],
                ["East", "", 60.0],
                ["East", "Ink", 40.0],
                ["East", "Pen", 20.0],
            ],
        ),
        (
            "GROUPBY(A2:B6,D2:D6,_xleta.SUM,0,0,{-2,1},,1)",
            [["East", "Pen", 20.0], ["West", "Pen", 60.0], ["East", "Ink", 40.0], ["west", "Ink", 30.0]],
        ),
        ("GROUPBY(B1:B6,D1:D6,_xleta.SUM,1,0,,C1:C6=2022)", [["Pen", 70.0]]),
        (
            "PIVOTBY(A1:A6,C1:C6,D1:D6,_xleta.SUM)",
            [["", 2021.0, 2022.0, "Total"], ["East", 40, 20, 60], ["West", 40, 50, 90], ["Total", 80, 70, 150]],
        ),
        (
            "PIVOTBY(A1:A6,C1:C6,D1:E6,_xleta.SUM,3,0,-3,0)",
            [
                ["Year", 2021.0, 2021.0, 2022.0, 2022.0],
                ["Region", "Sales", "Pieces", "Sales", "Pieces"],
                ["West", 40.0, 4.0, 50.0, 5.0],
                ["East", 40.0, 4.0, 20.0, 2.0],
            ],
        ),
        (
            "PIVOTBY(A2:A6,B2:C6,E2:E6,_xleta.SUM,0,1,-2,2)",
            [
                ["", "Ink", "Ink", "Pen", "Pen", "Pen", "Grand Total"],
                ["", 2021.0, "", 2021.0, 2022.0, "", ""],
                ["West", 3.0, 3.0, 1.0, 5.0, 6.0, 9.0],
                ["East", 4.0, 4.0, "", 2.0, 2.0, 6.0],
                ["Total", 7.0, 7.0, 1.0, 7.0, 8.0, 15.0],
            ],
        ),
        ("PIVOTBY(,A2:A6,D2:D6,_xleta.SUM,0)", [["East", "West", "Total"], [60.0, 90.0, 150.0]]),
    ],
)
def test_summaries(formula: str, expected: list[list[Scalar]]) -> None:
    assert grid_of(f"={formula}", SALES) == expected


@pytest.mark.parametrize(
    ("relative_to", "expected"),
    [(0, 0.5), (1, 4 / 9), (2, 40 / 150), (3, 4 / 9), (4, 0.5)],
)
def test_relative_to(relative_to: int, expected: float) -> None:
    """West in 2021 as a part of the year, of the region, of everything."""
    grid = grid_of(f"=PIVOTBY(A2:A6,C2:C6,D2:D6,_xleta.PERCENTOF,0,,,,,,{relative_to})", SALES)
    assert grid[2][1] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("GROUPBY(A1:A6,D1:D5,_xleta.SUM)", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,3)", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM,4)", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM,,2)", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM,,,3)", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM,,,,{1;0})", ErrorValue.VALUE),
        ("GROUPBY(A1:A6,D1:D6,_xleta.SUM,,,,D1:D6=0)", ErrorValue.CALC),
        ("GROUPBY(A1:B6,D1:D6,_xleta.SUM,,2,,,1)", ErrorValue.VALUE),
        ("PIVOTBY(,,D1:D6,_xleta.SUM)", ErrorValue.VALUE),
        ("PIVOTBY(A1:A6,B1:B6,D1:D6,_xleta.SUM,,,,,,,5)", ErrorValue.VALUE),
    ],
)
def test_refused(formula: str, expected: ErrorValue) -> None:
    assert grid_of(f"={formula}", SALES) == [[expected]]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(-9, 9)), min_size=1, max_size=12))
def test_sums_by_hand(records: list[tuple[str, int, int]]) -> None:
    """Every group has the sum of its records, and every total that of its groups."""
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for name, number, value in records:
        sums[name, number] += value
    sheet = {f"{c}{k}": v for k, record in enumerate(records, 1) for c, v in zip("ABC", record, strict=True)}
    n = len(records)
    grid = grid_of(f"=GROUPBY(A1:B{n},C1:C{n},_xleta.SUM,0,1)", sheet)
    assert grid == [*([*key, sums[key]] for key in sorted(sums)), ["Total", "", sum(sums.values())]]
    pivot = grid_of(f"=PIVOTBY(A1:A{n},B1:B{n},C1:C{n},_xleta.SUM,0)", sheet)
    by_name = {str(name): dict(zip(pivot[0][1:-1], row, strict=True)) for name, *row, _ in pivot[1:-1]}
    assert {(name, number): v for name, row in by_name.items() for number, v in row.items() if v != ""} == sums
    for name, *row, total in pivot[1:-1]:
        assert total == sum(value for key, value in sums.items() if key[0] == name), row
    assert pivot[-1][-1] == sum(sums.values())


@pytest.mark.parametrize(
    "formula",
    [
        "INDEX(GROUPBY(C1:C5,A1:A5,LAMBDA(x,SUMSQ(x)),0,0),2,2)*A1",
        "SUMSQ(DROP(PIVOTBY({1;2;1;2;2},{3;3;4;4;4},A1:A5,_xleta.SUM,0),1,1))",
        "SUMSQ(GROUPBY({1;2;1;2;2},A1:A5,_xleta.PERCENTOF,0))",
    ],
)
def test_of_variables(formula: str) -> None:
    """The values may be those of variables: summaries have the slopes of what they sum up."""
    derivatives.test_derivatives(formula)


def test_vectors_of_functions() -> None:
    """What each function makes by itself stands in its columns, or in its lines."""
    names = ("SUM", "MAX", "COUNT")
    alone = [grid_of(f"=GROUPBY(A1:A6,D1:D6,_xleta.{name})", SALES) for name in names]
    marks = ",".join(f"_xleta.{name}" for name in names)
    beside = grid_of(f"=GROUPBY(A1:A6,D1:D6,HSTACK({marks}))", SALES)
    assert beside[0] == ["", *names]
    assert [row[1:] for row in beside[1:]] == [[each[1] for each in rows] for rows in zip(*alone, strict=True)]
    below = grid_of(f"=LET(f,VSTACK({marks}),GROUPBY(A1:A6,D1:D6,f))", SALES)
    assert below == [
        [rows[k][0], name, rows[k][1]] for rows in zip(*alone, strict=True) for k, name in enumerate(names)
    ]
    crossed = grid_of("=PIVOTBY(A1:A6,B1:B6,D1:D6,HSTACK(_xleta.SUM,LAMBDA(x,-SUM(x))),,,,0)", SALES)
    assert crossed[1][1:3] == ["SUM", "CUSTOM"]
    for row in crossed[2:]:
        assert all(a == b == "" or a == -b for a, b in zip(row[1::2], row[2::2], strict=True))
    assert grid_of("=SUM(HSTACK(_xleta.SUM,_xleta.MAX))", SALES) == [[ErrorValue.CALC]]
