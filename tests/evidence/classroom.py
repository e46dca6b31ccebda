"""Models as courses teach them: cells as a student types them, the Solver dialog as it is filled in, the known answer.

The first five are those of the workbook of examples that has come with Excel's Solver since 1991, with the answers that
its notes give; the others have an answer in closed form, or one that an independent program finds in the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, log, pi, sqrt
from typing import TYPE_CHECKING, Any

from tests.interface.books import BIN, DIFFERENT, EQ, EVOLUTIONARY, GE, INT, LE, MAX, SIMPLEX, VALUE_OF, model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Example:
    """One sheet S with its stored model, and the objective at the answer."""

    name: str
    cells: Mapping[str, Any]
    model: Mapping[str, object]
    answer: float
    tolerance: float = 1e-6


def row(address: str, values: Sequence[Any]) -> dict[str, Any]:
    """Contents to the right of an address such as `C8`."""
    return {f"{chr(ord(address[0]) + k)}{address[1:]}": value for k, value in enumerate(values)}


def column(address: str, values: Sequence[Any]) -> dict[str, Any]:
    """Contents below an address such as `C8`."""
    return {f"{address[0]}{int(address[1:]) + k}": value for k, value in enumerate(values)}


def product_mix() -> Example:
    """TV sets, stereos and speakers from parts in stock, with returns that diminish."""
    uses = [(1, 1, 0), (1, 0, 0), (2, 2, 1), (1, 1, 0), (2, 1, 1)]
    cells = row("D9", [100, 100, 100]) | {"H15": 0.9} | column("B11", [450, 250, 800, 450, 600])
    for k, each in enumerate(uses, start=11):
        cells |= {f"C{k}": f"=$D$9*D{k}+$E$9*E{k}+$F$9*F{k}", **row(f"D{k}", each)}
    cells |= row("D17", [f"={price}*MAX({c}9,0)^$H$15" for c, price in zip("DEF", (75, 50, 35), strict=True)])
    cells["D18"] = "=SUM(D17:F17)"
    rows = (("S!$C$11:$C$15", LE, "S!$B$11:$B$15"), ("S!$D$9:$F$9", GE, 0))
    return Example("product mix", cells, model("S!$D$18", "S!$D$9:$F$9", *rows, sense=MAX), 14917.44569)


def shipping() -> Example:
    """Three plants, five warehouses, left on GRG."""
    costs = [(10, 8, 6, 5, 4), (6, 5, 4, 3, 6), (3, 4, 5, 5, 9)]
    cells = column("B16", [310, 260, 280]) | row("C14", [180, 80, 200, 160, 220])
    for k, each in enumerate(costs):
        cells |= {f"B{8 + k}": f"=SUM(C{8 + k}:G{8 + k})", **row(f"C{8 + k}", [1] * 5), **row(f"C{16 + k}", each)}
    cells |= row("C12", [f"=SUM({c}8:{c}10)" for c in "CDEFG"])
    cells |= row("C20", [f"={c}8*{c}16+{c}9*{c}17+{c}10*{c}18" for c in "CDEFG"]) | {"B20": "=SUM(C20:G20)"}
    rows = (("S!$B$8:$B$10", LE, "S!$B$16:$B$18"), ("S!$C$12:$G$12", GE, "S!$C$14:$G$14"), ("S!$C$8:$G$10", GE, 0))
    return Example("shipping routes", cells, model("S!$B$20", "S!$C$8:$G$10", *rows), 3200)


def staff() -> Example:
    """Seven shifts of five days, whole people."""
    cells: dict[str, Any] = {"D19": 40, "D20": "=D15*D19", "D15": "=SUM(D7:D13)"}
    for off in range(7):
        works = [0 if day in (off, (off + 1) % 7) else 1 for day in range(7)]
        cells |= {f"D{7 + off}": 4, **row(f"F{7 + off}", works)}
    cells |= row("F15", ["=" + "+".join(f"$D${k}*{c}{k}" for k in range(7, 14)) for c in "FGHIJKL"])
    cells |= row("F17", [22, 17, 13, 14, 15, 18, 24])
    rows = (("S!$D$7:$D$13", INT, 0), ("S!$D$7:$D$13", GE, 0), ("S!$F$15:$L$15", GE, "S!$F$17:$L$17"))
    return Example("staff scheduling", cells, model("S!$D$20", "S!$D$7:$D$13", *rows), 1000)


def advertising(limit: int | None) -> Example:
    """A season's advertising; sales grow with its root."""
    cells: dict[str, Any] = {"F11": "=SUM(B11:E11)", "F15": "=SUM(B15:E15)", "B18": 40, "B19": 25}
    for c, season, force in zip("BCDE", (0.9, 1.1, 0.8, 1.2), (8000, 8000, 9000, 9000), strict=True):
        cells |= {f"{c}3": season, f"{c}5": f"=35*{c}3*({c}11+3000)^0.5", f"{c}6": f"={c}5*$B$18"}
        cells |= {f"{c}7": f"={c}5*$B$19", f"{c}8": f"={c}6-{c}7", f"{c}10": force, f"{c}11": 10000}
        cells |= {f"{c}12": f"=0.15*{c}6", f"{c}13": f"=SUM({c}10:{c}12)", f"{c}15": f"={c}8-{c}13"}
    rows = () if limit is None else (("S!$F$11", LE, limit),)
    answer = 79705.625 if limit is None else 71446.794
    name = "advertising" if limit is None else "advertising within a budget"
    return Example(name, cells, model("S!$F$15", "S!$B$11:$E$11", *rows, sense=MAX), answer)


def circuit() -> Example:
    """The resistor with which a charge has decayed to 1 % of its start after a twentieth of a second."""
    cells = {
        "G5": 9, "G6": 0.09, "G8": 0.05, "G9": 8, "G10": 0.0001, "B13": 300,
        "D1": "=1/(G9*G10)", "D2": "=B13^2/(4*G9^2)", "D3": "=D1-D2", "D4": "=SQRT(D3)", "D5": "=COS(D4*G8)",
        "D6": "=-B13*G8/(2*G9)", "D7": "=EXP(D6)", "D8": "=G5*D5*D7",
    }  # fmt: skip
    return Example("circuit", cells, model("S!$D$8", "S!$B$13", sense=VALUE_OF, val=0.09), 0.09)


def newspapers() -> Example:
    """The newsvendor with normal demand: the critical fractile is 8/20."""
    cells = {"A1": 500, "B1": "=(A1-600)/100"}
    cells["B2"] = "=20*(A1-(A1-600)*NORM.S.DIST(B1,TRUE)-100*NORM.S.DIST(B1,FALSE))-12*A1"
    z = -0.2533471031357997
    density = exp(-z * z / 2) / sqrt(2 * pi)
    best = 600 + 100 * z
    return Example("newsvendor", cells, model("S!$B$2", "S!$A$1", sense=MAX),
                   20 * (best - 100 * z * (1 + erf(z / sqrt(2))) / 2 - 100 * density) - 12 * best)  # fmt: skip


def loan() -> Example:
    """The yearly rate at which 200,000 over 30 years cost 1,500 a month."""
    cells = {"A1": 0.05, "B1": "=PMT(A1/12,360,-200000)"}
    return Example("loan", cells, model("S!$B$1", "S!$A$1", sense=VALUE_OF, val=1500), 1500)


def equilibrium() -> Example:
    """Free energy of three species: minus the logarithm of a sum of exponentials."""
    cells = {"A1": 0.3, "A2": 0.3, "A3": 0.4, "B1": "=A1*(LN(A1)-1)+A2*(LN(A2)-2)+A3*(LN(A3)+0.5)", "B2": "=SUM(A1:A3)"}
    answer = -log(exp(1) + exp(2) + exp(-0.5))
    return Example("equilibrium", cells, model("S!$B$1", "S!$A$1:$A$3", ("S!$B$2", EQ, 1), free=False), answer)


def blend() -> Example:
    """A share of at least 40 %, as a quotient of cells."""
    cells = {"A1": 1, "A2": 1, "B1": "=A1+A2", "B2": "=A1/(A1+A2)", "B3": "=3*A1+2*A2"}
    rows = (("S!$B$1", GE, 100), ("S!$B$2", GE, 0.4))
    return Example("blend", cells, model("S!$B$3", "S!$A$1:$A$2", *rows, free=False), 240)


def tariff() -> Example:
    """A second rate beyond 100, and a bent cost: the best point lies on the second piece."""
    cells = {"A1": 50, "B1": "=IF(A1<100,5*A1,500+3*(A1-100))-0.01*A1^2"}
    return Example("tariff", cells, model("S!$B$1", "S!$A$1", ("S!$A$1", LE, 400), sense=MAX, free=False), 425)


def fair_shares() -> Example:
    """The smaller of two yields as large as it can be."""
    cells = {"A1": 1, "A2": 1, "B1": "=2*A1+A2", "B2": "=A1+3*A2", "B3": "=A1+A2", "C1": "=MIN(B1,B2)"}
    shares = model("S!$C$1", "S!$A$1:$A$2", ("S!$B$3", LE, 10), sense=MAX, free=False)
    return Example("largest minimum", cells, shares, 50 / 3)


def makespan() -> Example:
    """Eight jobs on three machines: 47 hours cannot end before 16."""
    cells: dict[str, Any] = column("A1", [7, 5, 9, 4, 6, 8, 3, 5]) | {"F1": "=MAX(B10:D10)"}
    for k in range(1, 9):
        cells |= {**row(f"B{k}", [0, 0, 0]), f"E{k}": f"=SUM(B{k}:D{k})"}
    cells |= row("B10", [f"=SUMPRODUCT($A$1:$A$8,{c}1:{c}8)" for c in "BCD"])
    rows = (("S!$B$1:$D$8", BIN, 0), ("S!$E$1:$E$8", EQ, 1))
    return Example("makespan", cells, model("S!$F$1", "S!$B$1:$D$8", *rows, engine=EVOLUTIONARY), 16)


def fixed_charges() -> Example:
    """Opening costs by IF: the dearest to open is the only one worth it."""
    cells = column("A1", [0, 0, 0]) | column("D1", [100, 60, 60]) | {"C1": "=SUM(B1:B3)", "C2": "=SUM(A1:A3)"}
    cells |= column("B1", [f"=IF(A{k}>0,{cost},0)+A{k}" for k, cost in enumerate((50, 30, 30), start=1)])
    rows = (("S!$C$2", GE, 100), ("S!$A$1:$A$3", LE, "S!$D$1:$D$3"))
    return Example("fixed charges", cells, model("S!$C$1", "S!$A$1:$A$3", *rows, free=False), 150)


def price_breaks() -> Example:
    """Prices by VLOOKUP and a cost of ordering."""
    cells = {"A1": 1, **row("D1", [0, 10]), **row("D2", [100, 9]), **row("D3", [250, 7.5])}
    cells["B1"] = "=A1*VLOOKUP(A1,D1:E3,2)+200000/MAX(A1,1)"
    rows = (("S!$A$1", LE, 1000), ("S!$A$1", GE, 1), ("S!$A$1", INT, 0))

    def cost(units: int) -> float:
        return units * (10 if units < 100 else 9 if units < 250 else 7.5) + 200000 / units

    return Example("price breaks", cells, model("S!$B$1", "S!$A$1", *rows, engine=EVOLUTIONARY),
                   min(cost(units) for units in range(1, 1001)))  # fmt: skip


def knapsack() -> Example:
    """Values and weights with SUMPRODUCT, under Simplex LP."""
    values, weights = [60, 100, 120, 30], [10, 20, 30, 5]
    cells = column("A1", [0] * 4) | column("B1", values) | column("C1", weights)
    cells |= {"D1": "=SUMPRODUCT(A1:A4,B1:B4)", "D2": "=SUMPRODUCT(A1:A4,C1:C4)"}
    rows = (("S!$A$1:$A$4", BIN, 0), ("S!$D$2", LE, 50))
    chosen = model("S!$D$1", "S!$A$1:$A$4", *rows, sense=MAX, engine=SIMPLEX, tol=0)
    return Example("knapsack", cells, chosen, 220)


def square_tour() -> Example:
    """A tour of eight towns on a circle of radius 10: the polygon, 160 sin(pi / 8)."""
    towns = 8
    cells = column("L1", [1, 5, 3, 7, 2, 6, 4, 8]) | {"N1": f"=SUM(M1:M{towns})"}
    for k in range(1, towns + 1):
        cells |= {f"A{k}": f"=10*COS(2*PI()*{k}/{towns})", f"B{k}": f"=10*SIN(2*PI()*{k}/{towns})"}
        following = k % towns + 1
        there = f"INDEX($A$1:$B${towns},L{following},"
        here = f"INDEX($A$1:$B${towns},L{k},"
        cells[f"M{k}"] = f"=SQRT(({here}1)-{there}1))^2+({here}2)-{there}2))^2)"
    order = model("S!$N$1", "S!$L$1:$L$8", ("S!$L$1:$L$8", DIFFERENT, 0), engine=EVOLUTIONARY)
    return Example("tour", cells, order, 160 * 0.3826834323650898)


EXAMPLES = (
    product_mix(), shipping(), staff(), advertising(None), advertising(40000), circuit(), newspapers(), loan(),
    equilibrium(), blend(), tariff(), fair_shares(), makespan(), fixed_charges(), price_breaks(), knapsack(),
    square_tour(),
)  # fmt: skip
