"""The made family: each file is solved, and nothing but the answer changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from solver.book.book import Edits
from solver.book.patch import patch
from solver.book.read import read_book
from solver.grid import Cell, parse_a1
from solver.model.recall import recall
from solver.pipeline import Request, edits_of, report_tables, solve_model
from tests.book.family import BEST, MEMBERS
from tests.book.made import columns, values_of
from tests.evidence.lossless import ask, solved
from tests.evidence.outside import parts_of
from tests.evidence.schema import complaints
from tests.evidence.witness import present, stored

if TYPE_CHECKING:
    from pathlib import Path

    from solver.values import Scalar
    from tests.evidence.lossless import Solved

OPENPYXL_CANNOT = {"odd_case", "backslashes"}
CANNOT_OPEN = {("backslashes", "LibreOffice"), ("backslashes", "Gnumeric"), ("strict", "Gnumeric")}
DIFFERS = {
    ("bare_cells", "Gnumeric"),  # it needs addresses
    ("external_link", "Gnumeric"),  # it forgets the values of a missing book
    ("odd_case", "Gnumeric"),
    ("odd_case", "LibreOffice"),
    ("spill_that_grows", "Gnumeric"),  # they are older than ranges that spill
    ("spill_that_grows", "LibreOffice"),
    ("spill_that_shrinks", "Gnumeric"),
    ("spill_that_shrinks", "LibreOffice"),
    ("table", "Gnumeric"),  # it does not know structured references
    ("what_if_table", "Gnumeric"),  # they keep what-if tables in another form
    ("what_if_table", "LibreOffice"),
}
"""What other programs make nothing of, solved or not."""

each_member = pytest.mark.parametrize("name", MEMBERS)


@pytest.fixture(scope="module")
def results() -> dict[str, Solved]:
    return {name: solved(member.make()) for name, member in MEMBERS.items()}


@each_member
def test_nothing_but_the_answer_changes(name: str, results: dict[str, Solved]) -> None:
    """The parts that change are those that show the answer; outside its cells and points every byte stays."""
    found = results[name]
    assert found.how == "solved"
    changed = {part.replace("\\", "/").lower() for part in MEMBERS[name].changes}
    assert set(found.difference.changed) == changed
    assert found.difference.outside == 0
    assert found.complaints == []
    assert found.opens == ("no/no" if name in OPENPYXL_CANNOT else "yes/yes")
    after = read_book(found.data)
    for address, value in BEST.items():
        assert stored(after, Cell("S1", *parse_a1(address))) == pytest.approx(value, rel=1e-6)


@each_member
def test_untouched_records_keep_their_bytes(name: str, results: dict[str, Solved]) -> None:
    """The records of the zip file too, headers and all, in their order."""
    found = results[name]
    before, after = found.before.archive, read_book(found.data).archive
    assert list(before) == list(after)
    same = [part for part in before if part.replace("\\", "/").lower() not in found.difference.changed]
    assert len(same) >= len(set(before)) - 2
    assert all(before.raw(part) == after.raw(part) for part in same)
    assert before.comment == after.comment


@each_member
def test_solving_again_changes_nothing(name: str, results: dict[str, Solved]) -> None:
    """The solved file solved once more is the same file to nine digits, and but for them to the byte."""
    again = solved(results[name].data)
    assert set(again.difference.changed) <= set(results[name].difference.changed)
    assert again.difference.outside == 0
    first, second = read_book(results[name].data), read_book(again.data)
    for sheet in first.sheets:
        old, new = values_of(first.sheets[sheet]), values_of(second.sheets[sheet])
        assert old.keys() == new.keys()
        for place, value in old.items():
            assert new[place] == (pytest.approx(value, rel=1e-9, abs=1e-9) if type(value) is float else value)


@each_member
def test_the_old_values_bring_the_old_cells_back(name: str, results: dict[str, Solved]) -> None:
    """An edit that puts the old values back gives every part its old bytes, but for the wish to be calculated."""
    found = results[name]
    old: dict[str, dict[tuple[int, int], Scalar]] = {}
    for sheet, cells in found.edits.values.items():
        stored_before = values_of(found.before.sheets[sheet])
        places = zip(cells.row.tolist(), cells.col.tolist(), strict=True)
        old[sheet] = {place: stored_before.get(place) for place in places}
    data = patch(read_book(found.data), Edits(values={sheet: columns(values) for sheet, values in old.items()}))
    before, after = parts_of(found.before.archive.data), parts_of(data)
    assert before.keys() == after.keys()
    for part, content in before.items():
        if part not in found.difference.changed or "/charts/" in part:
            assert after[part] == content, part
    for sheet in found.before.sheets:
        assert values_of(read_book(data).sheets[sheet]) == values_of(found.before.sheets[sheet])


@each_member
def test_reports_are_appended_in_order(name: str) -> None:
    """With reports: sheets behind all others, types and relationships for them, and nothing that Excel mends."""
    book = read_book(MEMBERS[name].make())
    answer = solve_model(book, recall(book)["S1"], Request())
    edits, _, _ = edits_of(book, [answer], report_tables(book, [answer], ["answer", "sensitivity"]))
    data = patch(book, edits)
    assert complaints(book.archive.data, data) == []
    after = read_book(data)
    tabs = [tab.name for tab in book.parts.workbook.tabs]
    assert [tab.name for tab in after.parts.workbook.tabs][: len(tabs)] == tabs
    assert len(after.sheets) == len(book.sheets) + 2
    assert after.names == book.names
    kept = set(parts_of(book.archive.data))
    touched = {part for part in kept if parts_of(data)[part] != parts_of(book.archive.data)[part]}
    beside = {"xl/workbook.xml", "xl/styles.xml", "[content_types].xml", "xl/_rels/workbook.xml.rels"}
    assert touched <= {part.replace("\\", "/").lower() for part in MEMBERS[name].changes} | beside


@pytest.mark.skipif(not present(), reason="no other spreadsheet program is installed")
def test_other_programs_see_the_same_values(results: dict[str, Solved], tmp_path: Path) -> None:
    """LibreOffice and Gnumeric open every solved file, calculate it anew, and find what we stored."""
    ask(results, tmp_path, originals=False)
    seen = {(name, program): what for name, each in results.items() for program, what in each.seen.items()}
    assert len(seen) == len(results) * len(present())
    assert {key for key, what in seen.items() if "cannot" in what} == CANNOT_OPEN & seen.keys()
    assert {key for key, what in seen.items() if "DIFFER" in what} == DIFFERS & seen.keys()
