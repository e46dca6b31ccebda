"""`solver solve`: options, seeds, and runs that a limit or a person ends early."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from solver.cli.live import Progress
from tests.interface.books import (
    EVOLUTIONARY,
    GE,
    LE,
    line,
    model,
    valley,
    write,
)
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("option", ["iterations=2", "itr=2", "solver_itr=2"])
def test_a_limit_by_our_name_and_by_excels(here: Path, option: str) -> None:
    """The run stops early, says so with exit code 3, and writes the best point found."""
    valley(here / "book.xlsx")
    said = run("solve", "book.xlsx", "-O", option, "--json")
    assert said.code == 3
    assert said.json["outcome"]["code"] == 3
    assert said.json["iterations"] == 2
    assert said.json["engine"]["options"]["iterations"] == 2
    assert said.json["objective"]["final"] < said.json["objective"]["initial"]
    assert stored(here / "book-solved.xlsx", "S", "A3") == said.json["objective"]["final"]


def test_several_options_and_an_engine(here: Path) -> None:
    """-O is repeatable, the last one counts, and --engine is used as it is named."""
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--engine", "gd", "-O", "rate=0.001", "-O", "itr=5", "-O", "itr=7", "--json")
    assert said.json["engine"]["name"] == said.json["engine"]["asked"] == "gd"
    assert said.json["iterations"] == 7
    assert said.json["engine"]["options"]["rate"] == 0.001


def test_a_seed_repeats(here: Path) -> None:
    """The same seed gives the same answer, digit by digit."""
    cells = {"A1": 3, "A2": -4, "A3": "=20+A1^2+A2^2-10*COS(2*PI()*A1)-10*COS(2*PI()*A2)"}
    box = (("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", *box, engine=EVOLUTIONARY)})
    runs = [run("solve", "book.xlsx", "--seed", 7, "-O", "itr=5", "--json").json for _ in range(2)]
    assert runs[0]["engine"]["options"]["seed"] == 7
    assert runs[0]["variables"] == runs[1]["variables"]


def test_a_time_limit(here: Path) -> None:
    """The best point at the end of the time is kept and written."""
    cells = {f"A{k}": 1 for k in range(1, 11)} | {"B1": "=SUM(A1:A10)+SUMPRODUCT(COS(3*A1:A10))"}
    box = (("S!$A$1:$A$10", LE, 5), ("S!$A$1:$A$10", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$B$1", "S!$A$1:$A$10", *box, engine=EVOLUTIONARY)})
    said = run("solve", "book.xlsx", "--time-limit", 0.001, "--json")
    assert (said.code, said.json["outcome"]["code"]) == (3, 10)
    assert (here / "book-solved.xlsx").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_the_best_point(here: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    """Ctrl-C and a request to terminate stop the run, and what it found is written."""
    seen = []

    def watch(_: Progress, step: Any, /) -> None:
        seen.append(step)
        if len(seen) == 5:
            signal.raise_signal(number)

    monkeypatch.setattr(Progress, "watch", watch)
    valley(here / "book.xlsx")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job of a shell
    said = run("solve", "book.xlsx", "--engine", "gd", "-O", "rate=0.0001", "--json")
    signal.signal(signal.SIGINT, before)
    assert (said.code, said.json["outcome"]["code"]) == (3, 6)
    assert said.json["objective"]["final"] < said.json["objective"]["initial"]
    assert sorted(contents(here)) == ["book-solved.xlsx", "book.xlsx"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_workers(here: Path) -> None:
    """The answer does not depend on the number of processes."""
    cells = {"A1": 3, "A2": -4, "A3": "=20+A1^2+A2^2-10*COS(2*PI()*A1)-10*COS(2*PI()*A2)"}
    box = (("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", *box, msl=1)})
    one, two = (run("solve", "book.xlsx", "--seed", 3, "--workers", n, "--json").json for n in (1, 2))
    assert one["variables"] == two["variables"]
    assert one["objective"]["final"] == pytest.approx(0, abs=1e-9)
