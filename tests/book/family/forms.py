"""Members of the family in odd forms of XML and zip that standards allow and programs write."""

from __future__ import annotations

import io
import re
import struct
import zipfile

from solver.book.package.archive import open_archive
from tests.book.family.base import Parts, fit_parts, member, sheet
from tests.book.made import MAIN, OFFICE, SHEET_PART, STRICT, STRICT_OFFICE, Pipe, zipped


@member()
def strict() -> Parts:
    parts = fit_parts(sheet(space=STRICT).replace(OFFICE, STRICT_OFFICE), space=STRICT, office=STRICT_OFFICE)
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<workbook ", '<workbook conformance="strict" ')
    return parts


def prefixed(xml: str, prefix: str, space: str = MAIN) -> str:
    """A part whose elements of the main namespace carry a prefix."""
    named = re.sub(r"<(/?)(?![?!])([A-Za-z]+)(?=[\s/>])", rf"<\1{prefix}:\2", xml)
    return named.replace(f'xmlns="{space}"', f'xmlns:{prefix}="{space}"')


@member()
def prefixes() -> Parts:
    """Every part with a prefix of its own."""
    parts = fit_parts()
    used = {"xl/workbook.xml": "main", SHEET_PART: "x", "xl/styles.xml": "st", "xl/sharedStrings.xml": "S.1"}
    for part, prefix in used.items():
        parts[part] = prefixed(str(parts[part]), prefix)
    return parts


@member()
def comments_and_sections() -> Parts:
    """Comments, processing instructions and CDATA sections between and inside cells."""
    text = sheet().replace('<c r="F1"><v>0</v></c>', '<c r="F1"><!-- slope <c r="F1"/> --><v><![CDATA[0]]></v></c>')
    text = text.replace("<f>SUMSQ(D2:D6)</f>", "<f><![CDATA[SUMSQ(D2:D6)]]></f>")
    text = text.replace('<row r="3">', '<!-- </sheetData> --><?keep me?><row r="3">')
    return fit_parts(text.replace("<sheetData>", "<sheetData><!-- rows -->"))


@member()
def spaces() -> Parts:
    """Texts with spaces at their ends, white space between elements, attributes in single quotes."""
    first = sheet(
        more_rows='<row r="8"><c r="A8" t="inlineStr"><is><t xml:space="preserve"> a  b </t></is></c><c r="B8" t="str">'
        '<f xml:space="preserve">" " &amp; F1</f><v xml:space="preserve"> 0</v></c></row>'
    )
    first = first.replace('<c r="F2"><v>0</v></c>', "<c  r='F2'\n s = '1' ><v\n>0</v\n></c >")
    return fit_parts(first.replace("</row>", "\n  </row>\n").replace("</c><c", "</c>\t<c"))


def encoded(xml: str, codec: str) -> bytes:
    return ("\ufeff" + xml.replace('encoding="UTF-8"', f'encoding="{codec.upper()}"')).encode(f"{codec}-le")


@member()
def wide_letters() -> Parts:
    """Parts in UTF-16 with a byte order mark."""
    parts = fit_parts()
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    parts[SHEET_PART] = encoded(str(parts[SHEET_PART]), "utf-16")
    parts["xl/workbook.xml"] = encoded(head + str(parts["xl/workbook.xml"]), "utf-16")
    parts["xl/sharedStrings.xml"] = encoded(head + str(parts["xl/sharedStrings.xml"]), "utf-16")
    return parts


@member()
def byte_order_marks() -> Parts:
    """UTF-8 with the mark that it does not need."""
    parts = fit_parts()
    return {
        name: b"\xef\xbb\xbf" + str(content).encode() if name.endswith((".xml", ".rels")) else content
        for name, content in parts.items()
    }


@member()
def bare_cells() -> Parts:
    """Rows and cells without addresses, which stand where they stand."""
    text = re.sub(r'<row r="[1-6]"', "<row", sheet())
    return fit_parts(re.sub(r'<c r="(?:[A-D][1-6]|E[123]|F[123])"', "<c", text))


@member()
def shared_formulas() -> Parts:
    """Filled-down formulas as Excel stores them."""
    text = sheet()
    for row in range(2, 7):
        for index, column, formula in ((0, "C", f"$F$1*A{row}+$F$2"), (1, "D", f"B{row}-C{row}")):
            master = f'<f t="shared" ref="{column}2:{column}6" si="{index}">{formula}</f>'
            text = text.replace(f"<f>{formula}</f>", master if row == 2 else f'<f t="shared" si="{index}"/>')
    return fit_parts(text)


@member()
def absolute_targets() -> Parts:
    """Relationships whose targets begin at the root of the file, or climb about."""
    parts = fit_parts()
    text = str(parts["xl/_rels/workbook.xml.rels"])
    text = text.replace('"worksheets/', '"/xl/worksheets/').replace('"styles', '"./foo/../styles')
    parts["xl/_rels/workbook.xml.rels"] = text
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace('"xl/', '"/xl/')
    return parts


@member(changes=frozenset({"xl/Worksheets/Sheet1.XML"}))
def odd_case() -> Parts:
    """Entry names in another case than the relationships have them."""
    renamed = {SHEET_PART: "xl/Worksheets/Sheet1.XML", "xl/sharedStrings.xml": "xl/SharedStrings.xml"}
    return {renamed.get(name, name): content for name, content in fit_parts().items()}


@member(changes=frozenset({"xl\\worksheets\\sheet1.xml"}))
def backslashes() -> Parts:
    """Entry names as a careless zip program of Windows writes them."""
    return {name.replace("/", "\\") if name.startswith("xl/work") else name: c for name, c in fit_parts().items()}


@member(changes=frozenset({"word%20of/tab%201.xml"}))
def parts_elsewhere() -> Parts:
    """Parts in folders that nobody uses, with names that are escaped in the relationships."""
    parts = fit_parts()
    parts["word%20of/tab%201.xml"] = parts.pop(SHEET_PART)
    for name in ("xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        text = str(parts[name]).replace('"worksheets/sheet1.xml"', '"../word%20of/tab%201.xml"')
        parts[name] = text.replace(f'"/{SHEET_PART}"', '"/word%20of/tab%201.xml"')
    return parts


@member()
def stored_entries() -> bytes:
    """Nothing is packed."""
    return zipped(fit_parts(), zipfile.ZIP_STORED)


@member()
def sizes_of_64_bits() -> bytes:
    """ZIP64 fields although the file is small, as programs that stream write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in fit_parts().items():
            with archive.open(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), "w", force_zip64=True) as part:
                part.write(content.encode() if isinstance(content, str) else content)
    return buffer.getvalue()


@member()
def descriptors() -> bytes:
    """Checksums and sizes behind the data, as programs that write to a pipe leave them."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in fit_parts().items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return pipe.data


@member()
def doubled_entry() -> bytes:
    """The same part twice, byte for byte."""
    data = zipped(fit_parts())
    archive = open_archive(data)
    twice = archive.entries[-1]
    start = data.index(b"PK\x01\x02")
    record = data[twice.start : twice.stop]
    again = bytearray(twice.central)
    struct.pack_into("<I", again, 42, start)
    directory = b"".join([*(entry.central for entry in archive.entries), bytes(again)])
    count = len(archive.entries) + 1
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), start + len(record), 0)
    return data[:start] + record + directory + end


@member()
def comment_of_the_zip() -> bytes:
    """A comment behind the directory, which is in another order than the records."""
    data = zipped(fit_parts())
    archive = open_archive(data)
    headers = b"".join(entry.central for entry in reversed(archive.entries))
    start, count, note = data.index(b"PK\x01\x02"), len(archive.entries), b"made by hand"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(headers), start, len(note))
    return data[:start] + headers + end + note
