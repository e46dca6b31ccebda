"""Texts: their length, their parts, their case and their characters."""

from __future__ import annotations

import math

from solver.functions.registry import function
from solver.functions.texts.units16 import storable, text_of_units, units
from solver.values import LONGEST_TEXT, ErrorValue


@function("LEN", "LENB")
def length(text: str) -> float:
    """The number of characters.

    =LEN("Phoenix, AZ") -> 11
    =LEN("") -> 0
    =LEN(12.5) -> 4
    =LEN(TRUE) -> 4
    """
    return float(len(units(text)))


@function("LEFT", "LEFTB")
def left(text: str, count: float = 1) -> str | ErrorValue:
    """The first characters.

    =LEFT("Sale Price", 4) -> "Sale"
    =LEFT("Sweden") -> "S"
    =LEFT("abc", -1) -> #VALUE!
    =LEFT(1234, 2.9) -> "12"
    """
    return ErrorValue.VALUE if count < 0 else text_of_units(units(text)[: _place(count)])


@function("RIGHT", "RIGHTB")
def right(text: str, count: float = 1) -> str | ErrorValue:
    """The last characters.

    =RIGHT("Sale Price", 5) -> "Price"
    =RIGHT("abc", 0) -> ""
    =RIGHT("abc", 9) -> "abc"
    """
    if count < 0:
        return ErrorValue.VALUE
    code_units = units(text)
    return text_of_units(code_units[max(0, len(code_units) - _place(count)) :])


@function("MID", "MIDB")
def middle(text: str, start: float, count: float) -> str | ErrorValue:
    """Some characters from a place on.

    =MID("Fluid Flow", 7, 20) -> "Flow"
    =MID("Fluid Flow", 20, 5) -> ""
    =MID("abc", 0, 1) -> #VALUE!
    =MID("abc", 1, -1) -> #VALUE!
    """
    if start < 1 or count < 0:
        return ErrorValue.VALUE
    first = _place(start) - 1
    return text_of_units(units(text)[first : first + _place(count)])


@function("REPLACE", "REPLACEB")
def replace(text: str, start: float, count: float, new: str) -> str | ErrorValue:
    """The text with some of its characters, counted by place, replaced.

    =REPLACE("abcdefghijk", 6, 5, "*") -> "abcde*k"
    =REPLACE("2009", 3, 2, 10) -> "2010"
    =REPLACE("ab", 9, 1, "c") -> "abc"
    """
    if start < 1 or count < 0:
        return ErrorValue.VALUE
    code_units, first = units(text), _place(start) - 1
    return storable(text_of_units(code_units[:first] + units(new) + code_units[first + _place(count) :]))


@function("SUBSTITUTE")
def substitute(text: str, old: str, new: str, instance: float | None = None) -> str | ErrorValue:
    """The text with another text in place of one inside it: of all, or of one occurrence.

    =SUBSTITUTE("Sales Data", "Sales", "Cost") -> "Cost Data"
    =SUBSTITUTE("Quarter 1, 2011", "1", "2", 3) -> "Quarter 1, 2012"
    =SUBSTITUTE("abc", "", "x") -> "abc"
    =SUBSTITUTE("abc", "a", "x", 0) -> #VALUE!
    """
    if instance is not None and instance < 1:
        return ErrorValue.VALUE
    if not old:
        return text
    if instance is None:
        longer = len(text) + text.count(old) * (len(new) - len(old))
        return text.replace(old, new) if longer <= LONGEST_TEXT else ErrorValue.VALUE
    pieces = text.split(old)
    nth = math.trunc(instance)
    if nth >= len(pieces):
        return text
    return storable(old.join(pieces[:nth]) + new + old.join(pieces[nth:]))


@function("REPT")
def repeat(text: str, count: float) -> str | ErrorValue:
    """The text some times over.

    =REPT("*-", 3) -> "*-*-*-"
    =REPT("ab", 0) -> ""
    =REPT("ab", -1) -> #VALUE!
    =REPT("ab", 32767) -> #VALUE!
    """
    if count < 0 or len(units(text)) * math.trunc(count) > LONGEST_TEXT:
        return ErrorValue.VALUE
    return text * math.trunc(count)


@function("UPPER")
def upper(text: str) -> str:
    """All letters as capitals.

    =UPPER("total") -> "TOTAL"
    =UPPER("straße") -> "STRAßE"
    """
    return "".join(_one(char.upper(), char) for char in text)


@function("LOWER")
def lower(text: str) -> str:
    """All letters as small letters.

    =LOWER("E. E. Cummings") -> "e. e. cummings"
    """
    return "".join(_one(char.lower(), char) for char in text)


@function("PROPER")
def proper(text: str) -> str:
    """A capital at the start of every run of letters, small letters elsewhere.

    =PROPER("this is a TITLE") -> "This Is A Title"
    =PROPER("2-way street's 76BudGet") -> "2-Way Street'S 76Budget"
    """
    before = [" ", *text[:-1]]
    return "".join(
        _one(char.lower() if last.isalpha() else char.upper(), char) for last, char in zip(before, text, strict=False)
    )


@function("TRIM")
def trim(text: str) -> str:
    """The text with single spaces between words and none at its ends.

    =TRIM("  First  Quarter Earnings ") -> "First Quarter Earnings"
    """
    return " ".join(word for word in text.split(" ") if word)


@function("CLEAN")
def clean(text: str) -> str:
    """The text without control characters.

    =CLEAN(CHAR(9) & "Monthly report" & CHAR(10)) -> "Monthly report"
    """
    return "".join(char for char in text if char >= " ")


@function("EXACT")
def exact(first: str, second: str) -> bool:
    """Whether two texts are the same, case included.

    =EXACT("word", "Word") -> FALSE
    =EXACT("word", "word") -> TRUE
    =EXACT(1, "1") -> TRUE
    """
    return first == second


@function("CHAR")
def char_of(code: float) -> str | ErrorValue:
    """The character of a code from 1 to 255 in the Windows code page 1252.

    =CHAR(65) -> "A"
    =CHAR(128) -> "€"
    =CHAR(0) -> #VALUE!
    =CHAR(256) -> #VALUE!
    """
    number = math.floor(code)
    if not 1 <= number <= 255:
        return ErrorValue.VALUE
    return bytes([number]).decode("cp1252", "ignore") or chr(number)


@function("CODE")
def code_of(text: str) -> float | ErrorValue:
    """The code of the first character in the Windows code page 1252; 63, a question mark, if it has none.

    =CODE("Alphabet") -> 65
    =CODE("€") -> 128
    =CODE("") -> #VALUE!
    """
    if not text:
        return ErrorValue.VALUE
    encoded = text[0].encode("cp1252", "ignore")
    if encoded:
        return float(encoded[0])
    return float(ord(text[0])) if ord(text[0]) < 160 else 63.0


@function("UNICHAR")
def unichar(code: float) -> str | ErrorValue:
    """The character of a Unicode number.

    =UNICHAR(66) -> "B"
    =UNICHAR(8364) -> "€"
    =UNICHAR(0) -> #VALUE!
    =UNICHAR(55296) -> #N/A
    """
    number = math.floor(code)
    if not 1 <= number <= 0x10FFFF:
        return ErrorValue.VALUE
    return ErrorValue.NA if 0xD800 <= number <= 0xDFFF or number & 0xFFFE == 0xFFFE else chr(number)


@function("UNICODE")
def unicode_of(text: str) -> float | ErrorValue:
    """The Unicode number of the first character.

    =UNICODE(" ") -> 32
    =UNICODE("€") -> 8364
    =UNICODE("") -> #VALUE!
    """
    return float(ord(text[0])) if text else ErrorValue.VALUE


def _place(value: float) -> int:
    """A count or place as a whole number that fits in a text."""
    return math.trunc(min(value, 2.0**31))


def _one(changed: str, char: str) -> str:
    """The changed letter where it is still one letter, else the letter as it was."""
    return changed if len(changed) == 1 else char
