"""What a cell can hold: a number, a text, a boolean, an error, or nothing.

A lone value is a plain Python object (`Scalar`); many values are columns: an array of kinds beside an array of
numbers and an array of texts (see `solver.book.book.Cells`).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

LONGEST_TEXT = 32_767
"""The most characters, counted in UTF-16 code units, that a cell holds."""


class Kind(IntEnum):
    """The type of a cell's value; the number stands in kind arrays (uint8)."""

    BLANK = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4


class ErrorValue(IntEnum):
    """Excel's error values; the number is what ERROR.TYPE returns."""

    NULL = 1
    DIV0 = 2
    VALUE = 3
    REF = 4
    NAME = 5
    NUM = 6
    NA = 7
    GETTING_DATA = 8
    SPILL = 9
    CONNECT = 10
    BLOCKED = 11
    UNKNOWN = 12
    FIELD = 13
    CALC = 14

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The text that Excel shows and stores, such as `#DIV/0!`."""
        return ERROR_LABELS[self]


ERROR_LABELS = {
    ErrorValue.NULL: "#NULL!",
    ErrorValue.DIV0: "#DIV/0!",
    ErrorValue.VALUE: "#VALUE!",
    ErrorValue.REF: "#REF!",
    ErrorValue.NAME: "#NAME?",
    ErrorValue.NUM: "#NUM!",
    ErrorValue.NA: "#N/A",
    ErrorValue.GETTING_DATA: "#GETTING_DATA",
    ErrorValue.SPILL: "#SPILL!",
    ErrorValue.CONNECT: "#CONNECT!",
    ErrorValue.BLOCKED: "#BLOCKED!",
    ErrorValue.UNKNOWN: "#UNKNOWN!",
    ErrorValue.FIELD: "#FIELD!",
    ErrorValue.CALC: "#CALC!",
}
ERROR_OF_LABEL = {label: error for error, label in ERROR_LABELS.items()}

Scalar: TypeAlias = "float | str | bool | ErrorValue | None"
"""One cell's value: number, text, boolean, error, or None for a blank."""


def kind_of(value: Scalar) -> Kind:
    """The kind of one value.

    >>> kind_of(True), kind_of(2.0), kind_of(None)
    (<Kind.BOOLEAN: 3>, <Kind.NUMBER: 1>, <Kind.BLANK: 0>)
    """
    if value is None:
        return Kind.BLANK
    if isinstance(value, ErrorValue):
        return Kind.ERROR
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, str):
        return Kind.TEXT
    return Kind.NUMBER
