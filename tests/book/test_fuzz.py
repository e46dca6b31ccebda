"""Mutated workbooks: whatever is in the file, it is read, edited, or refused in the project's own words."""

from __future__ import annotations

import random

import pytest

from solver.book.book import DefinedName, Edits
from solver.book.package.archive import open_archive
from solver.book.package.repack import rewrite
from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import WorkbookError
from tests.book.changes.test_reports import TABLE
from tests.book.made import OFFICE, book_parts, columns, sheet_xml, zipped
from tests.book.test_read import CELLS, RICH, RICH_RELATIONS

EDITS = Edits(
    values={"S1": columns({(0, 0): 2.0, (0, 1): "x", (2, 2): 5.0, (9, 9): True})},
    formulas={"S1": {(2, 1): None, (0, 3): "A1+1", (4, 0): "1"}},
    tables=(TABLE,),
    names=(DefinedName("b", "2", 0, True),),
    recalculate=True,
)
SNIPPETS = [b"<", b">", b"/>", b'"', b"&", b"&#0;", b"&#x110000;", b"]]>", b"<!--", b"\xff", b"\0", b"-1", b"1e999"]
SNIPPETS += [b"NaN", b"99999999999", b"<c>", b"</row>", b"<row>", b"<f/>", b"<v/>", b"<is>", b"xmlns", b"\xef\xbb\xbf"]


def rich_book() -> bytes:
    """A book with shared formulas, arrays, metadata, a table, a link, names and filters."""
    shared = (
        '<row r="5"><c r="A5"><f t="shared" ref="A5:A6" si="0">B5</f><v>1</v></c></row>'
        '<row r="6"><c r="A6"><f t="shared" si="0"/><v>2</v></c>'
        '<c r="B6" cm="1" t="e" vm="1"><f t="array" ref="B6:B7">X</f><v>#VALUE!</v></c>'
        '<c r="C6" t="s"><v>0</v></c></row>'
    )
    table = '<table displayName="T" ref="A1:B3"><tableColumns><tableColumn name="a"/></tableColumns></table>'
    link = (
        '<externalLink xmlns="x"><externalBook><sheetNames><sheetName val="D"/></sheetNames><sheetDataSet>'
        '<sheetData sheetId="0"><row r="1"><cell r="A1"><v>1</v></cell></row></sheetData></sheetDataSet></externalBook>'
        "</externalLink>"
    )
    relation = f'<Relationship Id="rIdE" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>'
    more = {
        **RICH,
        "xl/externalLinks/externalLink1.xml": link,
        "xl/tables/table1.xml": table,
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships><Relationship Id="r" Type="{OFFICE}/table" '
        'Target="../tables/table1.xml"/></Relationships>',
    }
    extras = (
        '<externalReferences><externalReference r:id="rIdE"/></externalReferences><definedNames>'
        '<definedName name="a" localSheetId="0">1</definedName></definedNames><calcPr iterate="1" iterateCount="5"/>'
    )
    sheet = sheet_xml(
        CELLS + shared,
        before='<sheetPr filterMode="1"/><dimension ref="A1:D6"/><cols><col min="1" max="2" style="1"/></cols>',
        after='<sheetProtection sheet="1"/><autoFilter ref="A1:A3"><filterColumn/></autoFilter>',
    )
    strings = "<si><r><t>x</t></r></si>"
    return zipped(book_parts(sheet, workbook=extras, strings=strings, relations=RICH_RELATIONS + relation, more=more))


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The content with a few pieces cut, doubled, moved or replaced."""
    for _ in range(rng.randrange(1, 4)):
        a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
        b = min(b, a + rng.choice([0, 1, 5, 60]))
        piece = rng.choice([rng.choice(SNIPPETS), content[a:b] * 2, b"", content[b : b + 20]])
        content = content[:a] + piece + content[b:]
    return content


def refused(data: bytes) -> bool:
    """Reads all there is and edits the first sheet; whether that was refused in our own words."""
    try:
        use(data)
    except WorkbookError as error:
        return bool(error.what and error.hint)
    return False


def use(data: bytes) -> None:
    """Reads all there is and edits the first sheet."""
    book = read_book(data)
    for sheet in book.sheets.values():
        assert len(sheet.formula) == len(sheet.cells)
    for external in book.externals.values():
        assert isinstance(dict(external), dict)
    edits = EDITS if "S1" in book.sheets else Edits(tables=(TABLE,))
    again = read_book(patch(book, edits))
    assert len(again.sheets) == len(book.sheets) + 1
    for sheet in again.sheets.values():
        assert len(sheet.formula) == len(sheet.cells)


def test_the_unmutated_book_is_fine() -> None:
    """The book that is mutated below can be read and edited."""
    use(rich_book())


@pytest.mark.parametrize("seed", range(8))
def test_mutated_parts(seed: int) -> None:
    """Damage inside one or two parts: our own error or a result, nothing else."""
    rng = random.Random(seed)
    archive = open_archive(rich_book())
    parts = [entry.name for entry in archive.entries]
    count = 0
    for _ in range(60):
        chosen = rng.sample(parts, rng.randrange(1, 3))
        count += refused(rewrite(archive, {part: mutated(archive.read(part), rng) for part in chosen}))
    assert 0 < count < 60


def test_mutated_zip() -> None:
    """Damage to the zip itself."""
    rng = random.Random(11)
    data = rich_book()
    assert 0 < sum(refused(mutated(data, rng)) for _ in range(150)) < 150
