"""How much work a backtracking matcher may have with a regular expression: an upper bound, before it is run.

The ways through a pattern multiply: a repetition may end after any number of rounds, unless what follows it cannot
begin as a round does; then it ends in one place only. Every way may be tried from every place of the text.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias

from solver.functions.texts.regexprogram import UNENDING, Characters, alone, parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

First: TypeAlias = "tuple[int, bool]"
"""The characters that a piece may begin with, a bit each, and whether it may take up nothing."""

_KNOWN = 384
_SPACE, _WORD, _OTHER = (1 << _KNOWN + k for k in range(3))
"""The bits of all spaces, letters and digits, and other characters beyond the Latin ones."""
_BEYOND = _SPACE | _WORD | _OTHER
_ALL = (1 << _KNOWN) - 1 | _BEYOND
_CATEGORIES = {
    "CATEGORY_SPACE": _SPACE, "CATEGORY_NOT_SPACE": _WORD | _OTHER, "CATEGORY_DIGIT": _WORD,
    "CATEGORY_WORD": _WORD, "CATEGORY_NOT_WORD": _SPACE | _OTHER,
}  # fmt: skip
_WHOLE = _CATEGORIES.keys() - {"CATEGORY_DIGIT"}
_ENDS = {"AT_END": 1 << ord("\n"), "AT_END_STRING": 0}
"""The characters before which a text or its line may be at its end."""
_DIGITS = 30
_MANY = 10.0**_DIGITS
_SINGLE = ("LITERAL", "NOT_LITERAL", "ANY", "IN")


def work(pattern: re.Pattern[str], length: int) -> float:
    """The most steps that a search through a text of some length may take."""
    ways = _ways_of(pattern, 1 << length.bit_length())
    return (length + 1.0) * (length + len(pattern.pattern)) * ways


@lru_cache(maxsize=1024)
def _ways_of(pattern: re.Pattern[str], length: int) -> float:
    return _ways(parsed(pattern), pattern.flags, 0, length)


def _ways(items: Sequence[Any], flags: int, after: int, length: int) -> float:
    """The ways through one item after another, where `after` is what may follow."""
    count = 1.0
    for op, argument in reversed(list(items)):
        count = min(_MANY, count * _ways_of_item(op, argument, flags, after, length))
        begins, empty = _first_of_item(op, argument, flags)
        after = begins | after if empty else begins
    return count


def _ways_of_item(op: Any, argument: Any, flags: int, after: int, length: int) -> float:
    name = op.name
    if name in ("BRANCH", "GROUPREF_EXISTS"):
        branches = [branch or () for branch in (argument[1] if name == "BRANCH" else argument[1:])]
        ways = [_ways(branch, flags, after, length) for branch in branches]
        return max(ways) if _distinct([_first(branch, flags) for branch in branches]) else sum(ways)
    if name.endswith("_REPEAT"):
        least, most, inner = argument
        return _ways_of_repeat(least, most, inner, flags, after, length)
    if name == "SUBPATTERN":
        _, added, removed, inner = argument
        return _ways(inner, (flags | added) & ~removed, after, length)
    if name in ("ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
        return _ways(argument if name == "ATOMIC_GROUP" else argument[1], flags, 0, length)
    return 1.0


def _distinct(branches: Sequence[First]) -> bool:
    """Whether the next character tells which branch is the only one."""
    begins = 0
    for more, empty in branches:
        if empty or begins & more:
            return False
        begins |= more
    return True


def _ways_of_repeat(least: int, most: Any, item: Any, flags: int, after: int, length: int) -> float:
    most = length if most is UNENDING else min(most, length)
    begins, empty = _first(item, flags)
    once = _ways(item, flags, begins | after, length)
    rounds = once**most if most * math.log10(once) < _DIGITS else _MANY
    definite = least == most or not (empty or begins & after)
    return min(_MANY, rounds * (1 if definite else most - least + 1))


def _first(items: Sequence[Any], flags: int) -> First:
    begins = 0
    for op, argument in items:
        more, empty = _first_of_item(op, argument, flags)
        begins |= more
        if not empty:
            return begins, False
    return begins, True


def _first_of_item(op: Any, argument: Any, flags: int) -> First:
    name = op.name
    if name in _SINGLE:
        return _taken(op, argument, flags), False
    if name in ("BRANCH", "GROUPREF_EXISTS"):
        branches = [_first(branch or (), flags) for branch in (argument[1] if name == "BRANCH" else argument[1:])]
        begins = 0
        for more, _ in branches:
            begins |= more
        return begins, any(empty for _, empty in branches)
    if name.endswith("_REPEAT"):
        begins, empty = _first(argument[2], flags)
        return begins, empty or argument[0] == 0
    if name == "SUBPATTERN":
        _, added, removed, inner = argument
        return _first(inner, (flags | added) & ~removed)
    if name == "ATOMIC_GROUP":
        return _first(argument, flags)
    if name == "AT":
        return _ENDS.get(argument.name, _ALL), False
    return _ALL, name == "GROUPREF"  # what a look about asks for may come after anything


def _taken(op: Any, argument: Any, flags: int) -> int:
    """The characters that an item takes."""
    test = Characters(alone(op, argument, flags))
    begins = sum(1 << code for code in range(_KNOWN) if test[chr(code)])
    turned = bool(flags & re.IGNORECASE) and _turns(begins)
    return begins | (_BEYOND if turned else _beyond(op.name, argument))


def _beyond(name: str, argument: Any) -> int:
    """The bits of the characters beyond the Latin ones that an item takes, or a part of a class in brackets."""
    if name == "LITERAL":
        letter = chr(argument)
        return 0 if argument < _KNOWN else _SPACE if letter.isspace() else _WORD if letter.isalnum() else _OTHER
    if name == "RANGE":
        return 0 if argument[1] < _KNOWN else _BEYOND
    if name == "CATEGORY":
        return _CATEGORIES.get(argument.name, _BEYOND)
    if name != "IN":
        return _BEYOND
    bits = 0
    for op, part in argument:
        if op.name == "NEGATE":
            left = [inner.name for kind, inner in argument if kind.name == "CATEGORY"]
            return _BEYOND & ~reduce(or_, (_CATEGORIES[name] for name in left if name in _WHOLE), 0)
        bits |= _beyond(op.name, part)
    return bits


def _turns(begins: int) -> bool:
    """Whether some of the characters have another case beyond the Latin ones: a k may be the sign of Kelvin."""
    return bool(begins >> 128 or begins & (1 << ord("k") | 1 << ord("K")))
