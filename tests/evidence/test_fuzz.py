"""A few mutants of every kind on every run of the tests; `python -m tests.evidence.fuzz 10000 7` tries more."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import SHARED

pytestmark = pytest.mark.skipif(sys.platform == "win32" or not SHARED.is_dir(), reason="needs processes and real files")
COUNT = 60


def test_mutants_end_in_our_own_words() -> None:
    """No exception of another's, no hang, no gigabyte; and the mutants are neither all refused nor all fine."""
    from tests.evidence.fuzz import Mutant, Outcome, run

    wrong: list[tuple[str, str, tuple[str, ...], Outcome]] = []

    def note(mutant: Mutant, outcome: Outcome) -> None:
        wrong.append((mutant.source, mutant.level, mutant.words, outcome))

    tally = run(1, COUNT, note)
    assert wrong == []
    assert (tally.tried, tally.foreign, tally.hangs, tally.large) == (COUNT, 0, 0, 0)
    assert all(tally.levels[level] > 0 for level in ("zip", "xml", "formulas"))
    assert 0 < tally.codes[0] < COUNT
