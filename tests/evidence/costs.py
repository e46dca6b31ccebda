"""What one cell may cost: `python -m tests.evidence.costs [SHARE] [SEED]`.

The examples of every function with enormous values in the place of each argument, and formulas that were thought up to
be slow. Whatever a formula asks for, its cell has a value, or a reason why not, within 10 seconds of computing and 1 GB
of memory. SHARE is the part of the walk over the examples that is tried, drawn by SEED; the whole takes an hour.
"""

from __future__ import annotations

import os
import pickle
import random
import resource
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solver.book.book import Book, Formula, FormulaKind
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell
from tests.books import book_of
from tests.functions.walk import FUNCTIONS, examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SECONDS, MEMORY = 10.0, 1 << 30
HOME = Cell("Sheet1", 0, 8)
ENORMOUS = (
    "SEQUENCE(1000,1000)",
    "SEQUENCE(1000000)",
    '"a"&SEQUENCE(1000,1000)',
    'SEQUENCE(1000,1000)&""',
    "SEQUENCE(1000,1000)>5E5",
    "A:A",
    "A:G",
    'REPT("x",32767)',
    'REPT("ab",16383)&SEQUENCE(1000)',
    "1E9",
    "-1E9",
    "1E15",
    "1E308",
    "1E-9",
)
"""What takes the place of an argument; A1:G1048576 hold a few numbers and texts at their two ends."""
CONTENTS = {
    "A1": 1.0, "B1": 45000.0, "C1": "text", "D1": 2.0, "E1": "a", "F1": -1.0,
    "A1048576": 2.0, "B1048576": 3.0, "C1048576": "x", "G1048576": 1.0,
}  # fmt: skip
LISTED = tuple((Path(__file__).parent / "costly.txt").read_text(encoding="utf-8").splitlines())
"""Formulas thought up to take long or much: loops, recursion, products of ranges, patterns that explode."""
LONG = (
    "+".join(["SUM(SEQUENCE(1000,1000))"] * 300),
    "SUM(" + ",".join(["SEQUENCE(1000,1000)"] * 200) + ")",
    "HSTACK(" + ",".join(["SEQUENCE(1000000)"] * 200) + ")",
    "CONCATENATE(" + ",".join(["SEQUENCE(1000,1000)"] * 50) + ")",
    "&".join(["SEQUENCE(1000,1000)"] * 50),
    "-" * 4000 + "SEQUENCE(1000,1000)",
    "SEQUENCE(1000,1000)" + "%" * 4000,
    "SEQUENCE(1000,1000)" + "+1" * 4000,
)


@dataclass(frozen=True)
class Cost:
    """What a formula cost: own seconds and bytes, and what came out (the type of its value, or why there is none)."""

    formula: str
    seconds: float
    memory: int
    said: str

    @property
    def too_much(self) -> bool:
        """Whether it is more than a cell may cost."""
        return self.seconds > SECONDS or self.memory > MEMORY


def walk() -> Iterator[str]:
    """Every argument of every function made enormous, then all of them at once."""
    for name in sorted(FUNCTIONS):
        seen: set[int] = set()
        for formula, _ in examples(FUNCTIONS[name]):
            found = call_of(formula[1:], FUNCTIONS[name].names)
            if found is None:
                continue
            before, arguments, after = found
            for place in range(min(len(arguments), 6)):
                if place not in seen and arguments[place].strip():
                    seen.add(place)
                    for value in ENORMOUS:
                        changed = [*arguments[:place], value, *arguments[place + 1 :]]
                        yield before + ",".join(changed) + after
            if len(seen) == len(arguments):
                yield before + ",".join([ENORMOUS[0]] * len(arguments)) + after
                yield before + ",".join([ENORMOUS[2]] * len(arguments)) + after
                yield before + ",".join([ENORMOUS[5]] * len(arguments)) + after


def call_of(text: str, names: Sequence[str]) -> tuple[str, list[str], str] | None:
    """The first call of a function by one of its names: what stands before its arguments, they, what stands after.

    >>> call_of('1+SUM(A1,MAX("a,b",2))*2', ["SUM"])
    ('1+SUM(', ['A1', 'MAX("a,b",2)'], ')*2')
    """
    starts = [(text.find(name + "("), name) for name in names if name + "(" in text]
    if not starts:
        return None
    at, name = min(starts)
    first = at + len(name) + 1
    arguments, start, depth, quoted = [], first, 0, False
    for k in range(first, len(text)):
        char = text[k]
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif depth == 0 and char in ",)":
            arguments.append(text[start:k])
            start = k + 1
            if char == ")":
                return text[:first], arguments, text[k:]
        elif char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
    return None


def dynamic(formula: str) -> Book:
    """A book with the formula in a cell from which it may spill."""
    book = book_of({"Sheet1": {**CONTENTS, HOME.a1: "=0"}})
    sheet = book.sheets["Sheet1"]
    entered = Formula(formula, HOME.row, HOME.col, FormulaKind.DYNAMIC, Area.of(HOME))
    return replace(book, sheets={"Sheet1": replace(sheet, formulas=(entered,))})


def cost(formula: str) -> Cost:
    """Computes a book with the formula in a process of its own."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that wait in a library
        child = os.fork()
    if child == 0:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (int(1.2 * SECONDS), int(1.2 * SECONDS) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (6 * MEMORY, 6 * MEMORY))
        os.write(writing, pickle.dumps(_computed(formula)))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, _, used = os.wait4(child, 0)
    return Cost(formula, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, pickle.loads(said) if said else "killed")


def _computed(formula: str) -> str:
    calculation = Calculation(dynamic(formula), seed=1)
    try:
        calculation.everything()
        if calculation.failures:
            return f"no value: {next(iter(calculation.failures.values()))}"[:300]
        value = calculation.value(Area.of(HOME)).scalar()
    except MemoryError:
        return "out of memory"
    return value.label if hasattr(value, "label") else type(value).__name__


def main(share: float = 1.0, seed: int = 0) -> None:
    """Prints what costs too much, and the sums."""
    rng = random.Random(seed)
    formulas = [*LISTED, *LONG, *(formula for formula in walk() if rng.random() < share)]
    said: Counter[str] = Counter()
    worst: list[Cost] = []
    began = time.monotonic()
    for k, formula in enumerate(formulas):
        found = cost(formula)
        said[found.said.split(":")[0]] += 1
        worst = sorted([*worst, found], key=lambda c: -c.seconds)[:30]
        if found.too_much or found.said in ("killed", "out of memory") or "cannot be computed (" in found.said:
            click.echo(f"{found.seconds:5.1f} s {found.memory >> 20:5} MB  {found.said}  {found.formula[:150]}")
        if k % 500 == 499:
            click.echo(f"{k + 1} of {len(formulas)} in {time.monotonic() - began:.0f} s: {dict(said)}")
    click.echo(str(dict(said)))
    for found in worst:
        click.echo(f"{found.seconds:5.1f} s {found.memory >> 20:5} MB  {found.said}  {found.formula[:150]}")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
