"""Writing a number by the digit tokens of a format section: digits, decimals, thousands, powers of ten, fractions.

Digits are those of the number's 15 significant ones, rounded half away from zero as decimals, not as bits.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.functions.formats.formatcode import Part, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

_PAD = {"0": "0", "?": " ", "#": ""}


def decimal_of(value: float) -> Decimal:
    """A number to its 15 significant decimal digits.

    >>> decimal_of(0.1 + 0.2)
    Decimal('0.300000000000000')
    """
    return Decimal(f"{value:.14e}")


def rounded(number: Decimal, places: int) -> Decimal:
    """A number rounded to decimal places, halves away from zero; the exponent of the result is -places."""
    shifted = int(number.scaleb(places).to_integral_value(ROUND_HALF_UP))
    return Decimal((number.is_signed() and shifted != 0, tuple(map(int, str(abs(shifted)))), -places))


def digits_text(tokens: Sequence[Token], value: float) -> str:
    """A number that is not negative, written by the tokens of a section with digits."""
    if any(token.part is Part.EXPONENT for token in tokens):
        return _scientific(tokens, decimal_of(value))
    slash = _slash_of_fraction(tokens)
    if slash is not None:
        return _fraction(tokens, slash, decimal_of(value))
    number = decimal_of(value).scaleb(2 * sum(token.part is Part.PERCENT for token in tokens))
    return _plain(tokens, number)


def _plain(tokens: Sequence[Token], number: Decimal) -> str:
    """Digits before and after the point, with literals kept where they stand."""
    point = next((k for k, token in enumerate(tokens) if token.part is Part.POINT), len(tokens))
    whole, decimals = list(tokens[:point]), list(tokens[point:])
    after = [k for k, token in enumerate(decimals) if token.part is Part.DIGIT]
    before = [k for k, token in enumerate(whole) if token.part is Part.DIGIT]
    scaling = _commas_from(decimals, after[-1]) if after else 0
    if point < len(tokens):
        scaling += len(whole) - len(_without_last_commas(whole))
    elif before:
        scaling += _commas_from(whole, before[-1])
    grouped = any(token.part is Part.COMMA and following.part is Part.DIGIT for token, following in pairwise(whole))
    number = rounded(number.scaleb(-3 * scaling), len(after))
    text = f"{number:f}"
    integer, _, fraction = text.partition(".")
    return _whole_part(whole, integer.lstrip("0"), grouped) + _decimal_part(decimals, fraction)


def _commas_from(tokens: Sequence[Token], place: int) -> int:
    return sum(token.part is Part.COMMA for token in tokens[place:])


def _without_last_commas(tokens: list[Token]) -> list[Token]:
    end = len(tokens)
    while end and tokens[end - 1].part is Part.COMMA:
        end -= 1
    return tokens[:end]


def _whole_part(tokens: Sequence[Token], digits: str, grouped: bool) -> str:
    """The digits set into the placeholders from the right; the first placeholder takes what is left over."""
    places = [k for k, token in enumerate(tokens) if token.part is Part.DIGIT]
    shown: dict[int, str] = {}
    left, count = digits, 0
    for k in reversed(places):
        take = left if k == places[0] else left[-1:]
        left = "" if k == places[0] else left[:-1]
        out = ""
        written = take or _PAD[tokens[k].text]
        if not written:
            count += 1  # a place that is not shown has its place in the thousands
        for char in reversed(written):
            if grouped and count and count % 3 == 0:
                out = ("," if char != " " else " ") + out
            out = char + out
            count += 1
        shown[k] = out
    tail = digits if not places else ""
    return "".join(shown.get(k, _literal(token)) for k, token in enumerate(tokens)) + tail


def _decimal_part(tokens: Sequence[Token], fraction: str) -> str:
    significant = len(fraction.rstrip("0"))
    out, k = [], 0
    for token in tokens:
        if token.part is Part.DIGIT:
            out.append(fraction[k] if k < significant else _PAD[token.text])
            k += 1
        else:
            out.append("." if token.part is Part.POINT else _literal(token))
    return "".join(out)


def _literal(token: Token) -> str:
    return token.text if token.part in (Part.LITERAL, Part.PERCENT, Part.SLASH) else ""


def _scientific(tokens: Sequence[Token], number: Decimal) -> str:
    at = next(k for k, token in enumerate(tokens) if token.part is Part.EXPONENT)
    mantissa, tail = tokens[:at], tokens[at + 1 :]
    point = next((k for k, token in enumerate(mantissa) if token.part is Part.POINT), len(mantissa))
    step = max(1, sum(token.part is Part.DIGIT for token in mantissa[:point]))
    places = sum(token.part is Part.DIGIT for token in mantissa[point:])
    exponent = 0
    if number:
        exponent = number.adjusted() // step * step
        if rounded(number.scaleb(-exponent), places) >= 10**step:
            exponent += step
    sign = "-" if exponent < 0 else "+" if tokens[at].text.endswith("+") else ""
    written = tokens[at].text[0] + sign + _whole_part(tail, str(abs(exponent)), False)
    return _plain(mantissa, number.scaleb(-exponent)) + written


def _slash_of_fraction(tokens: Sequence[Token]) -> int | None:
    """The place of a slash that has a numerator before it and a denominator after it."""
    for k, token in enumerate(tokens):
        if token.part is Part.SLASH and k and tokens[k - 1].part is Part.DIGIT and k + 1 < len(tokens):
            after = tokens[k + 1]
            if after.part is Part.DIGIT or after.text.isdigit():
                return k
    return None


def _fraction(tokens: Sequence[Token], slash: int, number: Decimal) -> str:
    start = slash
    while start and tokens[start - 1].part is Part.DIGIT:
        start -= 1
    end = slash + 1
    while end < len(tokens) and (tokens[end].part is Part.DIGIT or tokens[end].text.isdigit()):
        end += 1
    above, below = tokens[start:slash], tokens[slash + 1 : end]
    mixed = any(token.part is Part.DIGIT for token in tokens[:start])
    whole = int(number) if mixed else 0
    rest = Fraction(number) - whole
    spelled = "".join(token.text for token in below)
    fixed = int(spelled) if spelled.isdigit() and int(spelled) else 0
    if fixed:
        top, bottom = int(rest * fixed + Fraction(1, 2)), fixed
    else:
        best = rest.limit_denominator(10 ** len(below) - 1)
        top, bottom = best.numerator, best.denominator
    if mixed and top == bottom:
        whole, top, bottom = whole + 1, 0, fixed or 1
    head = (
        _whole_part(tokens[:start], str(whole) if whole or not top else "", False) if mixed else _text(tokens[:start])
    )
    tail = _text(tokens[end:])
    if mixed and not top and not any(token.text == "0" for token in above):
        blanks = sum(token.text == "?" for token in above) + sum(token.text != "#" for token in below)
        return head + " " * (blanks + 1) + tail
    numerator = str(top).rjust(sum(token.text == "?" for token in above))
    numerator = numerator.strip().zfill(sum(token.text == "0" for token in above)).rjust(len(numerator))
    denominator = str(bottom).ljust(sum(token.text != "#" for token in below))
    return f"{head}{numerator}/{denominator}{tail}"


def _text(tokens: Sequence[Token]) -> str:
    return "".join(_literal(token) for token in tokens)
