"""Running the program of a regular expression over a text: every state is tried once, and every step counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from solver.errors import FormulaError
from solver.functions.allowance import spend
from solver.functions.texts.regexprogram import Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from solver.functions.texts.regexprogram import Program

Saves: TypeAlias = "tuple[int, ...]"
"""Where each group begins and ends, -1 where it did not match; the whole is group 0."""
_STEP, _OFTEN = 50, 10_000
MOST_STEPS = 2_000_000
"""The steps of one search through a text, some seconds' worth."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match, asked like one of Python's own."""

    text: str
    saves: Saves
    names: Mapping[str, int]

    def start(self) -> int:
        """Where it begins."""
        return self.saves[0]

    def end(self) -> int:
        """Where it ends."""
        return self.saves[1]

    def __getitem__(self, group: int | str) -> str | None:
        """The text of a group by its number or name, None if it did not match."""
        number = group if isinstance(group, int) else self.names[group]
        first, last = self.saves[2 * number], self.saves[2 * number + 1]
        return self.text[first:last] if min(first, last) >= 0 else None

    def groups(self, default: str) -> tuple[str, ...]:
        """The texts of all groups but the whole."""
        return tuple(default if (text := self[k]) is None else text for k in range(1, len(self.saves) // 2))


@dataclass(slots=True)
class Search:
    """A search for a program's matches through a text; `steps` are those taken so far, FormulaError if too many."""

    program: Program
    text: str
    steps: int = 0
    failed: set[int] = field(default_factory=set)
    inside: dict[int, set[int]] = field(default_factory=dict)

    def matches(self) -> Iterator[Saves]:
        """All matches from left to right, none overlapping; an empty one is not followed by another in its place."""
        start, full = 0, -1  # a match that begins at `full` must not be empty
        while start <= len(self.text):
            self.failed = set()
            found = next(filter(None, (self._run(0, at, full) for at in range(start, len(self.text) + 1))), None)
            if found is None:
                return
            yield found
            start = found[1]
            full = start if found[0] == found[1] else -1

    def _run(self, first: int, start: int, full: int = -1, saves: Saves | None = None) -> Saves | None:
        """The groups of the first match that begins at a place with an instruction, None if there is none.

        A match that begins at the place `full` and ends there does not count. The way forks; what is left for later
        lies on a stack, the preferred way on top.
        """
        code, text, length = self.program.code, self.text, len(self.text)
        failed, remembers = self.failed, not self.program.refers
        one, fork, jump, save, done = Op.ONE, Op.FORK, Op.JUMP, Op.SAVE, Op.DONE
        steps = 0
        stack: list[tuple[int, int, Saves]] = [(first, start, saves or (-1,) * (2 * self.program.groups))]
        while stack:
            at, place, saves = stack.pop()
            while True:
                instruction = code[at]
                op = instruction[0]
                steps += 1
                if op is one:
                    if place >= length or not instruction[1][text[place]]:
                        break
                    at, place = at + 1, place + 1
                elif op is fork:
                    state = at * (length + 1) + place
                    if state in failed:
                        break
                    if remembers:
                        failed.add(state)
                    if steps > _OFTEN:
                        steps = self._counted(steps)
                    stack.append((instruction[2], place, saves))
                    at = instruction[1]
                elif op is jump:
                    at = instruction[1]
                elif op is save:
                    saves = (*saves[: instruction[1]], place, *saves[instruction[1] + 1 :])
                    at += 1
                elif op is done:
                    if place == full == start:
                        break
                    self._counted(steps)
                    return (start, place, *saves[2:])
                else:
                    state_after = self._rarer(instruction, at, place, saves)
                    if state_after is None:
                        break
                    at, place, saves = state_after
        self._counted(steps)
        return None

    def _counted(self, steps: int) -> int:
        """Counts steps; none are left to be counted then."""
        self.steps += steps
        spend(_STEP * steps)
        if self.steps > MOST_STEPS:
            raise FormulaError("the pattern takes too many steps in this text", hint="make the pattern more definite")
        return 0

    def _rarer(self, instruction: tuple[Any, ...], at: int, place: int, saves: Saves) -> tuple[int, int, Saves] | None:
        """The state after an instruction of the rarer kinds, None where it fails."""
        op = instruction[0]
        if op is Op.PLACE:
            return (at + 1, place, saves) if instruction[1].match(self.text, place) is not None else None
        if op is Op.GIVEN:
            _, group, yes, no = instruction
            return (yes if saves[2 * group + 1] >= 0 else no), place, saves
        if op is Op.AGAIN:
            _, group, ignores_case = instruction
            begin, end = saves[2 * group : 2 * group + 2]
            once, again = self.text[begin:end], self.text[place : place + end - begin]
            same = once.lower() == again.lower() if ignores_case else once == again
            return (at + 1, place + end - begin, saves) if begin >= 0 and end >= 0 and same else None
        if op is Op.INSIDE:
            _, first, beyond = instruction
            found = self._apart(first, place, saves)
            return None if found is None else (beyond, found[1], found)
        _, first, beyond, back, wanted = instruction
        found = self._apart(first, place - back, saves) if place >= back else None
        if wanted:
            return None if found is None else (beyond, place, found)
        return (beyond, place, saves) if found is None else None

    def _apart(self, first: int, start: int, saves: Saves) -> Saves | None:
        """The groups of a match inside the match; where there is none, its failures are remembered for the next."""
        failed, self.failed = self.failed, self.inside.setdefault(first, set())
        found = self._run(first, start, saves=saves)
        self.failed = failed
        if found is not None:
            del self.inside[first]  # what led there has not failed
        return found
