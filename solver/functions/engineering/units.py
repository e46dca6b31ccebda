"""Units of measurement, their prefixes, and the conversion between them.

Each dimension has a table of units by their size in one base unit; squares and cubes of lengths are made from the
lengths. A prefix multiplies (squared or cubed for areas and volumes); only the units that allow one take it.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.registry import Smooth

_INCH, _FOOT, _YARD, _MILE, _SEA_MILE = 0.0254, 0.3048, 0.9144, 1609.344, 1852.0
_POINT = _INCH / 72
_LIGHT_YEAR, _PARSEC = 9460730472580800.0, 3.0856775812815532e16
_POUND, _GRAVITY = 453.59237, 9.80665
_FOOT_POUND = _POUND / 1000 * _GRAVITY * _FOOT
_GALLON, _UK_GALLON = 231 * _INCH**3 * 1000, 4.54609

_LENGTHS = {
    "m": 1.0, "mi": _MILE, "Nmi": _SEA_MILE, "in": _INCH, "ft": _FOOT, "yd": _YARD, "ang": 1e-10, "ly": _LIGHT_YEAR,
    "Picapt": _POINT, "Pica": _POINT,
}  # fmt: skip
_MASSES = {
    "g": 1.0, "sg": _POUND * _GRAVITY / _FOOT, "lbm": _POUND, "u": 1.660538782e-24, "ozm": _POUND / 16,
    "grain": _POUND / 7000, "cwt": 100 * _POUND, "shweight": 100 * _POUND, "uk_cwt": 112 * _POUND,
    "lcwt": 112 * _POUND, "hweight": 112 * _POUND, "stone": 14 * _POUND, "ton": 2000 * _POUND,
    "uk_ton": 2240 * _POUND, "LTON": 2240 * _POUND, "brton": 2240 * _POUND,
}  # fmt: skip
_ENERGIES = {
    "J": 1.0, "e": 1e-7, "c": 4.184, "cal": 4.1868, "eV": 1.602176487e-19, "ev": 1.602176487e-19,
    "HPh": 550 * _FOOT_POUND * 3600, "hh": 550 * _FOOT_POUND * 3600, "Wh": 3600.0, "wh": 3600.0, "flb": _FOOT_POUND,
    "BTU": 1055.05585262, "btu": 1055.05585262,
}  # fmt: skip
_LITRES = {
    "l": 1.0, "L": 1.0, "lt": 1.0, "tsp": _GALLON / 768, "tspm": 0.005, "tbs": _GALLON / 256, "oz": _GALLON / 128,
    "cup": _GALLON / 16, "pt": _GALLON / 8, "us_pt": _GALLON / 8, "qt": _GALLON / 4, "gal": _GALLON,
    "uk_pt": _UK_GALLON / 8, "uk_qt": _UK_GALLON / 4, "uk_gal": _UK_GALLON, "barrel": 42 * _GALLON,
    "bushel": 35.23907016688, "GRT": 100 * _FOOT**3 * 1000, "regton": 100 * _FOOT**3 * 1000,
    "MTON": 40 * _FOOT**3 * 1000,
}  # fmt: skip
_DIMENSIONS = (
    _LENGTHS | {
        "ell": 1.143, "parsec": _PARSEC, "pc": _PARSEC, "pica": _INCH / 6, "survey_mi": 5280 * 1200 / 3937,
    },
    _MASSES,
    {"yr": 31557600.0, "day": 86400.0, "d": 86400.0, "hr": 3600.0, "mn": 60.0, "min": 60.0, "sec": 1.0, "s": 1.0},
    {"Pa": 1.0, "p": 1.0, "atm": 101325.0, "at": 101325.0, "mmHg": 133.322, "psi": _POUND * _GRAVITY / 1000 / _INCH**2,
     "Torr": 101325 / 760},
    {"N": 1.0, "dyn": 1e-5, "dy": 1e-5, "lbf": _POUND * _GRAVITY / 1000, "pond": _GRAVITY / 1000},
    _ENERGIES,
    {"HP": 550 * _FOOT_POUND, "h": 550 * _FOOT_POUND, "PS": 75 * _GRAVITY, "W": 1.0, "w": 1.0},
    {"T": 1.0, "ga": 1e-4},
    _LITRES | {f"{name}{hat}3": size**3 * 1000 for name, size in _LENGTHS.items() for hat in ("", "^")},
    {f"{name}{hat}2": size**2 for name, size in _LENGTHS.items() for hat in ("", "^")} | {
        "uk_acre": 4840 * _YARD**2, "us_acre": 43560 * (1200 / 3937) ** 2, "ar": 100.0, "ha": 10000.0, "Morgen": 2500.0,
    },
    {"bit": 1.0, "byte": 8.0},
    {"admkn": 6080 * _FOOT / 3600, "kn": _SEA_MILE / 3600, "m/h": 1 / 3600, "m/hr": 1 / 3600, "m/s": 1.0, "m/sec": 1.0,
     "mph": _MILE / 3600},
)  # fmt: skip
_TAKES_PREFIX = {
    "m", "ang", "ly", "parsec", "pc", "g", "u", "s", "sec", "Pa", "p", "atm", "at", "mmHg", "N", "dyn", "dy", "pond",
    "J", "e", "c", "cal", "eV", "ev", "Wh", "wh", "W", "w", "T", "ga", "l", "L", "lt", "uk_pt", "m2", "m^2", "ang2",
    "ang^2", "ar", "m3", "m^3", "ang3", "ang^3", "bit", "byte", "m/h", "m/hr", "m/s", "m/sec", "mph",
}  # fmt: skip
_PREFIXES = MappingProxyType({
    "Y": 1e24, "Z": 1e21, "E": 1e18, "P": 1e15, "T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1, "e": 1e1,
    "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "a": 1e-18, "z": 1e-21, "y": 1e-24,
})  # fmt: skip
_BINARY_PREFIXES = {f"{letter}i": 2.0 ** (10 * k) for k, letter in enumerate("kMGTPEZY", 1)}
_DEGREES = {
    "C": (1.0, 273.15), "cel": (1.0, 273.15), "F": (5 / 9, 459.67 * 5 / 9), "fah": (5 / 9, 459.67 * 5 / 9),
    "K": (1.0, 0.0), "kel": (1.0, 0.0), "Rank": (5 / 9, 0.0), "Reau": (1.25, 273.15),
}  # fmt: skip
"""A temperature in kelvin is its number times the first value plus the second."""


def _power(name: str) -> int:
    return int(name[-1]) if name[-1] in "23" else 1


@cache
def _sizes(name: str) -> dict[int, float]:
    """What a name, with or without a prefix, may be: its size by dimension (`pc` is a length and an energy)."""
    found = {}
    for prefix, factor in ({"": 1.0} | _PREFIXES | _BINARY_PREFIXES).items():
        bare = name.removeprefix(prefix)
        if not name.startswith(prefix) or not bare or (prefix and bare not in _TAKES_PREFIX):
            continue
        if prefix in _BINARY_PREFIXES and bare not in ("bit", "byte"):
            continue
        for dimension, units in enumerate(_DIMENSIONS):
            if bare in units and dimension not in found:
                found[dimension] = units[bare] * factor ** _power(bare)
    return found


def _degree(name: str) -> tuple[float, float] | None:
    if name in _DEGREES:
        return _DEGREES[name]
    for bare in ("K", "kel"):
        prefix = name.removesuffix(bare)
        if name.endswith(bare) and prefix in _PREFIXES:
            return _PREFIXES[prefix], 0.0
    return None


@function("CONVERT")
def convert(number: Smooth, source: str, target: str) -> float | ErrorValue:
    """A number of one unit as a number of another.

    =CONVERT(1, "lbm", "kg") -> 0.45359237
    =CONVERT(68, "F", "C") -> 20
    =CONVERT(1, "km2", "m2") -> 1000000
    =CONVERT(4, "parsec", "m") -> 1.2342710325126213E+17
    =CONVERT(1, "kibyte", "bit") -> 8192
    =CONVERT(0.05, "Mu", "g") -> 8.30269391E-20
    =CONVERT(2.5, "ft", "sec") -> #N/A
    """
    degrees, wanted = _degree(source), _degree(target)
    if degrees is not None and wanted is not None:
        return (number * degrees[0] + degrees[1] - wanted[1]) / wanted[0]
    sizes, targets = _sizes(source), _sizes(target)
    for dimension, size in sizes.items():
        if dimension in targets:
            return number if source == target else number * size / targets[dimension]
    return ErrorValue.NA
