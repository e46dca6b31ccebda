"""What a formula says apart from where it stands: its relative key, found without parsing it.

One regular expression walks over the text. Every reference becomes its distance from the formula's cell (absolute
parts stay absolute), every number becomes a slot, all else is copied:

    A1*$B$1+2.5   in C1   ->   ~R[0]C[-2]*~R1C2+~N   and the numbers (2.5,)

So formulas that were filled down share one key, and a key is parsed once, however many cells use it. A tilde that
the text itself contains is doubled, which keeps the key of one formula from being the text of another.
"""

from __future__ import annotations

import re

from solver.formula.lexis import (
    ARRAY,
    BRACKETS,
    CELL,
    COLUMNS,
    DIGIT_PREFIX,
    EDGE,
    END,
    ERROR,
    NAME,
    NUMBER,
    QUOTED,
    ROWS,
    STRING,
)
from solver.grid import COLUMN_LETTERS, column_number

# The cell is loose at the sheet's edges, and the span hides behind a glance, because both meet every word.
WORDS = re.compile(
    rf"(\$?[A-Za-z]{{1,3}})(\$?[1-9][0-9]{{0,6}}){END}"
    rf"|((?=[$A-Za-z0-9]{{1,8}}\ *:)(?:{COLUMNS}|{ROWS})"
    rf"|{DIGIT_PREFIX}|{NUMBER}|{NAME}|{STRING}|{QUOTED}|{BRACKETS}|{ARRAY}|{ERROR})",
    re.ASCII,
)
"""Splits a formula into what lies between words and words: column and row of a likely cell, or another word."""

EXACT = re.compile(rf"{CELL}|{COLUMNS}|{ROWS}", re.ASCII)
"""A cell, whole columns or whole rows, and nothing else."""

PARTS = re.compile(EDGE, re.ASCII)
"""The edges of such a reference."""

_STARTS_NUMBER = frozenset("0123456789.")
_NUMBER_OF_COLUMN = {letters: col for col, letters in enumerate(COLUMN_LETTERS)}


def relative_key(text: str, row: int, col: int) -> tuple[str, tuple[float, ...]]:
    """The key of a formula (without `=`) in a zero-based cell, and its numeric literals in reading order.

    Two formulas have the same key if and only if they are the same text once references are taken relative to
    their cells and numbers are left out. Numbers in array constants belong to the key.

    >>> relative_key("SUM($B1:B9,Sheet2!C:C)*2", 0, 2)
    ('SUM(~R[0]C2:~R[8]C[-1],Sheet2!~C[0]:C[0])*~N', (2.0,))
    >>> relative_key("LOG10(A1_x)+1.5", 0, 2)
    ('LOG10(A1_x)+~N', (1.5,))
    """
    if "~" in text:
        text = text.replace("~", "~~")
    # what lies between two words, then the column and row of a cell or None twice, then another word or None, ...
    parts = WORDS.split(text)
    numbers = []
    for i in range(1, len(parts), 4):
        column = parts[i]
        if column is not None:
            number, line = _NUMBER_OF_COLUMN.get(column), parts[i + 1]
            if number is not None and line[0] != "$" and len(line) < 7:
                parts[i] = f"~R[{int(line) - 1 - row}]C[{number - col}]"
            else:
                parts[i] = _relative(column + line, row, col)
            parts[i + 1] = parts[i + 2] = ""
        else:
            parts[i] = parts[i + 1] = ""
            word = parts[i + 2]
            if ":" in word:
                parts[i + 2] = _relative(word, row, col)
            elif word[0] in _STARTS_NUMBER and word[-1] != "!":
                numbers.append(float(word))
                parts[i + 2] = "~N"
    return "".join(parts), tuple(numbers)


def _relative(reference: str, row: int, col: int) -> str:
    """A cell, whole columns or whole rows in relative form; any other word as it is."""
    if not EXACT.fullmatch(reference):
        return reference
    rows, cols = [], []
    for dollar, edge in PARTS.findall(reference):
        if edge[0].isdigit():
            rows.append(f"R{edge}" if dollar else f"R[{int(edge) - 1 - row}]")
        else:
            number = column_number(edge)
            cols.append(f"C{number + 1}" if dollar else f"C[{number - col}]")
    return "~" + (rows[0] + cols[0] if rows and cols else ":".join(rows or cols))
