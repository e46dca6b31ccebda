"""Ctrl-C across whole runs: seconds until the command answers it and a second one, and what it leaves behind."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from solver.book.package.archive import open_archive
from tests.benchmarks.books import cached
from tests.benchmarks.measure import environment, table
from tests.benchmarks.workbook import SolverModel, Stored, write_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

TRIES = 4
"""Runs that are interrupted in each phase."""

PATIENCE = 60.0
"""Seconds after which a run counts as hanging."""

PYTHON = 0.15
"""Seconds that Python itself takes to start, in which Ctrl-C is its own matter."""

PHASES = ("start", "read", "compile", "solve", "write")
SOLVED = ("long", "grid-1000", "transport-300", "network", "regression", "recurrence")
LOOKED_AT = ("long", "grid-1000")
LOOKING = (("check",), ("show",), ("calc", "--json"), ("gradients", "--json"))
_LIMIT = "10"
_HEADS = ("run", *(f"{phase}: worst s" for phase in PHASES), "second Ctrl-C", "exit codes")


@dataclass(frozen=True, slots=True)
class Answered:
    """How a run took Ctrl-C: seconds to its first word or its end, seconds from a second one, and the exit code."""

    seconds: float
    second: float | None
    code: int


@dataclass(slots=True)
class Seen:
    """What the interrupted runs of one command showed."""

    worst: dict[str, float] = field(default_factory=dict)
    second: list[float] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)

    def add(self, phase: str, answered: Answered) -> None:
        """Adds one run."""
        self.worst[phase] = max(self.worst.get(phase, 0.0), answered.seconds)
        self.second += [] if answered.second is None else [answered.second]
        self.codes[answered.code] += 1

    def row(self, name: str) -> tuple[object, ...]:
        """The row of the table."""
        codes = ", ".join(f"{code}: {count}" for code, count in sorted(self.codes.items()))
        return name, *(self.worst.get(phase) for phase in PHASES), max(self.second, default=None), codes


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints the worst seconds of every command and phase; a file that is not whole, or litter, is an error."""
    names = {case.name: case for case in cases}
    rows = []
    with TemporaryDirectory() as place:
        folder = Path(place)
        books = {name: names[name].book(small) for name in SOLVED if name in names}
        if len(cases) > 1:
            books["covering"] = covering(40, 60) if small else covering(1000, 2000)
        for name, book in books.items():
            rows.append(_solved(book, folder).row(name))
        rows += [
            _looked_at(names[name].book(small), command).row(f"{command[0]} {name}")
            for name in LOOKED_AT
            if name in names
            for command in LOOKING
        ]
    table("Interruption: seconds until the answer to Ctrl-C", _HEADS, rows)


def _solved(book: Path, folder: Path) -> Seen:
    """Interrupts `solve` in each of its phases, as an undisturbed run shows them."""
    target = folder / "solved.xlsx"
    command = ["solve", str(book), "-o", str(target), "--time-limit", _LIMIT]
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "solver", *command, "--json"], env=environment(), capture_output=True, check=False
    )
    whole, taken = time.perf_counter() - began, json.loads(done.stdout)["seconds"]
    lengths = {"start": whole - sum(taken.values()), **taken}
    seen, rng, at = Seen(), random.Random(0), 0.0
    for phase in PHASES:
        for number in range(TRIES):
            target.unlink(missing_ok=True)
            seen.add(phase, interrupted(command, at + rng.random() * lengths[phase], again=number % 2 == 1))
            check_whole(target, folder)
        at += lengths[phase]
    return seen


def _looked_at(book: Path, command: Sequence[str]) -> Seen:
    """Interrupts a command that writes nothing, anywhere."""
    words = [command[0], str(book), *command[1:]]
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "solver", *words], env=environment(), capture_output=True, check=False)
    whole, rng, seen = time.perf_counter() - began, random.Random(0), Seen()
    for _ in range(2 * TRIES):
        seen.add("solve", interrupted(words, rng.random() * whole, again=False))
    return seen


def interrupted(command: Sequence[str], after: float, *, again: bool) -> Answered:
    """A run that gets Ctrl-C after so many seconds, and `again` another one as soon as it has answered.

    Raises AssertionError for a traceback, and where the run hangs.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "solver", *command],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )
    assert child.stderr is not None
    try:
        time.sleep(max(after, PYTHON))
        began = time.perf_counter()
        child.send_signal(signal.SIGINT)
        assert select.select([child.stderr], [], [], PATIENCE)[0], f"no answer to Ctrl-C after {after:.2f} s"
        said = os.read(child.stderr.fileno(), 1 << 16)  # its first word, or nothing at its end
        seconds, second = time.perf_counter() - began, None
        if again and said.startswith(b"stopping"):
            began = time.perf_counter()
            child.send_signal(signal.SIGINT)
            said += child.stderr.read()
            second = time.perf_counter() - began
        said += child.stderr.read()
        code = child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()
        child.stderr.close()
    assert b"Traceback" not in said, said.decode()
    return Answered(seconds, second, code)


def check_whole(target: Path, folder: Path) -> None:
    """Raises AssertionError where the target is there and not whole, or something else is."""
    left = [path.name for path in folder.iterdir() if path != target]
    assert not left, left
    if target.exists():
        archive = open_archive(target.read_bytes())
        for name in archive:
            archive.read(name)


def covering(rows: int, sets: int) -> Path:
    """The cheapest sets that hold every row: whole numbers, and linear programs within the search that take long."""

    def make(path: Path) -> None:
        rng = np.random.default_rng(7)
        cost = rng.integers(1, 50, sets).tolist()
        holding = rng.random((rows, sets)) < max(0.01, 3 / sets)
        holding[np.arange(rows), rng.integers(0, sets, rows)] = True
        sheet: list[list[float | str | Stored | None]] = [[1.0, float(price), None] for price in cost]
        for row, places in enumerate(holding):
            text = "=" + "+".join(f"A{place + 1}" for place in np.flatnonzero(places))
            sheet[row].append(Stored(text, float(places.sum())))
        total = f"=SUMPRODUCT(A1:A{sets},B1:B{sets})"
        sheet[0].append(Stored(total, float(sum(cost))))
        constraints = [(f"Sets!$D$1:$D${rows}", 3, "1"), (f"Sets!$A$1:$A${sets}", 5, "binary")]
        model = SolverModel("Sets", "Sets!$E$1", [f"Sets!$A$1:$A${sets}"], engine=2, constraints=constraints)
        write_workbook(path, {"Sets": sheet}, model)

    return cached(f"covering-{rows}-{sets}", make)
