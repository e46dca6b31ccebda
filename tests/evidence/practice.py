"""Models as people build them at work, with the answer of another method: closed forms, enumeration, SciPy by hand.

Starts are what a fresh sheet has: zeros, ones, blanks. Formulas are whatever a spreadsheet user reaches for, also where
no derivative exists: look-ups by a variable, places by OFFSET and INDIRECT, texts, ranks and conditions.
"""

from __future__ import annotations

from itertools import pairwise, permutations, product
from math import exp, factorial, hypot, prod, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq, linprog, minimize_scalar

from tests.evidence.classroom import Example, column, row
from tests.interface.books import BIN, DIFFERENT, EQ, EVOLUTIONARY, GE, GRG, INT, LE, MAX, SIMPLEX, model

if TYPE_CHECKING:
    from collections.abc import Iterator

RETURNS = np.random.default_rng(7).normal(0.01, 0.05, (24, 4)).round(4)


def portfolios() -> Iterator[Example]:
    """Covariances of returns and their products; least risk 1 / (1'C^-1 1), best ratio sqrt(m'C^-1 m)."""
    cells: dict[str, Any] = {}
    for k, returns in enumerate(RETURNS.tolist(), start=2):
        cells |= row(f"A{k}", returns)
    cells |= row("F2", [0, 0, 0, 0]) | row("F3", [f"=AVERAGE({c}2:{c}25)" for c in "ABCD"])
    for k, c in enumerate("ABCD", start=5):
        cells |= row(f"F{k}", [f"=COVAR({c}$2:{c}$25,{d}$2:{d}$25)" for d in "ABCD"])
    cells |= {"K1": "=SUM(F2:I2)", "K2": "=SUMPRODUCT(F2:I2,F3:I3)"}
    cells |= {"K3": "=SQRT(SUMPRODUCT(MMULT(F2:I2,F5:I8),F2:I2))", "K4": "=K2/K3"}
    inverse, mean = np.linalg.inv(np.cov(RETURNS.T, bias=True)), RETURNS.mean(axis=0)
    invested = ("S!$K$1", EQ, 1)
    yield Example("least risk", cells, model("S!$K$3", "S!$F$2:$I$2", invested), 1 / sqrt(inverse.sum()))
    best = sqrt(mean @ inverse @ mean)
    yield Example("best ratio from nothing", cells, model("S!$K$4", "S!$F$2:$I$2", invested, sense=MAX), best)


def depot() -> Example:
    """Distances to customers, one of whom outweighs the others: the depot is at his door, where no slope exists."""
    places = [(0, 0, 3), (10, 0, 2), (0, 8, 4), (7, 7, 1), (3, 9, 12)]
    cells: dict[str, Any] = {"A1": 0, "B1": 0, "I1": "=SUMPRODUCT(F1:F5,G1:G5)"}
    for k, place in enumerate(places, start=1):
        cells |= row(f"D{k}", [*place, f"=SQRT((D{k}-$A$1)^2+(E{k}-$B$1)^2)"])
    best = sum(weight * hypot(x - 3, y - 9) for x, y, weight in places)
    return Example("depot", cells, model("S!$I$1", "S!$A$1:$B$1"), best)


def order_size() -> Example:
    """The economic order quantity from a blank cell, where the cost is #DIV/0!."""
    cells = {"B1": "=1200*50/A1+A1/2*2.4"}
    return Example("order size", cells, model("S!$B$1", "S!$A$1", free=False), sqrt(2 * 1200 * 50 * 2.4))


def enzyme() -> Example:
    """Michaelis and Menten's curve for puromycin from zeros; the residual sum of squares of R's example."""
    x = [0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.1, 1.1]
    y = [76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200]
    cells: dict[str, Any] = column("A1", x) | column("B1", y) | {"E1": 0, "E2": 0, "E3": "=SUMXMY2(B1:B12,C1:C12)"}
    cells |= column("C1", [f"=$E$1*A{k}/($E$2+A{k})" for k in range(1, 13)])
    return Example("enzyme", cells, model("S!$E$3", "S!$E$1:$E$2"), 1195.44881, 1e-7)


def rates() -> Example:
    """Arrhenius' law: a factor of 1e9 beside an energy of 6e4; linear in logarithms."""
    kelvin = np.array([300, 320, 340, 360, 380.0])
    seen = (2.5e9 * np.exp(-65000 / 8.314 / kelvin) * [1.02, 0.97, 1.01, 0.99, 1.005]).round(6)
    cells: dict[str, Any] = column("A1", kelvin.tolist()) | column("B1", seen.tolist()) | {"E1": 1e9, "E2": 60000}
    cells |= column("C1", [f"=$E$1*EXP(-$E$2/8.314/A{k})" for k in range(1, 6)])
    cells |= column("D1", [f"=(LN(B{k})-LN(C{k}))^2" for k in range(1, 6)]) | {"E3": "=SUM(D1:D5)"}
    lines = np.column_stack([np.ones(5), -1 / kelvin])
    best = float(np.linalg.lstsq(lines, np.log(seen), rcond=None)[1][0])
    return Example("rates", cells, model("S!$E$3", "S!$E$1:$E$2"), best, 1e-7)


def smoothing() -> Example:
    """Simple exponential smoothing: each forecast from the one before."""
    seen = [112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141]
    cells: dict[str, Any] = column("A1", seen) | {"B1": "=A1", "E1": 0.1, "E2": "=SUMXMY2(A2:A15,B2:B15)/14"}
    cells |= column("B2", [f"=$E$1*A{k}+(1-$E$1)*B{k}" for k in range(1, 15)])

    def error(alpha: float) -> float:
        forecast, total = float(seen[0]), 0.0
        for before, now in pairwise(seen):
            forecast = alpha * before + (1 - alpha) * forecast
            total += (now - forecast) ** 2
        return total / 14

    best = min(error(0), error(1), minimize_scalar(error, bounds=(0, 1), method="bounded").fun)
    rows = (("S!$E$1", LE, 1), ("S!$E$1", GE, 0))
    return Example("smoothing", cells, model("S!$E$2", "S!$E$1", *rows), best)


def lifetimes() -> Example:
    """Weibull's likelihood of 16 lifetimes; the shape solves one equation, the scale follows."""
    hours = [17.9, 33, 41.5, 48.5, 51.8, 54.1, 55.6, 67.8, 68.6, 84.1, 93.1, 98.6, 105.1, 127.9, 128.0, 173.4]
    cells: dict[str, Any] = column("A1", hours) | {"E1": 1, "E2": 50, "E3": "=SUM(B1:B16)"}
    cells |= column("B1", [f"=LN($E$1/$E$2)+($E$1-1)*LN(A{k}/$E$2)-(A{k}/$E$2)^$E$1" for k in range(1, 17)])
    t = np.array(hours)
    shape = brentq(lambda k: (t**k @ np.log(t)) / np.sum(t**k) - 1 / k - np.log(t).mean(), 0.1, 10, xtol=1e-14)
    scale = np.mean(t**shape) ** (1 / shape)
    best = float(np.sum(np.log(shape / scale) + (shape - 1) * np.log(t / scale) - (t / scale) ** shape))
    return Example("lifetimes", cells, model("S!$E$3", "S!$E$1:$E$2", sense=MAX), best)


def lots() -> Iterator[Example]:
    """Six months with set-ups by IF and stock or backlog by MAX; every pattern of set-ups is a linear program."""
    demand, price = [100, 140, 80, 200, 160, 120], [20, 22, 19, 25, 24, 21]
    cells: dict[str, Any] = {"F9": "=SUM(F2:F7)"}
    for k, (units, cost) in enumerate(zip(demand, price, strict=True), start=2):
        before = "50" if k == 2 else f"E{k - 1}"
        cells |= row(f"A{k}", [0, units, cost, 150, f"={before}+A{k}-B{k}"])
        cells[f"F{k}"] = f"=A{k}*C{k}+1.5*MAX(E{k},0)+6*MAX(-E{k},0)+IF(A{k}>0,300,0)"
    balance = np.hstack([np.tril(np.ones((6, 6))), -np.eye(6), np.eye(6)])
    cost_of = np.concatenate([price, [1.5] * 6, [6.0] * 6])
    best = np.inf
    for used in product((0, 1), repeat=6):
        ends = [(0, 150 * on) for on in used] + [(0, None)] * 11 + [(0, 0)]
        found = linprog(cost_of, A_eq=balance, b_eq=np.cumsum(demand) - 50.0, bounds=ends)
        best = min(best, found.fun + 300 * sum(used)) if found.status == 0 else best
    rows = (("S!$A$2:$A$7", LE, "S!$D$2:$D$7"), ("S!$E$7", GE, 0))
    for engine, name in ((GRG, "lots"), (EVOLUTIONARY, "lots by Evolutionary")):
        yield Example(name, cells, model("S!$F$9", "S!$A$2:$A$7", *rows, engine=engine, free=False), best)


def late_jobs() -> Example:
    """An order of seven jobs with the least weighted tardiness."""
    hours, due, weight = [7, 3, 9, 4, 6, 5, 8], [15, 8, 30, 12, 40, 20, 25], [2, 3, 1, 4, 2, 5, 3]
    cells: dict[str, Any] = column("H1", hours) | column("I1", due) | column("J1", weight) | {"F1": "=SUM(D1:D7)"}
    for k in range(1, 8):
        cells |= row(f"A{k}", [k, f"=INDEX($H$1:$H$7,A{k})", f"=SUM(B$1:B{k})"])
        cells[f"D{k}"] = f"=MAX(0,C{k}-INDEX($I$1:$I$7,A{k}))*INDEX($J$1:$J$7,A{k})"

    def tardiness(order: tuple[int, ...]) -> int:
        ends = np.cumsum([hours[job] for job in order]).tolist()
        return sum(max(0, end - due[job]) * weight[job] for end, job in zip(ends, order, strict=True))

    best = min(tardiness(order) for order in permutations(range(7)))
    order = model("S!$F$1", "S!$A$1:$A$7", ("S!$A$1:$A$7", DIFFERENT, 0), engine=EVOLUTIONARY)
    return Example("late jobs", cells, order, best)


def places() -> Iterator[Example]:
    """One whole number that says where to look."""
    table = [9, 4, 7, 3, 8, 5]
    single = min(value + 0.5 * k for k, value in enumerate(table, start=1))
    sums = min(sum(table[:k]) - 8 * k for k in range(1, 7))
    formulas = {
        "OFFSET": ("=OFFSET(H1,A1-1,0)+A1*0.5", single),
        "INDEX": ("=INDEX(H1:H6,A1)+A1*0.5", single),
        "CHOOSE": ("=CHOOSE(A1,H1,H2,H3,H4,H5,H6)+A1*0.5", single),
        "INDIRECT": ('=INDIRECT("H"&A1)+A1*0.5', single),
        "a range that grows": ("=SUM(OFFSET(H1,0,0,A1,1))-8*A1", sums),
    }
    rows = (("S!$A$1", INT, 0), ("S!$A$1", GE, 1), ("S!$A$1", LE, 6))
    for name, (formula, best) in formulas.items():
        cells = column("H1", table) | {"A1": 1, "B1": formula}
        yield Example(f"place by {name}", cells, model("S!$B$1", "S!$A$1", *rows), best)


def servers() -> Example:
    """How many servers: Erlang's formula summed over ROW(INDIRECT(...)) with FACT."""
    states = 'ROW(INDIRECT("1:"&A1))-1'
    cells = {
        "A1": 5, "B1": "=40/12", "B2": f"=SUMPRODUCT(B1^({states})/FACT({states}))",
        "B3": "=1/(B2+B1^A1/FACT(A1)*A1/(A1-B1))", "B4": "=B3*B1^A1*(B1/A1)/(FACT(A1)*(1-B1/A1)^2)",
        "B5": "=20*A1+50*(B4+B1)",
    }  # fmt: skip
    load = 40 / 12

    def cost(c: int) -> float:
        idle = 1 / (sum(load**k / factorial(k) for k in range(c)) + load**c / factorial(c) * c / (c - load))
        return 20 * c + 50 * (idle * load**c * (load / c) / (factorial(c) * (1 - load / c) ** 2) + load)

    rows = (("S!$A$1", INT, 0), ("S!$A$1", GE, 4), ("S!$A$1", LE, 15))
    return Example("servers", cells, model("S!$B$5", "S!$A$1", *rows), min(map(cost, range(4, 16))))


def teams() -> Example:
    """Eight items in three groups by SUMIF, the heaviest as light as can be."""
    items = [12, 9, 14, 7, 11, 8, 10, 5]
    cells: dict[str, Any] = column("A1", items) | column("B1", [1] * 8) | row("E1", [1, 2, 3])
    cells |= row("E2", [f"=SUMIF($B$1:$B$8,{c}1,$A$1:$A$8)" for c in "EFG"]) | {"H1": "=MAX(E2:G2)"}
    groups = (np.bincount(group, weights=items, minlength=3).max() for group in product(range(3), repeat=8))
    rows = (("S!$B$1:$B$8", INT, 0), ("S!$B$1:$B$8", GE, 1), ("S!$B$1:$B$8", LE, 3))
    return Example("teams", cells, model("S!$H$1", "S!$B$1:$B$8", *rows), float(min(groups)))


def game() -> Example:
    """A game for two: the largest of the smallest payments."""
    payments = np.array([[3, -1, 2], [-2, 4, 1], [0, 1, -3]])
    cells: dict[str, Any] = column("A2", [1 / 3] * 3) | {"F1": "=MIN(B6:D6)", "F2": "=SUM(A2:A4)"}
    for k, line in enumerate(payments.tolist(), start=2):
        cells |= row(f"B{k}", line)
    cells |= row("B6", [f"=SUMPRODUCT($A$2:$A$4,{c}2:{c}4)" for c in "BCD"])
    worth = np.column_stack([-payments.T, np.ones(3)])
    found = linprog([0, 0, 0, -1], worth, [0] * 3, [[1, 1, 1, 0]], [1], bounds=[(0, None)] * 3 + [(None, None)])
    return Example("game", cells, model("S!$F$1", "S!$A$2:$A$4", ("S!$F$2", EQ, 1), sense=MAX, free=False), -found.fun)


def route() -> Example:
    """The shortest way through a network whose balance is kept by SUMIF."""
    arcs = [(1, 2, 4), (1, 3, 2), (2, 3, 1), (2, 4, 5), (3, 4, 8), (3, 5, 10), (4, 5, 2), (4, 6, 6), (5, 6, 3)]
    cells: dict[str, Any] = {"J1": "=SUMPRODUCT(C2:C10,D2:D10)"}
    for k, arc in enumerate(arcs, start=2):
        cells |= row(f"A{k}", [*arc, 0])
    for node in range(1, 7):
        k = node + 1
        flow = f"=SUMIF($A$2:$A$10,F{k},$D$2:$D$10)-SUMIF($B$2:$B$10,F{k},$D$2:$D$10)"
        cells |= row(f"F{k}", [node, flow, {1: 1, 6: -1}.get(node, 0)])
    balance = ("S!$G$2:$G$7", EQ, "S!$H$2:$H$7")
    return Example("route", cells, model("S!$J$1", "S!$D$2:$D$10", balance, engine=SIMPLEX, free=False), 14)


def spares() -> Example:
    """Whole numbers of parallel parts for the best reliability within a budget."""
    sure, price = [0.8, 0.7, 0.75, 0.85], [3, 4, 2, 5]
    cells: dict[str, Any] = column("A1", [1] * 4) | column("B1", sure) | column("C1", price)
    cells |= column("D1", [f"=1-(1-B{k})^A{k}" for k in range(1, 5)])
    cells |= {"F1": "=PRODUCT(D1:D4)", "F2": "=SUMPRODUCT(A1:A4,C1:C4)"}
    best = max(
        prod(1 - (1 - p) ** n for p, n in zip(sure, counts, strict=True))
        for counts in product(range(1, 10), repeat=4)
        if sum(n * c for n, c in zip(counts, price, strict=True)) <= 25
    )
    rows = (("S!$A$1:$A$4", INT, 0), ("S!$A$1:$A$4", GE, 1), ("S!$F$2", LE, 25))
    return Example("spares", cells, model("S!$F$1", "S!$A$1:$A$4", *rows, sense=MAX, free=False), best)


def price_tiers() -> Example:
    """A price by which demand falls, and a cost with tiers of demand."""
    cells = {"A1": 10, "B1": "=1000*EXP(2-0.2*A1)/(1+EXP(2-0.2*A1))", "B2": "=IF(B1>600,4,IF(B1>300,5,6))"}

    def profit(price: float) -> float:
        sold = 1000 * exp(2 - 0.2 * price) / (1 + exp(2 - 0.2 * price))
        return (price - (4 if sold > 600 else 5 if sold > 300 else 6)) * sold

    best = max(profit(price) for price in np.linspace(0, 40, 400_001).tolist())
    return Example("price tiers", cells | {"B3": "=(A1-B2)*B1"}, model("S!$B$3", "S!$A$1", sense=MAX), best, 1e-5)


def projects() -> Example:
    """A choice of projects, two of which help and two of which hinder each other."""
    worth, cost = [10, 13, 7, 8, 12], [5, 6, 3, 4, 6]
    cells: dict[str, Any] = column("A1", [0] * 5) | column("B1", worth) | column("C1", cost)
    cells |= {"D1": "=SUMPRODUCT(A1:A5,B1:B5)+6*A1*A3-4*A2*A5", "D2": "=SUMPRODUCT(A1:A5,C1:C5)"}
    choices = (np.array(x) for x in product((0, 1), repeat=5) if np.dot(x, cost) <= 14)
    best = max(float(x @ worth) + 6 * x[0] * x[2] - 4 * x[1] * x[4] for x in choices)
    rows = (("S!$A$1:$A$5", BIN, 0), ("S!$D$2", LE, 14))
    return Example("projects", cells, model("S!$D$1", "S!$A$1:$A$5", *rows, sense=MAX), best)


EXAMPLES = (
    *portfolios(), depot(), order_size(), enzyme(), rates(), smoothing(), lifetimes(), *lots(), late_jobs(), *places(),
    servers(), teams(), game(), route(), spares(), price_tiers(), projects(),
)  # fmt: skip
