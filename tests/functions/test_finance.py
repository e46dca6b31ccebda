"""Financial functions by the identities that define them: balances, present values, prices and yields."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.values import ErrorValue
from tests.functions.formulas import grid_of, value_of

rates = st.floats(-0.2, 0.5).map(lambda r: round(r, 6))
amounts = st.floats(-1e4, 1e4).map(lambda a: round(a, 2))
periods = st.integers(1, 60)


def number(formula: str) -> float:
    """The value of a formula that gives a number."""
    value = value_of(formula)
    assert isinstance(value, float), f"{formula} gives {value}"
    return value


@settings(max_examples=40, deadline=None)
@given(rates, periods, amounts, amounts, st.booleans())
def test_annuity(rate: float, count: int, payment: float, present: float, early: bool) -> None:
    """A balance that is carried on period by period is the future value; PV, PMT and IPMT belong to it."""
    balance, interest = present, []
    for _ in range(count):
        balance += payment if early else 0.0
        interest.append(balance * rate)
        balance += interest[-1] + (0.0 if early else payment)
    scale = max(abs(balance), abs(present), abs(payment) * count)
    common = f"{rate},{count}"
    got = number(f"=FV({common},{payment},{present},{int(early)})")
    assert got == pytest.approx(-balance, abs=1e-9 * scale)
    again = number(f"=PV({common},{payment},{got!r},{int(early)})")
    assert again == pytest.approx(present, abs=1e-6 * max(scale, 1) * max(1, (1 + rate) ** -count))
    paid = number(f"=PMT({common},{present},{got!r},{int(early)})")
    assert paid == pytest.approx(payment, abs=1e-6 * max(scale, 1))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.001, 0.3), st.integers(2, 40), st.floats(10, 1e4), st.booleans())
def test_interest_and_repayment(rate: float, count: int, present: float, early: bool) -> None:
    """Interest and repayment add up to the payment, and the cumulated functions to their sums."""
    kind = int(early)
    payment = number(f"=PMT({rate},{count},{present},0,{kind})")
    listed = "{" + ";".join(str(k) for k in range(1, count + 1)) + "}"
    interest = [row[0] for row in grid_of(f"=IPMT({rate},{listed},{count},{present},0,{kind})")]
    repaid = [row[0] for row in grid_of(f"=PPMT({rate},{listed},{count},{present},0,{kind})")]
    for a, b in zip(interest, repaid, strict=True):
        assert isinstance(a, float)
        assert isinstance(b, float)
        assert a + b == pytest.approx(payment)
    first, last = max(1, count // 3), max(1, count - 1)
    for name, parts in (("CUMIPMT", interest), ("CUMPRINC", repaid)):
        got = number(f"={name}({rate},{count},{present},{first},{last},{kind})")
        total = math.fsum(float(part or 0.0) for part in parts[first - 1 : last])
        assert got == pytest.approx(total, rel=1e-8, abs=1e-8 * present)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.5, 2.0), st.lists(st.floats(1, 1000), min_size=2, max_size=12), st.floats(0, 0.9))
def test_internal_rate(rate: float, returns: list[float], share: float) -> None:
    """The present value vanishes at the rate of return, for periods and for dates."""
    assume(abs(rate) > 1e-3)
    rate = round(rate, 6)
    outlay = -sum(value / (1 + rate) ** (k + 1) for k, value in enumerate(returns))
    flows = "{" + ",".join(repr(v) for v in [outlay, *returns]) + "}"
    assert number(f"=IRR({flows},{rate * share!r})") == pytest.approx(rate, rel=1e-8, abs=1e-10)
    days = [40000 + 100 * k + k * k for k in range(len(returns) + 1)]
    outlay = -sum(value / (1 + rate) ** ((day - days[0]) / 365) for value, day in zip(returns, days[1:], strict=True))
    flows = "{" + ",".join(repr(v) for v in [outlay, *returns]) + "}"
    dates = "{" + ",".join(map(str, days)) + "}"
    found = number(f"=XIRR({flows},{dates},{rate * share!r})")
    assert found == pytest.approx(rate, rel=1e-8, abs=1e-10)


def test_present_value_skips_what_is_no_number() -> None:
    """Texts, booleans and blanks in a range take up no period."""
    cells = {"A1": 100.0, "A2": "x", "A3": True, "A5": 200.0}
    assert value_of("=NPV(0.1,A1:A5)", cells) == pytest.approx(100 / 1.1 + 200 / 1.21)
    assert value_of("=IRR(A1:A5-0)", cells) is ErrorValue.VALUE
    cells["A1"] = -100.0
    assert value_of("=IRR(A1:A5)", cells) == pytest.approx(1.0)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 80), st.floats(1, 500), st.floats(0.0005, 0.4), st.booleans())
def test_rate(count: int, payment: float, rate: float, early: bool) -> None:
    """RATE finds the rate of an annuity."""
    assume(count > 1)
    kind = int(early)
    present = number(f"=PV({rate},{count},{-payment},0,{kind})")
    assert number(f"=RATE({count},{-payment},{present!r},0,{kind})") == pytest.approx(rate, rel=1e-7, abs=1e-9)


DATES = [(40000, 43000), (39507, 41333), (39999, 40010), (42430, 44255), (43100, 43890)]
FREQUENCIES = (1, 2, 4)
BASES = (0, 1, 2, 3, 4)


@pytest.mark.parametrize(("settlement", "maturity"), DATES)
def test_coupon_dates(settlement: int, maturity: int) -> None:
    """The settlement lies in its coupon period, and so many periods are left."""
    for frequency in FREQUENCIES:
        before = number(f"=COUPPCD({settlement},{maturity},{frequency},1)")
        after = number(f"=COUPNCD({settlement},{maturity},{frequency},1)")
        count = number(f"=COUPNUM({settlement},{maturity},{frequency},1)")
        assert before <= settlement < after <= maturity
        assert count == round((maturity - after) / 365.25 * frequency) + 1
        gone = number(f"=COUPDAYBS({settlement},{maturity},{frequency},1)")
        left = number(f"=COUPDAYSNC({settlement},{maturity},{frequency},1)")
        assert gone + left == number(f"=COUPDAYS({settlement},{maturity},{frequency},1)") == after - before


def test_ends_of_months() -> None:
    """A bond that matures at the end of February pays at the ends of August and of February."""
    assert number("=COUPPCD(DATE(2011,3,15),DATE(2012,2,29),2)") == number("=DATE(2011,2,28)")
    assert number("=COUPNCD(DATE(2011,3,15),DATE(2012,2,29),2)") == number("=DATE(2011,8,31)")


@pytest.mark.parametrize(("settlement", "maturity"), DATES)
def test_price_and_yield(settlement: int, maturity: int) -> None:
    """The yield at the price of a yield is that yield; the price falls by its modified duration."""
    for frequency, basis in itertools.product(FREQUENCIES, BASES):
        tail = f"100,{frequency},{basis})"
        price = number(f"=PRICE({settlement},{maturity},0.05,0.043,{tail}")
        assert number(f"=YIELD({settlement},{maturity},0.05,{price!r},{tail}") == pytest.approx(0.043, rel=1e-9)
    step = 1e-5
    prices = [number(f"=PRICE(40000,43000,0.05,{0.043 + k * step!r},100,2,1)") for k in (-1, 1)]
    accrued = 2.5 * number("=COUPDAYBS(40000,43000,2,1)/COUPDAYS(40000,43000,2,1)")
    middle = number("=PRICE(40000,43000,0.05,0.043,100,2,1)") + accrued
    modified = number("=MDURATION(40000,43000,0.05,0.043,2,1)")
    assert (prices[0] - prices[1]) / (2 * step) / middle == pytest.approx(modified, rel=1e-6)


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("first", ["DATE(2009,3,1)", "DATE(2010,3,1)"])
def test_odd_bonds(basis: int, first: str) -> None:
    """Short and long first and last periods: price and yield undo each other."""
    dates = f"DATE(2008,11,11),DATE(2021,3,1),DATE(2008,10,15),{first}"
    price = number(f"=ODDFPRICE({dates},0.0785,0.0625,100,2,{basis})")
    assert number(f"=ODDFYIELD({dates},0.0785,{price!r},100,2,{basis})") == pytest.approx(0.0625, rel=1e-8)
    dates = "DATE(2008,2,7),DATE(2008,6,15),DATE(2007,10,15)"
    price = number(f"=ODDLPRICE({dates},0.0375,0.0405,100,2,{basis})")
    assert number(f"=ODDLYIELD({dates},0.0375,{price!r},100,2,{basis})") == pytest.approx(0.0405, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.floats(100, 1e5), st.floats(0, 0.9), st.integers(2, 25))
def test_depreciation_adds_up(cost: float, share: float, life: int) -> None:
    """Every method but DB writes off cost minus salvage over the whole life, if it does not stop short."""
    salvage = cost * share
    listed = "{" + ";".join(str(k) for k in range(1, life + 1)) + "}"
    years = math.fsum(float(row[0] or 0) for row in grid_of(f"=SYD({cost!r},{salvage!r},{life},{listed})"))
    assert years == pytest.approx(cost - salvage)
    assert number(f"=VDB({cost!r},{salvage!r},{life},0,{life})") == pytest.approx(cost - salvage)
    parts = [number(f"=VDB({cost!r},{salvage!r},{life},{k},{k + 1})") for k in range(life)]
    assert math.fsum(parts) == pytest.approx(cost - salvage)
    declining = [number(f"=DDB({cost!r},{salvage!r},{life},{k})") for k in range(1, life + 1)]
    assert math.fsum(declining) <= cost - salvage + 1e-6
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(declining))


@pytest.mark.parametrize(
    "formula",
    [
        "IRR({1,2,3})",
        "XIRR({-1,2},{40000})",
        "XNPV(0.1,{-1,2},{40000,39000})",
        "RATE(0,1,1)",
        "PRICE(43000,40000,0.05,0.04,100,2)",
        "PRICE(40000,43000,0.05,0.04,100,3)",
        "PRICE(40000,43000,0.05,0.04,100,2,5)",
        "YIELD(40000,43000,0.05,-1,100,2)",
        "DB(1000,100,5,7)",
        "DB(1000,100,5,0)",
        "VDB(1000,100,5,3,2)",
        "CUMIPMT(0,12,1000,1,2,0)",
        "EFFECT(-0.1,4)",
        "TBILLPRICE(40000,40800,0.05)",
        "ACCRINTM(40000,39000,0.05,1000)",
    ],
)
def test_refused(formula: str) -> None:
    """Arguments out of range are #NUM!."""
    assert value_of(f"={formula}") is ErrorValue.NUM


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        # the tables of the library ExcelFinancialFunctions, measured in Excel 2010
        ("DB(100,10,1,0.3,1)", 7.5),
        ("DB(100,10,13,1.7,4)", 5.4),
        ("DB(100,10,12.7,11.3,9)", 2.836995808815),
        ("CUMIPMT(0.6,10,100,2.5,7,0)", -280.4650587865),
        ("CUMPRINC(0.6,10,100,1.3,5,1)", -5.097329719497),
        ("CUMPRINC(0.6,2.7,100,1,1.2,0)", -23.46198526155),
        ("AMORLINC(100,DATE(1998,2,28),DATE(2000,2,29),10,0.3,0.07,4)", 7.0),
        ("SYD(100,10,1,0.3)", 153.0),
        ("SYD(100,50,12.7,11.3)", 1.379389620093),
        ("TBILLEQ(DATE(1993,2,28),DATE(1994,2,14),0.75)", 1.932789175562),
        ("DDB(100,10,13,0.3,3)", 23.07692307692),
        ("DDB(100,10,12.7,0.3,4.5)", 35.43307086614),
        ("DDB(100,50,13,2,4.5)", 15.38461538462),
        ("DDB(100,0,13,2,50.3)", 0.0),
        ("AMORDEGRC(100,DATE(1998,2,28),DATE(2000,2,29),50,1,0.3,3)", 23.0),
        ("AMORDEGRC(100,DATE(1998,2,28),DATE(2000,2,29),10,1.7,0.1,1)", 13.0),
        ("AMORDEGRC(100,DATE(1998,2,28),DATE(2000,2,29),10,0.3,0.1,1)", 0.0),
        # the tests of PhpSpreadsheet, which say what Excel gives
        ("DDB(12000,1000,5,2.5,0.5)", 1024.58),
        ("AMORDEGRC(10000,DATE(2012,3,1),DATE(2012,12,31),1500,1,0.3,1)", 2813.0),
        ("XIRR({-1000,4300,-1000,-1000,-1000},{40452,40544,40360,40179,40269})", 0.1212676),
    ],
)
def test_measured(formula: str, expected: float) -> None:
    """What others measured in Excel where its rules are written down nowhere."""
    assert number(f"={formula}") == pytest.approx(expected, rel=5e-6, abs=1e-12)


def test_one_payment_has_no_rate() -> None:
    """Excel answers #N/A, not #NUM!, to a single payment."""
    assert value_of("=XIRR(4000,40000)") is ErrorValue.NA
