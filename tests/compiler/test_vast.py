"""What lies far out, or is named as a whole, costs what is used of it."""

from __future__ import annotations

import tracemalloc

import pytest

from solver.compiler.calculation import Calculation
from solver.grid import Area, column_letters
from tests.books import book_of

FAR = {"A1": 2.0, "B2": 5.0, "XFD1048576": 3.0}
NEAR = {"A1": 2.0, "B2": 5.0, "C3": 3.0}


def computed(formula: str, data: dict[str, object]) -> Calculation:
    calculation = Calculation(book_of({"S": {"A1": formula}, "D": data}))
    calculation.everything()
    return calculation


@pytest.mark.parametrize("formula", ["=SUM(D!A:XFD)", "=SUM(D!1:1048576)", "=SUMPRODUCT(D!A:XFD*1)"])
def test_whole_sheet(formula: str) -> None:
    assert computed(formula, NEAR).value(Area("S", 0, 0, 0, 0)).scalar() == 10.0


@pytest.mark.parametrize("formula", ["=SUM(D!A:XFD)", "=SUM(D!1:1048576)", "=SUMPRODUCT(D!A:XFD*1)"])
def test_whole_sheet_with_a_cell_in_its_last_corner(formula: str) -> None:
    """Seventeen thousand million values are refused by their number, before they are made."""
    (reason,) = computed(formula, FAR).failures.values()
    assert f"{2**34:,} values" in reason


def test_a_far_column_costs_its_cells() -> None:
    """One whole column, one whole row: a million values may be read, however few are used."""
    assert computed("=SUM(D!XFD:XFD)+SUM(D!1048576:1048576)+SUM(D!A:B)", FAR).value(
        Area("S", 0, 0, 0, 0)
    ).scalar() == pytest.approx(13.0)


@pytest.mark.parametrize("step", [1, -1])
def test_long_chain(step: int) -> None:
    """A hundred thousand cells that each need the next, up or down: no recursion."""
    count = 100_000
    first = 1 if step == 1 else count
    cells: dict[str, object] = {f"A{first}": 1.0}
    cells |= {f"A{row}": f"=A{row - step}+1" for row in range(1, count + 1) if row != first}
    calculation = Calculation(book_of({"S": cells}))
    calculation.everything()
    assert calculation.value(Area("S", count - first, 0, count - first, 0)).scalar() == count
    assert not calculation.failures


def test_own_growing_past() -> None:
    """Each cell needs all those above it: what was read for one is not kept for all."""
    count = 6_000
    cells: dict[str, object] = {"A1": 1.0}
    cells |= {f"A{row}": f"=SUM(A$1:A{row - 1})*0.001+1" for row in range(2, count + 1)}
    calculation = Calculation(book_of({"S": cells}))
    calculation.everything()
    value = calculation.value(Area("S", count - 1, 0, count - 1, 0)).scalar()
    assert value == pytest.approx(1.001 ** (count - 1), rel=1e-9)
    kept = sum(operand.number.size for operand in calculation.store("S").cache.values())
    assert kept <= 1 << 24


def test_whole_columns_side_by_side_cost_their_cells() -> None:
    """A block of sums, one for each of forty whole columns of formulas that are not computed yet."""
    data: dict[str, object] = {f"{column_letters(k)}{row}": f"=ROW()*{k + 1}" for k in range(40) for row in (1, 2)}
    sums: dict[str, object] = {
        f"{column_letters(k)}1": f"=SUM(D!{column_letters(k)}:{column_letters(k)})" for k in range(40)
    }
    calculation = Calculation(book_of({"S": sums, "D": data}))
    tracemalloc.start()
    calculation.everything()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert calculation.value(Area("S", 0, 39, 0, 39)).scalar() == 3 * 40
    assert peak < 20_000_000
