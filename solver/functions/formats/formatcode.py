"""Reading number formats: a format code becomes sections, a section becomes tokens.

    code     = section ; section ; section ; section
    section  = [colour] [condition] [$currency-locale] and then digits 0 # ?, date letters, literals in any mixture

Without conditions the sections are for positive numbers, negative numbers, zero and texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Part(Enum):
    """What a token of a format is."""

    LITERAL = "literal"
    DIGIT = "digit"
    POINT = "point"
    COMMA = "comma"
    PERCENT = "percent"
    EXPONENT = "exponent"
    SLASH = "slash"
    DATE = "date"
    ELAPSED = "elapsed"
    FRACTION = "fraction"
    HALF_DAY = "half of the day"
    TEXT = "text"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Token:
    """One part of a section, with its own spelling (literals without quotes)."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """The tokens of one section and the condition on the number, if it states one: an operator and a bound."""

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None = None

    def has(self, *parts: Part) -> bool:
        """Whether any token is of one of these parts."""
        return any(token.part in parts for token in self.tokens)

    @property
    def is_date(self) -> bool:
        """Whether it shows dates or times."""
        return self.has(Part.DATE, Part.ELAPSED, Part.HALF_DAY)


class FormatCodeError(ValueError):
    """The text is no number format."""


_TOKENS = re.compile(
    r"(?P<general>General)"
    r'|"(?P<quoted>[^"]*)(?:"|\Z)'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<half>AM/PM|A/P)"
    r"|(?P<exponent>(?-i:E)[+-])"
    r"|(?P<date>y+|m+|d+|h+|s+|b+|e+|g+)"
    r"|(?P<digit>[0#?])"
    r"|(?P<mark>[.,%/@;])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:E[-+]?\d+)?)\Z", re.IGNORECASE)
_COLOUR = re.compile(r"(black|blue|cyan|green|magenta|red|white|yellow|color\s*\d{1,2})\Z", re.IGNORECASE)
_ELAPSED = re.compile(r"(h+|m+|s+)\Z", re.IGNORECASE)
_MARKS = {".": Part.POINT, ",": Part.COMMA, "%": Part.PERCENT, "/": Part.SLASH, "@": Part.TEXT}
_MOST_SECTIONS = 4
_SYSTEM_FORMATS = (
    (re.compile(r"\[\$-(?:[fF]800|x-sysdate)\][^;]*"), "dddd, mmmm d, yyyy"),
    (re.compile(r"\[\$-(?:[fF]400|x-systime)\][^;]*"), "h:mm:ss AM/PM"),
)


@lru_cache(maxsize=1024)
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a format code; FormatCodeError if it is not one.

    >>> [len(section.tokens) for section in sections_of('0.00;[Red]-0;"zero"')]
    [4, 2, 1]
    """
    for pattern, meant in _SYSTEM_FORMATS:
        code = pattern.sub(meant, code)
    sections: list[Section] = []
    tokens: list[Token] = []
    condition = None
    for match in _TOKENS.finditer(code):
        if match["mark"] == ";":
            sections.append(_section(tokens, condition))
            tokens, condition = [], None
        elif match["bracket"] is not None:
            found = _bracket(match["bracket"])
            if isinstance(found, Token):
                tokens.append(found)
            elif found is not None:
                condition = found
        else:
            tokens.append(_token(match))
    sections.append(_section(tokens, condition))
    if len(sections) > _MOST_SECTIONS or any(section.has(Part.TEXT) for section in sections[:-1]):
        raise FormatCodeError(code)
    return tuple(sections)


def _token(match: re.Match[str]) -> Token:
    kind = match.lastgroup
    text = match[kind] if kind is not None else ""
    if kind == "general":
        return Token(Part.GENERAL, text)
    if kind == "digit":
        return Token(Part.DIGIT, text)
    if kind == "mark":
        return Token(_MARKS[text], text)
    if kind == "date":
        return Token(Part.DATE, text.lower())
    if kind == "half":
        return Token(Part.HALF_DAY, text)
    if kind == "exponent":
        return Token(Part.EXPONENT, text)
    if kind == "space":
        return Token(Part.LITERAL, " ")
    return Token(Part.LITERAL, "" if kind == "fill" else text)


def _bracket(inside: str) -> Token | tuple[str, float] | None:
    """What square brackets mean: a token, a condition, or nothing that shows."""
    if inside.startswith("$"):
        return Token(Part.LITERAL, inside[1:].split("-", 1)[0])
    if _ELAPSED.match(inside):
        return Token(Part.ELAPSED, inside.lower())
    condition = _CONDITION.match(inside)
    if condition is not None:
        return condition[1], float(condition[2])
    if _COLOUR.match(inside) or inside.lower().startswith(("dbnum", "natnum")):
        return None
    raise FormatCodeError(inside)


def _section(tokens: list[Token], condition: tuple[str, float] | None) -> Section:
    """The section, with what depends on the neighbours settled: decimals of seconds, minutes and months."""
    section = Section(tuple(tokens), condition)
    if not section.is_date:
        if section.has(Part.TEXT, Part.GENERAL) and section.has(Part.DIGIT):
            raise FormatCodeError("a digit beside the whole value")
        return Section(tuple(_with_commas(tokens)), condition)
    settled: list[Token] = []
    k = 0
    while k < len(tokens):
        token = tokens[k]
        if token.part is Part.POINT:
            zeros = 0
            while k + 1 + zeros < len(tokens) and tokens[k + 1 + zeros] == Token(Part.DIGIT, "0"):
                zeros += 1
            settled.append(Token(Part.FRACTION, "." + "0" * zeros) if zeros else Token(Part.LITERAL, "."))
            k += zeros
        elif token.part in (Part.COMMA, Part.SLASH):
            settled.append(Token(Part.LITERAL, token.text))
        elif token.part in (Part.DIGIT, Part.EXPONENT, Part.TEXT, Part.PERCENT, Part.GENERAL):
            raise FormatCodeError(token.text)
        else:
            settled.append(token)
        k += 1
    return Section(tuple(_with_minutes(settled)), condition)


def _with_commas(tokens: list[Token]) -> list[Token]:
    """The tokens with each run of commas settled: after a literal it shows as one comma, between digits it groups."""
    out: list[Token] = []
    for k, token in enumerate(tokens):
        if token.part is not Part.COMMA:
            out.append(token)
        elif out and out[-1].part is Part.COMMA and k + 1 < len(tokens) and tokens[k + 1].part is Part.DIGIT:
            continue
        elif out and out[-1].part in (Part.DIGIT, Part.POINT, Part.COMMA):
            out.append(token)
        elif k == 0 or tokens[k - 1].part is not Part.COMMA:
            out.append(Token(Part.LITERAL, ","))
    return out


def _with_minutes(tokens: list[Token]) -> list[Token]:
    """The tokens with m and mm turned into capitals where they mean minutes: after hours, or before seconds."""
    clock = [k for k, token in enumerate(tokens) if token.part in (Part.DATE, Part.ELAPSED)]
    out = list(tokens)
    for place, k in enumerate(clock):
        if tokens[k].part is Part.ELAPSED or tokens[k].text not in ("m", "mm"):
            continue
        before = tokens[clock[place - 1]].text[0] if place else ""
        after = tokens[clock[place + 1]].text[0] if place + 1 < len(clock) else ""
        if before == "h" or after == "s":
            out[k] = Token(Part.DATE, tokens[k].text.upper())
    return out
