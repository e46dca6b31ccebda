"""Number formats: a table of pictures, and properties that hold for all numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.functions.coerce import number_of_text
from solver.functions.formats.numberformat import general, shown
from solver.values import ErrorValue

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "code", "picture"),
    [
        (1234.567, "#,##0.00", "1,234.57"), (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"), (0, '0;-0;"nil"', "nil"),
        (2.675, "0.00", "2.68"), (-0.001, "0.00", "-0.00"), (0.5, "#.##", ".5"), (5, "000", "005"), (5, "???", "  5"),
        (12345678, "0.0,,", "12.3"), (12345678, "#,##0,", "12,346"), (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (890123.456, "#,###.##.#", "890,123.45.6"), (890123.456, ",#.0", ",890123.5"), (0.285, "0.0%", "28.5%"),
        (12200000, "0.00E+00", "1.22E+07"), (0.00012, "0.0E-0", "1.2E-4"), (123456, "##0.0E+0", "123.5E+3"),
        (9.999, "0.0E+0", "1.0E+1"), (1.75, "# ?/?", "1 3/4"), (0.5, "# ?/?", " 1/2"), (3, "# ?/?", "3    "),
        (5.3, "# ?/8", "5 2/8"), (1e15, "0", "1000000000000000"), (5, '"a"0\\b_)', "a5b "), (5, "0*-", "5"),
        (150, "[>100]#;[<=100]0.0", "150"), (50, "[>100]#;[<=100]0.0", "50.0"), (-5, "[Red]0", "-5"), (-5, ";;", ""),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"), (-3, 'General"!"', "-3!"), ("x", '0;0;0;"<"@">"', "<x>"),
        ("x", "0", "x"),
        (39123.75, "mm/dd/yyyy hh:mm:ss AM/PM", "02/10/2007 06:00:00 PM"),
        (39123.75, "dddd d mmmm yy", "Saturday 10 February 07"),
        (39123.123456, "h:mm:ss.000", "2:57:46.598"), (1.5, "[h]:mm", "36:00"), (1.5, "[mm]:ss", "2160:00"),
        (-1, "[h]", "-24"),
        (60, "yyyy-mm-dd", "1900-02-29"), (0, "d/m/yyyy", "0/1/1900"), (0.75, "h a/p", "6 p"),
        (0.999999, "h:mm:ss", "0:00:00"),
        (46127, "mm.dd.yy", "04.15.26"), (44927, "mmmmm", "J"), (-1, "h:mm", None), (2958466, "yy", None),
        (5, "0 [zz]", None),
        (5, "0 yy", None), (True, "0", "TRUE"), (ErrorValue.NA, "0", "#N/A"),
    ],
)  # fmt: skip
def test_pictures(value: float | str, code: str, picture: str | None) -> None:
    assert shown(value, code) == picture


@given(NUMBERS, st.integers(0, 6))
def test_decimals_are_rounded_half_away_from_zero(value: float, places: int) -> None:
    """A fixed number of decimals is the decimal rounding of the number's 15 digits."""
    text = shown(value, "0." + "0" * places if places else "0")
    assert text is not None
    exact = Decimal(f"{value:.14e}").quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert Decimal(text) == exact


@given(NUMBERS, st.sampled_from(["#,##0.000000", "0.000000;(0.000000)", "0.0000000000E+00", "General", "0.00000000%"]))
def test_what_is_written_can_be_read(value: float, code: str) -> None:
    text = shown(value, code)
    assert text is not None
    assert number_of_text(text) == pytest.approx(value, rel=1e-5, abs=1e-6)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_general_fits_its_width(value: float) -> None:
    """Never more than eleven characters beside the sign, and always close to the number."""
    text = general(value)
    assert len(text.lstrip("-")) <= 12 if "E" in text else len(text.lstrip("-")) <= 11
    if abs(value) > 1e-300:
        assert float(text) == pytest.approx(value, rel=1e-5)
