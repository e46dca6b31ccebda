"""The text of a shared formula for another cell of its group: relative references move along, all else stays."""

from __future__ import annotations

import re

from solver.grid import MAX_COLS, MAX_ROWS, column_letters, column_number

_TOKEN = re.compile(
    r'"(?:[^"]|"")*"'  # a text
    r"|'(?:[^']|'')*'!?"  # a quoted sheet
    r"|(?P<bracket>\[)"  # a structured reference or a linked book
    r"|(?P<cell>(?P<c_fix>\$?)(?P<col>[A-Za-z]{1,3})(?P<r_fix>\$?)(?P<row>[1-9][0-9]{0,6}))(?![\w.(!\\?])"
    r"|(?P<cols>(?P<a_fix>\$?)(?P<a>[A-Za-z]{1,3}):(?P<b_fix>\$?)(?P<b>[A-Za-z]{1,3}))(?![\w.(!\\?$])"
    r"|(?P<rows>(?P<m_fix>\$?)(?P<m>[1-9][0-9]{0,6}):(?P<n_fix>\$?)(?P<n>[1-9][0-9]{0,6}))(?![\w.(!\\?$])"
    r"|[\w.\\?$]+"  # a number, a name, a function, a sheet
    r"|.",
    re.DOTALL,
)


def shifted(formula: str, rows: int, cols: int) -> str:
    """The formula as it reads when it is filled `rows` down and `cols` to the right; references wrap at the edges.

    >>> shifted('SUM(A1:$B$2,Sheet1!C3)&"A1"+LOG10(D4)+Table1[[#This Row],[A1]]', 1, 1)
    'SUM(B2:$B$2,Sheet1!D4)&"A1"+LOG10(E5)+Table1[[#This Row],[A1]]'
    >>> shifted("SUM(B:B,$C:D,3:3)*1E5", 2, 1)
    'SUM(C:C,$C:E,5:5)*1E5'
    """
    pieces, at = [], 0
    while at < len(formula):
        match = _TOKEN.match(formula, at)
        if match is None:
            break
        at = match.end()
        text = match[0]
        if match["bracket"]:
            at = _closing(formula, match.start())
            text = formula[match.start() : at]
        elif match["cell"]:
            text = match["c_fix"] + _col(match["col"], match["c_fix"], cols) + match["r_fix"]
            text += _row(match["row"], match["r_fix"], rows)
        elif match["cols"]:
            text = match["a_fix"] + _col(match["a"], match["a_fix"], cols) + ":"
            text += match["b_fix"] + _col(match["b"], match["b_fix"], cols)
        elif match["rows"]:
            text = match["m_fix"] + _row(match["m"], match["m_fix"], rows) + ":"
            text += match["n_fix"] + _row(match["n"], match["n_fix"], rows)
        pieces.append(text)
    return "".join(pieces)


def _col(letters: str, fixed: str, by: int) -> str:
    number = column_number(letters)
    return letters if fixed or number >= MAX_COLS else column_letters((number + by) % MAX_COLS)


def _row(digits: str, fixed: str, by: int) -> str:
    return digits if fixed else str((int(digits) - 1 + by) % MAX_ROWS + 1)


def _closing(formula: str, at: int) -> int:
    """The end of a bracket, where `'` escapes the next character."""
    depth = 0
    while at < len(formula):
        sign = formula[at]
        if sign == "'":
            at += 1
        depth += (sign == "[") - (sign == "]")
        at += 1
        if not depth:
            break
    return at
