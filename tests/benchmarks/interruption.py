"""Ctrl-C across whole runs: seconds until the command answers and until it has ended, in every phase of every verb.

Each run is done once undisturbed; its stages say where the phases lie. Then it is run again and interrupted at random
moments, first once in every phase, then again while its time allows. Every row is printed as soon as it is known.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks import scattered
from tests.benchmarks.ctrl_c import check_whole, interrupted, spent_by_children
from tests.benchmarks.measure import environment
from tests.benchmarks.searches import covering, stairs, tour, waves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.benchmarks.cases import Case
    from tests.benchmarks.ctrl_c import Answered

TRIES = 4
"""Interrupted runs in each phase at most."""

SECONDS = 540.0
"""For the whole table: while a run is ahead of its share, it is interrupted more than once in each phase."""

UNDISTURBED = 300.0
"""Seconds after which an undisturbed run is given up."""

AGAIN = 0.2
"""Seconds between Ctrl-C and a second one."""

PHASES = ("start", "read", "compile", "solve", "write")
QUARTERS = ("first quarter", "second", "third", "last")
SOLVED = ("transport-300", "long", "grid-1000")
LIMIT = ("--time-limit", "4")
_WIDTHS = (34, 14, 8, 8, 8, 8, 8, 8)
_HEADS = ("run", "phase", "moments", "word s", "stop s", "end s", "its cpu", "second s", "exit codes")
"""The stop is the end without what the undisturbed run took to recompute and write, where something was written."""


@dataclass(frozen=True)
class Run:
    """A command; `phased` where its JSON tells how long its stages took, `writes` where it takes -o."""

    name: str
    words: tuple[str, ...]
    phased: bool = False
    writes: str = ""


@dataclass(slots=True)
class Seen:
    """The worst of the interrupted runs of one phase."""

    word: float | None = None
    stop: float | None = None
    end: float | None = None
    processor: float | None = None
    second: float | None = None
    moments: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, answered: Answered, writing: float) -> None:
        """Adds one run, and what writing takes; one that gets Ctrl-C twice says nothing of one that gets it once."""
        self.moments += 1
        self.word = max(self.word or 0.0, answered.word)
        if answered.second is None:
            written = writing if answered.code in (0, 3) else 0.0
            self.stop = max(self.stop or 0.0, answered.end - written)
            self.end = max(self.end or 0.0, answered.end)
            self.processor = max(self.processor or 0.0, answered.processor or 0.0)
        else:
            self.second = max(self.second or 0.0, answered.second)
        self.codes["hung" if answered.code is None else str(answered.code)] += 1
        self.codes.update(answered.faults)

    def row(self) -> tuple[object, ...]:
        """Moments, seconds and exit codes."""
        codes = ", ".join(f"{code} x {count}" for code, count in sorted(self.codes.items()))
        return self.moments, self.word, self.stop, self.end, self.processor, self.second, codes


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints the worst seconds of every run and phase; a file that is not whole, or litter, is an error."""
    print("\nInterruption: seconds from Ctrl-C to the first word, and to the end", flush=True)
    _line(_HEADS)
    began = time.perf_counter()
    runs = plan({case.name: case for case in cases}, small)
    for number, run in enumerate(runs, start=1):
        with TemporaryDirectory() as folder:
            _measured(run, Path(folder) / f"out{run.writes}", began + SECONDS * number / len(runs))
    print(f"  {time.perf_counter() - began:.0f} s in all", flush=True)


def plan(cases: Mapping[str, Case], small: bool) -> list[Run]:
    """What is interrupted: every verb that may take long, and every kind of search."""
    books = {name: str(cases[name].book(small)) for name in SOLVED if name in cases}
    runs = [Run(f"solve {name}", ("solve", book, *LIMIT), phased=True, writes=".xlsx") for name, book in books.items()]
    if len(cases) > 1:
        several = ("--engine", "multistart", "--seed", "1")
        searched: dict[str, tuple[Path, tuple[str, ...]]] = {
            "scattered": (scattered.workbook(1000 if small else 20_000), ()),
            "covering": (covering(40, 60) if small else covering(1000, 2000), ()),
            "waves by multistart": (waves(200, 3) if small else waves(5000, 8), several),
            "waves by 2 workers": (waves(200, 3) if small else waves(5000, 8), (*several, "--workers", "2")),
            "stairs by evolution": (stairs(200, 10) if small else stairs(5000, 60), ("--seed", "1")),
            "tour": (tour(30) if small else tour(200), ("--seed", "1")),
        }
        runs += [
            Run(f"solve {name}", ("solve", str(book), *words, *LIMIT), phased=True, writes=".xlsx")
            for name, (book, words) in searched.items()
        ]
    if "transport-300" in books:
        reports = [word for kind in ("answer", "sensitivity") for word in ("--report", kind)]
        words = ("solve", books["transport-300"], *reports, *LIMIT)
        runs.append(Run("solve with reports transport-300", words, phased=True, writes=".xlsx"))
    if "long" in books:
        book, last = books["long"], 2_001 if small else 100_001
        table = ("--long", f"Ratings!A2:C{last}", "--at", "Ratings!H1")
        runs.append(Run("fit long", ("fit", book, *table, *LIMIT), writes=".xlsx"))
        runs.append(Run("plot long", ("plot", book, *LIMIT), writes=".png"))
        runs.append(Run("define long", ("define", book, "--subject-to", "Factors!B2:F9 <= 5"), writes=".xlsx"))
    for name in ("long", "grid-1000"):
        if name in books:
            runs += _looking(name, books[name])
    return runs


def _looking(name: str, book: str) -> list[Run]:
    """The verbs that solve nothing."""
    words = (("check",), ("show",), ("calc", "--json"), ("gradients", "--json"))
    runs = [Run(f"{' '.join(each)} {name}", (each[0], book, *each[1:])) for each in words]
    return [*runs, Run(f"calc -o {name}", ("calc", book, "--quiet"), writes=".xlsx")]


def _measured(run: Run, target: Path, until: float) -> None:
    """Prints the rows of one run; the clock says how long its phases are interrupted again."""
    words = [*run.words, *(("-o", str(target)) if run.writes else ())]
    alone = _undisturbed(run, words)
    if alone is None:
        _line((run.name, "undisturbed", *[None] * 6, f"not within {UNDISTURBED:.0f} s"))
        return
    lengths, writing = alone
    target.unlink(missing_ok=True)
    seen = {phase: Seen() for phase in lengths}
    rng = random.Random(run.name)
    for number in range(TRIES):
        if number and time.perf_counter() > until:
            break
        at = 0.0
        for phase, length in lengths.items():
            again = AGAIN if number % 2 else None
            answered = interrupted(words, at + rng.random() * length, again=again)
            if answered is not None:
                seen[phase].add(answered, writing)
            check_whole(target)
            target.unlink(missing_ok=True)
            at += length
    for phase, found in seen.items():
        _line((run.name, phase, *found.row()))


def _undisturbed(run: Run, words: Sequence[str]) -> tuple[dict[str, float], float] | None:
    """How long the phases of a run take, in seconds of the processor, and its writing, in seconds of the clock.

    None where it does not end in time.
    """
    began, others = time.perf_counter(), spent_by_children()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "solver", *words, *(("--json",) if run.phased else ())],
            env=environment(),
            capture_output=True,
            check=False,
            timeout=UNDISTURBED,
        )
    except subprocess.TimeoutExpired:
        return None
    whole, spent = time.perf_counter() - began, spent_by_children() - others
    assert done.returncode in (0, 1, 3), done.stderr.decode()
    if not run.phased:
        return dict.fromkeys(QUARTERS, spent / len(QUARTERS)), 0.0
    taken = json.loads(done.stdout)["seconds"]
    lengths = {"start": max(0.0, whole - sum(taken.values())), **{phase: taken[phase] for phase in PHASES[1:]}}
    return {phase: length * spent / whole for phase, length in lengths.items()}, taken["write"]


def _line(cells: Sequence[object]) -> None:
    """Prints one row, numbers to a hundredth of a second."""
    shown = ["-" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells]
    first, *others = [cell.ljust(width) for cell, width in zip(shown, _WIDTHS[:2], strict=False)]
    middle = [cell.rjust(width) for cell, width in zip(shown[2:], _WIDTHS[2:], strict=False)]
    print("  " + "  ".join([first, *others, *middle, shown[-1]]), flush=True)
