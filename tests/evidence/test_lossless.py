"""Solving a real workbook changes what had to change and nothing else, and another office program agrees with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from solver.book.book import Edits
from solver.book.patch import patch
from solver.book.read import read_book
from solver.grid import Cell
from solver.model.recall import recall
from solver.pipeline import Request, edits_of, solve_model
from tests.book.made import columns
from tests.conftest import SHARED
from tests.evidence.lossless import ask, solved
from tests.evidence.witness import agrees, by_libreoffice, formula_cells, present, stored
from tests.workbooks.gallery import STANDING

if TYPE_CHECKING:
    from pathlib import Path

    from solver.book.book import Book
    from solver.model.answer import Answer

PATH = SHARED / "real" / "fastai-2016--collab_filter.xlsx"
BEST = 0.39290079
LOSS = Cell("dotprod", 40, 21)
pytestmark = pytest.mark.skipif(not PATH.exists(), reason="the folder of outside workbooks is not here")


@pytest.fixture(scope="module")
def before() -> Book:
    return read_book(PATH)


@pytest.fixture(scope="module")
def answer(before: Book) -> Answer:
    return solve_model(before, recall(before)["dotprod"], Request())


@pytest.fixture(scope="module")
def after(before: Book, answer: Answer) -> Book:
    edits, _, failed = edits_of(before, [answer])
    assert failed == []
    return read_book(patch(before, edits))


def test_the_start_leads_to_the_known_optimum(answer: Answer) -> None:
    assert answer.solution.outcome.solved
    assert answer.final is not None
    assert answer.final <= BEST * (1 + 1e-6)


def test_every_other_part_is_byte_for_byte_the_same(before: Book, after: Book) -> None:
    assert list(before.archive) == list(after.archive)
    changed = {part for part in before.archive if before.archive.raw(part) != after.archive.raw(part)}
    assert changed == {sheet_part(before)}
    kept = set(before.archive) - changed
    for kind in ("pivotTables/pivotTable", "pivotCache/pivotCacheRecords", "tables/table", "drawings/drawing"):
        assert any(kind in part for part in kept)


def test_in_the_sheet_only_values_differ(before: Book, after: Book) -> None:
    part = sheet_part(before)
    old, new = before.archive.read(part), after.archive.read(part)
    value = re.compile(rb"<v>[^<]*</v>")
    assert value.sub(b"<v/>", old) == value.sub(b"<v/>", new)
    assert old != new


def test_solving_the_solved_book_changes_nothing(after: Book) -> None:
    again = solve_model(after, recall(after)["dotprod"], Request())
    assert again.final is not None
    assert again.initial == pytest.approx(again.final, rel=1e-9)


def test_another_office_program_recalculates_the_same_loss(after: Book, answer: Answer, tmp_path: Path) -> None:
    theirs = recalculated(after.archive.data, tmp_path)
    assert answer.final is not None
    loss = stored(theirs, LOSS)
    assert loss == pytest.approx(answer.final, rel=1e-12)
    for cell in formula_cells(after.sheets["dotprod"]):
        ours, others = stored(after, cell), stored(theirs, cell)
        assert agrees(ours, others), f"{cell}: {ours} {others}"


def test_that_program_really_recalculates(after: Book, answer: Answer, tmp_path: Path) -> None:
    wrong = patch(after, Edits(values={"dotprod": columns({(LOSS.row, LOSS.col): 12345.0})}))
    assert stored(read_book(wrong), LOSS) == 12345.0
    assert stored(recalculated(wrong, tmp_path), LOSS) == pytest.approx(answer.final, rel=1e-12)


def sheet_part(book: Book) -> str:
    """The part of the archive that holds the solved sheet."""
    return next(str(tab.part) for tab in book.parts.workbook.tabs if tab.name == "dotprod")


def recalculated(data: bytes, folder: Path) -> Book:
    """The workbook as LibreOffice writes it after computing every formula anew."""
    if "LibreOffice" not in present():
        pytest.skip("LibreOffice is not installed")
    return by_libreoffice({"book": data}, folder)["book"]


SAMPLE = ["swallentin--Concessions", "chris-kiranoudis--exercises"]


@pytest.mark.skipif(not present(), reason="no other spreadsheet program is installed")
def test_other_programs_see_what_we_stored(tmp_path: Path) -> None:
    """The gallery and a few real workbooks, solved: opened and calculated by others, they show our values."""
    paths = [*STANDING, *(SHARED / "real" / f"{name}.xlsx" for name in SAMPLE)]
    results = {path.stem: solved(path.read_bytes(), 1.0) for path in paths}
    ask(results, tmp_path)
    for name, each in results.items():
        assert (each.difference.outside, each.complaints, each.opens) == (0, [], "yes/yes"), name
        assert set(each.seen) == set(present())
        for program, seen in each.seen.items():
            assert "DIFFER" not in seen, (name, program, seen)
            assert "cannot" not in seen, (name, program, seen)
