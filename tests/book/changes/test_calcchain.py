"""Cells leave the order of calculation one by one, and those behind them keep their sheet."""

from __future__ import annotations

import re

import pytest

from solver.book.changes.calcchain import without_cells

ENTRIES = [("A1", "1"), ("B2", ""), ("C3", ""), ("A1", "2"), ("B2", ""), ("D4", "1")]
CHAIN = '<calcChain xmlns="x">' + "".join(
    f'<c r="{cell}"' + (f' i="{sheet}"' if sheet else "") + ' l="1"/>' for cell, sheet in ENTRIES
)
CONTENT = (CHAIN + "</calcChain>").encode()


def meant(content: bytes) -> list[tuple[str, str]]:
    """The cells of a chain with their sheets, as a reader understands them."""
    found, sheet = [], ""
    for entry in re.findall(rb"<c [^>]*>", content):
        stated = re.search(rb' i="(\d+)"', entry)
        sheet = stated[1].decode() if stated else sheet
        found.append((re.search(rb' r="(\w+)"', entry)[1].decode(), sheet))  # type: ignore[index]
    return found


@pytest.mark.parametrize(
    "gone",
    [{"1": {"A1"}}, {"1": {"A1", "B2"}}, {"2": {"A1"}}, {"1": {"C3"}, "2": {"A1", "B2"}}, {"3": {"A1"}}, {"1": {"Z9"}}],
)
def test_the_others_stay(gone: dict[str, set[str]]) -> None:
    """The rest means what it meant."""
    shorter = without_cells(CONTENT, "xl/calcChain.xml", gone)
    assert shorter is not None
    assert meant(shorter) == [(cell, sheet) for cell, sheet in meant(CONTENT) if cell not in gone.get(sheet, ())]
    assert (shorter == CONTENT) == (meant(shorter) == meant(CONTENT))


def test_nothing_left() -> None:
    """A chain has at least one cell."""
    everything = {"1": {"A1", "B2", "C3", "D4"}, "2": {"A1", "B2"}}
    assert without_cells(CONTENT, "xl/calcChain.xml", everything) is None
