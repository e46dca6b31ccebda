"""Complex numbers, units, numerals and special functions, against cmath, SciPy and Python's own conversions."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import constants, special

from solver.functions.engineering.complexnumbers import complex_of, text_of_complex
from solver.values import ErrorValue
from tests.functions.formulas import value_of

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 6) + 0.0)
POINTS = st.builds(complex, PARTS, PARTS)


@given(POINTS, st.sampled_from("ij"))
def test_a_complex_number_is_read_as_it_is_written(z: complex, letter: str) -> None:
    text = text_of_complex(z, letter)
    found = complex_of(text)
    assert not isinstance(found, ErrorValue)
    assert found.value == z
    assert found.letter in (letter, "")


FUNCTIONS: dict[str, Callable[[complex], complex]] = {
    "IMSQRT": cmath.sqrt, "IMEXP": cmath.exp, "IMLN": cmath.log, "IMLOG10": cmath.log10, "IMSIN": cmath.sin,
    "IMCOS": cmath.cos, "IMTAN": cmath.tan, "IMSINH": cmath.sinh, "IMCOSH": cmath.cosh,
    "IMCOT": lambda z: 1 / cmath.tan(z), "IMSEC": lambda z: 1 / cmath.cos(z), "IMCSC": lambda z: 1 / cmath.sin(z),
    "IMSECH": lambda z: 1 / cmath.cosh(z), "IMCSCH": lambda z: 1 / cmath.sinh(z), "IMLOG2": lambda z: cmath.log(z, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
@given(z=POINTS)
def test_complex_functions_against_cmath(name: str, z: complex) -> None:
    assume(abs(z) > 0.1)
    assume(min(abs(cmath.cos(z)), abs(cmath.cosh(z)), abs(cmath.sin(z)), abs(cmath.sinh(z))) > 1e-3)
    result = complex_of(value_of(f'={name}("{text_of_complex(z, "i")}")'))
    assert not isinstance(result, ErrorValue)
    expected = FUNCTIONS[name](z)
    assert abs(result.value - expected) <= 1e-9 * max(1.0, abs(expected))


@given(POINTS, POINTS)
def test_complex_arithmetic(a: complex, b: complex) -> None:
    assume(abs(b) > 0.01)
    first, second = text_of_complex(a, "i"), text_of_complex(b, "i")
    for name, expected in (("IMSUM", a + b), ("IMSUB", a - b), ("IMPRODUCT", a * b), ("IMDIV", a / b)):
        result = complex_of(value_of(f'={name}("{first}","{second}")'))
        assert not isinstance(result, ErrorValue)
        assert abs(result.value - expected) <= 1e-9 * max(1.0, abs(expected))


def test_letters_must_agree() -> None:
    assert value_of('=IMSUM("i","j")') is ErrorValue.VALUE
    assert value_of('=IMSUM("2j",3)') == "3+2j"


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("mi", "m", constants.mile), ("Nmi", "m", constants.nautical_mile), ("ly", "m", constants.light_year),
        ("pc", "m", constants.parsec), ("lbm", "kg", constants.lb), ("stone", "kg", constants.stone),
        ("atm", "Pa", constants.atm), ("psi", "Pa", constants.psi), ("Torr", "Pa", constants.torr),
        ("lbf", "N", constants.lbf), ("cal", "J", constants.calorie_IT), ("c", "J", constants.calorie),
        ("HP", "W", constants.hp), ("gal", "m3", constants.gallon), ("uk_gal", "l", constants.gallon_imp * 1000),
        ("barrel", "m^3", constants.barrel), ("uk_acre", "m2", constants.acre), ("kn", "m/s", constants.knot),
        ("mph", "km/hr", constants.mph * 3.6), ("sg", "kg", constants.slug),
        ("flb", "J", constants.lbf * constants.foot),
        ("km2", "ha", 100), ("cm3", "ml", 1), ("Gibyte", "Mibyte", 1024), ("day", "min", 1440),
        ("survey_mi", "ft", 5280.01056),
    ],
)  # fmt: skip
def test_units_against_scipy(source: str, target: str, factor: float) -> None:
    assert value_of(f'=CONVERT(1,"{source}","{target}")') == pytest.approx(factor, rel=1e-9)
    assert value_of(f'=CONVERT(CONVERT(7,"{source}","{target}"),"{target}","{source}")') == pytest.approx(7, rel=1e-13)


def test_temperatures() -> None:
    for target, value in (("F", 212), ("K", 373.15), ("Rank", 671.67), ("Reau", 80), ("mK", 373150)):
        assert value_of(f'=CONVERT(100,"C","{target}")') == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize(
    ("source", "target"), [("m", "g"), ("kft", "m"), ("mC", "K"), ("KM", "m"), ("kim", "m"), ("", "m")]
)
def test_units_that_do_not_fit(source: str, target: str) -> None:
    assert value_of(f'=CONVERT(1,"{source}","{target}")') is ErrorValue.NA


@given(st.integers(-512, 511))
def test_numerals_go_round(number: int) -> None:
    chain = f"=BIN2DEC(OCT2BIN(HEX2OCT(BIN2HEX(DEC2BIN({number})))))"
    assert value_of(chain) == number
    assert value_of(f"=DEC2HEX({number})") == f"{number % 16**10:X}"


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1))
def test_bits(a: int, b: int) -> None:
    assert value_of(f"=BITAND({a},{b})+BITXOR({a},{b})") == a | b
    assert value_of(f"=BITRSHIFT({a},7)") == a >> 7


@pytest.mark.parametrize(
    ("name", "function"), [("J", special.jv), ("Y", special.yv), ("I", special.iv), ("K", special.kv)]
)
@pytest.mark.parametrize("order", [0, 1, 2, 5])
def test_bessel_functions_to_the_digits_that_excel_has(name: str, function: object, order: int) -> None:
    assert callable(function)
    for x in (0.3, 1.9, 3.8, 7.5, 8.5, 14.0):
        assert value_of(f"=BESSEL{name}({x},{order})") == pytest.approx(float(function(order, x)), rel=2e-6, abs=1e-7)


@given(st.floats(-4, 4), st.floats(-4, 4))
def test_error_functions(a: float, b: float) -> None:
    assert value_of(f"=ERF({a!r},{b!r})") == pytest.approx(special.erf(b) - special.erf(a), rel=1e-6, abs=1e-15)
    assert value_of(f"=ERF({a!r})+ERFC({a!r})") == pytest.approx(1, rel=1e-14)
