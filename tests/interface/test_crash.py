"""Runs that are killed, run against each other, or run out of something: the file is the old one or the new one."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from solver import pipeline
from solver.cli.commands import main
from tests.interface.books import LINE_MODEL, line, write
from tests.interface.command import contents, run

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
RUNS = 100

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are a matter of POSIX")


def forked(work: Callable[[], object]) -> int:
    """The number of a process that does this and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that wait in a library
        child = os.fork()
    if child:
        return child
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        work()
    finally:
        os._exit(0)


def solve_in_place() -> None:
    main(["solve", "book.xlsx", "--in-place", "--quiet"])


def test_killed_at_random_moments_of_a_hundred_runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL anywhere in a run, every second time while it writes: the old file or the new one, byte for byte.

    No temporary file outlives the next run that ends by itself.
    """
    book = line(here / "book.xlsx")
    old = book.read_bytes()
    assert run("solve", "book.xlsx", "-o", "new.xlsx").code == 0
    new = (here / "new.xlsx").read_bytes()
    (here / "new.xlsx").unlink()
    began = time.monotonic()
    assert run("solve", "book.xlsx", "-i").code == 0
    whole = time.monotonic() - began
    reading, writing = os.pipe()
    plain_write = pipeline.write

    def telling(*arguments: object, **options: object) -> None:
        os.write(writing, b"!")
        plain_write(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "write", telling)
    rng = random.Random(0)
    found = {old: 0, new: 0}
    for number in range(RUNS):
        book.write_bytes(old)
        child = forked(solve_in_place)
        if number % 2:
            os.read(reading, 1)
            time.sleep(rng.uniform(0, 0.01))
        else:
            time.sleep(rng.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.set_blocking(reading, False)
        while number % 2 == 0 and _waiting(reading):
            pass
        os.set_blocking(reading, True)
        found[book.read_bytes()] += 1  # a third content is a KeyError
    assert sum(found.values()) == RUNS
    assert min(found.values()) > 0
    os.waitpid(forked(solve_in_place), 0)
    assert contents(here) == {"book.xlsx": new}


def _waiting(pipe: int) -> bool:
    """Whether a word was in the pipe, which is taken out."""
    try:
        return bool(os.read(pipe, 1))
    except BlockingIOError:
        return False


def test_two_runs_do_not_lose_each_others_changes(here: Path) -> None:
    """Processes that each add one to a file in place, and try again when another was first, lose no addition."""
    from solver.book.package.save import save
    from solver.errors import WorkbookError

    target = here / "book.xlsx"
    target.write_bytes(b"0")

    def count() -> None:
        added = 0
        while added < 15:
            before = target.read_bytes()
            try:
                save(str(int(before) + 1).encode(), target, in_place=True, before=before)
            except WorkbookError:
                continue
            added += 1

    for child in [forked(count) for _ in range(4)]:
        os.waitpid(child, 0)
    assert contents(here) == {"book.xlsx": b"60"}


def test_a_run_that_does_not_end(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock of another run is waited for, but not for ever."""
    import fcntl

    from solver.book.package import turns

    line(here / "book.xlsx")
    before = contents(here)
    monkeypatch.setattr(turns, "_PATIENCE", 0.05)
    holder = os.open(here, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    said = run("solve", "book.xlsx", "-i")
    assert (said.code, said.err) == (
        2,
        "book.xlsx: another run is writing in this folder: wait for it, or end it\n",
    )
    assert contents(here) == before
    os.close(holder)
    assert run("solve", "book.xlsx", "-i").code == 0


def limited(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own after some words of Python."""
    program = f"import resource, signal, sys\nfrom solver.cli.commands import main\n{code}\nmain({list(words)!r})\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOLVER_DEBUG": ""}
    return subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, check=False, env=environment, timeout=120
    )


ROOM = """
import solver.engines, solver.functions.registry, solver.cli.console, solver.listing, solver.reports.registry
solver.functions.registry.registry()
solver.engines.engines()
used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (60 << 20), used + (60 << 20)))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell how much memory is used")
@pytest.mark.parametrize("words", [("solve", "book.xlsx", "-i"), ("calc", "book.xlsx"), ("check", "book.xlsx")])
def test_too_little_memory(here: Path, words: tuple[str, ...]) -> None:
    """A book that needs more memory than there is ends in one line, or in Excel's outcome 11; the file stays."""
    cells = {"B1": 1, "B2": 1, "B4": "=SUM((SEQUENCE(4000,4000)*B1-B2)^2)"}
    write(here / "book.xlsx", {"Line": cells}, {"Line": LINE_MODEL})
    before = contents(here)
    done = limited(ROOM, *words)
    assert "Traceback" not in done.stderr
    assert done.returncode in (1, 2), done
    assert "memory" in done.stderr + done.stdout
    assert contents(here) == before


@pytest.mark.parametrize("words", [("-i",), ()])
def test_a_read_only_folder(here: Path, words: tuple[str, ...]) -> None:
    """A folder that may not be written to is named before any work is done, for a copy and in place."""
    line(here / "book.xlsx")
    before = contents(here)
    run("solve", "book.xlsx", "--dry-run")  # loads all that a process without rights might not be able to load
    said = here.parent / f"said{len(words)}.txt"
    output = os.open(said, os.O_WRONLY | os.O_CREAT)

    def solve() -> None:
        sys.stderr = os.fdopen(output, "w")
        if os.geteuid() == 0:
            os.setresuid(65534, 65534, 65534)  # the superuser may write anywhere
        main(["solve", "book.xlsx", *words])

    here.chmod(0o555)
    for path in takewhile(lambda parent: parent != Path(tempfile.gettempdir()), here.parents):
        path.chmod(0o755)
    try:
        os.waitpid(forked(solve), 0)
    finally:
        here.chmod(0o755)
        os.close(output)
    target, what = ("book.xlsx", "the file is write-protected: make it writable or write to another file")
    if not words or os.geteuid() != 0:
        what = "the folder may not be written to: write to another folder"
        target = "book.xlsx" if words else "book-solved.xlsx"
    assert said.read_text() == f"{target}: {what}\n"
    assert contents(here) == before


def test_output_that_cannot_be_written(here: Path) -> None:
    """A full disk behind stdout is said in one line."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    line(here / "book.xlsx")
    command = [sys.executable, "-m", "solver", "calc", "book.xlsx", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOLVER_DEBUG": ""}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_file_is_written(here: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """An interrupt between flush and replacement: the old file, no litter, one line."""
    line(here / "book.xlsx")
    before = contents(here)
    plain = os.fsync

    def interrupted(descriptor: int) -> None:
        plain(descriptor)
        os.kill(os.getpid(), number)
        time.sleep(0.05)

    monkeypatch.setattr(os, "fsync", interrupted)
    before_signal = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job of a shell
    said = run("solve", "book.xlsx", "--in-place")
    signal.signal(signal.SIGINT, before_signal)
    assert said.code == 1
    assert said.err == "book.xlsx: stopped before there was an answer: nothing was written\n"
    assert contents(here) == before


def test_hard_links_are_said(here: Path) -> None:
    """Another name of the book keeps the old content, and a line says so."""
    book = line(here / "book.xlsx")
    old = book.read_bytes()
    os.link(book, here / "same.xlsx")
    said = run("solve", "book.xlsx", "-i")
    assert said.code == 0
    assert said.err == "book.xlsx: the file has another name (hard links), which keep the old content\n"
    assert (here / "same.xlsx").read_bytes() == old != book.read_bytes()


def test_network_shares_are_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder on a share is told from one on a disk by the system's list of mounts."""
    from solver.book.package import turns

    mounts = here / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nhost:/x {str(here).replace(' ', chr(92) + '040')} nfs4 rw 0 0\n")
    monkeypatch.setattr(turns, "_MOUNTS", mounts)
    assert turns.cautions(here / "b.xlsx") == [
        "the folder is a network share (nfs4): others may see the new file a little later"
    ]
    assert turns.cautions(Path("/b.xlsx")) == []


def test_an_unforeseen_error_is_one_line(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw names itself as our own fault; a traceback comes only when it is asked for."""

    def fail(_: object) -> None:
        raise ZeroDivisionError("this\nand that")

    line(here / "book.xlsx")
    monkeypatch.setattr(pipeline, "read", fail)
    with pytest.raises(ZeroDivisionError):
        run("solve", "book.xlsx")
    for words in (("solve", "book.xlsx"), ("calc", "book.xlsx"), ("define", "book.xlsx", "--clear")):
        said = run(*words, debug="")
        assert said.code == 2
        assert re.fullmatch(
            r"book\.xlsx: internal error \(ZeroDivisionError: this and that\): please report .+\n", said.err
        )
