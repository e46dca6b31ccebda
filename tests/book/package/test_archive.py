"""The zip floor: records copied verbatim, whatever their form, and damaged or hostile files refused."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest

from solver.book.package.archive import Limits, open_archive
from solver.book.package.repack import rewrite
from solver.errors import WorkbookError
from tests.book.made import Pipe

PARTS = {f"part{number}.xml": f"<a>{'content ' * number}{number}</a>".encode() for number in range(12)}


def streamed(parts: dict[str, bytes]) -> bytes:
    """A zip file written to a pipe: sizes follow the data in descriptors."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, content in parts.items():
            archive.writestr(name, content)
    return pipe.data


def plain(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def wide(parts: dict[str, bytes]) -> bytes:
    """A zip file whose records carry ZIP64 fields though they are small."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)
    return buffer.getvalue()


def shuffled(parts: dict[str, bytes]) -> bytes:
    """A zip file whose directory is in another order than its records, with a comment and a foreign prefix."""
    data = plain(parts)
    archive = open_archive(data)
    headers = [entry.central for entry in archive.entries]
    random.Random(1).shuffle(headers)
    directory = b"".join(headers)
    start = data.index(b"PK\x01\x02")
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(headers), len(headers), len(directory), start, 5)
    return b"#!stub\n" + data[:start] + directory + end + b"hello"


FORMS = {
    "deflated": plain(PARTS),
    "stored": plain(PARTS, zipfile.ZIP_STORED),
    "descriptors": streamed(PARTS),
    "zip64": wide(PARTS),
    "odd order": shuffled(PARTS),
}


@pytest.mark.parametrize("form", FORMS)
def test_contents_equal_the_standard_library(form: str) -> None:
    """Every part reads as zipfile reads it."""
    archive = open_archive(FORMS[form])
    with zipfile.ZipFile(io.BytesIO(FORMS[form])) as other:
        assert set(archive) == set(other.namelist())
        for name in archive:
            assert archive.read(name) == other.read(name) == PARTS[name]


@pytest.mark.parametrize("form", FORMS)
def test_untouched_records_are_copied_byte_for_byte(form: str) -> None:
    """Changing, adding and dropping parts leaves the records of all others as they were."""
    before = open_archive(FORMS[form])
    data = rewrite(before, {"part3.xml": b"<new/>", "PART5.XML": b"x" * 100_000}, {"added.xml": b"<b/>"}, ["part7.xml"])
    after = open_archive(data)
    with zipfile.ZipFile(io.BytesIO(data)) as other:
        assert other.testzip() is None
        assert other.read("part3.xml") == b"<new/>"
        assert other.read("part5.xml") == b"x" * 100_000
        assert other.read("added.xml") == b"<b/>"
        assert other.getinfo("part3.xml").compress_type == before.find("part3.xml").method
    assert set(after) == (set(PARTS) | {"added.xml"}) - {"part7.xml"}
    for name in set(PARTS) - {"part3.xml", "part5.xml", "part7.xml"}:
        assert after.raw(name) == before.raw(name)
        assert after.read(name) == PARTS[name]
    assert after.comment == before.comment


@pytest.mark.parametrize("form", FORMS)
def test_same_content_gives_the_same_file(form: str) -> None:
    """A part that is set to what it was is not packed anew."""
    archive = open_archive(FORMS[form])
    assert rewrite(archive, {name: archive.read(name) for name in archive}) == FORMS[form]


def test_rewriting_twice_is_stable() -> None:
    """What was rewritten can be rewritten."""
    data = FORMS["descriptors"]
    for number in range(5):
        data = rewrite(open_archive(data), {"part1.xml": str(number).encode()})
    assert open_archive(data).read("part1.xml") == b"4"


@pytest.mark.parametrize("form", FORMS)
def test_every_truncation_is_refused(form: str) -> None:
    """No prefix of a file passes for a whole one."""
    data = FORMS[form]
    keep = 5 if form == "odd order" else 0  # the comment
    for length in random.Random(0).sample(range(len(data) - keep), 60):
        with pytest.raises(WorkbookError, match="damaged"):
            open_archive(data[:length])


def test_flipped_bytes_are_noticed_or_harmless() -> None:
    """A damaged byte leads to our error, or does not change any content."""
    rng = random.Random(3)
    for data in FORMS.values():
        for _ in range(150):
            broken = bytearray(data)
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
            try:
                archive = open_archive(bytes(broken))
                for name in archive:
                    content = archive.read(name)
                    assert content == PARTS.get(name, content)
            except WorkbookError:
                pass


def test_overlapping_entries_are_refused() -> None:
    """Two names for one record, as zip bombs have them."""
    data = FORMS["deflated"]
    archive = open_archive(data)
    directory = archive.entries[0].central + archive.entries[0].central.replace(b"part0", b"part1")
    start = data.index(b"PK\x01\x02")
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), start, 0)
    with pytest.raises(WorkbookError, match="overlaps another"):
        open_archive(data[:start] + directory + end)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_names() -> None:
    """Two different parts of one name are refused when they are asked for; equal ones are harmless."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in (("a.xml", "1"), ("A.xml", "2"), ("b.xml", "3"), ("b.xml", "3")):
            file.writestr(name, content)
    archive = open_archive(buffer.getvalue())
    assert archive.read("b.xml") == b"3"
    with pytest.raises(WorkbookError, match=r"2 different parts of the name a\.xml"):
        archive.read("a.xml")


def test_bombs_are_refused_by_ratio_and_by_size() -> None:
    """A part that unfolds a thousandfold is refused before it is unpacked, unless the limits are raised."""
    bomb = plain({"bomb.xml": b"0" * 40_000_000})
    with pytest.raises(WorkbookError, match="as in a zip bomb"):
        open_archive(bomb)
    assert len(open_archive(bomb, Limits(ratio=2000)).read("bomb.xml")) == 40_000_000
    with pytest.raises(WorkbookError, match="as in a zip bomb"):
        open_archive(FORMS["deflated"], Limits(part=10))
    with pytest.raises(WorkbookError, match="more than the limit of 100"):
        open_archive(FORMS["deflated"], Limits(total=100))


def test_a_lie_about_the_size_unfolds_no_further() -> None:
    """A record that holds more than it says is cut off at what it says, and refused."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = body.compress(b"0" * 50_000_000) + body.flush()
    data = plain({"a.xml": b"1234"})
    entry = open_archive(data).entries[0]
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 33, entry.crc, len(packed), 4, 5, 0) + b"a.xml"
    central = list(struct.unpack("<4s6H3I5H2I", entry.central[:46]))
    central[4], central[8] = 8, len(packed)
    directory = struct.pack("<4s6H3I5H2I", *central) + entry.central[46:]
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local + packed), 0)
    with pytest.raises(WorkbookError, match="does not match its checksum"):
        open_archive(local + packed + directory + end).read("a.xml")


def test_names_that_climb_out_stay_names() -> None:
    """Nothing is ever unpacked to disk, so a name with dots is a name like any other."""
    archive = open_archive(plain({"../../etc/passwd": b"x", "a.xml": b"y"}))
    assert archive.read("../../etc/passwd") == b"x"


def test_unknown_methods_and_passwords_are_named() -> None:
    """Parts that cannot be unpacked say why."""
    data = plain({"a.xml": b"1" * 100}, zipfile.ZIP_LZMA)
    with pytest.raises(WorkbookError, match="packed by method 14"):
        open_archive(data).read("a.xml")
    data = FORMS["deflated"]
    at = data.index(b"PK\x01\x02") + 8
    with pytest.raises(WorkbookError, match="is encrypted"):
        open_archive(data[:at] + b"\x01\x00" + data[at + 2 :]).read("part0.xml")
