"""The words of the formula language, as regular expressions that the key scanner and the parser share.

Every pattern is written for `re.ASCII`, so that digits are 0-9 and names say themselves which other letters they
admit. A word is a cell only if nothing follows that would make it a name (`A1_x`, `A1.B`), a function (`LOG10(`),
a table (`T1[`) or a sheet (`LP1!`), and only inside the sheet: `XFE1` and `A1048577` are names.
"""

from __future__ import annotations

import re

from solver.values import ERROR_OF_LABEL

# Classes that say which characters do not belong: those that do reach to the end of Unicode, and are slow to compile.
NAME = r"[^\x00-@\[\]^`{-\xa0][^\x00-\-/:->@\[\]^`{-\xa0]*"
"""A letter, an underscore, a backslash or anything from U+00A1 on; then also digits, points and question marks."""
END = r"(?![^\x00-\ \"#%-')-\-/:->@\]^`{-\xa0])"
"""What follows does not go on as a name, nor as a function, a sheet, a table or the row of another cell (X:D$1)."""

COLUMN = r"\$?(?:[A-Za-z]{1,2}|[A-Wa-w][A-Za-z]{2}|[Xx](?:[A-Ea-e][A-Za-z]|[Ff][A-Da-d]))"
ROW = (
    r"\$?(?:[1-9][0-9]{0,5}"
    r"|10(?:[0-3][0-9]{4}|4(?:[0-7][0-9]{3}|8(?:[0-4][0-9]{2}|5(?:[0-6][0-9]|7[0-6])))))"
)
CELL = rf"{COLUMN}{ROW}{END}"
COLUMNS = rf"{COLUMN}\ *:\ *{COLUMN}{END}"
ROWS = rf"{ROW}\ *:\ *{ROW}{END}"
EDGE = r"(\$?)([A-Za-z]+|[0-9]+)"
"""An edge of a reference: a dollar sign or none, and letters or digits."""

NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
STRING = r'"[^"]*(?:""[^"]*)*"'
ERROR = "(?:" + "|".join(map(re.escape, ERROR_OF_LABEL)) + ")"
ARRAY = r'\{(?:[^{}"]|"[^"]*")*\}'

BRACKETED = r"\[(?:[^\[\]']|'[\s\S])*\]"
BRACKETS = rf"\[(?:[^\[\]']|'[\s\S]|{BRACKETED})*\]"

QUOTED = r"'[^']*(?:''[^']*)*'"
SHEET = rf"[0-9]*{NAME}"
"""A sheet's name without quotes. Excel quotes those that start with a digit; LibreOffice writes 4MC!A1."""
PREFIX = rf"(?:{QUOTED}|(?:\[[0-9]+\])?(?:{SHEET}|(?!{CELL}){SHEET}:{SHEET})?)!"
DIGIT_PREFIX = rf"[0-9]+{NAME}(?::{SHEET})?!"
"""A prefix that could be taken for a number at its start."""
