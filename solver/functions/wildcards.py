"""Wildcards: ? is any one character, * any run of characters, and ~ takes the meaning from the next one."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"~([?*~])|([?*])|([^~?*]+|~)")


def has_wildcards(text: str) -> bool:
    """Whether any character of a text has a meaning of its own.

    >>> has_wildcards("a*"), has_wildcards("a~*"), has_wildcards("a~b")
    (True, True, False)
    """
    return any(match[3] is None for match in _PART.finditer(text))


@lru_cache(maxsize=4096)
def wildcard_pattern(text: str) -> re.Pattern[str]:
    """The pattern of a whole text with wildcards, which ignores case; use `fullmatch`.

    What stands between two stars is found at its first place, and no other place is tried: a later one leaves less.

    >>> bool(wildcard_pattern("sm?th*").fullmatch("Smythe")), bool(wildcard_pattern("why~?").fullmatch("whyx"))
    (True, False)
    """
    first, *others = _pieces(text)
    if not others:
        return _pattern(first)
    inner = [piece for piece in others[:-1] if piece]
    found = [f"(?=(.*?{piece}))\\{k}" for k, piece in enumerate(inner, 1)]  # a look ahead is not gone back into
    return _pattern("".join([first, *found, ".*", others[-1]]))


def wildcard_place(text: str, within: str, start: int) -> int:
    """The first place from `start` on where a part of a text matches one with wildcards, -1 if none does.

    >>> wildcard_place("c?d", "abcXde", 0), wildcard_place("b*b", "abcb", 2)
    (2, -1)
    """
    first = -1
    for piece in _parts(text):
        match = piece.search(within, start)
        if match is None:
            return -1
        first = match.start() if first < 0 else first
        start = match.end()
    return first


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(_pattern, _pieces(text)))


def _pieces(text: str) -> list[str]:
    """What stands between the stars, as regular expressions without repetitions."""
    pieces = [""]
    for match in _PART.finditer(text):
        literal = match[1] or match[3]
        if match[2] == "*":
            pieces.append("")
        else:
            pieces[-1] += re.escape(literal) if literal else "."
    return pieces


def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE | re.DOTALL)
