"""What stands in the brackets of a structured reference: items, columns, escapes."""

from __future__ import annotations

import re

from solver.formula.lexis import BRACKETED

ITEMS = {item.casefold(): item for item in ("#All", "#Data", "#Headers", "#Totals", "#This Row")}

_PART = re.compile(rf"\s*({BRACKETED})\s*([,:]|\Z)")
_ESCAPE = re.compile(r"'([\s\S])")


def parse_brackets(brackets: str) -> tuple[tuple[str, ...], str | None, str | None]:
    """Items, first and last column of a table's bracketed part, outer brackets included; ValueError if it is malformed.

    >>> parse_brackets("[[#Headers],[a]:[b '#]]")
    (('#Headers',), 'a', 'b #')
    >>> parse_brackets("[@x]"), parse_brackets("[#all]"), parse_brackets("[]")
    ((('#This Row',), 'x', None), (('#All',), None, None), ((), None, None))
    """
    inner = brackets[1:-1].strip()
    this_row: tuple[str, ...] = ()
    if inner.startswith("@"):
        this_row, inner = ("#This Row",), inner[1:].strip()
    if not inner:
        return this_row, None, None
    if not inner.startswith("["):
        if not this_row and inner.startswith("#"):
            return (_item(inner),), None, None
        return this_row, _unescape(inner), None
    items, columns = _parts(inner)
    if this_row and items:
        raise ValueError("both @ and an item")
    return this_row or items, columns[0] if columns else None, columns[1] if len(columns) > 1 else None


def _parts(inner: str) -> tuple[tuple[str, ...], list[str]]:
    """Items and columns of `[#Headers],[#Data],[first]:[last]`."""
    items: list[str] = []
    columns: list[str] = []
    position, joint = 0, ","
    while joint:
        part = _PART.match(inner, position)
        if part is None:
            raise ValueError("a bracket is missing")
        word = part[1][1:-1]
        if word.startswith("#"):
            if columns or joint == ":":
                raise ValueError("an item must stand before the columns")
            items.append(_item(word))
        elif columns and (joint != ":" or len(columns) > 1):
            raise ValueError("columns are joined by one colon")
        elif joint == ":" and not columns:
            raise ValueError("a colon needs a column before it")
        else:
            columns.append(_unescape(word))
        position, joint = part.end(), part[2]
    if position < len(inner):
        raise ValueError("a comma or colon is missing")
    return tuple(items), columns


def _item(word: str) -> str:
    try:
        return ITEMS[word.strip().casefold()]
    except KeyError:
        raise ValueError(f"{word} is not a part of a table") from None


def _unescape(column: str) -> str:
    return _ESCAPE.sub(r"\1", column)
