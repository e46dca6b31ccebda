"""Models of laboratories, banks and workshops, with the answer of SciPy, of enumeration or of the literature.

Starts are what a person types who has looked at a picture of the data, or nothing at all.
"""

from __future__ import annotations

from itertools import combinations, permutations
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import LinearConstraint, least_squares, milp, minimize

from tests.evidence.classroom import Example, column, row
from tests.interface.books import BIN, DIFFERENT, EQ, EVOLUTIONARY, GE, GRG, INT, LE, MAX, SIMPLEX, model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def _squares(residuals: Callable[[Floats], Floats], start: list[float]) -> float:
    """The least sum of squares that SciPy's trust region finds from a start."""
    return 2 * float(least_squares(residuals, start, xtol=1e-15, ftol=1e-15, gtol=1e-15).cost)


def dose_response() -> Iterator[Example]:
    """Four parameters of a logistic curve; the same by the share of variation that it explains."""
    x = np.array([0.1, 0.3, 1, 3, 10, 30, 100, 300])
    y = np.array([2.1, 4.0, 9.5, 24.1, 52.0, 77.8, 91.0, 96.4])
    cells: dict[str, Any] = column("A2", x.tolist()) | column("B2", y.tolist()) | column("G1", [0, 100, 5, 1])
    for k in range(2, 10):
        cells |= row(f"C{k}", [f"=$G$2+($G$1-$G$2)/(1+(A{k}/$G$3)^$G$4)", f"=(B{k}-C{k})^2"])
    cells |= {"G5": "=SUM(D2:D9)", "G6": "=1-G5/DEVSQ(B2:B9)"}
    best = _squares(lambda p: y - (p[1] + (p[0] - p[1]) / (1 + (x / p[2]) ** p[3])), [0, 100, 5, 1])
    yield Example("dose and response", cells, model("S!$G$5", "S!$G$1:$G$4"), best)
    share = 1 - best / float(np.sum((y - y.mean()) ** 2))
    yield Example("share explained", cells, model("S!$G$6", "S!$G$1:$G$4", sense=MAX), share, 1e-9)


def spectrum() -> Example:
    """Two peaks on a sloping ground, by the root of the mean square."""
    x = np.arange(0, 10.01, 0.25)
    y = 3 * np.exp(-(((x - 3) / 0.8) ** 2) / 2) + 2 * np.exp(-(((x - 6) / 1.2) ** 2) / 2) + 0.1 + 0.02 * x
    y = (y + 0.05 * np.sin(37 * x)).round(3)
    start = [2, 2.5, 1, 2, 7, 1, 0, 0]
    cells: dict[str, Any] = column("A1", x.tolist()) | column("B1", y.tolist()) | column("F1", start)
    peaks = "$F$1*EXP(-0.5*((A{0}-$F$2)/$F$3)^2)+$F$4*EXP(-0.5*((A{0}-$F$5)/$F$6)^2)"
    cells |= column("C1", [f"={peaks.format(k)}+$F$7+$F$8*A{k}" for k in range(1, len(x) + 1)])
    cells["H1"] = f"=SQRT(SUMXMY2(B1:B{len(x)},C1:C{len(x)})/COUNT(B1:B{len(x)}))"

    def residuals(p: Floats) -> Floats:
        first, second = (p[k] * np.exp(-(((x - p[k + 1]) / p[k + 2]) ** 2) / 2) for k in (0, 3))
        return np.asarray(y - first - second - p[6] - p[7] * x)

    best = (_squares(residuals, [float(each) for each in start]) / len(x)) ** 0.5
    return Example("spectrum", cells, model("S!$H$1", "S!$F$1:$F$8"), best)


def concentration() -> Example:
    """A drug that leaves the blood at two rates, with relative errors."""
    t = np.array([0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24])
    seen = np.array([9.2, 7.9, 6.1, 4.2, 3.3, 2.7, 1.9, 1.42, 0.79, 0.45, 0.145])
    cells: dict[str, Any] = column("A1", t.tolist()) | column("B1", seen.tolist()) | column("F1", [5, 1, 5, 0.1])
    for k in range(1, 12):
        cells |= row(f"C{k}", [f"=$F$1*EXP(-$F$2*A{k})+$F$3*EXP(-$F$4*A{k})", f"=((B{k}-C{k})/B{k})^2"])
    best = _squares(lambda p: 1 - (p[0] * np.exp(-p[1] * t) + p[2] * np.exp(-p[3] * t)) / seen, [5, 1, 5, 0.1])
    return Example("two rates", cells | {"H1": "=SUM(D1:D11)"}, model("S!$H$1", "S!$F$1:$F$4", free=False), best)


def renewals() -> Example:
    """Customers who renew with chances that differ among them (beta-geometric), each year from the one before."""
    left = [1000, 869, 743, 653, 593, 551, 517, 491]
    cells: dict[str, Any] = {"B1": 1, "B2": 1, "B3": "=SUM(E6:E13)"} | column("A5", list(range(8))) | column("D5", left)
    cells |= {"C6": "=B1/(B1+B2)", "B6": "=1-C6", "E13": "=D12*LN(B12)"}
    for k in range(7, 13):
        cells |= {f"C{k}": f"=C{k - 1}*($B$2+A{k}-2)/($B$1+$B$2+A{k}-1)", f"B{k}": f"=B{k - 1}-C{k}"}
    cells |= column("E6", [f"=(D{k - 1}-D{k})*LN(C{k})" for k in range(6, 13)])

    def loss(p: Floats) -> float:
        if min(p) <= 0:
            return inf
        chances = [p[0] / (p[0] + p[1])]
        for year in range(2, 8):
            chances.append(chances[-1] * (p[1] + year - 2) / (p[0] + p[1] + year - 1))
        lost = -np.diff(np.array(left, dtype=float))
        return -float(lost @ np.log(chances) + left[-1] * np.log(1 - sum(chances)))

    best = -minimize(loss, [1, 1], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-10}).fun
    positive = ("S!$B$1:$B$2", GE, 0.0001)
    return Example("renewals", cells, model("S!$B$3", "S!$B$1:$B$2", positive, sense=MAX), best, 1e-8)


def yields() -> Example:
    """Nelson and Siegel's curve of interest over maturities."""
    years = np.array([0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30])
    rates = np.array([4.8, 4.7, 4.4, 4.0, 3.8, 3.7, 3.75, 3.85, 4.2, 4.1])
    cells: dict[str, Any] = column("A2", years.tolist()) | column("B2", rates.tolist()) | column("G1", [4, 1, 0, 1.5])
    for k in range(2, 12):
        level = f"(1-EXP(-A{k}/$G$4))/(A{k}/$G$4)"
        cells |= row(f"C{k}", [f"=$G$1+$G$2*{level}+$G$3*({level}-EXP(-A{k}/$G$4))", f"=(B{k}-C{k})^2"])

    def residuals(p: Floats) -> Floats:
        decay = years / p[3]
        slope = (1 - np.exp(-decay)) / decay
        return np.asarray(rates - p[0] - p[1] * slope - p[2] * (slope - np.exp(-decay)))

    bounds = (("S!$G$4", GE, 0.05), ("S!$G$4", LE, 30))
    best = min(_squares(residuals, [4, 1, 0, tau]) for tau in (0.5, 1.5, 5))
    return Example("yields", cells | {"G5": "=SUM(D2:D11)"}, model("S!$G$5", "S!$G$1:$G$4", *bounds), best, 1e-5)


def league() -> Example:
    """Ratings of teams from the margins of games, looked up by name, with the advantage of playing at home."""
    games = [(0, 1, 7), (1, 2, 3), (2, 3, -10), (3, 0, 4), (0, 2, 14), (1, 3, -2), (4, 0, -5), (4, 1, 3), (2, 4, 6)]
    cells: dict[str, Any] = column("A2", list("ABCDE")) | column("B2", [0] * 5) | {"B8": "=AVERAGE(B2:B6)", "B9": 2}
    factors = np.zeros((len(games), 6))
    for k, (home, guest, margin) in enumerate(games, start=2):
        rating = [f"VLOOKUP({c}{k},$A$2:$B$6,2,FALSE)" for c in "DE"]
        expected = f"=$B$9+{rating[0]}-{rating[1]}"
        cells |= row(f"D{k}", ["ABCDE"[home], "ABCDE"[guest], margin, expected, f"=(F{k}-G{k})^2"])
        factors[k - 2, [home, guest, 5]] = 1, -1, 1
    margins = np.array([margin for *_, margin in games], dtype=float)
    best = float(np.sum((factors @ np.linalg.lstsq(factors, margins, rcond=None)[0] - margins) ** 2))
    stored = model("S!$H$12", "S!$B$2:$B$6,S!$B$9", ("S!$B$8", EQ, 0))
    return Example("league", cells | {"H12": "=SUM(H2:H10)"}, stored, best, 1e-8)


def rolls() -> Example:
    """Cutting rolls of 100 into four widths, by all ways to cut one."""
    widths, wanted = (45, 36, 31, 14), (97, 610, 395, 211)
    ways = [cut for cut in np.ndindex(3, 3, 4, 8) if 100 - 14 < int(np.dot(cut, widths)) <= 100]
    cells: dict[str, Any] = column("A2", wanted) | row("C7", [0] * len(ways))
    for k, cut in enumerate(zip(*ways, strict=True), start=2):
        cells |= row(f"C{k}", cut)
    last = max(cells, key=lambda place: (place[-1] == "7", len(place), place))[:-1]
    cells |= column("B2", [f"=SUMPRODUCT(C{k}:{last}{k},$C$7:${last}$7)" for k in range(2, 6)])
    cells["A9"] = f"=SUM(C7:{last}7)"
    enough = LinearConstraint(np.array(ways).T, wanted, np.inf)
    found = milp(np.ones(len(ways)), integrality=np.ones(len(ways), dtype=int), constraints=enough)
    rows = (("S!$B$2:$B$5", GE, "S!$A$2:$A$5"), (f"S!$C$7:${last}$7", INT, 0))
    stored = model("S!$A$9", f"S!$C$7:${last}$7", *rows, engine=SIMPLEX, free=False, tol=0)
    return Example("rolls", cells, stored, round(found.fun or inf))


def offices() -> Example:
    """Six departments on six floors: the traffic between them times the way, by INDEX of INDEX."""
    random = np.random.default_rng(5)
    traffic, way = (each + each.T for each in (random.integers(0, 9, (6, 6)), random.integers(1, 9, (6, 6))))
    cells: dict[str, Any] = row("A1", [1, 2, 3, 4, 5, 6]) | {"O1": "=SUM(A12:F17)"}
    for i in range(6):
        cells |= row(f"A{3 + i}", traffic[i].tolist()) | row(f"H{3 + i}", way[i].tolist())
        floors = [f"INDEX($H$3:$M$8,INDEX($A$1:$F$1,{i + 1}),INDEX($A$1:$F$1,{j + 1}))" for j in range(6)]
        cells |= row(f"A{12 + i}", [f"=INDEX($A$3:$F$8,{i + 1},{j + 1})*{floor}" for j, floor in enumerate(floors)])
    best = min(int((traffic * way[np.ix_(order, order)]).sum()) for order in permutations(range(6)))
    order = model("S!$O$1", "S!$A$1:$F$1", ("S!$A$1:$F$1", DIFFERENT, 0), engine=EVOLUTIONARY)
    return Example("offices", cells, order, best)


def few_papers() -> Example:
    """The least variance of at most two of four papers, of which each enters by a switch."""
    means = np.array([0.1, 0.12, 0.08, 0.15])
    spread = np.cov(np.random.default_rng(5).normal(0, 0.1, (30, 4)).round(3).T).round(6)
    cells: dict[str, Any] = row("A1", [0.25] * 4) | row("A2", [1] * 4) | row("A3", means.tolist())
    cells |= row("A4", [f"={c}1-{c}2" for c in "ABCD"]) | {"H1": "=SUM(A1:D1)", "H2": "=SUM(A2:D2)"}
    for k in range(4):
        cells |= row(f"A{5 + k}", spread[k].tolist())
    cells |= {"H3": "=SUMPRODUCT(A1:D1,A3:D3)", "H4": "=SUMPRODUCT(MMULT(A1:D1,A5:D8),A1:D1)"}

    def least(chosen: tuple[int, ...]) -> float:
        part = spread[np.ix_(chosen, chosen)] * 1e3
        rows = [LinearConstraint(np.ones(2), 1, 1), LinearConstraint(means[list(chosen)], 0.11, np.inf)]

        def variance(shares: Floats) -> float:
            return float(shares @ part @ shares)

        found = minimize(variance, [0.5] * 2, bounds=[(0, 1)] * 2, constraints=rows, method="SLSQP", tol=1e-12)
        return float(found.fun) / 1e3 if found.success else inf

    best = min(least(chosen) for chosen in combinations(range(4), 2))
    rows = (("S!$A$2:$D$2", BIN, 0), ("S!$A$4:$D$4", LE, 0), ("S!$H$1", EQ, 1), ("S!$H$2", LE, 2), ("S!$H$3", GE, 0.11))
    return Example("few papers", cells, model("S!$H$4", "S!$A$1:$D$2", *rows, free=False, tol=0), best, 1e-5)


def spring() -> Example:
    """The lightest spring that holds (Arora 1989): 0.012665232788."""
    cells = {
        "A1": 0.1, "A2": 0.5, "A3": 10, "B1": "=(A3+2)*A2*A1^2", "B2": "=1-A2^3*A3/(71785*A1^4)",
        "B3": "=(4*A2^2-A1*A2)/(12566*(A2*A1^3-A1^4))+1/(5108*A1^2)-1", "B4": "=1-140.45*A1/(A2^2*A3)",
        "B5": "=(A1+A2)/1.5-1",
    }  # fmt: skip
    ends = (("S!$A$1", 0.05, 2), ("S!$A$2", 0.25, 1.3), ("S!$A$3", 2, 15))
    rows = [(cell, relation, end) for cell, *both in ends for relation, end in zip((GE, LE), both, strict=True)]
    stored = model("S!$B$1", "S!$A$1:$A$3", ("S!$B$2:$B$5", LE, 0), *rows, engine=GRG)
    return Example("spring", cells, stored, 0.012665232788)


EXAMPLES = (
    *dose_response(), spectrum(), concentration(), renewals(), yields(), league(), rolls(), offices(), few_papers(),
    spring(),
)  # fmt: skip
