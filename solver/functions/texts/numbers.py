"""Numbers as texts and texts as numbers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from solver.functions.coerce import number_of_text, strict_number_of, text_of
from solver.functions.formats.digitformat import decimal_of, rounded
from solver.functions.formats.numberformat import shown
from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from decimal import Decimal

    from solver.functions.here import Here
    from solver.values import Scalar

_MOST_DECIMALS, _LONGEST_CODE = 127, 255


@function("TEXT", steps=5_000)
def text(here: Here, value: Scalar, code: Scalar) -> str | ErrorValue:
    """A value as a number format shows it.

    =TEXT(1234.567, "$#,##0.00") -> "$1,234.57"
    =TEXT(0.285, "0.0%") -> "28.5%"
    =TEXT(4.34, "# ?/?") -> "4 1/3"
    =TEXT(12200000, "0.00E+00") -> "1.22E+07"
    =TEXT(DATE(2008, 5, 3) + 0.8, "dddd, mmmm d, yyyy h:mm AM/PM") -> "Saturday, May 3, 2008 7:12 PM"
    =TEXT("0:59:99", "#.#####") -> ".04212"
    =TEXT(-1, "0;(0)") -> "(1)"
    =TEXT("abc", "0") -> "abc"
    =TEXT(TRUE, "0") -> "TRUE"
    =TEXT(-1, "h:mm") -> #VALUE!
    =TEXT(#N/A, #DIV/0!) -> #N/A
    """
    for given in (value, code):
        if isinstance(given, ErrorValue):
            return given
    if isinstance(value, str):
        number = number_of_text(value)
        value = value if number is None else number
    pattern = text_of(code)
    if len(pattern) > _LONGEST_CODE:
        return ErrorValue.VALUE
    written = shown(value, pattern, here.date1904)
    return ErrorValue.VALUE if written is None else written


@function("VALUE")
def value_of(value: Scalar) -> float | ErrorValue:
    """The number that a text stands for.

    =VALUE("$1,000") -> 1000
    =VALUE("16:48:00") - VALUE("12:00:00") -> 0.2
    =VALUE("12%") -> 0.12
    =VALUE("x") -> #VALUE!
    =VALUE(TRUE) -> #VALUE!
    """
    return strict_number_of(value)


@function("NUMBERVALUE")
def numbervalue(source: str, point: str = ".", group: str = ",") -> float | ErrorValue:
    """The number that a text stands for, with its own marks for decimals and groups of digits.

    =NUMBERVALUE("2.500,27", ",", ".") -> 2500.27
    =NUMBERVALUE("3.5%%") -> 0.00035
    =NUMBERVALUE("1 2 3") -> 123
    =NUMBERVALUE("") -> 0
    =NUMBERVALUE("1.2.3") -> #VALUE!
    """
    if not point or not group:
        return ErrorValue.VALUE
    digits = re.sub(r"\s", "", source)
    if not digits:
        return 0.0
    whole, mark, decimals = digits.partition(point[0])
    if group[0] in decimals or (group[0] == point[0] and mark):
        return ErrorValue.VALUE
    spelled = whole.replace(group[0], "") + ("." + decimals if mark else "")
    percents = len(spelled) - len(spelled.rstrip("%"))
    number = number_of_text(spelled.rstrip("%"))
    return ErrorValue.VALUE if number is None else number / 100.0**percents


@function("FIXED")
def fixed(number: float, decimals: float = 2, no_commas: bool = False) -> str | ErrorValue:
    """A number with some decimals and commas between thousands.

    =FIXED(1234.567, 1) -> "1,234.6"
    =FIXED(1234.567, -1) -> "1,230"
    =FIXED(-1234.567, -1, TRUE) -> "-1230"
    =FIXED(44.332) -> "44.33"
    """
    if abs(decimals) > _MOST_DECIMALS:
        return ErrorValue.VALUE
    value = _to_places(number, decimals)
    sign = "-" if value < 0 else ""
    return sign + _digits(abs(value), decimals, grouped=not no_commas)


@function("DOLLAR", "USDOLLAR")
def dollar(number: float, decimals: float = 2) -> str | ErrorValue:
    """A number as an amount of dollars; a negative one stands in parentheses.

    =DOLLAR(1234.567) -> "$1,234.57"
    =DOLLAR(-1234.567, -2) -> "($1,200)"
    =DOLLAR(-0.123, 4) -> "($0.1230)"
    """
    if abs(decimals) > _MOST_DECIMALS:
        return ErrorValue.VALUE
    value = _to_places(number, decimals)
    written = "$" + _digits(abs(value), decimals, grouped=True)
    return f"({written})" if value < 0 else written


def _to_places(number: float, decimals: float) -> Decimal:
    return rounded(decimal_of(number), math.trunc(decimals))


def _digits(value: Decimal, decimals: float, *, grouped: bool) -> str:
    places = max(0, math.trunc(decimals))
    return f"{value:,.{places}f}" if grouped else f"{value:.{places}f}"


_THAI_DIGITS = ("", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า")
_THAI_PLACES = ("", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน")


@function("BAHTTEXT")
def bahttext(number: float) -> str:
    """An amount of money in Thai words.

    =BAHTTEXT(1234) -> "หนึ่งพันสองร้อยสามสิบสี่บาทถ้วน"
    =BAHTTEXT(21.5) -> "ยี่สิบเอ็ดบาทห้าสิบสตางค์"
    =BAHTTEXT(0) -> "ศูนย์บาทถ้วน"
    """
    cents = int(_to_places(abs(number), 2).scaleb(2))
    baht, satang = divmod(cents, 100)
    words = "ลบ" if number < 0 and cents else ""
    if baht or not satang:
        words += (_thai(baht) or "ศูนย์") + "บาท"
    return words + (_thai(satang) + "สตางค์" if satang else "ถ้วน")


def _thai(number: int) -> str:
    """A whole number in Thai words, a group of six digits at a time."""
    millions, rest = divmod(number, 10**6)
    words = _thai(millions) + "ล้าน" if millions else ""
    digits = str(rest) if rest else ""
    for k, digit in enumerate(map(int, digits)):
        place = len(digits) - 1 - k
        if not digit:
            continue
        if place == 1 and digit == 1:
            words += "สิบ"
        elif place == 1 and digit == 2:
            words += "ยี่สิบ"
        elif place == 0 and digit == 1 and (len(digits) > 1 or millions):
            words += "เอ็ด"
        else:
            words += _THAI_DIGITS[digit] + _THAI_PLACES[place]
    return words


_FULL_KANA = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソ"
    "タチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
_HALF_KANA = "".join(map(chr, range(0xFF61, 0xFFA0)))
_VOICED = {base: chr(ord(base) + 1) for base in "カキクケコサシスセソタチツテトハヒフヘホ"} | {"ウ": "ヴ"}
_PLOSIVE = {base: chr(ord(base) + 2) for base in "ハヒフヘホ"}
_TO_HALF = {ord(full): half for full, half in zip(_FULL_KANA, _HALF_KANA, strict=True)}
_TO_HALF |= {ord(full): _TO_HALF[ord(base)] + "ﾞ" for base, full in _VOICED.items()}
_TO_HALF |= {ord(full): _TO_HALF[ord(base)] + "ﾟ" for base, full in _PLOSIVE.items()}
_TO_HALF |= {code + 0xFEE0: chr(code) for code in range(0x21, 0x7F)} | {0x3000: " ", 0xFFE5: "\\"}
_TO_FULL = {half: chr(full) for full, half in _TO_HALF.items()}
_HALF_LETTER = re.compile("|".join(map(re.escape, sorted(_TO_FULL, key=len, reverse=True))))


@function("ASC")
def half_width(source: str) -> str:
    """The text with letters of full width (and katakana) made half as wide.

    =ASC("ＥＸＣＥＬ") -> "EXCEL"
    =ASC("ガ") -> "ｶﾞ"
    """
    return source.translate(_TO_HALF)


@function("DBCS", "JIS")
def full_width(source: str) -> str:
    """The text with letters of half width (and katakana) made twice as wide.

    =DBCS("EXCEL") -> "ＥＸＣＥＬ"
    =DBCS("ｶﾞ") -> "ガ"
    """
    return _HALF_LETTER.sub(lambda match: _TO_FULL[match[0]], source)
