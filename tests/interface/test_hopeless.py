"""Models without an answer, or with a poor one: what `solver solve` says, how it ends, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.interface.books import (
    BIN,
    DIFFERENT,
    EQ,
    EVOLUTIONARY,
    GE,
    GRG,
    INT,
    LE,
    MAX,
    SIMPLEX,
    model,
    write,
)
from tests.interface.command import contents, refused, run, stored

if TYPE_CHECKING:
    from pathlib import Path

CURVE = {"A1": 1, "A2": 1, "B1": "=(A1-3)^4+EXP(A2-A1)", "C1": "=A1^2+A2^2"}
"""A smooth objective and a smooth row."""

WAVES = {"A1": 1, "A2": 1, "B1": "=A1^2+A2^2+10*SIN(3*A1)*SIN(2*A2)", "C1": "=A1+A2"}
"""An objective with many valleys."""


def _book(path: Path, cells: dict[str, Any], *constraints: tuple[str, int, object], **given: Any) -> Path:
    return write(path, {"S": cells}, {"S": model("S!$B$1", "S!$A$1:$A$2", *constraints, **given)})


def _fails(here: Path, code: int) -> dict[str, Any]:
    """The answer in JSON of a run that ends without one: exit code 1, nothing written."""
    before = contents(here)
    said = run("solve", "book.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"], said.json["output"]) == (1, code, None), said
    assert contents(here) == before
    told = run("solve", "book.xlsx")
    assert (told.code, said.json["outcome"]["message"] in told.out) == (1, True)
    assert contents(here) == before
    found: dict[str, Any] = said.json
    return found


ENGINES = {"grg": GRG, "simplex": SIMPLEX, "evolutionary": EVOLUTIONARY}
LINEAR = {"A1": 1, "A2": 1, "B1": "=A1+A2", "C1": "=A1-A2"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cells", [LINEAR, WAVES], ids=["linear", "waves"])
def test_crossing_bounds_are_20_and_binaries_with_other_bounds_19(
    here: Path, engine: str, cells: dict[str, Any]
) -> None:
    """20 for numbers, 19 for binaries and cells that must differ, by every stored engine."""
    _book(here / "book.xlsx", cells, ("S!$A$1", LE, 1), ("S!$A$1", GE, 2), engine=ENGINES[engine])
    _fails(here, 20)
    _book(here / "book.xlsx", cells, ("S!$A$1", BIN, 0), ("S!$A$1", GE, 2), engine=ENGINES[engine])
    _fails(here, 19)
    _book(here / "book.xlsx", cells, ("S!$A$1:$A$2", DIFFERENT, 0), ("S!$A$2", GE, 3), engine=ENGINES[engine])
    _fails(here, 19)


def test_whole_numbers_with_none_between_the_bounds(here: Path) -> None:
    _book(here / "book.xlsx", CURVE, ("S!$A$1", INT, 0), ("S!$A$1", GE, 1.2), ("S!$A$1", LE, 1.8))
    _fails(here, 20)


@pytest.mark.parametrize("engine", ["grg", "simplex"])
def test_linear_rows_that_contradict(here: Path, engine: str) -> None:
    _book(here / "book.xlsx", LINEAR, ("S!$C$1", LE, 1), ("S!$C$1", GE, 2), engine=ENGINES[engine])
    _fails(here, 5)


def test_curved_rows_that_contradict(here: Path) -> None:
    """A circle of radius 1 and a half-plane 3 away from its middle."""
    _book(here / "book.xlsx", CURVE, ("S!$C$1", LE, 1), ("S!$A$1", GE, 3))
    _fails(here, 5)


@pytest.mark.parametrize("engine", ["grg", "simplex"])
def test_a_linear_objective_without_end(here: Path, engine: str) -> None:
    _book(here / "book.xlsx", LINEAR, ("S!$C$1", GE, 0), sense=MAX, engine=ENGINES[engine])
    _fails(here, 4)


def test_a_curved_objective_without_end(here: Path) -> None:
    _book(here / "book.xlsx", CURVE, sense=MAX)
    _fails(here, 4)


@pytest.mark.parametrize("names", [{"engine": EVOLUTIONARY}, {"msl": 1}], ids=["evolutionary", "multistart"])
def test_bounds_that_are_required_and_missing_are_18(here: Path, names: dict[str, Any]) -> None:
    """Excel's box is on by default; with bounds, or without the box, there is an answer."""
    _book(here / "book.xlsx", WAVES, ("S!$A$1:$A$2", LE, 3), rbv=1, **names)
    _fails(here, 18)
    _book(here / "book.xlsx", WAVES, ("S!$A$1:$A$2", LE, 3), ("S!$A$1:$A$2", GE, -3), rbv=1, ssz=20, rsd=1, **names)
    assert run("solve", "book.xlsx", "--time-limit", "5").code in (0, 3)


SHAPES = {
    "linear": "=A1+A2",
    "quadratic": "=(A1-3)^2+A2^2",
    "smooth": "=EXP(A1)-A1+A2^2",
    "corners": "=ABS(A1-2)+A2",
}


@pytest.mark.parametrize("objective", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize(
    "side",
    [("S!$D$1", LE, 5), ("S!$A$1", LE, "S!$D$1"), ("S!$C$1", GE, "S!$D$1"), ("S!$C$1", GE, "S!$D$1+1")],
    ids=["left", "right of a bound", "right of a row", "in the text of a right side"],
)
def test_an_error_value_that_no_variable_can_cure_is_outcome_9(
    here: Path, objective: str, side: tuple[str, int, object]
) -> None:
    """A constraint that compares with `#DIV/0!` holds nowhere, be its cells known beforehand."""
    cells = {"A1": 1, "A2": 1, "B1": objective, "C1": "=A1+A2", "D1": "=1/E1", "E1": 0}
    _book(here / "book.xlsx", cells, ("S!$A$1:$A$2", LE, 9), ("S!$A$1:$A$2", GE, 0), side)
    message = _fails(here, 9)["outcome"]["message"]
    assert ("S!D1 is #DIV/0!" in message) == (side[2] != "S!$D$1+1")


def test_an_error_value_on_the_way_is_stepped_back_from(here: Path) -> None:
    """The first full step leaves the domain of both functions; the answer does not."""
    cells = {"A1": 0.05, "A2": 1, "B1": "=(LN(A1)-2)^2+(SQRT(A1)-EXP(1))^2+(A2-1)^2"}
    _book(here / "book.xlsx", cells)
    said = run("solve", "book.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"]) == (0, 0)
    assert stored(here / "book-solved.xlsx", "S", "A1") == pytest.approx(7.38905609893, rel=1e-5)


def test_an_error_value_at_the_start_that_a_step_cures(here: Path) -> None:
    """0 has no logarithm; the run begins beside it and says so."""
    cells = {"A1": 0, "A2": 1, "B1": "=A1-LN(A1)+(A2-2)^2"}
    _book(here / "book.xlsx", cells, free=False)
    said = run("solve", "book.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"]) == (0, 0)
    assert any("error value" in note for note in said.json["notes"])
    assert stored(here / "book-solved.xlsx", "S", "A1") == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("goal", [7, "=2*3+1"], ids=["number", "formula"])
def test_an_objective_that_no_variable_reaches_is_said(here: Path, goal: object) -> None:
    _book(here / "book.xlsx", {"A1": 1, "A2": 1, "B1": goal, "C1": "=A1+A2"}, ("S!$C$1", GE, 1))
    said = run("solve", "book.xlsx", "--json")
    assert said.json["outcome"]["code"] == 0
    assert any("no variable reaches the objective" in note for note in said.json["notes"])
    assert "no variable reaches the objective" in run("solve", "book.xlsx").out


READS_ONE = {
    "linear": "=2*A1",
    "corner": "=ABS(A1-2)+A1",
    "square": "=(A1-3)^2",
    "smooth": "=(A1-3)^4+EXP(A1)",
    "waves": "=A1^2+10*SIN(3*A1)",
    "steps": "=ROUND(A1^2*SIN(A1),0)+ABS(A1-1.5)+A2*0",
}


@pytest.mark.parametrize("names", [{}, {"engine": EVOLUTIONARY}, {"msl": 1}], ids=["grg", "evolutionary", "multistart"])
@pytest.mark.parametrize("kind", READS_ONE)
def test_a_variable_that_nothing_depends_on_keeps_its_value(here: Path, kind: str, names: dict[str, Any]) -> None:
    """By every way to search, also those that draw points."""
    cells = {"A1": 1, "A2": 0.625, "B1": READS_ONE[kind]}
    _book(here / "book.xlsx", cells, ("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5), ssz=20, rsd=1, **names)
    found = run("solve", "book.xlsx", "--json", "--dry-run").json
    assert found["outcome"]["code"] in (0, 1, 2, 14, 17)
    assert [each["final"] == each["initial"] for each in found["variables"]] == [False, True]


@pytest.mark.parametrize("names", [{}, {"engine": EVOLUTIONARY}, {"msl": 1}], ids=["grg", "evolutionary", "multistart"])
@pytest.mark.parametrize("kind", READS_ONE)
def test_a_variable_that_its_bounds_hold(here: Path, kind: str, names: dict[str, Any]) -> None:
    """One cell is fixed by an equality, the other is found beside it."""
    cells = {"A1": 1, "A2": 0.625, "B1": READS_ONE[kind] + "+A2"}
    bounds = (("S!$A$1", LE, 5), ("S!$A$1", GE, -5), ("S!$A$2", EQ, 0.5))
    _book(here / "book.xlsx", cells, *bounds, ssz=20, rsd=1, **names)
    found = run("solve", "book.xlsx", "--json", "--dry-run").json
    assert found["objective"]["final"] < found["objective"]["initial"] - 0.1
    assert found["variables"][1]["final"] == 0.5


def test_a_variable_that_matters_in_steps_alone_is_moved(here: Path) -> None:
    """Its slope is zero everywhere, and yet the objective depends on it."""
    cells = {"A1": 1, "A2": 0.625, "B1": "=ROUND(A1,0)^2+(ROUND(A2,0)-3)^2"}
    _book(here / "book.xlsx", cells, ("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5), rsd=1, engine=EVOLUTIONARY)
    assert run("solve", "book.xlsx", "--json", "--dry-run").json["objective"]["final"] == 0


@pytest.mark.parametrize("relation", [INT, BIN, DIFFERENT])
def test_kinds_of_cells_that_are_no_variables(here: Path, relation: int) -> None:
    """A model error that names the first such cell."""
    _book(here / "book.xlsx", CURVE, ("S!$A$2:$A$4", relation, 0))
    refused(here, r"book\.xlsx: S!A3: .+ must include only variable cells: .+", "solve", "book.xlsx")


def test_no_variables(here: Path) -> None:
    write(
        here / "book.xlsx",
        {"S": CURVE},
        {"S": {"opt": "S!$B$1", "typ": 2, "num": 1, "lhs1": "S!$C$1", "rel1": GE, "rhs1": 1}},
    )
    refused(here, r"book\.xlsx: S: there are no variable cells: .+", "solve", "book.xlsx")


def test_variables_that_their_bounds_all_hold(here: Path) -> None:
    """Nothing is free to move: the answer is the only point there is, and says so."""
    held = (("S!$A$1:$A$2", LE, 1), ("S!$A$1:$A$2", GE, 1))
    _book(here / "book.xlsx", CURVE, *held)
    said = run("solve", "book.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"]) == (0, 0)
    assert [each["final"] for each in said.json["variables"]] == [1, 1]
