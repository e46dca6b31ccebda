"""A formula cut into words, each with its kind and place."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from solver.errors import FormulaError
from solver.formula.lexis import (
    ARRAY,
    BRACKETS,
    CELL,
    COLUMNS,
    DIGIT_PREFIX,
    ERROR,
    NAME,
    NUMBER,
    PREFIX,
    QUOTED,
    ROWS,
    STRING,
)


class WordKind(Enum):
    """What a word is; the value is its group in the pattern."""

    STRING = "string"
    PREFIX = "prefix"
    STRUCTURED = "structured"
    CELL = "cell"
    COLUMNS = "columns"
    ROWS = "rows"
    NUMBER = "number"
    ERROR = "error"
    ARRAY = "array"
    CALL = "call"
    NAME = "name"
    SIGN = "sign"
    END = "end"


class Word(NamedTuple):
    """A word, its text, where it starts, and whether space stands before it."""

    kind: WordKind
    text: str
    at: int
    spaced: bool


# The commonest words come first, which is allowed where no other word begins in the same way.
_WORD = re.compile(
    rf"""
    \s*
    (?:(?P<sign><=|>=|<>|[-+*/^&=<>%:,@()])
    |(?P<cell>{CELL})
    |(?P<call>{NAME}\()
    |(?P<rows>(?!{DIGIT_PREFIX}){ROWS})
    |(?P<number>(?!{DIGIT_PREFIX}){NUMBER})
    |(?P<string>{STRING})
    |(?P<columns>{COLUMNS})
    |(?P<prefix>{PREFIX})
    |(?P<structured>(?:{NAME})?{BRACKETS})
    |(?P<error>{ERROR})
    |(?P<array>{ARRAY})
    |(?P<name>{NAME}|{QUOTED})
    |(?P<hash>\#)
    |(?P<end>\Z))
    """,
    re.ASCII | re.VERBOSE,
)


_KINDS = {kind.value: kind for kind in WordKind} | {"hash": WordKind.SIGN}


def words(text: str) -> list[Word]:
    """The words of a formula, closed by an END; FormulaError at the first character that starts none."""
    found = []
    at = 1 if text.startswith("=") else 0
    for match in _WORD.finditer(text, at):
        name = match.lastgroup
        if name is None or match.start() != at:
            break
        start = match.start(name)
        found.append(Word(_KINDS[name], match[name], start, start > at))
        if name == "end":
            return found
        at = match.end()
    at = len(text) - len(text[at:].lstrip())
    raise unreadable(text, at, f"{text[at : at + 1]!r} does not belong here")


def unreadable(text: str, at: int, what: str) -> FormulaError:
    """The error for a formula that breaks off at a place, which it names by counting from one."""
    return FormulaError(f"{what}, at character {at + 1}", formula=text)
