"""Mutated workbooks against the command: `python -m tests.evidence.fuzz COUNT [SEED]`.

Real files, made ones and those of the gallery are damaged in the zip, in the XML, or in their formulas and models, and
given to the commands, each in a process of its own. Whatever is in the file, the command ends by itself, in its own
words, within 10 seconds of computing and 1 GB of memory; and a file that it writes can be read.
"""

from __future__ import annotations

import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from solver.book.read import read_book
from solver.cli.commands import main as command
from solver.errors import SolverError
from solver.model.recall import recall
from tests.book.family import MEMBERS
from tests.conftest import SHARED
from tests.evidence.mutate import LEVELS, SHARES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS, MEMORY = 10.0, 1 << 30
BATCH = 250
LARGEST = 200_000
"""Files beyond this many bytes are left out: their mutants say no more and take longer."""
COMMANDS = (
    ("solve", "{}", "--time-limit", "2", "--report", "answer", "-o", "out.xlsx", "--json"),
    ("solve", "{}", "--all-sheets", "--time-limit", "1", "--json", "-o", "out.xlsx"),
    ("calc", "{}", "-o", "out.xlsx", "--json"),
    ("check", "{}"),
    ("show", "{}", "--json"),
    ("gradients", "{}", "--json"),
    ("step", "{}", "-o", "out.xlsx"),
    ("fit", "{}", "--time-limit", "1", "-o", "out.xlsx", "--json"),
    ("define", "{}", "--minimize", "A1", "--by-changing", "B1:B2", "-o", "out.xlsx"),
)
WITHOUT_MODEL = tuple(words for words in COMMANDS if words[0] in ("calc", "check", "define"))


@dataclass(frozen=True)
class Mutant:
    """A damaged file with the words that it is given to."""

    source: str
    level: str
    data: bytes
    words: tuple[str, ...]


@dataclass
class Outcome:
    """What became of a mutant: exit code, own seconds and bytes, and what went wrong, if anything did."""

    code: int
    seconds: float
    memory: int
    wrong: str = ""


@dataclass
class Tally:
    """How many mutants were tried, and what went wrong with them."""

    tried: int = 0
    codes: Counter[int] = field(default_factory=Counter)
    levels: Counter[str] = field(default_factory=Counter)
    foreign: int = 0
    hangs: int = 0
    large: int = 0
    slowest: float = 0.0
    largest: int = 0

    def add(self, other: Tally) -> None:
        """Takes another tally in."""
        self.tried += other.tried
        self.codes += other.codes
        self.levels += other.levels
        self.foreign += other.foreign
        self.hangs += other.hangs
        self.large += other.large
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)


def seeds() -> dict[str, bytes]:
    """The files that are damaged."""
    folders = [SHARED / "real", SHARED / "formulas", Path(__file__).resolve().parents[2] / "workbooks"]
    paths = [path for folder in folders for path in sorted(folder.glob("*.xls[xm]"))]
    small = {path.stem: path.read_bytes() for path in paths if path.stat().st_size <= LARGEST}
    return small | {f"made {name}": member.make() for name, member in MEMBERS.items()}


def mutants(seed: int, count: int) -> Iterator[Mutant]:
    """So many mutants, the same for the same seed."""
    files = seeds()
    names = sorted(files)
    rng = random.Random(seed)
    with_model = {name for name in names if recall(read_book(files[name]))}
    for _ in range(count):
        name, (level,) = rng.choice(names), rng.choices(list(LEVELS), SHARES)
        words = tuple(
            word.format("book.xlsx") for word in rng.choice(COMMANDS if name in with_model else WITHOUT_MODEL)
        )
        yield Mutant(name, level, LEVELS[level](files[name], rng), words)


def tried(mutant: Mutant, folder: Path) -> Outcome:
    """Gives a mutant to the command in a process of its own."""
    (folder / "book.xlsx").write_bytes(mutant.data)
    (folder / "out.xlsx").unlink(missing_ok=True)
    reading, writing = os.pipe()
    began = time.monotonic()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that wait in a library
        child = os.fork()
    if child == 0:
        os.close(reading)
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_CPU, (int(2 * SECONDS), int(2 * SECONDS) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))
        code, wrong = _told(mutant)
        os.write(writing, pickle.dumps((code, wrong[-4000:])))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        while time.monotonic() - began < 20 * SECONDS:
            done, status, used = os.wait4(child, os.WNOHANG)
            if done:
                break
            time.sleep(0.005)
        else:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
        said = pipe.read()
    code, wrong = pickle.loads(said) if said else (-1, f"it ended by signal {os.WTERMSIG(status)}")
    return Outcome(code, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, wrong)


def _told(mutant: Mutant) -> tuple[int, str]:
    """The exit code, and what is wrong with how the command took it."""
    result = CliRunner(env={"SOLVER_DEBUG": "1"}).invoke(command, list(mutant.words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return result.exit_code, "".join(traceback.format_exception(result.exception)[-6:])
    if result.exit_code not in (0, 1, 2, 3):
        return result.exit_code, f"exit code {result.exit_code}"
    if result.exit_code == 2 and result.stderr.count("\n") != 1:
        return 2, f"not one line: {result.stderr[:500]!r}"
    if Path("out.xlsx").exists():
        try:
            book = read_book("out.xlsx")
            for name in book.sheets:
                book.sheets[name].cells.scalar(0) if len(book.sheets[name].cells) else None
        except SolverError as error:
            return result.exit_code, f"what was written cannot be read: {error}"
    return result.exit_code, ""


def run(seed: int, count: int, report: Callable[[Mutant, Outcome], None]) -> Tally:
    """Tries so many mutants and counts; `report` hears of each that went wrong."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        _warm(Path(folder))
        for mutant in mutants(seed, count):
            outcome = tried(mutant, Path(folder))
            tally.tried += 1
            tally.codes[outcome.code] += 1
            tally.levels[mutant.level] += 1
            tally.slowest = max(tally.slowest, outcome.seconds)
            tally.largest = max(tally.largest, outcome.memory)
            slow, large = outcome.seconds > SECONDS, outcome.memory > MEMORY
            tally.hangs += slow
            tally.large += large
            tally.foreign += bool(outcome.wrong) and not slow
            if outcome.wrong or slow or large:
                report(mutant, outcome)
    return tally


def _warm(folder: Path) -> None:
    """Loads what the commands load when they first run, so that the processes of the mutants need not."""
    path = folder / "whole.xlsx"
    path.write_bytes(MEMBERS["chart"].make())
    for words in COMMANDS:
        said = [word.format(str(path)).replace("out.xlsx", str(folder / "done.xlsx")) for word in words]
        CliRunner().invoke(command, said)


def _kept(mutant: Mutant, outcome: Outcome) -> None:
    """Says what went wrong, and keeps the file beside."""
    name = f"fuzz-{abs(hash(mutant.data)) % 10**10}.xlsx"
    (Path(tempfile.gettempdir()) / name).write_bytes(mutant.data)
    click.echo(f"{mutant.source} ({mutant.level}) {' '.join(mutant.words)}")
    click.echo(f"   {outcome.seconds:.1f} s, {outcome.memory >> 20} MB, code {outcome.code}, kept as {name}")
    click.echo("   " + outcome.wrong.strip().replace("\n", "\n   "))


def main(count: int = 1000, seed: int = 0) -> None:
    """Prints what went wrong, and the tally as it grows."""
    whole = Tally()
    for first in range(0, count, BATCH):
        whole.add(run(seed * 1_000_003 + first, min(BATCH, count - first), _kept))
        click.echo(str(whole))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
