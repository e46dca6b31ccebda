"""Commas in number formats: the same sign groups, scales, is shown or is dropped, by what stands beside it."""

from __future__ import annotations

import pytest

from solver.functions.formats.numberformat import shown

SEVEN, TWELVE = 1234567.1234567, 123456789357.12


@pytest.mark.parametrize(
    ("code", "picture"),
    [
        ("#,###.###", "1,234,567.123"), (r"\#,###.###", "#,1234567.123"), (r"##\,###.###", "1234,567.123"),
        (",###.###", ",1234567.123"), ("'#,'###.###", "'1234'567.123"), ("'0#,#0'0", "'1,234,56'7"),
        (r"#'\z#,###.###", "1,23'z4,567.123"), ("0,.00", "1234.57"), ("0,,.00", "1.23"), (r"0,\k.00", "1234567k.12"),
        (r"#,\k#,.00", "123k4.57"), ("###,###,.00", "1,234.57"), (r"#\k,.00", "1234567k,.12"),
        (r"#,\k,,\z,,.00", "1234567k,z,.12"), (r"0\#,0", "123456#,7"), (r"0\#,", "1234567#,"),
        (r"0.\#,0", "1234567.#,1"),
        (r"0\#,,,#,,#", "1,234,5#,67"), (r"\#,,,#,,,,#.0,,0,,,#", "#,1,234,567.123"),
        (r",,,,\#,,,#,,,,#,.0,,0,,,#,", ",#,1.235"),
        ("#.##################,,,", ".0012345671234567"), ("0000.00E+00", "0123.46E+04"), ("0E-00", "1E06"),
        (r"0.000E+00\k000", "1.235E+00k006"), ("0,000%%%", "1,234,567,123,457%%%"), ("00000-0000", "00123-4567"),
    ],
)  # fmt: skip
def test_seven_digits(code: str, picture: str) -> None:
    assert shown(SEVEN, code) == picture


@pytest.mark.parametrize(
    ("code", "picture"),
    [
        ("###,###,###,,#,,0,,#,,,", "123"), ("###,###,###,,#,,#,,,#.00", "123,456,789,357.12"),
        ("###,###,###,,#,,#,,,#,,.00,", "123.46"), ("00.,00,0", "123456789357.120"), ("00.,00,0,,", "123456.789"),
        (r"0,.0,,\z,,,\k,,,,", "123.5z,k,"), (",", ","), ("#,0,,", "123,457"),
    ],
)  # fmt: skip
def test_twelve_digits(code: str, picture: str) -> None:
    assert shown(TWELVE, code) == picture


@pytest.mark.parametrize("code", ["0.00e+00", "General ###", "hh:00", "m/2001", "# y", "#@"])
def test_mixtures_that_are_no_formats(code: str) -> None:
    assert shown(1.5, code) is None


def test_letters_without_a_meaning_show_themselves() -> None:
    assert shown(72.0, "# ft") == "72 ft"
    assert shown(1.0, "$0.0x") == "$1.0x"
    assert shown(SEVEN, "Zero") == "Z5280ro"
    assert shown(70.0431251736111111, "mm:") == "03:"
