"""Addresses: cells and rectangles of cells, zero-based inside, printed as Excel writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, product
from string import ascii_uppercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_ROWS = 1_048_576
MAX_COLS = 16_384

_NAMES = chain.from_iterable(product(ascii_uppercase, repeat=length) for length in (1, 2, 3))
COLUMN_LETTERS = tuple(map("".join, islice(_NAMES, MAX_COLS)))
"""The letters of every column of a sheet."""

_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*\Z")
_LOOKS_LIKE_CELL = re.compile(r"(?:[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*)\Z")


def column_letters(col: int) -> str:
    """The letters of a zero-based column of a sheet.

    >>> column_letters(0), column_letters(27), column_letters(16383)
    ('A', 'AB', 'XFD')
    """
    return COLUMN_LETTERS[col]


def column_number(letters: str) -> int:
    """The zero-based column of its letters.

    >>> column_number("A"), column_number("xfd")
    (0, 16383)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def parse_a1(text: str) -> tuple[int, int]:
    """Row and column of an address such as `$B$2` or `b2`; ValueError if it is none."""
    match = _A1.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not a cell address")
    row, col = int(match[2]) - 1, column_number(match[1])
    if row >= MAX_ROWS or col >= MAX_COLS:
        raise ValueError(f"{text!r} lies outside the sheet")
    return row, col


@lru_cache(maxsize=1024)
def quote_sheet(name: str) -> str:
    """The sheet's name as a formula writes it: quoted where it must be.

    >>> quote_sheet("Data"), quote_sheet("My sheet"), quote_sheet("LP1"), quote_sheet("Bob's")
    ('Data', "'My sheet'", "'LP1'", "'Bob''s'")
    """
    if _PLAIN_SHEET.match(name) and not _LOOKS_LIKE_CELL.match(name) and name.upper() not in ("TRUE", "FALSE"):
        return name
    return "'" + name.replace("'", "''") + "'"


def unquote_sheet(text: str) -> str:
    """The name of a sheet from how a formula writes it.

    >>> unquote_sheet("Data"), unquote_sheet("'Bob''s'")
    ('Data', "Bob's")
    """
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One cell; row and col count from zero."""

    sheet: str
    row: int
    col: int

    def __str__(self) -> str:
        return f"{quote_sheet(self.sheet)}!{self.a1}"

    @property
    def a1(self) -> str:
        """The relative address without the sheet: `B2`."""
        return f"{column_letters(self.col)}{self.row + 1}"

    @property
    def absolute(self) -> str:
        """The absolute address without the sheet: `$B$2`."""
        return f"${column_letters(self.col)}${self.row + 1}"


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A rectangle of cells on one sheet; all four edges belong to it."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def of(cls, cell: Cell) -> Area:
        """The area of one cell."""
        return cls(cell.sheet, cell.row, cell.col, cell.row, cell.col)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.bottom - self.top + 1

    @property
    def cols(self) -> int:
        """How many columns it has."""
        return self.right - self.left + 1

    @property
    def size(self) -> int:
        """How many cells it has."""
        return self.rows * self.cols

    @property
    def first(self) -> Cell:
        """The cell at the top left."""
        return Cell(self.sheet, self.top, self.left)

    def __contains__(self, cell: Cell) -> bool:
        return cell.sheet == self.sheet and self.top <= cell.row <= self.bottom and self.left <= cell.col <= self.right

    def cells(self) -> Iterator[Cell]:
        """Its cells in reading order."""
        for row in range(self.top, self.bottom + 1):
            for col in range(self.left, self.right + 1):
                yield Cell(self.sheet, row, col)

    def intersection(self, other: Area) -> Area | None:
        """The common rectangle, or None."""
        if self.sheet != other.sheet:
            return None
        top, left = max(self.top, other.top), max(self.left, other.left)
        bottom, right = min(self.bottom, other.bottom), min(self.right, other.right)
        return Area(self.sheet, top, left, bottom, right) if top <= bottom and left <= right else None

    def shift(self, rows: int, cols: int) -> Area:
        """The same rectangle, moved."""
        return Area(self.sheet, self.top + rows, self.left + cols, self.bottom + rows, self.right + cols)

    @property
    def absolute(self) -> str:
        """The absolute address without the sheet: `$B$2:$C$9`, or `$B$2` for one cell."""
        first = self.first.absolute
        return first if self.size == 1 else f"{first}:{Cell(self.sheet, self.bottom, self.right).absolute}"

    def __str__(self) -> str:
        return f"{quote_sheet(self.sheet)}!{self.absolute}"


def parse_area(sheet: str, reference: str) -> Area | None:
    """The area of a reference such as `A1:C9`, or None if it is none."""
    first, _, last = reference.partition(":")
    try:
        (top, left), (bottom, right) = parse_a1(first), parse_a1(last or first)
    except ValueError:
        return None
    return Area(sheet, min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def rectangles(cells: Iterable[Cell]) -> list[Area]:
    """Disjoint rectangles that hold exactly these cells, from above; each as wide and then as high as can be.

    >>> [area.absolute for area in rectangles([Cell("S", 0, 0), Cell("S", 0, 1), Cell("S", 1, 0), Cell("S", 1, 1)])]
    ['$A$1:$B$2']
    """
    left = dict.fromkeys(sorted(cells))
    found = []
    while left:
        first = next(iter(left))
        right, bottom = first.col, first.row
        while Cell(first.sheet, first.row, right + 1) in left:
            right += 1
        while all(Cell(first.sheet, bottom + 1, col) in left for col in range(first.col, right + 1)):
            bottom += 1
        area = Area(first.sheet, first.row, first.col, bottom, right)
        for cell in area.cells():
            del left[cell]
        found.append(area)
    return found
