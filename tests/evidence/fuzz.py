"""Mutated workbooks against the command: `python -m tests.evidence.fuzz COUNT [SEED]`.

Real files, made ones and those of the gallery are damaged in the zip, in the XML, or in their formulas and models, and
given to the commands, each in a process of its own. Whatever is in the file, the command ends by itself, in its own
words, within 10 seconds of computing and 1 GB of memory; and a file that it writes can be read.
"""

from __future__ import annotations

import os
import pickle
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from solver.book.archive import open_archive
from solver.book.read import read_book
from solver.book.repack import rewrite
from solver.cli import main as command
from solver.errors import SolverError
from solver.functions.registry import registry
from solver.model.recall import recall
from tests.book.family import MEMBERS
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECONDS, MEMORY = 10.0, 1 << 30
LARGEST = 200_000
"""Files beyond this many bytes are left out: their mutants say no more and take longer."""
COMMANDS = (
    ("solve", "{}", "--time-limit", "2", "--report", "answer", "-o", "out.xlsx", "--json"),
    ("solve", "{}", "--all-sheets", "--time-limit", "1", "--json", "-o", "out.xlsx"),
    ("calc", "{}", "-o", "out.xlsx", "--json"),
    ("check", "{}"),
    ("show", "{}", "--json"),
    ("gradients", "{}", "--json"),
    ("define", "{}", "--minimize", "A1", "--by-changing", "B1:B2", "-o", "out.xlsx"),
)
WITHOUT_MODEL = tuple(words for words in COMMANDS if words[0] in ("calc", "check", "define"))
NUMBERS = [
    "0",
    "-1",
    "1",
    "2147483648",
    "4294967297",
    "99999999999999999999",
    "1e999",
    "-0",
    "NaN",
    "",
    " ",
    "1.5",
    "0x10",
]
ADDRESSES = [
    "A1",
    "XFD1048576",
    "A1:XFD1048576",
    "A:A",
    "1:1",
    "B2:A1",
    "A0",
    "AAAA1",
    "$F$1",
    "R1C1",
    "A1048577",
    "#REF!",
]
WORDS = [
    *NUMBERS,
    *ADDRESSES,
    "true",
    "s",
    "str",
    "e",
    "inlineStr",
    "shared",
    "array",
    "dataTable",
    "'",
    "\u202e",
    "x" * 40_000,
]
PIECES = [
    b"<",
    b">",
    b"/>",
    b"&amp;",
    b"&#0;",
    b"&#x1F600;",
    b"]]>",
    b"<!--",
    b"\xff",
    b"\0",
    b"<c>",
    b"</row>",
    b"<f/>",
]
OPERANDS = [
    "0", "-1", "1E308", "1E-308", '"text"', '""', "TRUE", "#N/A", "#REF!", "{1,2;3,4}", "A1:XFD1048576", "A:A", "1:3",
    "A1", "$B$2:$C$9", "OFFSET(A1,1,1,9,9)", 'INDIRECT("R1C1")', 'INDIRECT("[x.xlsx]S!A1")', "INDIRECT(A1)", "S1!A1",
    "'no sheet'!A1", "[1]S!A1", "'http://x/[y.xlsx]S'!A1", "Table1[#All]", "nobody", "F1#", "@A1:A9", "A1:B2 B1:C9",
    "(A1,B2)", "1%", "2^1024", "SEQUENCE(1000,1000)", "RANDARRAY(2,2)", "ROW(1:1048576)", "LAMBDA(x,x+1)(2)",
    "LET(a,1,a)", "REPT(\"x\",1E9)", "1:1048576", "SEQUENCE(1E9)", "MAKEARRAY(9,9,LAMBDA(r,c,r*c))",
]  # fmt: skip
OPERATORS = [
    "+",
    "-",
    "*",
    "/",
    "^",
    "&",
    "=",
    "<>",
    ":",
    " ",
    ",",
    ";",
    "(",
    ")",
    "%",
    "{",
    "}",
    "!",
    "#",
    "@",
    '"',
    "'",
]


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


def in_zip(data: bytes, rng: random.Random) -> bytes:
    """Bits flipped, pieces cut, doubled or moved, fields of headers overwritten."""
    changed = bytearray(data)
    marks = [m.start() for m in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    for _ in range(rng.randrange(1, 4)):
        kind, at = rng.randrange(4), rng.randrange(len(changed))
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            at = rng.choice(marks) + rng.randrange(4, 46)
            width = rng.choice([2, 4])
            changed[at : at + width] = rng.choice([0, 1, 0xFFFF, 0xFFFFFFFF, rng.getrandbits(32)]).to_bytes(
                4, "little"
            )[:width]
        elif kind == 2:
            del changed[at : at + rng.choice([1, 10, 1000])]
        else:
            changed[at:at] = changed[at // 2 : at // 2 + rng.choice([1, 10, 1000])]
    return bytes(changed)


def in_xml(data: bytes, rng: random.Random) -> bytes:
    """Attributes, texts and elements of one or two parts changed, doubled, dropped; two parts exchanged."""
    archive = open_archive(data)
    parts = sorted({entry.name for entry in archive.entries if entry.name.endswith((".xml", ".rels"))})
    if rng.random() < 0.05:
        first, second = rng.sample(parts, 2)
        return rewrite(archive, {first: archive.read(second), second: archive.read(first)})
    likely = [part for part in parts if "sheet" in part or "workbook" in part] or parts
    chosen = {rng.choice(likely), rng.choice(parts)} if rng.random() < 0.3 else {rng.choice(likely)}
    return rewrite(archive, {part: _xml(archive.read(part), rng) for part in chosen})


def _xml(content: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randrange(1, 5)):
        kind = rng.randrange(5)
        places = list(
            re.finditer(
                (rb'="([^"]*)"', rb">([^<]+)<", rb"<[^<>]+>", rb"<(\w+)[^<>]*>[^<]*</\1>", rb"<")[kind], content
            )
        )
        if not places:
            continue
        place = rng.choice(places)
        if kind < 2:
            word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
            content = content[: place.start(1)] + word + content[place.end(1) :]
        elif kind < 4:
            again = rng.choice([b"", place[0] * 2, place[0] * 50, rng.choice(PIECES)])
            content = content[: place.start()] + again + content[place.end() :]
        else:
            content = content[: place.start()] + rng.choice(PIECES) + content[place.start() :]
    return content


def in_formulas(data: bytes, rng: random.Random) -> bytes:
    """Formulas and names of the model with operands, operators and functions exchanged."""
    archive = open_archive(data)
    chosen: dict[str, bytes] = {}
    for entry in archive.entries:
        if entry.name.endswith(".xml") and ("/worksheets/" in entry.name or "workbook" in entry.name):
            content = archive.read(entry.name)
            pattern = (
                rb"<(?:\w+:)?f(?: [^<>]*)?>([^<]+)<"
                if "/worksheets/" in entry.name
                else rb"definedName [^<>]*>([^<]+)<"
            )
            places = list(re.finditer(pattern, content))
            if places and (rng.random() < 0.5 or not chosen):
                for place in sorted(
                    rng.sample(places, min(len(places), rng.randrange(1, 4))), key=lambda m: -m.start()
                ):
                    new = _formula(place[1].decode(errors="replace"), rng)
                    new = new.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    content = content[: place.start(1)] + new.encode() + content[place.end(1) :]
                chosen[entry.name] = content
    return rewrite(archive, chosen) if chosen else in_xml(data, rng)


def _formula(text: str, rng: random.Random) -> str:
    text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    names = sorted(registry())
    for _ in range(rng.randrange(1, 4)):
        tokens = re.findall(r"[A-Za-z_.]+(?=\()|\$?[A-Z]{1,3}\$?\d+|\d+(?:\.\d+)?|\"[^\"]*\"|.", text, re.DOTALL) or [
            "1"
        ]
        at = rng.randrange(len(tokens))
        kind = rng.randrange(6)
        if kind == 0:
            tokens[at] = rng.choice(OPERANDS)
        elif kind == 1:
            tokens[at] = rng.choice(OPERATORS)
        elif kind == 2:
            arguments = ",".join(rng.choice(OPERANDS) for _ in range(rng.randrange(5)))
            tokens[at] = f"{rng.choice(names)}({arguments})"
        elif kind == 3:
            calls = [k for k, token in enumerate(tokens) if token.upper() in names]
            if calls:
                tokens[rng.choice(calls)] = rng.choice(names)
        elif kind == 4:
            del tokens[at : at + rng.randrange(1, 4)]
        else:
            depth = rng.choice([2, 60, 3000])
            tokens[at:at] = ["("] * depth if rng.random() < 0.5 else [*("-" * depth)]
        text = "".join(tokens)
    return text or "0"


LEVELS: dict[str, Callable[[bytes, random.Random], bytes]] = {"zip": in_zip, "xml": in_xml, "formulas": in_formulas}
SHARES = (1, 3, 5)
"""How often each level is taken."""


def tried(mutant: Mutant, folder: Path) -> Outcome:
    """Gives a mutant to the command in a process of its own."""
    (folder / "book.xlsx").write_bytes(mutant.data)
    (folder / "out.xlsx").unlink(missing_ok=True)
    reading, writing = os.pipe()
    began = time.monotonic()
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
        return result.exit_code, "".join(traceback.format_exception(result.exception))
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
    """Prints what went wrong and the tally."""
    click.echo(str(run(seed, count, _kept)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
