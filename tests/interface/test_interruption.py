"""Ctrl-C anywhere in a run of the command: an answer at once, no traceback, and no file that is not whole."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from solver import pipeline
from solver.cli.live import Progress
from tests.benchmarks.cases import CASES
from tests.benchmarks.ctrl_c import check_whole, interrupted
from tests.benchmarks.searches import waves
from tests.interface.books import both, line
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
ROOT = Path(__file__).resolve().parents[2]
SECONDS = 3.0
"""Until the answer; it is far less than one, but others may use the machine."""


@pytest.mark.parametrize("after", [0.0, 0.5, 1.0, 1.5])
def test_answered_at_once(here: Path, after: float) -> None:
    """While the program loads, reads, solves or writes."""
    command = ["solve", str(CASES["network"].book(small=True)), "-o", str(here / "solved.xlsx")]
    answered = interrupted(command, after)
    if answered is None:
        return
    assert answered.word < SECONDS
    assert answered.code in (0, 1, 3)
    assert not answered.faults
    assert (here / "solved.xlsx").exists() == (answered.code in (0, 3))
    check_whole(here / "solved.xlsx")


@pytest.mark.parametrize("again", [None, 0.1])
def test_no_process_is_left(here: Path, again: float | None) -> None:
    """Those that follow several starts side by side end with the command."""
    search = ("--engine", "multistart", "--seed", "1", "--workers", "2", "--time-limit", "20")
    answered = interrupted(["solve", str(waves(2000, 6)), *search, "-o", str(here / "solved.xlsx")], 2.5, again=again)
    assert answered is None or (not answered.faults and answered.code in (0, 1, 3))
    check_whole(here / "solved.xlsx")


DEAF = """
import hashlib, os, signal, sys, time
from multiprocessing import get_context
from threading import Timer
from solver import pipeline
from solver.cli import main

def swallow(*_):
    ours = signal.signal(signal.SIGINT, signal.SIG_IGN)
    get_context("fork").Process(target=time.sleep, args=(60,)).start()
    signal.signal(signal.SIGINT, ours)
    while True:
        try:
            print("ready", flush=True)
            os.read(0, 1)
        except KeyboardInterrupt:
            pass

def compute(*_):
    Timer(0.3, print, ("ready",), {{"flush": True}}).start()  # not before the main thread is within the library
    hashlib.pbkdf2_hmac("sha512", b"", b"", 1 << 30)

{place} = {what}
sys.argv[1:] = ["solve", "book.xlsx", "--in-place"]
main()
"""


@pytest.mark.parametrize("what", ["swallow", "compute"])
@pytest.mark.parametrize("place", ["pipeline.solve_models", "os.fsync"])
def test_a_second_one_ends_whatever_is_done(here: Path, place: str, what: str) -> None:
    """Where the first one is lost, or the main thread is within a library: a word, then the end, the old file alone."""
    line(here / "book.xlsx")
    before = contents(here)
    child = subprocess.Popen(
        [sys.executable, "-c", DEAF.format(place=place, what=what)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with child:
        try:
            assert child.stdout is not None
            assert child.stderr is not None
            assert child.stdout.readline() == b"ready\n"
            os.killpg(child.pid, signal.SIGINT)
            assert select.select([child.stderr], [], [], SECONDS)[0]
            assert child.stderr.readline() == b"stopping; Ctrl-C again leaves and writes nothing\n"
            os.killpg(child.pid, signal.SIGINT)
            assert child.wait(SECONDS) == 1
            assert child.stderr.read() == b"solver: stopped\n"  # nobody else holds it open
        finally:
            child.kill()
    assert contents(here) == before


@pytest.fixture
def told() -> Iterator[None]:
    """Ctrl-C as a terminal sends it; a shell ignores it for a job in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("told")
def test_no_other_model_is_begun(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --all-sheets the model that is solved keeps its best point, and those after it stay as they are."""

    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "watch", press)
    both(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--all-sheets", "--json", "--engine", "gd", "-O", "rate=0.01")
    assert (said.code, [model["sheet"] for model in said.json["models"]]) == (3, ["Line"])
    assert said.json["models"][0]["outcome"]["code"] == 6
    assert said.err == "book.xlsx: stopped: not solved: Plan\n"
    assert stored(here / "book-solved.xlsx", "Line", "B4") == pytest.approx(
        said.json["models"][0]["objective"]["final"]
    )
    assert stored(here / "book-solved.xlsx", "Plan", "B1") == 0


@pytest.mark.usefixtures("told")
def test_the_models_before_keep_their_answers(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the second model is compiled: the first is solved, and written."""
    plain = pipeline.bind

    def bind(book: Any, model: Any, *rest: Any) -> Any:
        if model.sheet == "Plan":
            signal.raise_signal(signal.SIGINT)
        return plain(book, model, *rest)

    monkeypatch.setattr(pipeline, "bind", bind)
    both(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--all-sheets", "--json")
    assert (said.code, [model["outcome"]["code"] for model in said.json["models"]]) == (3, [0])
    assert said.err == "book.xlsx: stopped: not solved: Plan\n"
    assert stored(here / "book-solved.xlsx", "Line", "B4") == pytest.approx(
        said.json["models"][0]["objective"]["final"]
    )
    assert stored(here / "book-solved.xlsx", "Plan", "B1") == 0


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("how", ["sheet", "text"])
def test_an_answer_is_written_without_the_reports_that_are_not_waited_for(
    here: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Ctrl-C while reports are made: the model is solved, and its answer is worth more than none."""

    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(pipeline, "report_tables", press)
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--report", "answer", "--report-as", how, "--json")
    assert (said.code, said.err) == (3, "book.xlsx: stopped: no reports\n")
    assert (said.json["outcome"]["code"], said.json["reports"]) == (0, [])
    assert stored(here / "book-solved.xlsx", "Line", "B4") == pytest.approx(said.json["objective"]["final"])
