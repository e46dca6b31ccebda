"""Ctrl-C anywhere in a run of the command: an answer at once, no traceback, and no file that is not whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.cases import CASES
from tests.benchmarks.interruption import check_whole, interrupted

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
SECONDS = 3.0
"""Until the answer; it is far less than one, but others may use the machine."""


@pytest.mark.parametrize("after", [0.0, 0.5, 1.0, 1.5])
def test_answered_at_once(here: Path, after: float) -> None:
    """While the program loads, reads, solves or writes."""
    command = ["solve", str(CASES["network"].book(small=True)), "-o", str(here / "solved.xlsx")]
    answered = interrupted(command, after, again=False)
    assert answered.seconds < SECONDS
    assert answered.code in (0, 1, 3)
    assert (here / "solved.xlsx").exists() == (answered.code in (0, 3))
    check_whole(here / "solved.xlsx", here)
