"""The writer: what was not changed keeps its bytes, and what was changed reads back."""

from __future__ import annotations

import math
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.book.book import Edits
from solver.book.markup import to_utf8
from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import WorkbookError
from solver.values import ErrorValue, Scalar
from tests.book.made import (
    SHEET_PART,
    STRICT,
    STRICT_OFFICE,
    book_of,
    book_parts,
    columns,
    formulas_of,
    sheet_xml,
    values_of,
    zipped,
)
from tests.book.test_read import CELLS, EXPECTED, FORMS, METADATA, RICH, RICH_RELATIONS

if TYPE_CHECKING:
    from solver.book.book import Book
from tests.book.changes.edited import edited, sheet_text


def book_in(form: str) -> Book:
    if form == "strict":
        return read_book(zipped(book_parts(FORMS[form], space=STRICT, office=STRICT_OFFICE)))
    return read_book(zipped(book_parts(FORMS[form]), zipfile.ZIP_STORED if form == "comments" else 8))


@pytest.mark.parametrize("form", FORMS)
def test_one_number_changes_its_digits_alone(form: str) -> None:
    """In every form of XML, a new number exchanges the content of one `<v>`."""
    book = book_in(form)
    after = edited(book, {(0, 0): 77.6})
    assert values_of(after.sheets["S1"]) == {**EXPECTED, (0, 0): 77.6}
    for part in book.archive:
        if part != SHEET_PART:
            assert after.archive.raw(part) == book.archive.raw(part)
    old, new = (b.parts.content(SHEET_PART) for b in (book, after))
    where = book.parts.texts["S1"]
    at = where.cells.find(0, 0)
    start, stop = int(where.start[at]), int(where.stop[at])
    assert new[:start] == old[:start]
    assert new[start + len(new) - len(old) :][stop - start :] == old[stop:]
    assert to_utf8(after.archive.read(SHEET_PART))[1] == to_utf8(book.archive.read(SHEET_PART))[1]


@pytest.mark.parametrize("form", FORMS)
def test_no_change_gives_the_same_file(form: str) -> None:
    """Empty edits, and edits that say what the file says, change nothing."""
    book = book_in(form)
    assert patch(book, Edits()) == book.archive.data
    same = Edits(values={"S1": columns(EXPECTED)}, formulas={"S1": {(2, 2): "A1*2", (0, 0): None, (9, 9): None}})
    assert patch(book, same) == book.archive.data


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=12) | st.sampled_from(
    ["=1+1", " x ", "a\nb", "_x000D_", "\r", "<&>\"']]>", "", "\N{GRINNING FACE}", "\ud800"]
)


VALUES = NUMBERS | TEXTS | st.booleans() | st.none() | st.sampled_from(list(ErrorValue)[:8])


PLACES = st.tuples(st.integers(0, 5), st.integers(0, 5)) | st.sampled_from([(1_048_575, 16_383), (40, 700)])


def stored(value: Scalar) -> Scalar:
    """What a value reads back as: numbers that no cell can hold are #NUM!, lone halves of characters are replaced."""
    if isinstance(value, float) and not math.isfinite(value):
        return ErrorValue.NUM
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_edits_read_back(form: str, data: st.DataObject) -> None:
    """Values of all kinds, over all kinds, in and outside the stored area: read back as written, the rest as before."""
    book = book_in(form)
    values = data.draw(st.dictionaries(PLACES, VALUES, max_size=8))
    once = edited(book, values)
    expected = EXPECTED | {place: stored(value) for place, value in values.items()}
    found = values_of(once.sheets["S1"])
    assert {place: value for place, value in expected.items() if value is not None} == {
        place: value for place, value in found.items() if value is not None
    }
    assert all(type(found[place]) is type(value) for place, value in expected.items() if value is not None)
    assert formulas_of(once.sheets["S1"]) == formulas_of(book.sheets["S1"])
    assert once.sheets["S1"].hidden_rows == {2}
    again = edited(once, values)
    assert again.archive.data == once.archive.data


def test_how_values_are_stored() -> None:
    """The exact XML of each kind, for plain cells, formula cells and new ones."""
    rows = '<row r="2" spans="1:2"><c r="A2" s="4" t="s"><v>0</v></c><c r="B2" t="b"><f>A2=1</f><v>1</v></c></row>'
    sheet = sheet_xml(rows, before='<dimension ref="A2:B2"/>')
    book = read_book(zipped(book_parts(sheet, strings="<si><t>x</t></si>")))
    values = {(1, 0): 0.1, (1, 1): "a<b", (1, 2): " t", (1, 3): math.nan, (0, 0): 3.0, (4, 5): True, (5, 5): None}
    text = sheet_text(edited(book, values))
    assert text.partition("<dimension")[2] == (
        ' ref="A1:F5"/><sheetData><row r="1"><c r="A1"><v>3</v></c></row>'
        '<row r="2" spans="1:4"><c r="A2" s="4"><v>0.1</v></c><c r="B2" t="str"><f>A2=1</f><v>a&lt;b</v></c>'
        '<c r="C2" t="inlineStr"><is><t xml:space="preserve"> t</t></is></c><c r="D2" t="e"><v>#NUM!</v></c></row>'
        '<row r="5"><c r="F5" t="b"><v>1</v></c></row></sheetData></worksheet>'
    )


def test_new_cells_take_the_style_of_row_or_column() -> None:
    """An empty cell shows its row's style, or its column's; a value put there keeps that look."""
    before = '<cols><col min="2" max="3" style="5"/><col min="4" max="4" width="9"/></cols>'
    rows = '<row r="1"/><row r="2" s="7" customFormat="1"/>'
    book = read_book(zipped(book_parts(sheet_xml(rows, before=before))))
    text = sheet_text(edited(book, {(0, 1): 1.0, (0, 3): 1.0, (1, 1): 1.0, (2, 2): 1.0}))
    assert '<row r="1"><c r="B1" s="5"><v>1</v></c><c r="D1"><v>1</v></c></row>' in text
    assert '<row r="2" s="7" customFormat="1"><c r="B2" s="7"><v>1</v></c></row>' in text
    assert '<row r="3"><c r="C3" s="5"><v>1</v></c></row>' in text


def test_a_sheet_without_rows() -> None:
    """The first cell of an empty sheet, with and without a prefix."""
    for xml in (sheet_xml("").replace("<sheetData></sheetData>", "<sheetData/>"), sheet_xml("")):
        after = edited(read_book(zipped(book_parts(xml))), {(2, 2): 1.0, (1, 1): 2.0})
        assert values_of(after.sheets["S1"]) == {(1, 1): 2.0, (2, 2): 1.0}


def test_text_never_becomes_a_formula() -> None:
    """Text that looks like one stays text."""
    after = edited(book_of(CELLS), {(0, 0): "=HYPERLINK(A1)", (8, 0): "+1", (8, 1): "@x"})
    assert formulas_of(after.sheets["S1"]).keys() == {(2, 1), (2, 2)}
    assert "<f>=" not in sheet_text(after)


def test_rich_errors_keep_and_find_their_metadata() -> None:
    """A stored #SPILL! that stays one is untouched; a new one points to the metadata that the book has for it."""
    rows = '<row r="1"><c r="A1" t="e" vm="1"><f>X</f><v>#VALUE!</v></c><c r="B1"><v>2</v></c></row>'
    book = read_book(zipped(book_parts(sheet_xml(rows), relations=RICH_RELATIONS, more=RICH)))
    assert METADATA in RICH.values()
    assert patch(book, Edits(values={"S1": columns({(0, 0): ErrorValue.SPILL})})) == book.archive.data
    after = edited(book, {(0, 0): 1.0, (0, 1): ErrorValue.CALC})
    assert '<c r="A1"><f>X</f><v>1</v></c><c r="B1" t="e" vm="2"><v>#VALUE!</v></c>' in sheet_text(after)
    assert after.sheets["S1"].cells.scalar(1) is ErrorValue.CALC
    assert edited(book, {(0, 1): ErrorValue.FIELD}).sheets["S1"].cells.scalar(1) is ErrorValue.VALUE


def test_unknown_sheets_and_long_texts_are_refused() -> None:
    """An edit that cannot be written says so."""
    book = book_of(CELLS)
    with pytest.raises(WorkbookError, match="there is no worksheet of the name Nope"):
        patch(book, Edits(values={"Nope": columns({})}))
    with pytest.raises(WorkbookError, match=r"A9: a text of 40,000 characters"):
        edited(book, {(8, 0): "x" * 40_000})


def test_a_cell_with_two_values() -> None:
    """What no program writes is read as its last value, and changed there."""
    before = book_of('<row r="1"><c r="A1"><f>1+1</f><v>1</v><v>2</v></c></row>')
    assert values_of(before.sheets["S1"]) == {(0, 0): 2.0}
    after = read_book(patch(before, Edits(values={"S1": columns({(0, 0): 7.5})})))
    assert values_of(after.sheets["S1"]) == {(0, 0): 7.5}


NUMBERS = (
    "<v>1</v>",
    "<v>-1.25E-3</v>",
    "<v>  4 </v>",
    f"<v>1.{'0' * 60}</v>",
    "<v><!-- > -->6</v>",
    "<f>1+1</f><v>7</v>",
    '<f>IF(1&gt;0,"&lt;v&gt;",2)</f><v>8</v>',
    "<v>9</v><extLst><ext/></extLst>",
    '<v xml:space="preserve">10</v>',
    "<v >11</v >",
    "<v>12</v>\n",
    "<v>&#49;3</v>",
)
"""Contents of cells that hold a number, most of them as no program writes them."""


@given(st.lists(st.tuples(st.sampled_from(NUMBERS), st.booleans()), min_size=1, max_size=30))
def test_many_numbers_change_in_one_pass(cells: list[tuple[str, bool]]) -> None:
    """However a number is written, a new one replaces it, and its neighbours keep every byte."""
    rows = [f'<row r="{row}"><c r="A{row}">{content}</c></row>' for row, (content, _) in enumerate(cells, start=1)]
    before = book_of("".join(rows))
    stored = values_of(before.sheets["S1"])
    changed: dict[tuple[int, int], Scalar] = {(row, 0): row + 0.5 for row, (_, new) in enumerate(cells) if new}
    after = edited(before, changed)
    assert values_of(after.sheets["S1"]) == {**stored, **changed}
    assert formulas_of(after.sheets["S1"]) == formulas_of(before.sheets["S1"])
    text = sheet_text(after)
    assert all(row in text for row, (_, touched) in zip(rows, cells, strict=True) if not touched)
