"""The values that charts keep of changed cells."""

from __future__ import annotations

import re

import pytest

from solver.book.book import Book, Edits
from solver.book.package.relations import is_signed
from solver.book.patch import patch
from solver.book.read import read_book
from solver.values import ErrorValue, Scalar
from tests.book.made import book_parts, columns, sheet_xml, zipped

CHART = "xl/charts/chart1.xml"


def chart(reference: str, points: str, count: int = 3, kind: str = "num", prefix: str = "c:") -> str:
    """A chart part with one cache."""
    colon = prefix.rstrip(":")
    space = f"xmlns:{colon}" if colon else "xmlns"
    body = (
        f"<chartSpace><ser><{kind}Ref><f>{reference}</f><{kind}Cache><formatCode>General</formatCode>"
        f'<ptCount val="{count}"/>{points}</{kind}Cache></{kind}Ref></ser></chartSpace>'
    )
    body = re.sub(r"<(/?)", rf"<\1{prefix}", body)
    return body.replace("chartSpace>", f'chartSpace {space}="urn:chart">', 1)


POINTS = '<pt idx="0"><v>1</v></pt><pt idx="2"><v>3</v></pt>'
ROWS = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in (1, 2, 3))


def patched(part: str, values: dict[tuple[int, int], Scalar]) -> tuple[Book, Book]:
    before = read_book(zipped(book_parts(sheet_xml(ROWS), more={CHART: part})))
    return before, read_book(patch(before, Edits(values={"S1": columns(values)})))


def points(book: Book) -> dict[int, str]:
    text = book.archive.read(CHART).decode()
    return {int(i): v for i, v in re.findall(r'pt idx="(\d+)"><[c:]*v>([^<]*)<', text)}


@pytest.mark.parametrize("prefix", ["c:", ""])
@pytest.mark.parametrize("reference", ["S1!$A$1:$A$3", "'s1'!A1:A3"])
def test_points_follow_their_cells(reference: str, prefix: str) -> None:
    """A changed cell changes its point, a new number gets one, a blank loses it; the others stay."""
    before, after = patched(chart(reference, POINTS, prefix=prefix), {(0, 0): 0.1, (1, 0): 2.5, (9, 9): 1.0})
    assert points(after) == {0: "0.1", 1: "2.5", 2: "3"}
    assert list(points(after)) == [0, 1, 2]
    _, cleared = patched(chart(reference, POINTS, prefix=prefix), {(0, 0): None, (2, 0): ErrorValue.NA})
    assert points(cleared) == {2: "#N/A"}
    assert before.archive.read("xl/workbook.xml") == after.archive.read("xl/workbook.xml")


@pytest.mark.parametrize(
    ("part", "values"),
    [
        (chart("S1!$A$1:$A$3", POINTS), {(0, 0): 1.0, (2, 0): 3.0}),
        (chart("Other!$A$1:$A$3", POINTS), {(0, 0): 5.0}),
        (chart("S1!$A$1:$A$4", POINTS), {(0, 0): 5.0}),
        (chart("S1!$A$1:$B$2", POINTS, 4), {(0, 0): 5.0}),
        (chart("[1]S1!$A$1:$A$3", POINTS), {(0, 0): 5.0}),
        (chart("S1!Name", POINTS), {(0, 0): 5.0}),
        (chart("(S1!$A$1,S1!$A$3)", POINTS, 3), {(0, 0): 5.0}),
        (chart("(S1!$A$1,OFFSET(S1!$A$1,2,0))", POINTS, 2), {(0, 0): 5.0}),
        (chart("S1!$A$1:$A$3", POINTS, kind="str"), {(0, 0): 5.0}),
    ],
    ids=[
        "same values",
        "other sheet",
        "hidden rows",
        "two columns",
        "other book",
        "name",
        "union",
        "formula",
        "formatted number",
    ],
)
def test_caches_that_must_stay(part: str, values: dict[tuple[int, int], Scalar]) -> None:
    """What does not show a changed cell, or does not say which point is which, keeps its bytes."""
    before, after = patched(part, values)
    assert after.archive.raw(CHART) == before.archive.raw(CHART)


def test_texts_of_an_axis() -> None:
    """A cache of texts takes new texts."""
    _, after = patched(chart("S1!$A$1:$A$3", POINTS, kind="str"), {(1, 0): "a<b"})
    assert points(after) == {0: "1", 1: "a&lt;b", 2: "3"}


def test_areas_in_brackets_and_names() -> None:
    """Points of several areas follow each other; a name stands for its area."""
    _, after = patched(chart("(S1!$A$3,S1!$A$1:$A$2)", POINTS), {(0, 0): 7.0, (2, 0): 5.0})
    assert points(after) == {0: "5", 1: "7", 2: "3"}
    names = '<definedNames><definedName name="_xlchart.v1.0" hidden="1">S1!$A$1:$A$3</definedName></definedNames>'
    more = {CHART: chart("_xlchart.v1.0", POINTS)}
    book = read_book(zipped(book_parts(sheet_xml(ROWS), workbook=names, more=more)))
    after = read_book(patch(book, Edits(values={"S1": columns({(2, 0): 5.0})})))
    assert points(after) == {0: "1", 2: "5"}


LEVELS = (
    '<c:lvl><c:pt idx="0"><c:v>inner</c:v></c:pt></c:lvl><c:lvl><c:pt idx="1"><c:v>outer</c:v></c:pt></c:lvl>'
    "</c:multiLvlStrCache></c:multiLvlStrRef>"
)


@pytest.mark.parametrize(
    ("reference", "attribute", "cells"),
    [("S1!$A$1:$B$3", "", ((0, 1), (1, 0))), ("S1!$A$1:$C$2", ' dir="row"', ((1, 0), (0, 1)))],
)
def test_axes_of_two_levels(reference: str, attribute: str, cells: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """The innermost level is the last column, or the last row where the labels lie across."""
    part = (
        f'<c:chartSpace xmlns:c="urn:chart"><c:multiLvlStrRef><c:f{attribute}>{reference}</c:f><c:multiLvlStrCache>'
        f'<c:ptCount val="3"/>{LEVELS}</c:chartSpace>'
    )
    _, after = patched(part, {cells[0]: "x", cells[1]: "y"})
    text = after.archive.read(CHART).decode()
    assert re.findall(r"<c:v>(\w*)", text) == ["x", "y"]


@pytest.mark.parametrize("prefix", ["cx:", ""])
def test_charts_of_2016(prefix: str) -> None:
    """Their points hold the value without an element around it."""
    part = (
        '<chartSpace xmlns:cx="urn:chartex"><data id="0"><strDim type="cat"><f>S1!$B$1:$B$3</f><lvl ptCount="3"><pt '
        'idx="0">old</pt></lvl></strDim><numDim type="val"><f>S1!$A$1:$A$3</f><lvl ptCount="3" formatCode="0"><pt '
        'idx="0">1</pt><pt idx="2">3</pt></lvl></numDim></data></chartSpace>'
    )
    _, after = patched(re.sub(r"<(/?)", rf"<\1{prefix}", part), {(0, 0): 1.5, (1, 0): 2.5, (2, 0): None, (0, 1): "new"})
    text = after.archive.read(CHART).decode().replace("cx:", "")
    assert re.findall(r'<pt idx="(\d)">([^<]*)</pt>', text) == [("0", "new"), ("0", "1.5"), ("1", "2.5")]


def test_signatures_are_seen() -> None:
    """A file signed as a whole is told from one that is not."""
    parts = book_parts(sheet_xml(ROWS))
    assert not is_signed(read_book(zipped(parts)).archive)
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    relation = f'<Relationship Id="s" Type="{kind}" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("</Relationships>", relation)
    assert is_signed(read_book(zipped(parts)).archive)
