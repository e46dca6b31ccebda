"""A formula cut into words, each with its kind and place."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from solver.errors import FormulaError
from solver.formula.lexis import ARRAY, BRACKETS, CELL, COLUMNS, ERROR, NAME, NUMBER, PREFIX, QUOTED, ROWS, STRING


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


_WORD = re.compile(
    rf"""
    \s*
    (?:(?P<string>{STRING})
    |(?P<prefix>{PREFIX})
    |(?P<structured>(?:{NAME})?{BRACKETS})
    |(?P<cell>{CELL})
    |(?P<columns>{COLUMNS})
    |(?P<rows>{ROWS})
    |(?P<number>{NUMBER})
    |(?P<error>{ERROR})
    |(?P<array>{ARRAY})
    |(?P<call>{NAME}\()
    |(?P<name>{NAME}|{QUOTED})
    |(?P<sign><=|>=|<>|[-+*/^&=<>%:,@\#()])
    |(?P<end>\Z))
    """,
    re.ASCII | re.VERBOSE,
)


_KINDS = {kind.value: kind for kind in WordKind}


def words(text: str) -> list[Word]:
    """The words of a formula, closed by an END; FormulaError at the first character that starts none."""
    found = []
    at = 1 if text.startswith("=") else 0
    kind = None
    while kind is not WordKind.END:
        match = _WORD.match(text, at)
        if match is None or match.lastgroup is None:
            at = len(text) - len(text[at:].lstrip())
            raise unreadable(text, at, f"{text[at : at + 1]!r} does not belong here")
        kind, start = _KINDS[match.lastgroup], match.start(match.lastgroup)
        found.append(Word(kind, match[match.lastgroup], start, start > at))
        at = match.end()
    return found


def unreadable(text: str, at: int, what: str) -> FormulaError:
    """The error for a formula that breaks off at a place, which it names by counting from one."""
    return FormulaError(f"{what}, at character {at + 1}", formula=text)
