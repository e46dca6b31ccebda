"""Small books made in memory, for tests that need formulas but no file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from solver.book.book import Book, Cells, Formula, FormulaKind, Sheet
from solver.grid import Area, Cell, parse_a1
from solver.values import ErrorValue, Kind, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_AREA = re.compile(r"([A-Z]+[0-9]+):([A-Z]+[0-9]+)\Z")


def sheet_of(name: str, contents: Mapping[str, Any], position: int = 0) -> Sheet:
    """A sheet from addresses to contents.

    A text that starts with `=` is a formula, `{=...}` that of an array over an area such as `A1:B2`.
    """
    rows, formulas = [], []
    for address, content in contents.items():
        area = _AREA.match(address)
        row, col = parse_a1(area[1] if area else address)
        index = -1
        value: Scalar = content
        if isinstance(content, str) and content.startswith(("=", "{=")):
            array = content.startswith("{=")
            text = content[2:-1] if array else content[1:]
            whole = None
            if array:
                bottom, right = parse_a1(area[2]) if area else (row, col)
                whole = Area(name, row, col, bottom, right)
            kind = FormulaKind.ARRAY if array else FormulaKind.NORMAL
            index = len(formulas)
            formulas.append(Formula(text, row, col, kind, whole))
            value = None
        rows.append((row, col, value, index))
    rows.sort(key=lambda entry: entry[:2])
    text = np.array([v if isinstance(v, str) else None for _, _, v, _ in rows] + [None], dtype=object)[:-1]
    cells = Cells(
        np.array([r for r, *_ in rows], dtype=np.int32),
        np.array([c for _, c, *_ in rows], dtype=np.int32),
        np.array([kind_of(v) for _, _, v, _ in rows], dtype=np.uint8),
        np.array([0.0 if v is None or isinstance(v, str) else float(v) for _, _, v, _ in rows]),
        text,
    )
    return Sheet(name, position, cells, np.array([k for *_, k in rows], dtype=np.int32), tuple(formulas))


def book_of(sheets: Mapping[str, Mapping[str, Any]], **settings: Any) -> Book:
    """A book of such sheets."""
    made = {name: sheet_of(name, contents, k) for k, (name, contents) in enumerate(sheets.items())}
    return Book("made.xlsx", cast("Any", None), made, (), (), active=next(iter(made)), **settings)


def area(text: str) -> Area:
    """An area of the sheet S."""
    first, _, last = text.partition(":")
    return Area("S", *parse_a1(first), *parse_a1(last or first))


def close(a: Scalar, b: Scalar, relative: float = 1e-9) -> bool:
    """Whether two values agree: numbers to this share of their size, all else exactly and of the same type."""
    if type(a) is float and type(b) is float:
        return abs(a - b) <= max(relative * max(abs(a), abs(b)), 1e-12)
    return type(a) is type(b) and a == b


__all__ = ["Cell", "ErrorValue", "Kind", "area", "book_of", "close", "sheet_of"]
