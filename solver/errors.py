"""What can go wrong, and how a solve can end: two different things.

An exception says that the input cannot be used; an `Outcome` says how a run on good input ended.

    SolverError
    ├── WorkbookError          the file: not a workbook, damaged, locked, cannot be written
    ├── FormulaError           one formula, with its cell
    │   ├── UnsupportedFunction
    │   └── CircularReference
    ├── ModelError             the stored or given model: references, shapes, contents
    └── EngineError            an unknown engine or option, or an engine that does not fit
"""

from __future__ import annotations

from difflib import get_close_matches
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SolverError(Exception):
    """The input cannot be used: where, what is wrong and what to do, in one line."""

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(": ".join(part for part in (where, what, hint) if part))


class WorkbookError(SolverError):
    """The file itself cannot be read or written."""


class FormulaError(SolverError):
    """A formula that cannot be understood or computed; `where` is its cell."""

    def __init__(self, what: str, *, where: str = "", formula: str = "", hint: str = "") -> None:
        self.formula = formula
        super().__init__(f"{formula}: {what}" if formula else what, where=where, hint=hint)


class UnsupportedFunction(FormulaError):
    """A function that this program does not know, met where its value is needed."""


class CircularReference(FormulaError):
    """Formulas that depend on each other in a ring, in a book that does not iterate."""


class ModelError(SolverError):
    """A Solver model that cannot be used (Excel's result code 13)."""


class EngineError(SolverError):
    """An unknown engine or option, or an engine that cannot handle the model."""


class Outcome(Enum):
    """Excel's result codes of SolverSolve with their sentences, and SciPy's status beside them."""

    OPTIMAL = (0, 0, "Solver found a solution. All constraints and optimality conditions are satisfied.")
    CONVERGED = (1, 0, "Solver has converged to the current solution. All constraints are satisfied.")
    CANNOT_IMPROVE = (2, 0, "Solver cannot improve the current solution. All constraints are satisfied.")
    ITERATION_LIMIT = (3, 1, "Stop chosen when the maximum iteration limit was reached.")
    UNBOUNDED = (4, 3, "The objective cell values do not converge.")
    INFEASIBLE = (5, 2, "Solver could not find a feasible solution.")
    USER_STOP = (6, 99, "Solver stopped at user's request.")
    NOT_LINEAR = (7, 4, "The linearity conditions required by this LP Solver are not satisfied.")
    TOO_LARGE = (8, 4, "The problem is too large for Solver to handle.")
    ERROR_VALUE = (9, 4, "Solver encountered an error value in the objective cell or a constraint cell.")
    TIME_LIMIT = (10, 1, "Stop chosen when the maximum time limit was reached.")
    OUT_OF_MEMORY = (11, 4, "There is not enough memory available to solve the problem.")
    MODEL_ERROR = (13, 4, "Error in model. Please verify that all cells and constraints are valid.")
    WITHIN_TOLERANCE = (
        14,
        0,
        "Solver found an integer solution within tolerance. All constraints are satisfied.",
    )
    SOLUTION_LIMIT = (15, 1, "Stop chosen when the maximum number of feasible solutions was reached.")
    NODE_LIMIT = (16, 1, "Stop chosen when the maximum number of feasible subproblems was reached.")
    GLOBAL_IN_PROBABILITY = (17, 0, "Solver converged in probability to a global solution.")
    BOUNDS_REQUIRED = (18, 4, "All variables must have both upper and lower bounds.")
    BOUNDS_CONFLICT_INTEGER = (19, 2, "Variable bounds conflict in binary or alldifferent constraint.")
    BOUNDS_CONFLICT = (20, 2, "Lower and upper bounds on variables allow no feasible solution.")

    def __init__(self, code: int, status: int, message: str) -> None:
        self.code, self.status, self.message = code, status, message

    @property
    def solved(self) -> bool:
        """Whether the run ended with an answer (exit code 0)."""
        return self.code in (0, 1, 2, 14, 17)

    @property
    def stopped(self) -> bool:
        """Whether a limit or the user ended the run early, with a best point (exit code 3)."""
        return self.code in (3, 6, 10, 15, 16)


class ExitCode(IntEnum):
    """What the command says to the shell."""

    SOLVED = 0
    NO_ANSWER = 1
    BAD_INPUT = 2
    STOPPED = 3


def near_miss(word: str, known: Iterable[str]) -> str:
    """A hint that names the known words nearest to one that is not known, or all of them."""
    words = sorted(set(known))
    near = get_close_matches(word.lower(), words, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else "known are " + ", ".join(words)
