"""Sums of products with conditions: blocks of them give what their cells give one by one, as a table of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import Function, jacobian, sum_
from solver.compiler.calculation import Calculation
from solver.compiler.ordering import products
from solver.compiler.ordering.products import summed_products
from solver.grid import Area
from tests.books import area, book_of
from tests.compiler.cells import check_alone, split

if TYPE_CHECKING:
    from solver.functions.operand import Operand

LENGTH = 8

SUMS = [
    "SUMPRODUCT(--({a}={c}))",
    "SUMPRODUCT(--({c}={a}))",
    "SUMPRODUCT(({a}>1)*{b})",
    "SUMPRODUCT(({a}>={c})*{b})",
    "SUMPRODUCT(({c}>{a})*({b}={d})*{b})",
    "SUMPRODUCT(({a}<={c})*({b}>{d}),{b})",
    "SUMPRODUCT(({a}={c})*({b}<=2)*{d})",
    "SUMPRODUCT(({a}<{c})*({a}>{d})*({b}<{c})*1)",
    "SUMPRODUCT(({a}={c})+0,{b})",
    "SUMPRODUCT(({a}<>{c})*{b})",
    "SUMPRODUCT(--(ABS({a})=ABS({c})),{b}*{a})",
    'SUMPRODUCT(({a}="x")*{b})',
    'SUMPRODUCT(({a}={c}&"")*{b})',
    "SUMPRODUCT(({a}*2={c}*2)*{b}^2*{d})",
    "SUMPRODUCT({a}*{b})",
    "SUMPRODUCT(-{a},{b})*{c}",
    "SUMPRODUCT(({a}={c})*{b}/2)",
    "SUMPRODUCT(({a}={c})*1.5)",
    "SUMPRODUCT({c}*({a}={c})/{d}/{b})",
    "SUMPRODUCT({c},--({a}={c}))",
    "SUMPRODUCT({a}={c})",
    "SUMPRODUCT(--(MONTH({a}+40)=MONTH({c}+40)),{b})",
]

ALIKE = ["SUMPRODUCT(({a}>1)*{b})", 'SUMPRODUCT(({a}="x")*{b})', "SUMPRODUCT({a}*{b})", "SUMPRODUCT(-{a},{b})*{c}"]
"""Sums that over a fixed range are the same for all cells, but for a share."""

VALUES = st.one_of(
    st.integers(-2, 2).map(float),
    st.floats(-3, 3).map(lambda number: round(number, 1)),
    st.sampled_from([None, "x", "X", "y*", "2", "", True, False, 0.1 + 0.2, 0.3, "=1/0"]),
)
PLAIN = st.integers(-2, 2).map(float)


def filled(text: str, *, grows: bool, at_end: bool) -> dict[str, str]:
    """A formula of two ranges and two cells beside it, filled down in E."""
    cells = {}
    for row in range(1, LENGTH + 1):
        ranges = [
            f"{col}${LENGTH}:{col}{row}" if grows and at_end else f"{col}$1:{col}{row if grows else f'${LENGTH}'}"
            for col in "AB"
        ]
        cells[f"E{row}"] = "=" + text.format(a=ranges[0], b=ranges[1], c=f"C{row}", d=f"D{row}")
    return cells


@pytest.fixture(autouse=True)
def _every_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "TABLE", 0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_values(data: st.DataObject) -> None:
    """Every value equals that of its cell alone, types and errors included."""
    value = data.draw(st.sampled_from([PLAIN, PLAIN, VALUES, st.sampled_from(["x", "X", "y*", "", "co-op", "coop"])]))
    values = {at.a1: data.draw(value) for at in Area("S", 0, 0, LENGTH - 1, 3).cells()}
    text = data.draw(st.sampled_from(SUMS))
    formulas = filled(text, grows=data.draw(st.booleans()), at_end=data.draw(st.booleans()))
    book = book_of({"S": {name: found for name, found in values.items() if found is not None} | formulas})
    check_alone(book, formulas, relative=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_derivatives(data: st.DataObject) -> None:
    """Values, Hessian and Jacobian by the weights (and by what is compared) equal those of the cells alone."""
    column = data.draw(st.sampled_from("ABCD"))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    numbers = {at.a1: float(v) for at, v in zip(Area("S", 0, 0, 7, 3).cells(), rng.integers(0, 4, 32), strict=True)}
    formulas = filled(data.draw(st.sampled_from(SUMS[:8] + SUMS[13:20])), grows=data.draw(st.booleans()), at_end=False)
    book = book_of({"S": {**numbers, **formulas}})
    variables = area(f"{column}1:{column}{LENGTH}")
    x = np.array([numbers[at.a1] for at in variables.cells()]) + 0.1
    found = []
    for calculation in (Calculation(book, variables=[variables]), split(Calculation(book, variables=[variables]))):
        node = calculation.value(area(f"E1:E{LENGTH}")).number
        assert calculation.x is not None
        function = Function(sum_(node), calculation.x)
        found.append(
            [function.value(x), function.gradient(x), function.hessian(x), jacobian(node, calculation.x)(x).toarray()]
        )
    for together, alone in zip(*found, strict=True):
        np.testing.assert_allclose(together, alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", SUMS[:8] + SUMS[10:19])
@pytest.mark.parametrize("grows", [True, False])
def test_no_table_is_made(text: str, grows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """These forms are taken apart, save for a few whose sum over a fixed range is one anyway."""
    found = []

    def noted(*given: Any) -> Operand | None:
        found.append(summed_products(*given))
        return found[-1]

    monkeypatch.setattr(products, "summed_products", noted)
    cells = {f"{col}{row}": float(row) for col in "ABCD" for row in range(1, LENGTH + 1)}
    Calculation(book_of({"S": cells | filled(text, grows=grows, at_end=False)}), strict=True).everything()
    assert (found[0] is not None) == (grows or text not in ALIKE)


@pytest.mark.parametrize("grows", [True, False])
def test_sums_by_key(grows: bool) -> None:
    """Four thousand sums over four thousand rows, against a dictionary."""
    rng, count = np.random.default_rng(1), 4000
    keys, others = rng.integers(0, 50, count).tolist(), rng.integers(0, 3, count).tolist()
    cells: dict[str, Any] = {}
    for row, (key, other) in enumerate(zip(keys, others, strict=True), 1):
        last = row if grows else f"${count}"
        text = f"=SUMPRODUCT((A$1:A{last}=A{row})*(B$1:B{last}=B{row})*C$1:C{last})"
        cells |= {f"A{row}": f"key {key}", f"B{row}": float(other), f"C{row}": float(row), f"D{row}": text}
    found = Calculation(book_of({"S": cells}), strict=True).value(area(f"D1:D{count}")).known[0, 0, :, 0]
    seen: dict[tuple[int, int], float] = {}
    wanted = []
    for row, pair in enumerate(zip(keys, others, strict=True), 1):
        seen[pair] = seen.get(pair, 0.0) + row
        wanted.append(seen[pair])
    if not grows:
        wanted = [seen[pair] for pair in zip(keys, others, strict=True)]
    np.testing.assert_array_equal(found, wanted)


def test_array_formulas_sum_alike() -> None:
    """{=SUM((...)*...)} is the same sum."""
    cells: dict[str, Any] = {f"A{row}": float(row % 5) for row in range(1, 41)}
    cells |= {f"B{row}:B{row}": f"{{=SUM((A$1:A$40=A{row})*A$1:A$40)}}" for row in range(1, 41)}
    calculation = Calculation(book_of({"S": cells}), strict=True)
    found = calculation.value(area("B1:B40")).known[0, 0, :, 0]
    np.testing.assert_array_equal(found, [8.0 * (row % 5) for row in range(1, 41)])
