"""The classical problems from the book's start, solved by us and by others: `python -m tests.evidence.peers`.

Hock and Schittkowski's problems, by formula and from the certified workbooks: solved is what is feasible to 1e-6 and
whose objective is the printed one to 1e-6. NIST's regressions likewise: 6 certified digits in every parameter. The
others are SciPy's methods on the same functions, with tolerances near rounding and ten times their usual steps; finite
differences are what Excel's GRG works with.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.optimize import Bounds, NonlinearConstraint, least_squares, minimize

from solver.engines import choose, run
from solver.model.binding import bind
from solver.model.kkt import violation
from solver.pipeline import pick_models, read
from tests.conftest import SHARED
from tests.engines.nist import NIST
from tests.engines.test_hock import BOOK
from tests.engines.zoo import Case
from tests.evidence.certified import digits

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Mask, Problem, Vector

Peer: TypeAlias = "Callable[[Problem], Vector]"
STEPS = 1000


def ours(problem: Problem) -> Vector:
    """What the command would use, with no option given."""
    return run(problem, choose(problem, "grg", {})[0]).x


def slsqp(problem: Problem, *, exact: bool) -> Vector:
    """Sequential quadratic programming on one-sided rows, with exact derivatives or differences."""
    low, high = np.isfinite(problem.row_lo), np.isfinite(problem.row_hi)
    equal = low & high & (problem.row_lo == problem.row_hi)
    sides = [
        ("eq", equal, 1.0, problem.row_lo),
        ("ineq", low & ~equal, 1.0, problem.row_lo),
        ("ineq", high & ~equal, -1.0, problem.row_hi),
    ]
    constraints = [_side(problem, *side, exact=exact) for side in sides if side[1].any()]
    found = minimize(
        problem.fun,
        problem.x0,
        jac=(lambda x: np.asarray(problem.grad(x), dtype=float)) if exact else None,
        method="SLSQP",
        bounds=Bounds(problem.lb, problem.ub),
        constraints=constraints,
        options={"ftol": 1e-14, "maxiter": STEPS},
    )
    return np.asarray(found.x)


def _side(problem: Problem, kind: str, chosen: Mask, sign: float, end: Vector, *, exact: bool) -> dict[str, Any]:
    """Some of the rows as SLSQP wants them: equal to 0, or not below."""
    side: dict[str, Any] = {"type": kind}
    side["fun"] = lambda x: np.asarray(sign * (problem.rows(x) - end)[chosen], dtype=float)
    if exact:
        side["jac"] = lambda x: np.asarray(sign * problem.row_jac(x).toarray()[chosen], dtype=float)
    return side


def trust_constr(problem: Problem) -> Vector:
    """SciPy's trust region for constraints, on exact first derivatives."""
    rows: list[Any] = []
    if problem.m:
        slopes = {"jac": lambda x: problem.row_jac(x).toarray()}
        rows = [NonlinearConstraint(problem.rows, problem.row_lo, problem.row_hi, **slopes)]
    found = minimize(
        problem.fun,
        problem.x0,
        jac=problem.grad,
        method="trust-constr",
        bounds=Bounds(problem.lb, problem.ub),
        constraints=rows,
        options={"gtol": 1e-10, "xtol": 1e-12, "maxiter": 3 * STEPS},
    )
    return np.asarray(found.x)


def marquardt(problem: Problem, *, exact: bool) -> Vector:
    """MINPACK's Levenberg-Marquardt on the residuals."""
    residuals = problem.residuals
    assert residuals is not None
    found = least_squares(
        residuals.fun,
        problem.x0,
        jac=(lambda x: np.asarray(_dense(residuals.jac(x)))) if exact else "2-point",
        method="lm",
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
        max_nfev=10 * STEPS,
    )
    return np.asarray(found.x)


def _dense(matrix: Any) -> Any:
    return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()


SMOOTH: dict[str, Peer] = {
    "this program": ours,
    "SLSQP, exact": lambda problem: slsqp(problem, exact=True),
    "SLSQP, differences": lambda problem: slsqp(problem, exact=False),
    "trust-constr, exact": trust_constr,
}
FITS: dict[str, Peer] = {
    "this program": ours,
    "LM, exact": lambda problem: marquardt(problem, exact=True),
    "LM, differences": lambda problem: marquardt(problem, exact=False),
    "SLSQP, exact": lambda problem: slsqp(problem, exact=True),
    "SLSQP, differences": lambda problem: slsqp(problem, exact=False),
}


def stored(suite: str) -> list[Case]:
    """The certified workbooks of a suite as problems."""
    expected = json.loads((SHARED / "certified" / "expected.json").read_text())
    cases = []
    for name, facts in expected.items():
        if facts["suite"] == suite:
            book = read(SHARED / "certified" / f"{name}.xlsx")
            problem = bind(book, pick_models(book, facts["sheet"])[0]).problem
            least = facts["objective"] * (-1 if facts["sense"] == "max" else 1)
            cases.append(Case(name, problem, least, tuple(facts.get("x") or ())))
    return cases


def solves(peer: Peer, case: Case) -> bool:
    """Whether a method solves a problem."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            x = peer(case.problem)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return False
    x = np.clip(x, case.problem.lb, case.problem.ub)
    if case.problem.residuals is not None and not case.problem.m and len(case.x):
        return all(digits(found, wanted) >= 6 for found, wanted in zip(x.tolist(), case.x, strict=True))
    fun = case.problem.fun(x)
    return bool(fun <= case.fun + 1e-6 * max(1.0, abs(case.fun)) and violation(case.problem, x) <= 1e-6)


def report(title: str, peers: dict[str, Peer], cases: list[Case]) -> None:
    """Prints how many each solves, and which it does not."""
    sys.stdout.write(f"{title}: {len(cases)} problems\n")
    for name, peer in peers.items():
        missed = [case.name for case in cases if not solves(peer, case)]
        sys.stdout.write(f"  {name:<22}{len(cases) - len(missed):>4}   not: {', '.join(missed) or 'none'}\n")
        sys.stdout.flush()


def main() -> None:
    """Prints both tables."""
    known = {case.name for case in BOOK}
    books = [case for case in stored("hs") if case.name.replace("_", "") not in known]
    report("Hock and Schittkowski", SMOOTH, [*BOOK, *books])
    report("NIST", FITS, [*NIST, *stored("nist")])


if __name__ == "__main__":
    main()
