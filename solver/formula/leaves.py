"""Words that are operands by themselves, as nodes: addresses, names, parts of tables, constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from solver.formula.lexis import CELL, EDGE, ERROR, NAME, NUMBER, STRING
from solver.formula.structured import parse_brackets
from solver.formula.tree import ArrayConstant, Axis, Error, Logical, Name, Reference, Structured, Text, Tree
from solver.formula.words import Word, WordKind
from solver.grid import column_number, unquote_sheet
from solver.values import ERROR_OF_LABEL

if TYPE_CHECKING:
    from solver.values import Scalar

LOGICALS = {"TRUE": True, "FALSE": False}

_FILE_PREFIX = re.compile(r"(?:_(?:xlfn|xlws|xludf|xlpm|xlop)\.)+", re.IGNORECASE)
_NAME = re.compile(NAME, re.ASCII)
_CELL = re.compile(CELL, re.ASCII)
_EDGE = re.compile(EDGE, re.ASCII)
_PREFIX = re.compile(r"(?:\[([0-9]+)\])?(?:([^:\[\]]+)(?::([^:\[\]]+))?)?")
_ELEMENT = re.compile(
    rf"\s*(?:(?P<string>{STRING})|(?P<number>[+-]?\s*{NUMBER})|(?P<error>{ERROR})|(?P<word>[A-Za-z]+))\s*(?P<end>[,;]|\Z)",
    re.ASCII,
)


class Place(NamedTuple):
    """Where a reference or name lives: what stands before its exclamation mark."""

    book: int | None = None
    sheet: str | None = None
    sheet_end: str | None = None


NOWHERE = Place()
"""Nothing stands before the exclamation mark, nor is there one."""


def place_of(prefix: str) -> Place:
    """The book and the sheets of a prefix such as `'[1]My sheet'!`; ValueError if it names a book by its file.

    Book 0 is the workbook itself.

    >>> place_of("'[1]Bob''s'!")
    Place(book=1, sheet="Bob's", sheet_end=None)
    >>> place_of("Jan:Mar!")
    Place(book=None, sheet='Jan', sheet_end='Mar')
    """
    inner = unquote_sheet(prefix[:-1])
    match = _PREFIX.fullmatch(inner)
    if match is None:
        raise ValueError(f"{inner} is not a sheet of this workbook or of a linked one")
    return Place(int(match[1] or 0) or None, match[2], match[3])


def without_file_prefix(name: str) -> str:
    """A name without what a file puts before new functions and before the parameters of LET and LAMBDA.

    >>> without_file_prefix("_xlfn._xlws.SORT"), without_file_prefix("_xlpm.x"), without_file_prefix("_xlfn.")
    ('SORT', 'x', '_xlfn.')
    """
    prefix = _FILE_PREFIX.match(name)
    rest = name[prefix.end() :] if prefix else name
    return rest if _NAME.fullmatch(rest) else name


def leaf(word: Word, place: Place, row: int, col: int) -> Tree:
    """The node of a word that is neither a number, a call nor a sign; ValueError says what is wrong with it."""
    match word.kind:
        case WordKind.CELL | WordKind.COLUMNS | WordKind.ROWS:
            return _reference(word.text, place, row, col)
        case WordKind.STRING:
            return Text(_unquoted(word.text))
        case WordKind.NAME:
            return _name(word.text, place)
        case WordKind.STRUCTURED:
            bracket = word.text.index("[")
            return Structured(word.text[:bracket] or None, *parse_brackets(word.text[bracket:]), place.book)
        case WordKind.ARRAY:
            return ArrayConstant(_rows(word.text[1:-1]))
        case WordKind.ERROR:
            return Error(word.text)
    raise ValueError("an operand is missing")


def _reference(text: str, place: Place, row: int, col: int) -> Reference:
    rows: list[Axis | None] = []
    cols: list[Axis | None] = []
    for dollar, edge in _EDGE.findall(text):
        if edge[0].isdigit():
            rows.append(Axis(int(edge) - 1, relative=False) if dollar else Axis(int(edge) - 1 - row, relative=True))
        else:
            number = column_number(edge)
            cols.append(Axis(number, relative=False) if dollar else Axis(number - col, relative=True))
    rows += [None] * (2 - len(rows))
    cols += [None] * (2 - len(cols))
    return Reference(place.sheet, place.sheet_end, place.book, rows[0], cols[0], rows[1], cols[1])


def _name(text: str, place: Place) -> Name | Logical:
    if text.upper() in LOGICALS and place == NOWHERE:
        return Logical(LOGICALS[text.upper()])
    if text.startswith("'") and place.book is None:
        raise ValueError(f"{text} is not followed by an exclamation mark")
    if place.sheet_end is not None:
        raise ValueError(f"{text} is a name, which cannot lie on several sheets")
    name = without_file_prefix(text)
    mistakable = name.upper() in LOGICALS or _CELL.fullmatch(name)
    return Name(place.sheet, place.book, text if mistakable else name)


def _rows(inner: str) -> tuple[tuple[Scalar, ...], ...]:
    """The rows of an array constant's inside."""
    rows: list[list[Scalar]] = [[]]
    at, end = 0, ","
    while end:
        match = _ELEMENT.match(inner, at)
        if match is None:
            raise ValueError("an array holds only constants")
        rows[-1].append(_constant(match))
        at, end = match.end(), match["end"]
        if end == ";":
            rows.append([])
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows of an array have different lengths")
    return tuple(map(tuple, rows))


def _constant(match: re.Match[str]) -> Scalar:
    if match["string"] is not None:
        return _unquoted(match["string"])
    if match["number"] is not None:
        return float(re.sub(r"\s", "", match["number"]))
    if match["error"] is not None:
        return ERROR_OF_LABEL[match["error"]]
    if match["word"].upper() not in LOGICALS:
        raise ValueError("an array holds only constants")
    return LOGICALS[match["word"].upper()]


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"')
