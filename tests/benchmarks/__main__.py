"""One command, one table a question: `python -m tests.benchmarks [NAME ...] [--size small] [--only TABLE]`.

    whole       the whole command against the whole script: clock, processor, memory, final loss
    evaluation  one value and gradient against the script's, the mean of 200 calls in turns
    growth      reading, compiling, evaluating and writing while the rows double
    shapes      running counts, lookups, recurrences and their kin: seconds and memory while the rows double
    scattered   20,000 one-off formulas: compiling against tokenising, evaluating against Python on floats
    linear      20,000 shipments: extracting the linear program against solving it by HiGHS
    chained     up to 1,000 variables and 999 nonlinear equations of two neighbours each: time and memory
    profile     where the time of the command goes
    interruption  Ctrl-C in every phase: seconds until the answer, and what is left behind
    rivals      small sizes against LibreOffice, Gnumeric and finite differences, where they are installed

Ratios are ours over theirs, from one run, the two sides in turns. Of several tables each has a process of its own: what
one has held in memory would count among the peaks of the next.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.benchmarks import (
    chained,
    evaluation,
    growth,
    interruption,
    linear,
    profile,
    rivals,
    scattered,
    shapes,
    whole,
)
from tests.benchmarks.cases import CASES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.benchmarks.cases import Case

TABLES: dict[str, Callable[[Sequence[Case], bool], None]] = {
    "whole": whole.report,
    "evaluation": evaluation.report,
    "growth": growth.report,
    "shapes": shapes.report,
    "scattered": scattered.report,
    "linear": linear.report,
    "chained": chained.report,
    "profile": profile.report,
    "interruption": interruption.report,
    "rivals": rivals.report,
}


def main() -> None:
    """Prints the tables that were asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("name", nargs="*", help="cases: " + ", ".join(CASES) + " (all of them by default)")
    parser.add_argument("--size", choices=("full", "small"), default="full")
    parser.add_argument("--only", action="append", choices=list(TABLES), help="these tables alone")
    given = parser.parse_args()
    unknown = set(given.name) - set(CASES)
    if unknown:
        parser.error(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    tables = given.only or list(TABLES)
    if len(tables) == 1:
        TABLES[tables[0]]([CASES[name] for name in given.name or CASES], given.size == "small")
        return
    for table in tables:
        alone = [sys.executable, "-m", "tests.benchmarks", *given.name, "--size", given.size, "--only", table]
        subprocess.run(alone, check=True)


if __name__ == "__main__":
    main()
