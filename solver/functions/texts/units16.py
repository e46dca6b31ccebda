"""Texts as Excel counts them: in UTF-16 code units, so that a character beyond the first 65,536 counts twice.

Inside a function such a character stands as its two surrogates; a half that is left alone cannot be stored and
becomes the replacement character.
"""

from __future__ import annotations

from solver.values import LONGEST_TEXT, ErrorValue


def storable(text: str) -> str | ErrorValue:
    """The text, or #VALUE! where no cell can hold it."""
    return text if len(text) <= LONGEST_TEXT else ErrorValue.VALUE


def units(text: str) -> str:
    """The text with one character per code unit.

    >>> len(units("a😀"))
    3
    """
    if text.isascii() or max(text, default="") < "\U00010000":
        return text
    pairs = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(int.from_bytes(pairs[k : k + 2], "little")) for k in range(0, len(pairs), 2))


def text_of_units(code_units: str) -> str:
    """The text that code units spell.

    >>> text_of_units(units("a😀")), text_of_units(units("a😀")[:2])
    ('a😀', 'a�')
    """
    if code_units.isascii() or not any("\ud800" <= unit <= "\udfff" for unit in code_units):
        return code_units
    return code_units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
