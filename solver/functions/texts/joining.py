"""Putting texts together, and writing values and arrays as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.functions.coerce import text_of
from solver.functions.registry import function
from solver.functions.texts.units16 import storable
from solver.values import LONGEST_TEXT, ErrorValue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.functions.operand import Operand
    from solver.functions.registry import Grid
    from solver.values import Scalar


@function("CONCATENATE")
def concatenate(*parts: str) -> str | ErrorValue:
    """All texts, one after the other.

    =CONCATENATE("population ", 32, "/mile") -> "population 32/mile"
    =CONCATENATE(TRUE, 0.5) -> "TRUE0.5"
    """
    return storable("".join(parts))


@function("CONCAT", per_cell=True)
def concat(*parts: Grid) -> str | ErrorValue:
    """All values of all ranges as texts, one after the other.

    =CONCAT("a", {1,TRUE;"b",2}) -> "a1TRUEb2"
    =CONCAT("a", #N/A) -> #N/A
    """
    return _joined("", _values(parts))


@function("TEXTJOIN", per_cell=True)
def textjoin(delimiter: Grid, ignore_empty: Grid, *parts: Grid) -> str | ErrorValue:
    """All values of all ranges as texts with a delimiter between them; several delimiters take turns.

    =TEXTJOIN(", ", TRUE, {"US","","EU"}) -> "US, EU"
    =TEXTJOIN("-", FALSE, {"US","","EU"}) -> "US--EU"
    =TEXTJOIN({"-","+"}, TRUE, 1, 2, 3) -> "1-2+3"
    =TEXTJOIN(",", TRUE, 1, #REF!) -> #REF!
    """
    skip = ignore_empty.scalar()
    if isinstance(skip, ErrorValue):
        return skip
    if isinstance(skip, str):
        if skip.upper() not in ("TRUE", "FALSE"):
            return ErrorValue.VALUE
        skip = skip.upper() == "TRUE"
    between = list(delimiter.scalars().ravel())
    bad = next((value for value in between if isinstance(value, ErrorValue)), None)
    if bad is not None:
        return bad
    words = [value if isinstance(value, ErrorValue) else text_of(value) for value in _values(parts)]
    kept = [word for word in words if word != ""] if skip else words
    if len(between) == 1:
        return _joined(text_of(between[0]), kept)
    chained: list[Scalar] = []
    for k, word in enumerate(kept):
        chained += [word] if k == 0 else [between[(k - 1) % len(between)], word]
    return _joined("", chained)


def _values(parts: Iterable[Operand]) -> list[Scalar]:
    return [value for part in parts for value in part.scalars().ravel()]


def _joined(delimiter: str, values: Iterable[Scalar]) -> str | ErrorValue:
    words, length = [], 0
    for value in values:
        if isinstance(value, ErrorValue):
            return value
        words.append(text_of(value))
        length += len(words[-1]) + len(delimiter)
        if length > LONGEST_TEXT + len(delimiter):
            return ErrorValue.VALUE
    return storable(delimiter.join(words))


@function("PHONETIC")
def phonetic(text: str) -> str:
    """The reading of a text, which is the text itself where none is stored with it.

    =PHONETIC("abc") -> "abc"
    """
    return text


@function("VALUETOTEXT")
def valuetotext(value: Scalar, strict: float = 0) -> str | ErrorValue:
    """A value as text, as it is (0) or as it would be written in a formula (1).

    =VALUETOTEXT("Hello") -> "Hello"
    =VALUETOTEXT("He", 1) -> CHAR(34) & "He" & CHAR(34)
    =VALUETOTEXT(#DIV/0!) -> "#DIV/0!"
    =VALUETOTEXT(TRUE, 2) -> #VALUE!
    """
    if strict not in (0, 1):
        return ErrorValue.VALUE
    return _literal(value) if strict else text_of(value)


@function("ARRAYTOTEXT", per_cell=True)
def arraytotext(array: Grid, strict: Grid | None = None) -> str | ErrorValue:
    """The values of an array as one text: a list (0) or an array constant (1).

    =ARRAYTOTEXT({1,2;"a",TRUE}) -> "1, 2, a, TRUE"
    =ARRAYTOTEXT({1,2;"a",TRUE}, 1) -> "{1,2;""a"",TRUE}"
    """
    way = None if strict is None else strict.scalar()
    if isinstance(way, ErrorValue):
        return way
    if way not in (None, 0, 1):
        return ErrorValue.VALUE
    rows = np.atleast_2d(array.scalars()[0, 0])
    if way:
        return storable("{" + ";".join(",".join(_literal(value) for value in row) for row in rows) + "}")
    return storable(", ".join(text_of(value) for value in rows.ravel()))


def _literal(value: Scalar) -> str:
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else text_of(value)
