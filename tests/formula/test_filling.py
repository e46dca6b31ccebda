"""A formula filled into another cell says the same from there: its key stays, whatever the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.book.book import Formula
from solver.book.formulas import Formulas
from solver.book.sheets.shift import shifted
from solver.compiler.grouping.templates import Templates
from solver.formula import relative_key
from solver.formula.filling import Filling
from solver.grid import MAX_COLS, MAX_ROWS, column_letters

PIECES = [
    "SUM(",
    ")",
    "+",
    "*2.5",
    ',"A1 %d %s ""x"""',
    "50%",
    "LOG10(3)",
    "Sheet1!",
    "'it''s A1'!",
    "T[[#This Row],[A1 5]]",
    "{1,2}",
    "name_A1",
    "#N/A",
    "~",
    " ",
]


@st.composite
def references(draw: st.DrawFn) -> str:
    def edge(row: bool) -> str:
        fixed = "$" if draw(st.booleans()) else ""
        return fixed + (str(draw(st.integers(1, 60))) if row else column_letters(draw(st.integers(0, 60))))

    whole = draw(st.sampled_from(["cell", "cell", "area", "rows", "cols"]))
    if whole == "rows":
        return f"{edge(True)}:{edge(True)}"
    if whole == "cols":
        return f"{edge(False)}:{edge(False)}"
    first = edge(False) + edge(True)
    return first if whole == "cell" else f"{first}:{edge(False)}{edge(True)}"


texts = st.lists(st.one_of(st.sampled_from(PIECES), references()), min_size=1, max_size=8).map(",".join)
places = st.tuples(st.integers(0, 80), st.integers(0, 80))


@given(texts, places, st.lists(places, min_size=1, max_size=4))
def test_the_key_stays(text: str, home: tuple[int, int], others: list[tuple[int, int]]) -> None:
    filling = Filling(text, *home)
    for place in [home, *others]:  # one after the other, because a filling remembers where it was last
        filled = filling.at(*place)
        if filled is not None:
            assert relative_key(filled, *place) == relative_key(text, *home)
            assert filled == shifted(text, place[0] - home[0], place[1] - home[1])


@given(texts, places)
def test_at_home_it_is_itself(text: str, home: tuple[int, int]) -> None:
    assert Filling(text, *home).at(*home) == text


@pytest.mark.parametrize(
    ("text", "place"), [("A5", (0, 3)), ("C9", (8, 0)), ("A9", (MAX_ROWS - 1, 3)), ("F9", (8, MAX_COLS - 1))]
)
def test_beyond_the_edge_there_is_none(text: str, place: tuple[int, int]) -> None:
    assert Filling(text, 5, 3).at(*place) is None


@given(st.lists(st.tuples(texts, st.integers(1, 6), st.booleans()), min_size=1, max_size=5))
def test_many_formulas_at_once_are_as_each_alone(runs: list[tuple[str, int, bool]]) -> None:
    formulas = []
    for k, (text, length, down) in enumerate(runs):
        for step in range(length):
            rows, cols = (step, 0) if down else (0, step)
            filled = Filling(text, 90, 90).at(90 + rows, 90 + cols + 10 * k)
            formulas.append(Formula(filled or text, 90 + rows, 90 + cols + 10 * k))
    formulas.sort(key=lambda formula: (formula.row, formula.col))
    quick, slow = Templates(), Templates()
    seen, which = quick.each(Formulas.of(formulas))
    found = [(each.number, each.template, each.literals) for each in (seen[place] for place in which)]
    assert found == [slow.of(formula) for formula in formulas]


@given(
    st.lists(texts, min_size=1, max_size=3),
    st.integers(MAX_ROWS - 700, MAX_ROWS - 1) | st.integers(0, 300),
    st.integers(1, 700),
    st.lists(st.tuples(st.integers(0, 699), st.integers(0, 3), st.sampled_from(["", "A1", "$A$1+1"])), max_size=5),
)
def test_tall_tables_are_as_each_formula_alone(
    columns: list[str], top: int, height: int, odd: list[tuple[int, int, str]]
) -> None:
    """Rows that go on like those above, but for a cell here and there that says something else, or nothing."""
    others = {(row, col): text for row, col, text in odd}
    formulas = []
    for row in range(min(height, MAX_ROWS - top)):
        for col, text in enumerate(columns):
            filled = others.get((row, col), Filling(text, 90, 90 + col).at(top + row, 90 + col) or text)
            if filled:
                formulas.append(Formula(filled, top + row, 90 + col))
    quick, slow = Templates(), Templates()
    seen, which = quick.each(Formulas.of(formulas))
    found = [(each.number, each.template, each.literals) for each in (seen[place] for place in which)]
    assert found == [slow.of(formula) for formula in formulas]


def test_filled_text_keeps_percent_signs() -> None:
    filled = Filling('TEXT(A1,"0%")&"%d%%"&50%', 0, 1)
    assert [filled.at(row, 1) for row in (0, 1, 2)] == [f'TEXT(A{n},"0%")&"%d%%"&50%' for n in (1, 2, 3)]
    assert re.sub(r"A\d", "B1", filled.at(0, 2) or "") == 'TEXT(B1,"0%")&"%d%%"&50%'
