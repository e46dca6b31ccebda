"""Values as a number format shows them: the language of TEXT and of cells.

>>> shown(1234.567, "#,##0.00"), shown(-5, "0;(0)"), shown(0.25, "0%"), shown(1.75, "# ?/?")
('1,234.57', '(5)', '25%', '1 3/4')
>>> shown(39123.5, "yyyy-mm-dd h:mm AM/PM"), shown("x", '0;-0;0;"<"@">"'), shown(1.5, "[h]:mm")
('2007-02-10 12:00 PM', '<x>', '36:00')
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from solver.functions.coerce import text_of, text_of_number
from solver.functions.formats.dateformat import date_text
from solver.functions.formats.digitformat import decimal_of, digits_text
from solver.functions.formats.formatcode import FormatCodeError, Part, Section, sections_of
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.values import Scalar

_COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_WIDEST_GENERAL = 11


def shown(value: Scalar, code: str, date1904: bool = False) -> str | None:
    """A value as a format shows it; None where the format is wrong or has no picture of the value."""
    try:
        sections = sections_of(code)
    except FormatCodeError:
        return None
    if isinstance(value, (bool, ErrorValue)):
        return text_of(value)
    if isinstance(value, str):
        return _text_shown(sections, value)
    number = float(value or 0.0)
    section, signed = _section_for(sections, number)
    if section is None:
        return None
    if section.is_date:
        return date_text(section, number if signed else abs(number), date1904)
    sign = "-" if signed and number < 0 else ""
    if section.has(Part.GENERAL, Part.TEXT) and not section.has(Part.DIGIT):
        plain = general(abs(number)) if section.has(Part.GENERAL) else text_of_number(abs(number))
        return sign + "".join(
            plain if token.part in (Part.GENERAL, Part.TEXT) else token.text for token in section.tokens
        )
    if section.has(Part.DIGIT):
        return sign + digits_text(section.tokens, abs(number))
    return sign + "".join(token.text for token in section.tokens)


def _text_shown(sections: tuple[Section, ...], text: str) -> str:
    last = sections[-1]
    if len(sections) == 4 or last.has(Part.TEXT):
        return "".join(text if token.part is Part.TEXT else token.text for token in last.tokens)
    return text


def _section_for(sections: tuple[Section, ...], number: float) -> tuple[Section | None, bool]:
    """The section for a number, and whether a minus sign is still to be written."""
    if len(sections) == 4 or (len(sections) > 1 and sections[-1].has(Part.TEXT)):
        sections = sections[:-1]
    if not any(section.condition for section in sections):
        if len(sections) == 1:
            return sections[0], True
        if len(sections) == 2 or number != 0:
            return sections[number < 0], False
        return sections[2], False
    for k, section in enumerate(sections):
        test = section.condition or ((">", 0.0), ("<", 0.0), None)[k]
        if k == 0 and len(sections) == 2 and section.condition is None:
            test = (">=", 0.0)
        if section.condition is None and k == len(sections) - 1 and k > 0:
            test = None
        if test is None or _COMPARISONS[test[0]](number, test[1]):
            only_negative = test is not None and test[0] in ("<", "<=") and test[1] <= 0
            return section, not only_negative
    return (sections[0], True) if len(sections) == 1 else (None, True)


def general(value: float) -> str:
    """A number as the General format shows it in a wide cell: at most eleven characters beside the sign.

    >>> general(3.14159265358979), general(1e11), general(123456789012), general(-1.5e-9), general(0.1)
    ('3.141592654', '1E+11', '1.23457E+11', '-1.5E-09', '0.1')
    """
    if value == 0:
        return "0"
    sign, number = "-" if value < 0 else "", abs(decimal_of(value))
    exponent = number.adjusted()
    if -5 < exponent < _WIDEST_GENERAL:
        places = max(0, min(9, _WIDEST_GENERAL - 2 - max(exponent, 0)))
        text = f"{float(number):.{places}f}"
        return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
    full = f"{number:f}".rstrip("0") if exponent < 0 else ""
    if full and len(full) <= _WIDEST_GENERAL:
        return sign + full
    mantissa, power = f"{number:.5E}".split("E")
    return f"{sign}{mantissa.rstrip('0').rstrip('.')}E{power[0]}{power[1:].zfill(2)}"
