"""Blocks that read themselves or each other some rows or columns back give what their cells give one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, degrees, jacobian, sum_
from solver.algebra.structure.ladder import Degree
from solver.compiler.calculation import Calculation
from solver.compiler.tracing.chain import chain
from solver.errors import CircularReference
from solver.grid import Area, Cell, column_letters, parse_a1
from tests.books import area, book_of, close
from tests.compiler.cells import split

WIDTH, STEPS = 3, 9
KNOBS = Area("S", 0, 0, 2, 0)


def address(time: int, slot: int, *, down: bool) -> str:
    return f"{column_letters(slot)}{time + 1}" if down else f"{column_letters(time)}{slot + 1}"


@st.composite
def rings(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """Up to three filled columns (or rows) that read each other's past, and the cells that they fill."""
    down, forward = draw(st.booleans()), draw(st.booleans())
    width = draw(st.integers(1, WIDTH))
    reach = draw(st.integers(1, 3))
    nonlinear = draw(st.booleans())
    lags = st.integers(1, reach)
    slots = st.integers(0, width - 1)
    shapes = [
        "=$A$1*{a}+{d}",
        "={a}*0.5+{b}*$A$2-{d}/4",
        "=SUM({a},{b},$A$3)/3",
        "=IF({d}>0,{a},{b})*$A$1",
        "={now}*0.3+{a}*$A$2",
    ]
    if nonlinear:
        shapes += [
            "={a}+$A$1*{a}*(1-{a}/4)",
            "=MAX(0,{a}+{d}-$A$2)",
            "=SIN({a})*{b}+$A$3",
            "=IF({a}>$A$3,{a}*0.5,{b}+{d})",
            "=MIN({a},{b})/(1+EXP(-{d}))+$A$2^2",
            "=SUMPRODUCT({a}:{a},{b}:{b})*0.2+{d}",
        ]
    formulas = draw(st.lists(st.sampled_from(shapes), min_size=width, max_size=width))
    begins = draw(st.lists(st.integers(0, 2), min_size=width, max_size=width))
    reads = [(draw(lags), draw(slots), draw(lags), draw(slots)) for _ in range(width)]
    cells: dict[str, Any] = {}
    filled = []
    data, base = 4, 4 + width  # column A (or row 1) holds the knobs, then the data, then the ring

    def place(time: int, slot: int) -> str:
        total = STEPS + 2 * reach
        return address((time if forward else total - time) + 4, slot, down=down)

    number = st.floats(-1, 1).map(lambda v: round(v, 3))
    for slot in range(width):
        first = reach + begins[slot]
        for time in range(first):
            cells[place(time, base + slot)] = draw(number)
        lag_a, slot_a, lag_b, slot_b = reads[slot]
        for time in range(first, first + STEPS):
            if time >= reach + 2 + STEPS:
                break
            cells[place(time, data + slot)] = draw(number)
            now = place(time, base + slot - 1) if slot else place(time, data)
            cells[place(time, base + slot)] = formulas[slot].format(
                a=place(time - lag_a, base + slot_a),
                b=place(time - lag_b, base + slot_b),
                d=place(time, data + slot),
                now=now,
            )
            filled.append(place(time, base + slot))
    return cells, filled


def knobs(draw: st.DrawFn) -> dict[str, float]:
    return {f"A{k}": draw(st.floats(0.2, 1.2).map(lambda v: round(v, 3))) for k in (1, 2, 3)}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_values(data: st.DataObject) -> None:
    """Every value equals that of its cell alone."""
    cells, filled = data.draw(rings())
    book = book_of({"S": {**cells, **knobs(data.draw)}})
    whole, pieces = Calculation(book), split(Calculation(book))
    whole.everything()
    pieces.everything()
    assert not whole.failures
    for name in filled:
        a = whole.value(area(name)).scalar()
        b = pieces.value(area(name)).scalar()
        assert close(a, b), f"{name} {cells[name]}: {a!r} in its block, {b!r} alone"


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_derivatives(data: st.DataObject) -> None:
    """Value, gradient, Hessian and Jacobian equal those of the cells alone."""
    cells, filled = data.draw(rings())
    start = knobs(data.draw)
    book = book_of({"S": {**cells, **start}})
    x = np.array(list(start.values()))
    wanted = area(f"{min(filled, key=parse_a1)}:{max(filled, key=parse_a1)}")
    found = []
    for calculation in (Calculation(book, variables=[KNOBS]), split(Calculation(book, variables=[KNOBS]))):
        node = calculation.value(wanted).number
        assert calculation.x is not None
        function = Function(sum_(node), calculation.x)
        found.append(
            [
                function.value(x),
                function.gradient(x),
                function.hessian(x),
                jacobian(node, calculation.x)(x).toarray(),
                function.value_many(np.stack([x, 0.9 * x])),
            ]
        )
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-9)


def running(rows: int, formula: str) -> dict[str, Any]:
    """A column C that starts at 1 and is filled with a formula of the rows before, and its sum of squares."""
    data = np.random.default_rng(0).uniform(-1, 1, rows).round(3).tolist()
    cells: dict[str, Any] = {"A1": 0.5, "A2": 0.1, "A3": 2.0, "C1": 0.5, "C2": 0.25}
    cells |= {f"B{row}": value for row, value in enumerate(data, 1)}
    cells |= {
        f"C{row}": formula.format(b=f"B{row}", one=f"C{row - 1}", two=f"C{row - 2}") for row in range(3, rows + 1)
    }
    return cells | {"E1": f"=SUMSQ(C1:C{rows})"}


RUNNING = [
    "={one}+{b}",
    "={one}*$A$1+{b}",
    "=$A$1*{b}+(1-$A$1)*{one}",
    "={one}+{two}*$A$2",
    "={one}+$A$2*{one}*(1-{one}/$A$3)",
    "=MAX(0,{one}+{b}-$A$2)",
    "={one}*(1+$A$2/12)-$A$1",
]


@pytest.mark.parametrize("formula", RUNNING)
def test_operations_do_not_grow_with_the_rows(formula: str) -> None:
    counts = []
    for rows in (20, 400):
        calculation = Calculation(book_of({"S": running(rows, formula)}), variables=[KNOBS], strict=True)
        assert calculation.x is not None
        counts.append(Function(calculation.value(area("E1")).number, calculation.x).operations)
    assert counts[0] == counts[1] < 80


@pytest.mark.parametrize(
    ("formula", "degree"),
    [("={one}+{b}*$A$1", Degree.LINEAR), ("={one}*$A$1+{b}", Degree.SMOOTH), ("=MAX({one}*$A$1,{b})", Degree.KINK)],
)
def test_degrees(formula: str, degree: Degree) -> None:
    calculation = Calculation(book_of({"S": running(20, formula)}), variables=[KNOBS], strict=True)
    assert calculation.x is not None
    assert int(degrees([calculation.value(area("C3:C20")).number], calculation.x)[0].max()) == degree


def test_many_rows() -> None:
    """A long running column has the value and slope of the same loop in Python."""
    rows = 30_000
    cells = running(rows, "={one}*$A$1+{b}")
    calculation = Calculation(book_of({"S": cells}), variables=[area("A1")], strict=True)
    node = calculation.value(area("E1")).number
    assert calculation.x is not None
    function = Function(node, calculation.x)
    a, y, dy, total, slope = 0.7, 0.25, 0.0, 0.5**2 + 0.25**2, 0.0
    for row in range(3, rows + 1):
        y, dy = y * a + cells[f"B{row}"], y + a * dy
        total, slope = total + y * y, slope + 2 * y * dy
    assert function.value([a]) == pytest.approx(total, rel=1e-9)
    assert function.gradient([a])[0] == pytest.approx(slope, rel=1e-9)


def test_wiggles_of_cells_inside_a_recurrence() -> None:
    """The derivative by a cell of the ring is that of everything behind it, its own later rows included."""
    book = book_of({"S": running(12, "={one}+$A$2*{one}*(1-{one}/$A$3)")})
    links = chain(book, Cell("S", 0, 4), [area("A2")]).links
    inside = [link for link in links if link.cell.col == 2]
    assert len(inside) == 10
    for link in links:
        assert link.derivative == pytest.approx(link.difference, rel=1e-6)


def test_errors_stay_with_their_cells() -> None:
    """A column that runs into an error is computed cell by cell: before it numbers, behind it the error."""
    cells = running(20, "=1/({one}-{b})")
    cells["B8"] = "=C7"
    calculation = Calculation(book_of({"S": cells}))
    values = calculation.value(area("C1:C20")).scalars()[0, 0, :, 0]
    assert all(isinstance(value, float) for value in values[:7])
    assert all(not isinstance(value, float) for value in values[7:])


def test_texts_in_a_running_column() -> None:
    cells = {"A1": 1.0} | {
        f"A{row}": f'=IF(ISTEXT(A{row - 1}),3,IF(A{row - 1}>2,"x",A{row - 1}+1))' for row in range(2, 14)
    }
    values = Calculation(book_of({"S": cells})).value(area("A1:A13")).scalars()[0, 0, :, 0].tolist()
    assert values == [1.0, 2.0, 3.0, "x", 3.0, "x", 3.0, "x", 3.0, "x", 3.0, "x", 3.0]


def test_a_ring_is_not_a_recurrence() -> None:
    cells = {f"A{row}": f"=B{row}*0.5" for row in range(1, 13)} | {f"B{row}": f"=A{row}+1" for row in range(1, 13)}
    with pytest.raises(CircularReference):
        Calculation(book_of({"S": cells}), strict=True).value(area("A1:B12"))
