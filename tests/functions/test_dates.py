"""Serial numbers, dates in texts, day counts and working days, against Python's and NumPy's calendars."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.functions.dates.datetext import serial_of_text
from solver.functions.dates.daycount import year_fraction
from solver.functions.dates.serials import LAST_DAY, date_of_serial, serial_of_date, weekday_of_serial
from solver.functions.formats.numberformat import shown
from solver.values import ErrorValue
from tests.functions.formulas import value_of

if TYPE_CHECKING:
    from solver.values import Scalar

EPOCH = dt.date(1899, 12, 30)
DAYS = st.integers(61, LAST_DAY)
RECENT = st.integers(36526, 73050)  # the years 2000 to 2099


@given(DAYS)
def test_serials_are_days_since_the_end_of_1899(serial: int) -> None:
    date = EPOCH + dt.timedelta(days=serial)
    assert date_of_serial(serial) == (date.year, date.month, date.day)
    assert serial_of_date(date.year, date.month, date.day) == serial
    assert weekday_of_serial(serial) == date.isoweekday() % 7


def test_the_first_two_months_of_1900() -> None:
    """Every day number up to the leap day that never was has its own date, and the way back is the same."""
    for serial in range(1, 61):
        assert serial_of_date(*date_of_serial(serial)) == serial
    assert date_of_serial(59) == (1900, 2, 28)
    assert date_of_serial(60) == (1900, 2, 29)


@given(RECENT, st.sampled_from(["m/d/yyyy", "yyyy-mm-dd", "d-mmm-yy", "mmmm d, yyyy", "mm/dd/yy", "d mmm yyyy"]))
def test_dates_are_read_as_they_are_written(serial: int, code: str) -> None:
    text = shown(float(serial), code)
    assert text is not None
    if "yy" in code and "yyyy" not in code and serial > serial_of_date(2029, 12, 31):
        serial = serial_of_date(date_of_serial(serial)[0] - 100, *date_of_serial(serial)[1:])
    assert serial_of_text(text) == serial


@given(RECENT, st.integers(0, 86399), st.sampled_from(["h:mm:ss", "hh:mm:ss AM/PM", "h:mm:ss.000"]))
def test_times_are_read_as_they_are_written(serial: int, second: int, code: str) -> None:
    text = shown(serial + second / 86400, f"yyyy-mm-dd {code}")
    assert text is not None
    assert serial_of_text(text) == pytest.approx(serial + second / 86400, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("1/2/2003", 37623), ("1-2-03", 37623), ("2003/1/2", 37623), ("Jan 2, 2003", 37623), ("2JAN2003", 37623),
        ("Jan 2003", 37622), ("1/2003", 37622), ("1/1/3", 37622), ("2/29/1900", 60), ("12/31/9999", LAST_DAY),
        ("24:00", 1), ("25:30", 1.0625), ("0:90", 0.0625), ("4:65", 305 / 1440), ("12:30.5", 750.5 / 86400),
        ("6 PM", 0.75),
        ("12:00 AM", 0), ("12:00 PM", 0.5), ("1/2/2003 6:00 AM", 37623.25), ("6:00 1/2/2003", 37623.25),
        ("13/1/2003", None), ("2/30/2003", None), ("1/1/1899", None), ("1/1/100", None), ("24:99", None),
        ("13:00 PM", None),
        ("0:10000", None), ("37623", None), ("Jan", None), ("5V 2.1A", None), ("", None),
    ],
)  # fmt: skip
def test_texts_that_are_dates_and_texts_that_are_not(text: str, serial: float | None) -> None:
    assert serial_of_text(text) == (None if serial is None else pytest.approx(serial, abs=1e-12))


def test_a_day_without_a_year_is_of_this_year() -> None:
    assert serial_of_text("5-Jul") == serial_of_date(dt.datetime.now(dt.timezone.utc).astimezone().year, 7, 5)


BOTH_SYSTEMS = ["=DATE(2020,5,17)", "=YEAR(42142)", "=WEEKDAY(42142)", "=WEEKNUM(42142,2)", "=EDATE(42142,-7)"]


@pytest.mark.parametrize("formula", BOTH_SYSTEMS)
def test_books_of_1904_mean_the_same_days(formula: str) -> None:
    """The same day has a number smaller by 1462 there, and the same parts."""
    other = value_of(formula.replace("42142", "40680"), date1904=True)
    shift = 1462 if "DATE" in formula else 0
    expected = value_of(formula)
    assert isinstance(other, float)
    assert other + shift == expected


@given(RECENT)
def test_iso_weeks(serial: int) -> None:
    assert value_of(f"=ISOWEEKNUM({serial})") == (EPOCH + dt.timedelta(days=serial)).isocalendar()[1]


@given(RECENT, RECENT)
def test_networkdays_against_numpy(first: int, last: int) -> None:
    low, high = min(first, last), max(first, last)
    begin, end = (np.datetime64("1899-12-30") + np.timedelta64(day, "D") for day in (low, high + 1))
    count = int(np.busday_count(begin, end))
    assert value_of(f"=NETWORKDAYS({first},{last})") == (count if first <= last else -count)


@given(RECENT, st.integers(-2000, 2000), st.integers(0, 6))
def test_workday_undoes_networkdays(start: int, days: int, free: int) -> None:
    """With one free weekday, the day that is reached is worked and lies that many working days away."""
    weekend = "".join("1" if k == free else "0" for k in range(7))
    end = value_of(f'=WORKDAY.INTL({start},{days},"{weekend}")')
    assert isinstance(end, float)
    if days == 0:
        assert end == start
        return
    sign = 1 if days > 0 else -1
    assert value_of(f'=NETWORKDAYS.INTL({start + sign},{int(end)},"{weekend}")') in (days, abs(days))
    assert value_of(f'=NETWORKDAYS.INTL({int(end)},{int(end)},"{weekend}")') == 1


def test_holidays_are_not_worked() -> None:
    """The holidays of a list are skipped wherever they fall, weekends and repeats included."""
    free = "{40179,40179,40180,40186}"  # Friday to Sunday, the Friday twice, and a Friday later
    assert value_of(f"=NETWORKDAYS(40179,40193,{free})") == 9
    assert value_of(f"=WORKDAY(40178,5,{free})") == 40189


@given(DAYS, DAYS, st.integers(0, 4))
def test_parts_of_a_year(first: int, last: int, basis: int) -> None:
    """Whichever day comes first, and never far from the number of mean years."""
    fraction = year_fraction(first, last, basis)
    assert fraction == year_fraction(last, first, basis)
    assert isinstance(fraction, float)
    assert fraction == pytest.approx(abs(last - first) / 365.25, rel=0.02, abs=0.02)


@given(RECENT, st.integers(0, 5000))
def test_datedif_takes_a_span_apart(start: int, length: int) -> None:
    """Whole years and months, put together again, lead to within the last month."""
    years, months, rest = (value_of(f'=DATEDIF({start},{start + length},"{unit}")') for unit in ("Y", "M", "YM"))
    assert isinstance(years, float)
    assert isinstance(rest, float)
    assert years * 12 + rest == months
    reached: Scalar = value_of(f"=EDATE({start},{months})")
    assert isinstance(reached, float)
    assert start + length - 31 < reached <= start + length


def test_what_is_no_date() -> None:
    for formula in (
        "=YEAR(-1)",
        "=DATE(10000,1,1)",
        "=EDATE(1,-1)",
        "=TIME(-1,0,0)",
        "=DAY(2958466)",
        '=DATEDIF(2,1,"D")',
    ):
        assert value_of(formula) is ErrorValue.NUM
