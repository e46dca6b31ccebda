"""Chains of variables with an equation between every two neighbours: time and memory as the chain grows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.constrained import chain
from tests.benchmarks.measure import process, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

SIZES = (250, 500, 1000)


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints what the whole command takes, and where it ends."""
    del cases
    heads = ("variables", "rows", "solve s", "whole s", "cpu s", "peak MB", "outcome", "objective", "worst row")
    rows = []
    with TemporaryDirectory() as folder:
        for size in SIZES[:1] if small else SIZES:
            target = str(Path(folder) / "out.xlsx")
            taken = process(["-m", "solver", "solve", "--json", "-o", target, str(chain(size))])
            found = taken.output
            worst = max(abs(row["value"] - row["right"]) for row in found["constraints"] if row["relation"] == "=")
            ends = found["outcome"]["name"], f"{found['objective']['final']:.9g}", f"{worst:.0e}"
            rows.append((size, size - 1, found["seconds"]["solve"], taken.wall, taken.cpu, taken.peak, *ends))
    table("Chains of nonlinear equations", heads, rows)
