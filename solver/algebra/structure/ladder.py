"""How a value depends on the inputs: the ladder that decides which engine may be used."""

from __future__ import annotations

from enum import IntEnum


class Degree(IntEnum):
    """The rungs, each allowing less than the one before it.

    KINK is continuous with corners (ABS, MAX); STEP jumps (comparisons, ROUND, lookups by a variable key).
    """

    CONSTANT = 0
    LINEAR = 1
    QUADRATIC = 2
    SMOOTH = 3
    KINK = 4
    STEP = 5

    @property
    def word(self) -> str:
        """What a model is called whose objective or worst constraint is of that degree."""
        return _WORDS[self]


_WORDS = ("linear", "linear", "quadratic", "smooth", "kinked", "step")
