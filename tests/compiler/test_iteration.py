"""Rings of formulas: computed pass by pass in a book that iterates, refused in one that does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.algebra import Function
from solver.book.book import Iteration
from solver.compiler.calculation import Calculation
from solver.errors import CircularReference
from solver.grid import Area, Cell, parse_a1
from tests.books import book_of


def computed(cells: dict[str, Any], *wanted: str, iterate: Iteration | None, **settings: Any) -> list[Any]:
    calculation = Calculation(book_of({"S": cells}, iterate=iterate), **settings)
    return [calculation.value(Area.of(Cell("S", *parse_a1(address)))).scalar() for address in wanted]


def test_a_counter_counts_the_passes() -> None:
    assert computed({"A1": "=A1+1"}, "A1", iterate=Iteration(37, 0.001)) == [37.0]


def test_a_ring_settles_at_its_fixed_point() -> None:
    heron = {"A1": 2.0, "B1": "=IF(B2=0,A1,B2)", "B2": "=(B1+A1/B1)/2"}
    (root,) = computed(heron, "B2", iterate=Iteration(100, 1e-9))
    assert root == pytest.approx(np.sqrt(2), rel=1e-15)


def test_passes_stop_when_nothing_moves_by_delta() -> None:
    halving = {"A1": "=A1/2+1"}
    assert computed(halving, "A1", iterate=Iteration(100, 0.1)) == [2 - 2.0**-4]
    assert computed(halving, "A1", iterate=Iteration(3, 0.0)) == [1.75]


def test_rings_that_share_cells_are_one() -> None:
    a = np.array([[4.0, 1.0, 0.5], [1.0, 5.0, -1.0], [0.5, -1.0, 3.0]])
    b = np.array([1.0, 2.0, 3.0])
    cells: dict[str, Any] = {"B4": "=B1", "C4": "=B2", "D4": "=B3", "A6": "=SUM(A1:A3)"}
    for i, diagonal in enumerate(("D1", "E2", "F3"), 1):
        cells |= {f"{letter}{i}": value for letter, value in zip("DEFG", (*a[i - 1], b[i - 1]), strict=True)}
        cells[f"A{i}"] = f"=(G{i}-SUMPRODUCT(D{i}:F{i},B$4:D$4)+{diagonal}*B{i})/{diagonal}"
        cells[f"B{i}"] = f"=A{i}"
    *found, total = computed(cells, "A1", "A2", "A3", "A6", iterate=Iteration(500, 1e-14))
    np.testing.assert_allclose(found, np.linalg.solve(a, b), rtol=1e-12)
    assert total == pytest.approx(sum(found), rel=1e-15)


def test_without_iteration_a_ring_is_circular() -> None:
    with pytest.raises(CircularReference, match=r"S!A1 -> S!B1 -> S!A1|S!B1 -> S!A1 -> S!B1"):
        computed({"A1": "=B1", "B1": "=A1"}, "A1", iterate=None, strict=True)


def test_a_ring_around_a_variable_settles_anew_at_every_point() -> None:
    book = book_of({"S": {"A1": 1.0, "B1": "=B1/2+A1"}}, iterate=Iteration())
    calculation = Calculation(book, strict=True, variables=[Area("S", 0, 0, 0, 0)])
    node = calculation.value(Area("S", 0, 1, 0, 1)).number
    assert calculation.x is not None
    settled = Function(node, calculation.x)
    for number in (1.0, -3.0, 10.0):
        plain = computed({"A1": number, "B1": "=B1/2+A1"}, "B1", iterate=Iteration())
        assert settled.value(np.array([number])) == plain[0] == pytest.approx(2 * number, abs=2e-3)


def test_a_ring_around_a_variable_is_circular_where_the_book_does_not_iterate() -> None:
    with pytest.raises(CircularReference):
        computed({"A1": 1.0, "B1": "=B1/2+A1"}, "B1", iterate=None, strict=True, variables=[Area("S", 0, 0, 0, 0)])
