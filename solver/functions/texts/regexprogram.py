"""Regular expressions as small programs whose every state is tried once.

A backtracking matcher may come to the same state, a place in the pattern at a place in the text, by exponentially many
ways, and each time it fails there again. Here the states that failed are remembered, so that a match of m instructions
over n characters takes at most m n steps (the idea of RE2's bit-state matcher). Only references back to groups forbid
it, for what follows then depends on the way; steps are counted in any case, and too many of them are refused.

The pattern is read by Python's own parser and each single character is tested by Python's own matcher, so that both
matchers speak one language.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from solver.errors import FormulaError

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARSER: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
_COMPILER: Any = importlib.import_module("re._compiler" if sys.version_info >= (3, 11) else "sre_compile")
UNENDING = _PARSER.MAXREPEAT
"""How often a repetition without an end is repeated at most."""
_MOST_INSTRUCTIONS = 20_000
_FLAGS = re.IGNORECASE | re.MULTILINE | re.DOTALL | re.ASCII


class Op(Enum):
    """What an instruction does."""

    ONE = "a character that passes a test"
    PLACE = "a place that passes a test"
    FORK = "two ways on, the first preferred"
    JUMP = "one way on, elsewhere"
    SAVE = "a group begins or ends"
    AGAIN = "the text of a group once more"
    GIVEN = "one way if a group matched, another if not"
    INSIDE = "a match of its own from here, which is not gone back into"
    LOOK = "a match of its own, from here or before, that takes up nothing"
    DONE = "the end"


class Characters(dict[str, bool]):
    """Which characters an item of a pattern takes, found out when first asked."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        super().__init__()
        self.pattern = pattern

    def __missing__(self, character: str) -> bool:
        taken = self[character] = self.pattern.match(character) is not None
        return taken


def alone(op: Any, argument: Any, flags: int) -> re.Pattern[str]:
    """One item of a pattern as a pattern of its own."""
    item = _PARSER.SubPattern(_PARSER.State(), [(op, argument)])
    pattern: re.Pattern[str] = _COMPILER.compile(item, flags & int(_FLAGS))
    return pattern


@dataclass(frozen=True, slots=True)
class Program:
    """The instructions of a pattern, how many groups it has (the whole is group 0), whether it refers to groups."""

    code: tuple[tuple[Any, ...], ...]
    groups: int
    refers: bool


@dataclass(slots=True)
class _Writer:
    """Instructions on the way to be a program."""

    code: list[tuple[Any, ...]] = field(default_factory=list)
    tests: dict[tuple[str, str, int], Characters] = field(default_factory=dict)
    refers: bool = False

    def put(self, *instruction: Any) -> int:
        if len(self.code) >= _MOST_INSTRUCTIONS:
            raise FormulaError("the pattern is too large", hint="use fewer repetitions inside each other")
        self.code.append(instruction)
        return len(self.code) - 1

    def sequence(self, items: Sequence[Any], flags: int) -> None:
        for op, argument in items:
            name = op.name
            if name in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
                self.put(Op.ONE, self._characters(op, argument, flags))
            elif name == "AT":
                self.put(Op.PLACE, alone(op, argument, flags))
            elif name == "BRANCH":
                self._branch(argument[1], flags)
            elif name in ("MAX_REPEAT", "MIN_REPEAT"):
                least, most, inner = argument
                self._repeat(least, most, inner, flags, greedy=name == "MAX_REPEAT")
            elif name == "POSSESSIVE_REPEAT":
                self._apart(Op.INSIDE, [(_PARSER.MAX_REPEAT, argument)], flags)
            elif name == "ATOMIC_GROUP":
                self._apart(Op.INSIDE, argument, flags)
            elif name in ("ASSERT", "ASSERT_NOT"):
                direction, inner = argument
                back = inner.getwidth()[0] if direction < 0 else 0
                self._apart(Op.LOOK, inner, flags, back, name == "ASSERT")
            elif name == "SUBPATTERN":
                group, added, removed, inner = argument
                if group is not None:
                    self.put(Op.SAVE, 2 * group)
                self.sequence(inner, (flags | added) & ~removed)
                if group is not None:
                    self.put(Op.SAVE, 2 * group + 1)
            elif name == "GROUPREF":
                self.refers = True
                self.put(Op.AGAIN, argument, bool(flags & re.IGNORECASE))
            elif name == "GROUPREF_EXISTS":
                group, yes, no = argument
                self._given(group, yes, no, flags)
            else:
                raise FormulaError(f"the pattern has {name.lower()} in it, which takes too long here")

    def _characters(self, op: Any, argument: Any, flags: int) -> Characters:
        key = op.name, repr(argument), flags
        if key not in self.tests:
            self.tests[key] = Characters(alone(op, argument, flags))
        return self.tests[key]

    def _branch(self, branches: Sequence[Any], flags: int) -> None:
        ends = []
        for branch in branches[:-1]:
            fork = self.put(Op.FORK, 0, 0)
            self.sequence(branch, flags)
            ends.append(self.put(Op.JUMP, 0))
            self.code[fork] = (Op.FORK, fork + 1, len(self.code))
        self.sequence(branches[-1], flags)
        for end in ends:
            self.code[end] = (Op.JUMP, len(self.code))

    def _repeat(self, least: int, most: Any, item: Any, flags: int, *, greedy: bool) -> None:
        for _ in range(least):
            self.sequence(item, flags)
        if most is UNENDING:
            fork = self.put(Op.FORK, 0, 0)
            self.sequence(item, flags)
            self.put(Op.JUMP, fork)
            self.code[fork] = self._fork(fork + 1, len(self.code), greedy)
            return
        forks = []
        for _ in range(most - least):
            forks.append(self.put(Op.FORK, 0, 0))
            self.sequence(item, flags)
        for fork in forks:
            self.code[fork] = self._fork(fork + 1, len(self.code), greedy)

    @staticmethod
    def _fork(inside: int, beyond: int, greedy: bool) -> tuple[Any, ...]:
        return (Op.FORK, inside, beyond) if greedy else (Op.FORK, beyond, inside)

    def _apart(self, op: Op, item: Any, flags: int, *more: Any) -> None:
        start = self.put(op, 0, 0, *more)
        self.sequence(item, flags)
        self.put(Op.DONE)
        self.code[start] = (op, start + 1, len(self.code), *more)

    def _given(self, group: int, yes: Any, no: Any, flags: int) -> None:
        self.refers = True
        start = self.put(Op.GIVEN, group, 0, 0)
        self.sequence(yes, flags)
        end = self.put(Op.JUMP, 0)
        second = len(self.code)
        self.sequence(no or (), flags)
        self.code[start] = (Op.GIVEN, group, start + 1, second)
        self.code[end] = (Op.JUMP, len(self.code))


def parsed(pattern: re.Pattern[str]) -> Any:
    """A compiled pattern as the tree of Python's own parser."""
    return _PARSER.parse(pattern.pattern, pattern.flags & ~re.UNICODE)


@lru_cache(maxsize=256)
def program_of(pattern: re.Pattern[str]) -> Program:
    """The program of a compiled pattern; FormulaError if it is too large."""
    tree = parsed(pattern)
    writer = _Writer()
    writer.sequence(tree, pattern.flags)
    writer.put(Op.DONE)
    return Program(tuple(writer.code), pattern.groups + 1, writer.refers)
