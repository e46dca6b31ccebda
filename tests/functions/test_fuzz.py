"""Any formula at all ends in a value or in the project's own error, soon; so does any text that is none."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.algebra import Program
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.formula import parse
from solver.functions.registry import registry
from solver.grid import Area, Cell
from tests.books import book_of

if TYPE_CHECKING:
    from solver.values import Scalar

HOME = Cell("Sheet1", 12, 3)
SECONDS = 20.0
"""Far more than the slowest of a million formulas took, far less than a hang."""

CELLS: dict[str, Scalar] = {
    "A1": 1.0, "A2": -2.5, "A3": 0.0, "A4": 45000.0, "A5": 1e300, "A6": 3.0,
    "B1": "text", "B2": "7", "B3": "", "B4": "2020-01-31", "B5": "a*?~b", "B6": "1,234.5%",
    "C1": True, "C2": False, "C4": 1e-300, "C5": 12.75, "C6": -1.0,
}  # fmt: skip
FAULTS = {"D1": "=1/0", "D2": "=NA()", "D3": "=SQRT(-1)", "D4": '="x"+1'}
SIZES = [-1.0, 0.0, 1.0, 2.0, 3.5, 7.0, 12.0, 1e-9, 1e15, -1e10, 1e308, 45000.0]
TEXTS = ["", "a", "TRUE", "12", "1/2/2020", ">1", "a*", "B1", "R1C1", "0.00", "yyyy", "1+2i", "md", "[$-409]d/m"]
SLOW = {"REPT", "SEQUENCE", "MAKEARRAY", "RANDARRAY", "MUNIT", "EXPAND"}
"""Functions that make as much as they are asked for: their sizes are drawn small."""


def leaves() -> st.SearchStrategy[str]:
    return st.one_of(
        st.sampled_from(SIZES).map(repr),
        st.sampled_from(TEXTS).map(lambda text: f'"{text}"'),
        st.sampled_from([*CELLS, *FAULTS, "Z99", "TRUE", "#N/A", "#REF!", "nothing", "{1,2;3,4}", '{1,"a",TRUE}', ""]),
        st.sampled_from(["{1,2}", "{1;2;3}", '{"a";"b"}', "{1,#N/A}", "LAMBDA(p,p)", "LAMBDA(p,q,p+q)"]),
        st.sampled_from(["A1:A6", "A1:C6", "B1:B6", "A1:D1", "D1:D4", "A:A", "2:2", "(A1:A2,C1)", "Nowhere!A1", "A1#"]),
    )


def deeper(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = [*sorted(set(registry()) - SLOW), "LET", "LAMBDA"]
    calls = st.tuples(st.sampled_from(names), st.lists(inner, max_size=5))
    limited = st.tuples(st.sampled_from(sorted(SLOW)), st.lists(st.sampled_from(["2", "A3", '"x"', "-1"]), max_size=4))
    operators = st.tuples(inner, st.sampled_from([*"+-*/^&=<>: ", "<>", ">="]), inner)
    return st.one_of(
        calls.map(lambda call: f"{call[0]}({','.join(call[1])})"),
        calls.map(lambda call: f"{call[0]}({','.join(call[1])})"),
        limited.map(lambda call: f"{call[0]}({','.join(call[1])})"),
        operators.map(lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"),
        st.tuples(st.sampled_from(["-", "+", "@"]), inner).map("".join),
        inner.map(lambda text: f"{text}%"),
        inner.map(lambda text: f"LET(x,{text},x&x)"),
        inner.map(lambda text: f"SUM(MAP(A1:A3,LAMBDA(v,{text})))"),
    )


FORMULAS = st.recursive(leaves(), deeper, max_leaves=8)
FRAGMENTS = st.lists(
    st.sampled_from([*"()+-*/^&=<>,;:!'\"{}[]#@%$ .", "A1", "$B$2", "R1C1", "SUM(", "_xlfn.", "T[[#", "1e", "'x y'!"])
    | st.text(max_size=3),
    max_size=25,
).map("".join)
thorough = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(st.text(max_size=60) | FRAGMENTS)
@settings(thorough, max_examples=400)
def test_the_parser_takes_or_refuses_any_text(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(FormulaError):
        parse(text, HOME.row, HOME.col)
    assert time.process_time() - start < SECONDS


@given(FORMULAS, st.booleans())
@settings(thorough, max_examples=400)
def test_any_formula_has_a_value_or_a_reason(text: str, array: bool) -> None:
    """In a cell and in an array formula; a defect in a function would show as `cannot be computed`."""
    start = time.process_time()
    content = f"{{={text}}}" if array else f"={text}"
    calculation = Calculation(book_of({"Sheet1": {**CELLS, **FAULTS, "F9:G10" if array else "F9": content}}), seed=1)
    calculation.everything()
    reasons = set(calculation.failures.values())
    assert not any("cannot be computed (" in reason for reason in reasons), (text, reasons)
    assert time.process_time() - start < SECONDS


@given(FORMULAS)
@settings(thorough, max_examples=200)
def test_any_formula_of_variables_has_numbers_or_a_reason(text: str) -> None:
    """The same with variable cells; what is alive can be run."""
    start = time.process_time()
    variables = [Area("Sheet1", 0, 0, 5, 0), Area("Sheet1", 4, 2, 5, 2)]
    calculation = Calculation(book_of({"Sheet1": {**CELLS, **FAULTS, "F9": f"={text}"}}), variables=variables, seed=1)
    calculation.everything()
    reasons = set(calculation.failures.values())
    assert not any("cannot be computed (" in reason for reason in reasons), (text, reasons)
    cell = Cell("Sheet1", 8, 5)
    if cell not in calculation.failures:
        node = calculation.value(Area.of(cell)).number
        if node.value is None:
            assert calculation.x is not None
            Program([calculation.x], [node]).run(calculation.x.size * [1.5])
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("depth", [64, 200, 2000])
@pytest.mark.parametrize("shape", ["({})", "-{}", "SUM({})", "IF(1,{})", "{}+1", "1+{}", "{{1}}+{}", "LET(x,{},x)"])
def test_nesting(shape: str, depth: int) -> None:
    """64 levels, Excel's limit, give the value; many more give it too or a reason."""
    text = "1"
    for _ in range(depth):
        text = shape.format(text)
    calculation = Calculation(book_of({"Sheet1": {"A1": f"={text}"}}))
    calculation.everything()
    value = calculation.value(Area("Sheet1", 0, 0, 0, 0)).scalar() if not calculation.failures else None
    if depth == 64:
        assert isinstance(value, float)
    else:
        assert value is not None or calculation.failures


def test_a_formula_of_8192_characters() -> None:
    text = "1" + "+1" * 4095
    calculation = Calculation(book_of({"Sheet1": {"A1": f"={text}", "A2": '="' + "x" * 8000 + '"&1'}}))
    calculation.everything()
    assert calculation.value(Area("Sheet1", 0, 0, 0, 0)).scalar() == 4096.0
    found = calculation.value(Area("Sheet1", 1, 0, 1, 0)).scalar()
    assert isinstance(found, str)
    assert len(found) == 8001


BLANKS = {
    "=SUM(B1:XFD1048576)": 5.0,
    "=COUNTA(B:XFD)": 1.0,
    "=COUNTBLANK(D1:D1048576)": 1048576.0,
    "=COUNTIF(B:B,0)": 0.0,
    '=COUNTIF(B:B,"")': 1048575.0,
    "=SUMPRODUCT((B1:B1048576=5)*1)": 1.0,
    "=MATCH(5,B:B,0)": 4.0,
    "=VLOOKUP(5,B:D,1,FALSE)": 5.0,
    "=ROWS(B:XFD)": 1048576.0,
    "=SUMIFS(B:B,B:B,5)": 5.0,
    "=MAX(IF(B1:B1048576>1,B1:B1048576))": 5.0,
    "=XLOOKUP(5,B:B,C:C)": 0.0,
    "=INDEX(B:XFD,4,1)": 5.0,
    "=SUBTOTAL(9,B:D)": 5.0,
    "=AVERAGE(B:B)": 5.0,
}


@pytest.mark.parametrize("formula", BLANKS)
def test_ranges_of_millions_of_blanks(formula: str) -> None:
    """They cost what is stored in them."""
    start = time.process_time()
    calculation = Calculation(book_of({"Sheet1": {"A1": f"{{{formula}}}", "B4": 5.0}}))
    calculation.everything()
    assert calculation.failures == {}
    assert calculation.value(Area("Sheet1", 0, 0, 0, 0)).scalar() == BLANKS[formula]
    assert time.process_time() - start < 2.0
