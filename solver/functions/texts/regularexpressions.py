"""Regular expressions in formulas; the language is that of PCRE2 as far as Python's own has it."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from solver.functions.operand import of_scalars
from solver.functions.registry import Calculus, function
from solver.functions.texts.regexcost import work
from solver.functions.texts.regexmatcher import Found, Search
from solver.functions.texts.regexprogram import program_of
from solver.functions.texts.units16 import storable
from solver.values import LONGEST_TEXT, ErrorValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from solver.functions.operand import Operand
    from solver.values import Scalar

    Match: TypeAlias = re.Match[str] | Found

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "xdigit": "0-9A-Fa-f", "word": r"\w", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip
_MOST_WORK = 1e8
"""The most steps that a match may need to be left to Python's own matcher, which takes about as many in a second."""
_REPLACEMENT = re.compile(r"\$(?:(\d{1,2})|\{(\w+)\}|(\$))|\\(.)")


@lru_cache(maxsize=1024)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str] | None:
    """The pattern in Python's spelling, None if it is not valid."""
    spelled = re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], match[0]), pattern)
    spelled = re.sub(r"\(\?<(?![=!])", "(?P<", spelled).replace(r"\h", r"[ \t]").replace(r"\z", r"\Z")
    try:
        return re.compile(spelled, re.IGNORECASE if ignore_case else 0)
    except re.error:
        return None


def found(pattern: str, text: str) -> bool:
    """Whether any part of a text matches a pattern; nothing matches a pattern that is not valid."""
    compiled = _compiled(pattern, False)
    return compiled is not None and next(_matches(compiled, text), None) is not None


@function("REGEXTEST")
def regextest(text: str, pattern: str, ignore_case: float = 0) -> bool | ErrorValue:
    r"""Whether any part of a text matches a pattern.

    =REGEXTEST("alfalfa", "a[lf]+a") -> TRUE
    =REGEXTEST("ALFA", "alfa") -> FALSE
    =REGEXTEST("ALFA", "alfa", 1) -> TRUE
    =REGEXTEST("a", "(") -> #VALUE!
    """
    compiled = _compiled(pattern, ignore_case != 0)
    return ErrorValue.VALUE if compiled is None else next(_matches(compiled, text), None) is not None


@function("REGEXEXTRACT", calculus=Calculus.NONE)
def regexextract(text: str, pattern: str, mode: float = 0, ignore_case: float = 0) -> Operand | Scalar:
    r"""The part of a text that matches a pattern: the first (0), all (1), or the first one's groups (2).

    =REGEXEXTRACT("Tel 378-555, 020-123", "\d+-\d+") -> "378-555"
    =REGEXEXTRACT("Tel 378-555, 020-123", "\d+-\d+", 1) -> {"378-555";"020-123"}
    =REGEXEXTRACT("Sonia Brown", "(\w+) (\w+)", 2) -> {"Sonia","Brown"}
    =REGEXEXTRACT("abc", "x") -> #N/A
    """
    compiled, way = _compiled(pattern, ignore_case != 0), math.trunc(mode)
    if compiled is None or not 0 <= way <= 2:
        return ErrorValue.VALUE
    matches = _matches(compiled, text)
    first = next(matches, None)
    if first is None:
        return ErrorValue.NA
    if way == 0:
        return first[0]
    if way == 1:
        return of_scalars([[match[0]] for match in (first, *matches)])
    groups = first.groups("")
    return of_scalars([list(groups)]) if groups else ErrorValue.VALUE


@function("REGEXREPLACE")
def regexreplace(
    text: str, pattern: str, replacement: str, occurrence: float = 0, ignore_case: float = 0
) -> str | ErrorValue:
    r"""The text with its matches replaced: all (0), the nth, or the nth from the end; $1 is the match's first group.

    =REGEXREPLACE("Sonia Brown", "(\w+) (\w+)", "$2, $1") -> "Brown, Sonia"
    =REGEXREPLACE("a1b2c3", "\d", "*", -1) -> "a1b2c*"
    """
    compiled = _compiled(pattern, ignore_case != 0)
    if compiled is None:
        return ErrorValue.VALUE
    matches, nth = list(_matches(compiled, text)), math.trunc(occurrence)
    if nth:
        place = nth - 1 if nth > 0 else len(matches) + nth
        matches = matches[place : place + 1] if place >= 0 else []
    parts, end, length = [], 0, 0
    for match in matches:
        parts += [text[end : match.start()], _expanded(match, replacement)]
        end = match.end()
        length += len(parts[-2]) + len(parts[-1])
        if length > LONGEST_TEXT:
            return ErrorValue.VALUE
    whole = "".join([*parts, text[end:]])
    return storable(whole)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Match]:
    """All matches in a text: by Python's matcher, or by one that cannot run away where that one might."""
    if work(pattern, len(text)) < _MOST_WORK:
        return pattern.finditer(text)
    return (Found(text, saves, pattern.groupindex) for saves in Search(program_of(pattern), text).matches())


def _expanded(match: Match, replacement: str) -> str:
    def part(mark: re.Match[str]) -> str:
        if mark[3] or mark[4]:
            return mark[3] or mark[4]
        group = mark[1] or mark[2]
        try:
            return match[int(group) if group.isdigit() else group] or ""
        except LookupError:
            return ""

    return _REPLACEMENT.sub(part, replacement)
