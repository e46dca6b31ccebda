"""The certified models from their stored starts with no option given: `python -m tests.evidence.certified [PART]`.

PART picks the files whose name contains it. NIST's parameters are compared one by one, in matching digits.
"""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from tests.conftest import SHARED
from tests.evidence.solves import HEADINGS, Known, Solved, aligned, solved

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHIN = {"nist": 1e-8, "lp": 1e-9, "mip": 1e-9, "hs": 1e-6, "global": 1e-8, "cf": 1e-8}


def certified(part: str = "") -> Iterator[tuple[Known, dict[str, Any]]]:
    """The models of the folder with what is expected of them."""
    expected = json.loads((SHARED / "certified" / "expected.json").read_text())
    for name, facts in expected.items():
        if part in name:
            suite = facts["suite"]
            known = Known(
                SHARED / "certified" / f"{name}.xlsx",
                facts["sheet"],
                -1 if facts["sense"] == "max" else 1,
                facts["objective"],
                within=WITHIN[suite],
                options={"tol": "0"} if suite == "mip" else {},
                proved=suite == "mip",
            )
            yield known, facts


def digits(found: float, wanted: float) -> float:
    """How many decimal digits agree (the log relative error), at most 11, which is what NIST certifies."""
    if found == wanted:
        return 11.0
    error = abs(found - wanted) / abs(wanted) if wanted else abs(found)
    return min(11.0, -math.log10(error))


def remark(result: Solved, facts: dict[str, Any]) -> str:
    """For regressions, the digits of the sum of squares and of the worst parameter."""
    if facts["suite"] != "nist" or result.found is None:
        return ""
    worst = min(digits(a, b) for a, b in zip(result.x, facts["x"], strict=True))
    return f"   digits: {digits(result.found, facts['objective']):.1f} in the sum, {worst:.1f} in every parameter"


def main() -> None:
    """Prints the table, and how many answers are good."""
    sys.stdout.write(aligned(HEADINGS) + "\n")
    results = []
    for known, facts in certified(*sys.argv[1:2]):
        results.append(solved(known))
        sys.stdout.write(results[-1].line() + remark(results[-1], facts) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"{sum(each.good for each in results)} of {len(results)} good\n")


if __name__ == "__main__":
    main()
