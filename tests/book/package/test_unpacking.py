"""Large parts: what is unpacked where it is looked at is what the part holds, and books read and written so agree."""

from __future__ import annotations

import random
import zipfile

import pytest

from solver.book.book import Edits
from solver.book.markup import to_utf8
from solver.book.package import archive as archive_module
from solver.book.package import unpacking
from solver.book.package.archive import open_archive
from solver.book.package.unpacking import LargePart
from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import WorkbookError
from tests.book.made import SHEET_PART, book_parts, columns, sheet_xml, values_of, zipped
from tests.book.test_read import EXPECTED, FORMS

METHODS = {"deflated": zipfile.ZIP_DEFLATED, "stored": zipfile.ZIP_STORED}


@pytest.fixture
def in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part is large, and is unpacked in stretches of some hundred bytes."""
    monkeypatch.setattr(archive_module, "LARGE", 0)
    monkeypatch.setattr(unpacking, "_STRETCH", 400)
    monkeypatch.setattr(unpacking, "_FED", 16)


def noise(size: int) -> bytes:
    """Content that packs to about half, differently along the way."""
    rng = random.Random(3)
    return b"".join(b"%d," % rng.randrange(10 ** rng.randrange(1, 9)) for _ in range(size))


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.usefixtures("in_stretches")
def test_slices_are_those_of_the_content(method: int) -> None:
    content = noise(5000)
    part = open_archive(zipped({"a": content}, method)).content("a")
    assert isinstance(part, LargePart)
    assert len(part) == len(content)
    assert part[:] == content
    rng = random.Random(1)
    for _ in range(300):
        start = rng.randrange(-len(content), len(content))
        span = slice(start, start + rng.choice((0, 1, 50, 3000)))
        assert part[span] == content[span]


@pytest.mark.usefixtures("in_stretches")
def test_a_part_is_checked_once_and_kept() -> None:
    archive = open_archive(zipped({"a": noise(500)}, zipfile.ZIP_DEFLATED))
    assert archive.content("a") is archive.content("A")


@pytest.mark.parametrize("what", ["content", "packed"])
@pytest.mark.usefixtures("in_stretches")
def test_damage_is_found_before_anything_is_handed_out(what: str) -> None:
    content = noise(500)
    method = zipfile.ZIP_STORED if what == "content" else zipfile.ZIP_DEFLATED
    data = bytearray(zipped({"a": content}, method))
    entry = open_archive(bytes(data)).entries[0]
    data[entry.data + entry.packed // 2] ^= 0xFF
    with pytest.raises(WorkbookError, match=r"the part a (does not match its checksum|cannot be unpacked)"):
        open_archive(bytes(data)).content("a")


@pytest.mark.usefixtures("in_stretches")
def test_what_unfolds_further_than_it_says_is_refused() -> None:
    data = zipped({"a": b"x" * 100_000}, zipfile.ZIP_DEFLATED)
    size = (100_000).to_bytes(4, "little")
    with pytest.raises(WorkbookError, match="checksum"):
        open_archive(data.replace(size, (50_000).to_bytes(4, "little"))).content("a")


@pytest.mark.parametrize("form", FORMS)
def test_books_of_large_parts_are_read_and_written_like_others(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(book_parts(FORMS[form]))
    edits = Edits(
        values={"S1": columns({**EXPECTED, (0, 0): 77.6, (30, 4): "new", (2, 7): 5.0})},
        formulas={"S1": {(0, 0): None, (40, 1): "A1*2"}},
    )
    whole = patch(read_book(data), edits)
    monkeypatch.setattr(archive_module, "LARGE", 0)
    monkeypatch.setattr(unpacking, "_STRETCH", 100)
    monkeypatch.setattr(unpacking, "_FED", 16)
    book = read_book(data)
    assert values_of(book.sheets["S1"]) == EXPECTED
    assert patch(book, edits) == whole


def test_many_rows_go_through_chunks_and_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet of several chunks: the splices of numbers, of rewritten cells and of new ones meet in each."""
    rows = "".join(
        f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><f>A{r}*2</f><v>{2 * r}</v></c>'
        f'<c r="D{r}" t="inlineStr"><is><t>text {r % 7}</t></is></c></row>'
        for r in range(1, 12_001)
    )
    data = zipped(book_parts(sheet_xml(rows)), zipfile.ZIP_DEFLATED)
    new = {(r, 1): 3.5 * r for r in range(0, 12_000, 3)} | {(r, 2): 1.0 for r in range(0, 12_000, 500)}
    new |= {(r, 3): "other" for r in range(0, 12_000, 700)}
    edits = Edits(values={"S1": columns(new)})
    before = read_book(data)
    whole = patch(before, edits)
    monkeypatch.setattr(archive_module, "LARGE", 1 << 20)
    monkeypatch.setattr(unpacking, "_STRETCH", 1 << 16)
    book = read_book(data)
    assert isinstance(book.parts.archive.content(SHEET_PART), LargePart)
    assert patch(book, edits) == whole
    assert values_of(read_book(whole).sheets["S1"]) == values_of(before.sheets["S1"]) | new


@pytest.mark.usefixtures("in_stretches")
def test_a_large_part_in_another_encoding_is_recoded() -> None:
    text = sheet_xml('<row r="1"><c r="A1"><v>4</v></c></row>').replace("UTF-8", "UTF-16")
    book = read_book(zipped(book_parts(text.encode("utf-16"))))
    assert values_of(book.sheets["S1"]) == {(0, 0): 4.0}
    after = read_book(patch(book, Edits(values={"S1": columns({(0, 0): 5.0})})))
    assert values_of(after.sheets["S1"]) == {(0, 0): 5.0}
    assert to_utf8(after.archive.read(SHEET_PART))[1] == "utf-16-le"
