"""The mathematical question that an engine answers: arrays and callables, no cell, no formula, no file.

    minimise    fun(x)
    subject to  lb <= x <= ub,   row_lo <= rows(x) <= row_hi,
                x[integer] whole,  x[g] a permutation of 1..len(g) for each g in groups

A model that maximises is turned round before it comes here (`sense` = -1 says so), a "value of" model has its
target as the first row and no objective (`sense` = 0, fun is 0 everywhere).
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np

from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import scipy.sparse as sp

    from solver.algebra.structure.pieces import Pieces
    from solver.model.lifting import Lifting

Vector: TypeAlias = "npt.NDArray[np.float64]"
Mask: TypeAlias = "npt.NDArray[np.bool_]"
Indices: TypeAlias = "npt.NDArray[np.intp]"
Matrix: TypeAlias = "npt.NDArray[np.float64] | sp.csr_array"


@dataclass(frozen=True, slots=True, eq=False)
class Labels(Sequence[str]):
    """The texts of some of the `things`, each made when it is asked for: of many variables few are ever named."""

    things: Sequence[object]
    places: Sequence[int] | Indices

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, key: int) -> str: ...

    @overload
    def __getitem__(self, key: slice) -> Labels: ...

    def __getitem__(self, key: int | slice) -> str | Labels:
        if isinstance(key, slice):
            return Labels(self.things, self.places[key])
        return str(self.things[self.places[key]])


@dataclass(frozen=True)
class Residuals:
    """The objective as a sum of squares: fun(x) = outer(sum(fun_i(x)**2)), outer increasing.

    So the least-squares minimum is the minimum; `outer` is the square root of a mean, a mean, or the sum itself.
    """

    count: int
    fun: Callable[[Vector], Vector]
    jac: Callable[[Vector], Matrix]
    outer: Callable[[float], float]


@dataclass(frozen=True)
class Linear:
    """A model all of whose rows are linear: rows(x) = matrix @ x + constant, and the objective where it is too.

    `cost` and `offset` give fun(x) = cost @ x + offset + x @ hessian @ x / 2; `hessian` is None for a linear
    objective; `cost` is None when the objective is neither linear nor quadratic.
    """

    matrix: sp.csr_array
    constant: Vector
    cost: Vector | None
    offset: float
    hessian: sp.csr_array | None = None
    convex: bool = True


@dataclass(frozen=True)
class Origin:
    """How another process or thread makes a problem anew, by a function that can be sent there.

    `fun` is that of the problem as it was made: one that was transformed since is another problem.
    """

    remake: Callable[[], Problem]
    fun: Callable[[Vector], float]
    token: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass(frozen=True)
class Problem:
    """One optimisation problem in SciPy's words.

    Shapes: n variables, m rows. `fun_many` and `rows_many` evaluate a whole population (p, n) -> (p,), (p, m).
    `row_hessp(x, w, v)` is the Hessian of w @ rows(x), times v. Rows' bounds may be infinite. Where a formula has no
    value at x, the callables return NaN; `blame(x)` then says which cell, with its error value.
    """

    x0: Vector
    lb: Vector
    ub: Vector
    integer: Mask
    binary: Mask
    groups: tuple[Indices, ...]

    fun: Callable[[Vector], float]
    grad: Callable[[Vector], Vector]
    hessp: Callable[[Vector, Vector], Vector]
    fun_many: Callable[[Vector], Vector]

    rows: Callable[[Vector], Vector]
    row_jac: Callable[[Vector], sp.csr_array]
    row_hessp: Callable[[Vector, Vector, Vector], Vector]
    rows_many: Callable[[Vector], Vector]
    row_lo: Vector
    row_hi: Vector

    sense: int
    degree: Degree
    row_degrees: tuple[Degree, ...]
    residuals: Residuals | None
    linear: Linear | None
    because: tuple[str, ...]
    """The cell, printed, that decides the worst of `degree` and `row_degrees`; none for linear models."""

    labels: Sequence[str]
    row_labels: Sequence[str]
    blame: Callable[[Vector], str | None]

    terms: Callable[[Vector, Indices], tuple[float, Vector]] | None = None
    """Value and gradient of the sum of the chosen terms of the loss (for minibatches), or None; see `term_count`.

    A mean, a root of a mean and a sum of the same squares have these squares as terms: see `algebra.terms`.
    """
    term_count: int = 0
    hessian: Callable[[Vector], Vector] | None = None
    """The Hessian (n, n) of the objective as a whole, or None: expensive for many variables."""
    held_out: Callable[[Vector], float] | None = None
    """A number that is watched and not minimised, in the problem's own variables: the loss of what was kept out."""
    pieces: Callable[[], Pieces | None] | None = None
    """Objective and rows taken apart where they are piecewise linear; None where they surely are not."""
    lifting: Callable[[], Lifting | None] | None = None
    """The smooth problem in more variables that has the corners as rows; None where there is none."""
    idle: Callable[[], Mask] | None = None
    """Which variables neither the objective nor any row depends on; None where that is not known."""
    origin: Origin | None = None
    """What makes it possible to send the problem to another process."""

    @property
    def n(self) -> int:
        """How many variables."""
        return len(self.x0)

    @property
    def m(self) -> int:
        """How many rows."""
        return len(self.row_lo)

    @property
    def worst_degree(self) -> Degree:
        """The highest degree of the objective and the rows."""
        return max((self.degree, *self.row_degrees))

    @property
    def smooth(self) -> bool:
        """Whether derivatives exist everywhere, in the objective and in every row."""
        return self.worst_degree <= Degree.SMOOTH

    @property
    def grouped(self) -> Mask:
        """Which variables stand in a group."""
        mask = np.zeros(self.n, dtype=bool)
        for group in self.groups:
            mask[group] = True
        return mask

    @property
    def whole(self) -> Mask:
        """Which variables must be whole numbers: integers, binaries and the members of groups."""
        return self.integer | self.binary | self.grouped

    @property
    def all_linear(self) -> bool:
        """Whether the objective and all rows are linear."""
        return self.linear is not None and self.linear.cost is not None and self.linear.hessian is None

    @property
    def convex(self) -> bool:
        """Whether the structure proves it: linear rows, and a linear or a convex quadratic objective."""
        return self.linear is not None and self.linear.cost is not None and self.linear.convex

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickled as the way to make it anew, with the arrays that engines may have changed."""
        origin = self.origin
        if origin is None or origin.fun is not self.fun:
            return super().__reduce_ex__(protocol)
        return _arrived, (origin.token, origin.remake, {name: getattr(self, name) for name in _ARRAYS})


_ARRAYS = ("x0", "lb", "ub", "integer", "binary", "groups", "row_lo", "row_hi")
_made = threading.local()


def _arrived(token: str, remake: Callable[[], Problem], arrays: dict[str, Any]) -> Problem:
    """The problem where it was sent to: made once by every thread there, for no two may share its memory."""
    if getattr(_made, "token", None) != token:
        _made.token, _made.problem = token, remake()
    problem: Problem = _made.problem
    return replace(problem, **arrays)
