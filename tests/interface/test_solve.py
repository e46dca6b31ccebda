"""`solver solve`: what it writes, what it says, and how it ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from solver.cli.live import Progress
from tests.interface.books import (
    BIN,
    EQ,
    EVOLUTIONARY,
    GE,
    INT,
    LE,
    LINE,
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


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_copy_beside_the_book(here: Path) -> None:
    """The fitted values and every formula that depends on them go into BOOK-solved.xlsx; the book stays as it is."""
    book = line(here / "book.xlsx")
    before = book.read_bytes()
    said = run("solve", "book.xlsx")
    assert (said.code, said.err) == (0, "")
    assert book.read_bytes() == before
    assert sorted(contents(here)) == ["book-solved.xlsx", "book.xlsx"]
    solved = here / "book-solved.xlsx"
    assert stored(solved, "Line", "B1") == pytest.approx(1.9)
    assert stored(solved, "Line", "B2") == pytest.approx(1.2)
    assert stored(solved, "Line", "B4") == pytest.approx(0.9)
    assert [stored(solved, "Line", f"G{row}") for row in range(2, 7)] == pytest.approx([-0.2, 0.4, -0.5, 0.6, -0.3])


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


def test_output_elsewhere(here: Path) -> None:
    """-o names the file; the folder of the book stays as it is."""
    line(here / "book.xlsx")
    (here / "out").mkdir()
    said = run("solve", "book.xlsx", "-o", "out/fitted.xlsx", "--json")
    assert said.json["output"] == "out/fitted.xlsx"
    assert stored(here / "out" / "fitted.xlsx", "Line", "B4") == pytest.approx(0.9)
    assert not (here / "book-solved.xlsx").exists()


@pytest.mark.parametrize("option", ["-i", "--in-place"])
def test_in_place(here: Path, option: str) -> None:
    """The book itself gets the values, and there is no other file."""
    book = line(here / "book.xlsx")
    assert run("solve", "book.xlsx", option, "--json").json["output"] == "book.xlsx"
    assert list(contents(here)) == ["book.xlsx"]
    assert stored(book, "Line", "B4") == pytest.approx(0.9)


def test_dry_run(here: Path) -> None:
    """Nothing is written, and the answer is told all the same."""
    line(here / "book.xlsx")
    before = contents(here)
    found = run("solve", "book.xlsx", "--dry-run", "--json").json
    assert found["output"] is None
    assert found["objective"]["final"] == pytest.approx(0.9)
    assert contents(here) == before


def test_solving_a_solved_book_changes_nothing(here: Path) -> None:
    """The second answer is the first one."""
    line(here / "book.xlsx")
    run("solve", "book.xlsx", "-o", "one.xlsx")
    run("solve", "one.xlsx", "-o", "two.xlsx")
    for cell in ("B1", "B2", "B4", "G2"):
        assert stored(here / "two.xlsx", "Line", cell) == pytest.approx(stored(here / "one.xlsx", "Line", cell))


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


@pytest.mark.parametrize("option", ["iterations=2", "itr=2", "solver_itr=2"])
def test_a_limit_by_our_name_and_by_excels(here: Path, option: str) -> None:
    """The run stops early, says so with exit code 3, and writes the best point found."""
    rosenbrock(here / "book.xlsx")
    said = run("solve", "book.xlsx", "-O", option, "--json")
    assert said.code == 3
    assert said.json["outcome"]["code"] == 3
    assert said.json["iterations"] == 2
    assert said.json["engine"]["options"]["iterations"] == 2
    assert said.json["objective"]["final"] < said.json["objective"]["initial"]
    assert stored(here / "book-solved.xlsx", "S", "A3") == said.json["objective"]["final"]


def rosenbrock(path: Path) -> Path:
    """A valley with its bottom at (1, 1), in the form of no sum of squares."""
    cells = {"A1": -1.2, "A2": 1, "A3": "=100*(A2-A1^2)^2+(1-A1)^2+SIN(A1-1)^4"}
    return write(path, {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2")})


def test_a_formula_in_a_variable_cell_gives_way(here: Path) -> None:
    """The fitted number takes its place, as after Excel's Solver: a recalculation would undo the answer otherwise."""
    line(here / "book.xlsx", B1="=RAND()", B2="=1+1")
    said = run("solve", "book.xlsx", "--json")
    assert "2 variable cells hold formulas" in said.json["notes"][0]
    cells = openpyxl.load_workbook(here / "book-solved.xlsx")["Line"]
    assert (cells["B1"].value, cells["B2"].value) == (pytest.approx(1.9), pytest.approx(1.2))
    assert cells["B4"].value == "=SUMSQ(G2:G6)"
    again = run("check", "book-solved.xlsx", "--json").json
    assert again["models"][0]["verdict"] == "optimal"


def test_several_options_and_an_engine(here: Path) -> None:
    """-O is repeatable, the last one counts, and --engine is used as it is named."""
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--engine", "gd", "-O", "rate=0.001", "-O", "itr=5", "-O", "itr=7", "--json")
    assert said.json["engine"]["name"] == said.json["engine"]["asked"] == "gd"
    assert said.json["iterations"] == 7
    assert said.json["engine"]["options"]["rate"] == 0.001


def test_a_seed_repeats(here: Path) -> None:
    """The same seed gives the same answer, digit by digit."""
    cells = {"A1": 3, "A2": -4, "A3": "=20+A1^2+A2^2-10*COS(2*PI()*A1)-10*COS(2*PI()*A2)"}
    box = (("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", *box, engine=EVOLUTIONARY)})
    runs = [run("solve", "book.xlsx", "--seed", 7, "-O", "itr=5", "--json").json for _ in range(2)]
    assert runs[0]["engine"]["options"]["seed"] == 7
    assert runs[0]["variables"] == runs[1]["variables"]


def test_a_time_limit(here: Path) -> None:
    """The best point at the end of the time is kept and written."""
    cells = {f"A{k}": 1 for k in range(1, 11)} | {"B1": "=SUM(A1:A10)+SUMPRODUCT(COS(3*A1:A10))"}
    box = (("S!$A$1:$A$10", LE, 5), ("S!$A$1:$A$10", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$B$1", "S!$A$1:$A$10", *box, engine=EVOLUTIONARY)})
    said = run("solve", "book.xlsx", "--time-limit", 0.001, "--json")
    assert (said.code, said.json["outcome"]["code"]) == (3, 10)
    assert (here / "book-solved.xlsx").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_the_best_point(here: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    """Ctrl-C and a request to terminate stop the run, and what it found is written."""
    seen = []

    def watch(_: Progress, step: Any, /) -> None:
        seen.append(step)
        if len(seen) == 5:
            signal.raise_signal(number)

    monkeypatch.setattr(Progress, "watch", watch)
    rosenbrock(here / "book.xlsx")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job of a shell
    said = run("solve", "book.xlsx", "--engine", "gd", "-O", "rate=0.0001", "--json")
    signal.signal(signal.SIGINT, before)
    assert (said.code, said.json["outcome"]["code"]) == (3, 6)
    assert said.json["objective"]["final"] < said.json["objective"]["initial"]
    assert sorted(contents(here)) == ["book-solved.xlsx", "book.xlsx"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


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


def test_reports(here: Path) -> None:
    """Several kinds at once are appended behind all sheets, in the order they were asked for."""
    write(here / "plan.xlsx", {"Plan": PLAN, "Last": {"A1": 1}}, {"Plan": PLAN_MODEL})
    said = run("solve", "plan.xlsx", "--report", "answer", "--report", "sensitivity", "--report", "limits")
    assert said.code == 0
    book = openpyxl.load_workbook(here / "plan-solved.xlsx")
    assert book.sheetnames == ["Plan", "Last", "Answer Report 1", "Sensitivity Report 1", "Limits Report 1"]


@pytest.mark.parametrize(
    "kind", ["answer", "sensitivity", "limits", "feasibility", "linearity", "population", "trace", "gradients"]
)
def test_every_kind_of_report_is_known(here: Path, kind: str) -> None:
    """Each kind that is promised can be asked for."""
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--report", kind, "--quiet")
    assert said.code == 0
    assert len(openpyxl.load_workbook(here / "book-solved.xlsx").sheetnames) == 2


def test_workers(here: Path) -> None:
    """The answer does not depend on the number of processes."""
    cells = {"A1": 3, "A2": -4, "A3": "=20+A1^2+A2^2-10*COS(2*PI()*A1)-10*COS(2*PI()*A2)"}
    box = (("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5))
    write(here / "book.xlsx", {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", *box, msl=1)})
    one, two = (run("solve", "book.xlsx", "--seed", 3, "--workers", n, "--json").json for n in (1, 2))
    assert one["variables"] == two["variables"]
    assert one["objective"]["final"] == pytest.approx(0, abs=1e-9)


def test_a_protected_sheet_is_written_with_a_warning(here: Path) -> None:
    """Protection is no encryption: the values change, and a line on stderr says so; --json keeps stdout clean."""
    write(here / "book.xlsx", {"Line": LINE}, {"Line": model("Line!$B$4", "Line!$B$1:$B$2")}, protected=("Line",))
    said = run("solve", "book.xlsx", "--json")
    assert said.code == 0
    assert said.err == "book-solved.xlsx: the sheet Line is protected: its values were changed all the same\n"
    assert said.json["output"] == "book-solved.xlsx"
    assert openpyxl.load_workbook(here / "book-solved.xlsx")["Line"].protection.sheet
    assert run("solve", "book.xlsx", "--quiet").err == ""


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
