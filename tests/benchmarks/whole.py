"""The whole command against the whole script: read, model, optimise, write."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.measure import process, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

_HEADS = ("case", "ours s", "script s", "ratio", "load + 2 solve s", "ours cpu", "script cpu", "ratio cpu")
_STAGES = ("case", "read", "compile", "solve", "write", "script: read", "solve", "write")
_ENDS = ("case", "our loss", "script's loss", "relative", "our MB", "script's MB", "our evaluations", "script's")


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints times, stages, final losses and peak memory."""
    times, stages, ends = [], [], []
    with TemporaryDirectory() as folder:
        target = str(Path(folder) / "out.xlsx")
        for case in cases:  # compiles our modules, as an installation does
            process(["-m", "solver", "solve", "--json", "-o", target, str(case.small())])
        for case in cases:
            book = str(case.book(small))
            ours = process(["-m", "solver", "solve", "--json", "-o", target, book])
            hands = [process(["-m", "tests.benchmarks.hand", hand, book, target]) for hand in case.hands]
            hand = min(hands, key=lambda each: each.cpu)
            alone = hand.output["seconds"]
            rival = alone["read"] + 2 * alone["solve"]
            times.append(
                (case.name, ours.wall, hand.wall, ours.wall / hand.wall, rival, ours.cpu, hand.cpu, ours.cpu / hand.cpu)
            )
            taken = ours.output["seconds"]
            steps = [taken[name] for name in ("read", "compile", "solve", "write")]
            stages.append((case.name, *steps, *alone.values()))
            mine, theirs = ours.output["objective"]["final"], hand.output["final"]
            counts = ours.output["evaluations"]["function"], hand.output["evaluations"]
            ends.append((case.name, f"{mine:.7g}", f"{theirs:.7g}", mine / theirs - 1, ours.peak, hand.peak, *counts))
    table("Whole process", _HEADS, times)
    table("Stages, seconds by the clock", _STAGES, stages)
    table("Where it ends, and peak memory", _ENDS, ends)
