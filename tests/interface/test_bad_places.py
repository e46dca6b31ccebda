"""Places and moments that do not allow it: locked, full, forbidden, signed, interrupted; nothing is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.interface.books import line
from tests.interface.command import contents, refused, run, stored


@pytest.mark.parametrize("lock", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_a_book_that_is_open_elsewhere(here: Path, lock: str) -> None:
    """--in-place stops before the work starts while Excel or LibreOffice holds the file; a copy is no trouble."""
    line(here / "book.xlsx")
    (here / lock).write_text("somebody")
    program = "Excel" if lock.startswith("~$") else "LibreOffice"
    pattern = rf"book\.xlsx: the workbook is open in {program} \(there is a lock file .+\): close it there, .+"
    refused(here, pattern, "solve", "book.xlsx", "--in-place")
    assert run("solve", "book.xlsx").code == 0
    assert run("solve", "book.xlsx", "--in-place", "--force").code == 0
    assert stored(here / "book.xlsx", "Line", "B4") == pytest.approx(0.9)


def test_targets_that_cannot_be_written(here: Path) -> None:
    """A write-protected file, a folder, a folder that is missing: the line names the target, not the book."""
    line(here / "book.xlsx")
    (here / "mine.xlsx").write_bytes(b"mine")
    (here / "mine.xlsx").chmod(0o444)
    refused(
        here, r"mine\.xlsx: the file is write-protected: make it writable .+", "solve", "book.xlsx", "-o", "mine.xlsx"
    )
    refused(here, r"no/b\.xlsx: there is no folder .+: make it first", "solve", "book.xlsx", "-o", "no/b.xlsx")
    refused(here, r"mine\.xlsx: the file is write-protected: .+", "calc", "book.xlsx", "-o", "mine.xlsx")
    refused(here.parent / here.name, r"\.: this is a folder: give the name of a file", "solve", "book.xlsx", "-o", ".")
    (here / "book.xlsx").chmod(0o444)
    refused(here, r"book\.xlsx: the file is write-protected: .+", "solve", "book.xlsx", "--in-place")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk is full: free some space; the old file is untouched"),
        (errno.EDQUOT, "the disk quota is used up: free some space; the old file is untouched"),
        (errno.EFBIG, "the file is larger than allowed here: write to another folder"),
        (errno.EIO, "it cannot be written (Input/output error): the old file is untouched; write to another folder"),
    ],
)
@pytest.mark.parametrize("in_place", [True, False])
def test_a_disk_that_fails(here: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str, in_place: bool) -> None:
    """A disk that is full when the file is flushed: the line says so, the old file stays, nothing is left behind."""
    line(here / "book.xlsx")
    before = contents(here)

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    said = run("solve", "book.xlsx", *(["--in-place"] if in_place else []))
    target = "book.xlsx" if in_place else "book-solved.xlsx"
    assert (said.code, said.out, said.err) == (2, "", f"{target}: {says}\n")
    assert contents(here) == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the process are a matter of POSIX")
def test_a_limit_on_the_size_of_files(here: Path) -> None:
    """The same in a process of its own, with the system refusing the bytes."""
    line(here / "book.xlsx")
    before = contents(here)
    code = (
        "import resource, signal, sys\n"
        "from solver.cli.commands import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "main(['solve', 'book.xlsx', '--json'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False, env=_environment()
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "book-solved.xlsx: the file is larger than allowed here: write to another folder\n"
    assert contents(here) == before


def test_somebody_else_changes_the_book_meanwhile(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved while we computed is not overwritten."""
    from solver import pipeline

    book = line(here / "book.xlsx")
    theirs = line(here / "theirs.xlsx", E2=5).read_bytes()
    solve_models = pipeline.solve_models

    def slow(*arguments: Any) -> Any:
        book.write_bytes(theirs)
        return solve_models(*arguments)

    monkeypatch.setattr(pipeline, "solve_models", slow)
    said = run("solve", "book.xlsx", "--in-place")
    assert said.code == 2
    assert said.err == "book.xlsx: the file was changed by somebody else meanwhile: run again on the new file\n"
    assert book.read_bytes() == theirs


def signed(path: Path) -> Path:
    """A book with a digital signature (its relationships; nobody here verifies it)."""
    line(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    origin = (
        b'<Relationship Id="rIdSig" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
        b'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", origin)
    parts["_xmlsignatures/origin.sigs"] = b""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("where", [(), ("-i",), ("-o", "out.xlsx")])
def test_a_signed_workbook(here: Path, where: tuple[str, ...]) -> None:
    """An edit would make the signature void, so it must be asked for; looking is free."""
    signed(here / "book.xlsx")
    refused(here, r"book\.xlsx: the workbook is digitally signed: --break-signature .+", "solve", "book.xlsx", *where)
    assert run("solve", "book.xlsx", "--dry-run").code == 0
    assert run("show", "book.xlsx").code == 0
    assert run("calc", "book.xlsx").code == 0
    pattern = r"(book|c)\.xlsx: the workbook is digitally signed: --break-signature .+"
    for words in ("calc book.xlsx -o c.xlsx", "gradients book.xlsx -o c.xlsx", "define book.xlsx --maximize B4"):
        refused(here, pattern, *words.split())
    said = run("solve", "book.xlsx", *where, "--break-signature", "--json")
    assert said.code == 0
    assert stored(here / said.json["output"], "Line", "B4") == pytest.approx(0.9)


def test_without_memory(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that does not fit into memory is refused in words."""
    from solver import pipeline

    def fail(_: object) -> None:
        raise MemoryError

    line(here / "book.xlsx")
    monkeypatch.setattr(pipeline, "read", fail)
    refused(here, r"book\.xlsx: there is not enough memory: .+", "solve", "book.xlsx")


def test_interrupted_before_there_is_an_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the book is read: one line, exit code 1, nothing written."""
    from solver import pipeline

    def fail(_: object) -> None:
        raise KeyboardInterrupt

    line(here / "book.xlsx")
    before = contents(here)
    monkeypatch.setattr(pipeline, "read", fail)
    said = run("solve", "book.xlsx")
    assert (said.code, said.out) == (1, "")
    assert said.err == "book.xlsx: stopped before there was an answer: nothing was written\n"
    assert contents(here) == before


def test_a_real_process(here: Path) -> None:
    """Exit codes and streams as a shell sees them."""
    line(here / "book.xlsx", B1="steep")

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "solver", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())

    done = call("solve", "book.xlsx", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "book.xlsx: Line!B1: the variable cell holds 'steep': put a number into it\n"
    line(here / "book.xlsx")
    done = call("solve", "book.xlsx", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
