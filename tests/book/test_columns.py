"""The columns of a sheet that stand for many objects: formulas, texts, and where cells are among the stored ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.book import formulas as formulas_module
from solver.book.book import Cells, Formula, FormulaKind
from solver.book.formulas import Formulas
from solver.book.splice import CHUNK, splice
from solver.book.texts import Texts
from solver.grid import MAX_COLS, MAX_ROWS, Area

_KINDS = st.sampled_from(list(FormulaKind))
_AREAS = st.none() | st.builds(Area, st.just("S"), *[st.integers(0, 9)] * 4)
_FORMULAS = st.lists(
    st.builds(Formula, st.text(max_size=12), st.integers(0, 99), st.integers(0, 99), _KINDS, _AREAS), max_size=40
)


@given(_FORMULAS, _FORMULAS, st.integers(1, 5), st.data())
def test_formulas_are_those_that_were_given(
    first: list[Formula], second: list[Formula], together: int, data: st.DataObject
) -> None:
    usual, formulas_module._TOGETHER = formulas_module._TOGETHER, together
    try:
        found = Formulas.of(first).followed_by(second)
    finally:
        formulas_module._TOGETHER = usual
    every = [*first, *second]
    assert list(found) == every
    assert [found[k] for k in range(len(every))] == every
    assert found[1:7] == every[1:7]
    start = data.draw(st.integers(0, len(every)))
    stop = data.draw(st.integers(start, len(every)))
    assert found.joined(start, stop) == Formulas.BETWEEN.join(formula.text for formula in every[start:stop])
    assert found.are(FormulaKind.ARRAY, FormulaKind.TABLE).tolist() == [
        formula.kind in (FormulaKind.ARRAY, FormulaKind.TABLE) for formula in every
    ]


_TEXT = st.none() | st.text(max_size=3)


@given(st.lists(st.lists(_TEXT, min_size=6, max_size=6), min_size=1, max_size=8), st.lists(_TEXT, max_size=6))
def test_texts_are_as_an_array_of_objects_would_be(rows: list[list[str | None]], later: list[str | None]) -> None:
    wanted = np.empty((len(rows), 6), dtype=object)
    texts = Texts(np.zeros(wanted.shape, dtype=np.int32))
    for k, row in enumerate(rows):
        values = np.array([*row, None], dtype=object)[:-1]
        wanted[k] = texts[k] = values
    shared = texts.over(texts.code.copy())
    for k, text in enumerate(later):
        wanted[0, k] = texts[0, k] = text
    assert texts[:].tolist() == wanted.tolist()
    assert texts[0, 0] == wanted[0, 0]
    assert texts[:, 1:3].tolist() == wanted[:, 1:3].tolist()
    assert shared[:].tolist() == rows  # what came later belongs to one of them alone
    assert Texts.of(wanted)[:].tolist() == wanted.tolist()


_PLACES = st.sets(st.tuples(st.integers(0, 5) | st.just(MAX_ROWS - 1), st.integers(0, 9) | st.just(MAX_COLS - 1)))


@given(_PLACES, st.lists(st.tuples(st.integers(0, 7), st.integers(0, 11))))
def test_cells_are_found_where_they_are_stored(stored: set[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    cells = Cells.of(dict.fromkeys(stored, 1.0))
    order = sorted(stored)
    rows, cols = (np.array(column, dtype=np.int64) for column in ([r for r, _ in wanted], [c for _, c in wanted]))
    at, found = cells.places(rows, cols)
    assert found.tolist() == [place in stored for place in wanted]
    before = [sum(other < place for other in order) for place in wanted]
    assert at.tolist() == before
    for k, place in zip(before, wanted, strict=True):
        assert cells.find(*place) == (k if place in stored else -1)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), st.binary(max_size=4)), max_size=8), st.booleans())
def test_spans_are_exchanged_wherever_they_are(spans: list[tuple[int, int, bytes]], far: bool) -> None:
    """Against the same done one after the other from the end; `far` puts a chunk between them."""
    scale = CHUNK // 8 if far else 1
    content = bytes(range(70)) * scale
    splices, at = [], 0
    for gap, length, new in spans:
        start = at + gap * scale // 8
        at = start + length
        if at < len(content):
            splices.append((start, at, new))
    wanted = content
    for start, stop, new in reversed(splices):
        wanted = wanted[:start] + new + wanted[stop:]
    assert splice(content, splices) == wanted
