"""`solver solve`: what it writes, what it says, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.interface.books import (
    BIN,
    EQ,
    GE,
    INT,
    LE,
    MAX,
    PLAN,
    PLAN_MODEL,
    SIMPLEX,
    VALUE_OF,
    both,
    line,
    model,
    write,
)
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = (int, float)
OPTIONAL = (int, float, type(None))
ANSWER: dict[str, Any] = {
    "file": str,
    "output": (str, type(None)),
    "sheet": str,
    "kind": str,
    "outcome": {"code": int, "name": str, "message": str},
    "engine": {"name": str, "asked": str, "why": str, "options": dict},
    "objective": {"cell": str, "sense": str, "target": OPTIONAL, "initial": NUMBER, "final": NUMBER},
    "variables": [
        {
            "cell": str,
            "name": str,
            "initial": NUMBER,
            "final": NUMBER,
            "lower": OPTIONAL,
            "upper": OPTIONAL,
            "type": str,
        }
    ],
    "constraints": [
        {
            "cell": str,
            "relation": str,
            "right": NUMBER,
            "value": NUMBER,
            "slack": NUMBER,
            "binding": bool,
            "satisfied": bool,
            "text": str,
        }
    ],
    "iterations": int,
    "evaluations": {"function": int, "gradient": int, "hessian": int},
    "seconds": {"read": NUMBER, "compile": NUMBER, "solve": NUMBER, "write": NUMBER},
    "recomputed": int,
    "not_recomputed": [str],
}
"""What stands in the object of `solve --json`, field by field."""


def fits(value: Any, shape: Any) -> bool:
    """Whether a JSON value has at least these fields, of these types."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(key in value and fits(value[key], shape[key]) for key in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    kinds = shape if isinstance(shape, tuple) else (shape,)
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def plan(path: Path, *constraints: Any, sheet: dict[str, Any] | None = None, **settings: Any) -> Path:
    """The plan with other constraints."""
    settings = {"sense": MAX, "engine": SIMPLEX, "free": False} | settings
    return write(
        path, {"Plan": PLAN | (sheet or {})}, {"Plan": model("Plan!$D$1", "Plan!$B$1:$C$1", *constraints, **settings)}
    )


def test_what_a_person_reads(here: Path) -> None:
    """Outcome, objective before and after, the method with its reason, variables, and where the result is."""
    line(here / "book.xlsx")
    out = run("solve", "book.xlsx").out
    assert "Solver found a solution. All constraints and optimality conditions are satisfied." in out
    assert "162 -> 0.9" in out
    assert "least_squares: the objective is a sum of squares" in out
    assert "slope" in out
    assert "written to book-solved.xlsx" in out


def test_the_object_of_json(here: Path) -> None:
    """Every promised field is there with its type, for a fit and for a plan with constraints."""
    line(here / "book.xlsx")
    found = run("solve", "book.xlsx", "--json").json
    assert fits(found, ANSWER)
    assert (found["file"], found["output"], found["sheet"]) == ("book.xlsx", "book-solved.xlsx", "Line")
    assert found["kind"] == "least squares"
    assert found["outcome"]["code"] == 0
    assert found["engine"]["asked"] == "grg"
    assert found["objective"] == {
        "cell": "Line!$B$4",
        "sense": "min",
        "target": None,
        "initial": 162.0,
        "final": pytest.approx(0.9),
    }
    assert [each["cell"] for each in found["variables"]] == ["Line!$B$1", "Line!$B$2"]
    assert [each["name"] for each in found["variables"]] == ["slope", "intercept"]
    assert found["variables"][0] | {"final": 0} == {
        "cell": "Line!$B$1",
        "name": "slope",
        "initial": 0.0,
        "final": 0,
        "lower": None,
        "upper": None,
        "type": "continuous",
    }
    assert found["constraints"] == []
    assert (found["recomputed"], found["not_recomputed"]) == (11, [])

    write(here / "plan.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    found = run("solve", "plan.xlsx", "--json").json
    assert fits(found, ANSWER)
    assert found["objective"]["sense"] == "max"
    assert found["objective"]["final"] == pytest.approx(1800)
    assert [each["final"] for each in found["variables"]] == pytest.approx([20, 60])
    assert [each["lower"] for each in found["variables"]] == [0, 0]
    assert found["constraints"] == [
        {
            "cell": f"Plan!$D${row}",
            "relation": "<=",
            "right": right,
            "value": pytest.approx(right),
            "slack": pytest.approx(0),
            "binding": True,
            "satisfied": True,
            "text": f"$D${row}<=$E${row}",
        }
        for row, right in ((2, 100), (3, 80))
    ]


def test_slack_and_relations(here: Path) -> None:
    """A constraint that does not bind has slack, whichever way it points; an equality binds."""
    plan(
        here / "plan.xlsx",
        ("Plan!$D$2", LE, "Plan!$E$2"),
        ("Plan!$D$3", GE, 10),
        ("Plan!$B$1", EQ, 5),
    )
    found = run("solve", "plan.xlsx", "--json").json["constraints"]
    assert [(each["relation"], each["binding"]) for each in found] == [("<=", True), (">=", False), ("=", True)]
    assert found[1]["slack"] == pytest.approx(found[1]["value"] - 10)
    assert found[1]["text"] == "$D$3>=10"


def test_kinds_of_variables_are_no_constraints(here: Path) -> None:
    """Whole, binary and all-different cells are told by their type, and are not listed as constraints."""
    limits = ("Plan!$D$2:$D$3", LE, "Plan!$E$2:$E$3")
    plan(here / "plan.xlsx", limits, ("Plan!$B$1", INT, 0), ("Plan!$C$1", BIN, 0))
    found = run("solve", "plan.xlsx", "--json").json
    assert [each["type"] for each in found["variables"]] == ["integer", "binary"]
    assert [each["final"] for each in found["variables"]] == [50, 0]
    assert (found["variables"][1]["lower"], found["variables"][1]["upper"]) == (0, 1)
    assert len(found["constraints"]) == 2


def test_value_of(here: Path) -> None:
    """A target is reached, and told."""
    plan(here / "plan.xlsx", ("Plan!$D$2:$D$3", LE, "Plan!$E$2:$E$3"), sense=VALUE_OF, engine=1, val=1234)
    found = run("solve", "plan.xlsx", "--json").json
    assert (found["objective"]["sense"], found["objective"]["target"]) == ("value", 1234)
    assert found["objective"]["final"] == pytest.approx(1234)


def test_which_model(here: Path) -> None:
    """With several models that of the open sheet is solved, or the one that --sheet names in any case."""
    both(here / "book.xlsx")
    assert run("solve", "book.xlsx", "--json").json["sheet"] == "Line"
    assert run("solve", "book.xlsx", "--json", "--sheet", "plan").json["sheet"] == "Plan"


def test_all_sheets(here: Path) -> None:
    """Every model is solved, into one file."""
    both(here / "book.xlsx")
    found = run("solve", "book.xlsx", "--all-sheets", "--json").json
    assert set(found) == {"file", "output", "models"}
    assert found["output"] == "book-solved.xlsx"
    assert [each["sheet"] for each in found["models"]] == ["Line", "Plan"]
    assert all(fits(each, ANSWER) for each in found["models"])
    assert stored(here / "book-solved.xlsx", "Line", "B4") == pytest.approx(0.9)
    assert stored(here / "book-solved.xlsx", "Plan", "D1") == pytest.approx(1800)


def test_quiet(here: Path) -> None:
    """Nothing is said, the file is there."""
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (here / "book-solved.xlsx").exists()


NO_ANSWER: dict[str, tuple[int, Any]] = {
    "infeasible": (5, (("Plan!$D$2", LE, 10), ("Plan!$D$2", GE, 20))),
    "unbounded": (4, (("Plan!$D$2", GE, 0),)),
    "bounds that cross": (20, (("Plan!$B$1", LE, 1), ("Plan!$B$1", GE, 2))),
    "a binary above 1": (19, (("Plan!$B$1", BIN, 0), ("Plan!$B$1", GE, 2))),
}


@pytest.mark.parametrize("kind", NO_ANSWER)
def test_no_answer(here: Path, kind: str) -> None:
    """Exit code 1 and the outcome; nothing is written unless a report was asked for."""
    code, constraints = NO_ANSWER[kind]
    plan(here / "plan.xlsx", *constraints)
    before = contents(here)
    said = run("solve", "plan.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"], said.json["output"]) == (1, code, None)
    assert contents(here) == before


def test_a_report_of_no_answer(here: Path) -> None:
    """A report that was asked for is written beside the values as they were."""
    plan(here / "plan.xlsx", *NO_ANSWER["infeasible"][1])
    said = run("solve", "plan.xlsx", "--report", "feasibility", "--json")
    assert (said.code, said.json["output"]) == (1, "plan-solved.xlsx")
    book = openpyxl.load_workbook(here / "plan-solved.xlsx")
    assert book.sheetnames == ["Plan", "Feasibility Report 1"]
    assert (book["Plan"]["B1"].value, book["Plan"]["C1"].value) == (0, 0)


def test_the_course_workbook(tmp_path: Path, shared: Path) -> None:
    """From its stored start the 2016 file's first sheet is fitted as least squares to the best known loss."""
    book = shared / "real" / "fastai-2016--collab_filter.xlsx"
    if not book.exists():
        pytest.skip("the file is not here")
    found = run("solve", book, "--sheet", "dotprod", "-o", tmp_path / "out.xlsx", "--json").json
    assert fits(found, ANSWER)
    assert found["objective"]["cell"] == "dotprod!$V$41"
    assert found["objective"]["final"] <= 0.39290079 * (1 + 1e-6)
    assert found["engine"]["name"] == "least_squares"
