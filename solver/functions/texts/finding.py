"""Finding a text in a text, and taking what stands before it, after it or between."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from solver.functions.allowance import MOST_TEXTS, make_room
from solver.functions.coerce import number_of, text_of
from solver.functions.operand import Operand, of_scalars
from solver.functions.registry import Calculus, function
from solver.functions.texts.units16 import units
from solver.functions.wildcards import wildcard_place
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.registry import Grid
    from solver.values import Scalar


@function("FIND", "FINDB")
def find(wanted: str, within: str, start: float = 1) -> float | ErrorValue:
    """The place of a text in another, case included.

    =FIND("M", "Miriam McGovern") -> 1
    =FIND("m", "Miriam McGovern") -> 6
    =FIND("M", "Miriam McGovern", 3) -> 8
    =FIND("", "abc", 2) -> 2
    =FIND("x", "abc") -> #VALUE!
    """
    wanted, within = units(wanted), units(within)
    if not 1 <= start <= len(within) + 1:
        return ErrorValue.VALUE
    place = within.find(wanted, math.trunc(start) - 1)
    return ErrorValue.VALUE if place < 0 else float(place + 1)


@function("SEARCH", "SEARCHB")
def search(wanted: str, within: str, start: float = 1) -> float | ErrorValue:
    """The place of a text, which may have wildcards, in another, whatever the case.

    =SEARCH("e", "Statements", 6) -> 7
    =SEARCH("margin", "Profit Margin") -> 8
    =SEARCH("c?d", "abcXde") -> 3
    =SEARCH("~?", "Why?") -> 4
    =SEARCH("x", "abc") -> #VALUE!
    """
    within = units(within)
    if not 1 <= start <= len(within) + 1:
        return ErrorValue.VALUE
    place = wildcard_place(units(wanted), within, math.trunc(start) - 1)
    return ErrorValue.VALUE if place < 0 else float(place + 1)


@function("TEXTBEFORE")
def textbefore(
    text: str,
    delimiter: Grid,
    instance: Scalar = 1.0,
    ignore_case: float = 0,
    match_end: float = 0,
    if_not_found: Scalar = ErrorValue.NA,
) -> Scalar:
    """What stands before a delimiter (or any of several): before its nth occurrence, or its nth from the end.

    =TEXTBEFORE("Red riding hood's, red hood", "hood") -> "Red riding "
    =TEXTBEFORE("a-b-c", "-", -1) -> "a-b"
    =TEXTBEFORE("a-b_c", {"_","-"}) -> "a"
    =TEXTBEFORE("abc", "x") -> #N/A
    =TEXTBEFORE("abc", "x", 1, 0, 1) -> "abc"
    =TEXTBEFORE("abc", "x", , , , "none") -> "none"
    """
    found = _occurrence(text, delimiter, instance, ignore_case, match_end)
    if found is None:
        return if_not_found
    return found if isinstance(found, ErrorValue) else text[: found[0]]


@function("TEXTAFTER")
def textafter(
    text: str,
    delimiter: Grid,
    instance: Scalar = 1.0,
    ignore_case: float = 0,
    match_end: float = 0,
    if_not_found: Scalar = ErrorValue.NA,
) -> Scalar:
    """What stands after a delimiter (or any of several): after its nth occurrence, or its nth from the end.

    =TEXTAFTER("Red riding hood's, red hood", "hood") -> "'s, red hood"
    =TEXTAFTER("a-b-c", "-", -1) -> "c"
    =TEXTAFTER("aXbxc", "x", 1, 1) -> "bxc"
    =TEXTAFTER("abc", "", 1) -> "abc"
    =TEXTAFTER("a-b", "-", 0) -> #VALUE!
    """
    found = _occurrence(text, delimiter, instance, ignore_case, match_end)
    if found is None:
        return if_not_found
    return found if isinstance(found, ErrorValue) else text[found[1] :]


def _occurrence(
    text: str, delimiter: Operand, instance: Scalar, ignore_case: float, match_end: float
) -> tuple[int, int] | ErrorValue | None:
    """Where the wanted delimiter begins and ends, None if there are too few."""
    number = 1.0 if instance is None else number_of(instance)
    if isinstance(number, ErrorValue):
        return number
    nth = math.trunc(number)
    if nth == 0 or (text and abs(nth) > len(text) + 1):
        return ErrorValue.VALUE if nth == 0 else None
    if ignore_case not in (0, 1) or match_end not in (0, 1):
        return ErrorValue.VALUE
    pattern = delimiter_pattern(delimiter, bool(ignore_case))
    if isinstance(pattern, ErrorValue):
        return pattern
    if pattern is None or pattern.match("") is not None:  # an empty delimiter is found at once, at the end counted from
        return (0, 0) if nth > 0 else (len(text), len(text))
    spans = [match.span() for match in pattern.finditer(text)]
    if match_end:
        spans = [*spans, (len(text), len(text))] if nth > 0 else [(0, 0), *spans]
    if abs(nth) > len(spans):
        return None
    return spans[nth - 1] if nth > 0 else spans[nth]


def delimiter_pattern(delimiters: Operand, ignore_case: bool) -> re.Pattern[str] | ErrorValue | None:
    """The pattern that finds any of the delimiters, the longest first; None if all are empty, or the first error."""
    words = list(delimiters.scalars().ravel())
    for word in words:
        if isinstance(word, ErrorValue):
            return word
    wanted = sorted({text_of(word) for word in words}, key=len, reverse=True)
    if wanted == [""]:
        return None
    return re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE if ignore_case else 0)


@function("TEXTSPLIT", calculus=Calculus.NONE)
def textsplit(
    text: str,
    columns: Grid,
    rows: Grid | None = None,
    ignore_empty: bool = False,
    ignore_case: float = 0,
    pad: Scalar = ErrorValue.NA,
) -> Operand | ErrorValue:
    """The parts of a text between delimiters, across columns and, by other delimiters, down rows.

    =TEXTSPLIT("Dakota Lennon Sanchez", " ") -> {"Dakota","Lennon","Sanchez"}
    =TEXTSPLIT("1,2;3", ",", ";") -> {"1","2";"3",#N/A}
    =TEXTSPLIT("a--b", "-", , TRUE) -> {"a","b"}
    =TEXTSPLIT("a;b", , ";") -> {"a";"b"}
    =TEXTSPLIT("ab", "") -> #VALUE!
    """
    lines = _split(text, rows, ignore_empty, bool(ignore_case))
    if isinstance(lines, ErrorValue):
        return lines
    table = [_split(line, columns, ignore_empty, bool(ignore_case)) for line in lines]
    done: list[list[Scalar]] = []
    for row in table:
        if isinstance(row, ErrorValue):
            return row
        if row:
            done.append([*row])
    width = max((len(row) for row in done), default=0)
    if width == 0:
        return ErrorValue.CALC
    make_room((1, 1, len(done), width), MOST_TEXTS)
    return of_scalars([row + [pad] * (width - len(row)) for row in done])


def _split(text: str, delimiters: Operand | None, ignore_empty: bool, ignore_case: bool) -> list[str] | ErrorValue:
    if delimiters is None or all(value is None for value in delimiters.scalars().ravel()):
        return [text] if text or not ignore_empty else []
    pattern = delimiter_pattern(delimiters, ignore_case)
    if isinstance(pattern, ErrorValue):
        return pattern
    if pattern is None or pattern.match("") is not None:
        return ErrorValue.VALUE
    parts = pattern.split(text)
    return [part for part in parts if part] if ignore_empty else parts
