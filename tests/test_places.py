"""Lists of cells as whole numbers say what lists of cells say."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell
from solver.places import ABSENT, Given, Places

edges = st.tuples(st.sampled_from("AB"), st.integers(0, 6), st.integers(0, 6), st.integers(0, 3), st.integers(0, 3))
areas = edges.map(lambda e: Area(e[0], e[1], e[2], e[1] + e[3], e[2] + e[4]))
cells = st.builds(Cell, st.sampled_from("ABC"), st.integers(0, 9), st.integers(0, 9))


def plain(listed: list[Area]) -> list[Cell]:
    """The cells of areas, each once, by plain lists."""
    return list(dict.fromkeys(cell for area in listed for cell in area.cells()))


@given(st.lists(areas, max_size=4))
def test_areas(listed: list[Area]) -> None:
    """Areas give their cells in reading order, the first mention counting; so does the list of those cells."""
    places = Places.of(listed)
    assert list(places) == [places[k] for k in range(len(places))] == plain(listed)
    assert list(Places.listed(plain(listed))) == plain(listed)
    assert list(places[1:4]) == plain(listed)[1:4]


@given(st.lists(areas, max_size=4), areas, cells)
def test_search(listed: list[Area], area: Area, cell: Cell) -> None:
    """Whether, and where, a cell stands in a list."""
    places, known = Places.of(listed), plain(listed)
    assert (cell in places) == (cell in known)
    assert places.place(cell) == (known.index(cell) if cell in known else ABSENT)
    assert places.find(area).tolist() == [known.index(c) if c in known else ABSENT for c in area.cells()]
    assert places.only(area.sheet).meets(area) == any(c in area for c in known)


@given(st.lists(areas, max_size=3), st.lists(areas, max_size=3), st.sampled_from("ABC"))
def test_joining_and_taking_apart(listed: list[Area], more: list[Area], sheet: str) -> None:
    """Two lists in one, and the cells of one sheet out of it."""
    both = Places.of(listed).joined(Places.of(more))
    assert list(both) == plain(listed + more)
    here, rows, cols = both.on(sheet)
    assert [both[k] for k in here.tolist()] == [
        Cell(sheet, r, c) for r, c in zip(rows.tolist(), cols.tolist(), strict=True)
    ]
    assert list(both.only(sheet)) == [cell for cell in both if cell.sheet == sheet]


def test_the_far_corner() -> None:
    """The last cell of a later sheet is no other cell."""
    corner = Cell("B", MAX_ROWS - 1, MAX_COLS - 1)
    places = Places.listed([Cell("A", 0, 0), corner, Cell("C", 0, 0)])
    assert list(places) == [Cell("A", 0, 0), corner, Cell("C", 0, 0)]
    assert places.place(corner) == 1


@given(st.lists(areas, max_size=3), st.dictionaries(cells, st.one_of(st.floats(0, 1), st.text(max_size=2)), max_size=5))
def test_given(listed: list[Area], others: dict[Cell, float | str]) -> None:
    """Numbers by array go before values one by one, as in a dictionary that is updated."""
    places = Places.of(listed)
    numbers = np.arange(len(places), dtype=float)
    values = Given(places, numbers, others)
    assert dict(values) == {**others, **dict(zip(places, numbers.tolist(), strict=True))}
    assert dict(Given.of(others)) == others
    assert len(values) == len(dict(values))
