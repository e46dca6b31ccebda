"""The models of real people, as the folder's table lists them: `python -m tests.evidence.real [PART]`.

PART picks the files whose name contains it. Where the table says that the stored point is solved, an answer must be
at least as good.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.conftest import SHARED
from tests.evidence.solves import HEADINGS, Known, aligned, solved

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSES = {"max": -1, "min": 1, "value": 0}
COLUMNS = 10


def real(part: str = "") -> Iterator[Known]:
    """The models that have variables, from the table of the folder's README."""
    for line in (SHARED / "real" / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")][1:-1]
        if len(cells) != COLUMNS or not cells[0].endswith((".xlsx", ".xlsm")) or part not in cells[0]:
            continue
        file, sheet, _, sense, variables, _, _, stored, done, _ = cells
        if variables != "0":
            objective = None if stored == "None" else float(stored)
            yield Known(SHARED / "real" / file, sheet, SENSES[sense], objective, must=done == "yes")


def main() -> None:
    """Prints the table, and how many answers are good."""
    sys.stdout.write(aligned(HEADINGS) + "\n")
    results = []
    for known in real(*sys.argv[1:2]):
        results.append(solved(known, time_limit=120.0))
        sys.stdout.write(results[-1].line() + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"{sum(each.good for each in results)} of {len(results)} good\n")


if __name__ == "__main__":
    main()
