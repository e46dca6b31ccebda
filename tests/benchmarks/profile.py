"""Where the time of the command goes: the dearest functions of one run of each case, after its stages."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from solver.api import solve
from tests.benchmarks.measure import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

_SHOWN = 14
_WANTED = ("long", "grid-1000")


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints the functions with the most time of their own, in percent of the run (profiling itself costs some)."""
    for case in cases:
        if case.name not in _WANTED:
            continue
        watched = cProfile.Profile()
        with TemporaryDirectory() as folder:
            watched.enable()
            solve(case.book(small), out=Path(folder) / "out.xlsx")
            watched.disable()
        found = pstats.Stats(watched)
        total: float = found.total_tt  # type: ignore[attr-defined]
        entries = sorted(found.stats.items(), key=lambda entry: -entry[1][2])[:_SHOWN]  # type: ignore[attr-defined]
        rows = [
            (f"{Path(place).stem}.{name}" if line else name, calls, own, 100 * own / total)
            for (place, line, name), (_, calls, own, _, _) in entries
        ]
        table(f"Where the time goes: {case.name}", ("function", "calls", "own s", "percent"), rows)
