"""`solver show`, `solver engines`, and the command's own pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from solver.cli.commands import main
from tests.interface.books import BIN, GE, LE, LINE, PLAN, PLAN_MODEL, both, line, model, write
from tests.interface.command import contents, run

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "sheet", "objective", "sense", "target", "variables", "n_variables", "constraints", "n_constraints", "engine",
    "options", "kind", "because",
}  # fmt: skip


def shown(*arguments: str) -> list[dict[str, Any]]:
    found = run("show", "book.xlsx", "--json", *arguments).json
    assert set(found) == {"file", "models"}
    assert all(set(each) >= KEYS for each in found["models"])
    models: list[dict[str, Any]] = found["models"]
    return models


def test_every_model_in_the_order_of_the_sheets(here: Path) -> None:
    """Objective, variables, constraints and options as they are stored, with the structure of the formulas."""
    both(here / "book.xlsx")
    before = contents(here)
    fit, plan = shown()
    assert contents(here) == before
    assert (fit["sheet"], fit["objective"], fit["sense"], fit["target"]) == ("Line", "Line!$B$4", "min", None)
    assert (fit["variables"], fit["n_variables"]) == (["Line!$B$1:$B$2"], 2)
    assert (fit["engine"], fit["kind"], fit["because"]) == ("grg", "least squares", ["Line!$B$4"])
    assert fit["residuals"] == 5
    assert (plan["sense"], plan["engine"], plan["kind"]) == ("max", "simplex", "linear")
    assert plan["because"] == []
    assert plan["constraints"] == [{"left": "Plan!$D$2:$D$3", "relation": "<=", "right": "Plan!$E$2:$E$3"}]
    assert plan["n_constraints"] == 2


def test_one_sheet(here: Path) -> None:
    """--sheet picks one."""
    both(here / "book.xlsx")
    assert [each["sheet"] for each in shown("--sheet", "Plan")] == ["Plan"]


def test_options_and_other_right_sides(here: Path) -> None:
    """Options stand under Excel's names without their prefix; right sides are numbers or areas, or null for kinds."""
    names = model(
        "Line!$B$4", "Line!$B$1:$B$2", ("Line!$B$1", GE, -3.5), ("Line!$B$2", LE, "Line!$E$2"), ("Line!$B$1", BIN, 0),
        pre=0.001, itr=50, scl=1,
    )  # fmt: skip
    write(here / "book.xlsx", {"Line": LINE}, {"Line": names})
    found = shown()[0]
    assert found["options"] == {"pre": 0.001, "itr": 50, "scl": True}
    assert found["constraints"] == [
        {"left": "Line!$B$1", "relation": ">=", "right": -3.5},
        {"left": "Line!$B$2", "relation": "<=", "right": "Line!$E$2"},
        {"left": "Line!$B$1", "relation": "bin", "right": None},
    ]


KINDS = {
    "=2*B1-B2": ("linear", []),
    "=B1^2+B1*B2+B2": ("quadratic", ["Line!$B$4"]),
    "=SQRT(SUMSQ(G2:G6)/5)": ("least squares", ["Line!$B$4"]),
    "=EXP(B1)+B2": ("smooth", ["Line!$B$4"]),
    "=MAX(B1,B2)+ABS(B1)": ("kinked", ["Line!$B$4"]),
    "=IF(B1>2,1,0)+ROUND(B2,0)": ("step", ["Line!$B$4"]),
}


@pytest.mark.parametrize("formula", KINDS)
def test_what_the_formulas_make_of_it(here: Path, formula: str) -> None:
    """Each kind, with the cell that decides it."""
    line(here / "book.xlsx", B4=formula)
    found = shown()[0]
    assert (found["kind"], found["because"]) == KINDS[formula]
    assert found["kind"] in run("show", "book.xlsx").out


def test_the_cell_that_decides(here: Path) -> None:
    """Far from the objective: the first cell in the calculation that bends."""
    line(here / "book.xlsx", F4="=MAX($B$1*D4,$B$2)", B4="=SUM(G2:G6)")
    found = shown()[0]
    assert (found["kind"], found["because"]) == ("kinked", ["Line!$F$4"])


def test_a_model_that_cannot_be_solved_is_shown_with_the_reason(here: Path) -> None:
    """The others are shown as they are."""
    broken = model("Plan!#REF!", "Plan!$B$1:$C$1")
    write(here / "book.xlsx", {"Line": LINE, "Plan": PLAN}, {"Line": model("Line!$B$4", "Line!$B$1"), "Plan": broken})
    fit, plan = shown()
    assert fit["kind"] == "least squares"
    assert (plan["kind"], plan["because"]) == (None, [])
    assert "deleted cells" in plan["reason"]
    assert "cannot be solved" in run("show", "book.xlsx").out


def test_no_model(here: Path) -> None:
    """No model is an empty list, not an error."""
    write(here / "book.xlsx", {"S": {"A1": 1}})
    assert shown() == []
    assert run("show", "book.xlsx").out == "book.xlsx: no Solver model is stored\n"


def test_a_person_reads_the_same(here: Path) -> None:
    """Goal, variables, constraints, kind and engine as text."""
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    out = run("show", "book.xlsx").out
    for words in ("max Plan!$D$1", "Plan!$B$1:$C$1 (2 cells)", "Plan!$D$2:$D$3 <= Plan!$E$2:$E$3", "linear", "simplex"):
        assert words in out


def test_the_course_workbook(shared: Path) -> None:
    """The 2016 file's first sheet is least squares with 206 residuals and 150 variables."""
    book = shared / "real" / "fastai-2016--collab_filter.xlsx"
    if not book.exists():
        pytest.skip("the file is not here")
    found = run("show", book, "--json").json["models"]
    assert [each["sheet"] for each in found] == ["dotprod", "movielens_emb", "bias"]
    assert (found[0]["kind"], found[0]["residuals"], found[0]["n_variables"]) == ("least squares", 206, 150)
    assert found[0]["objective"] == "dotprod!$V$41"


def test_engines() -> None:
    """Every engine with its options, and Excel's names for them."""
    found = run("engines", "--json").json["engines"]
    names = [each["name"] for each in found]
    assert names == sorted(names)
    assert {"simplex", "grg", "evolutionary", "least_squares", "gd"} <= set(names)
    for engine in found:
        assert engine["help"]
        options = {each["name"]: each for each in engine["options"]}
        assert options["precision"]["excel"] == "pre"
        assert all(set(each) == {"name", "excel", "default", "help"} for each in engine["options"])
    out = run("engines").out
    assert all(name in out for name in names)


def test_every_command_has_a_page_and_a_row_in_the_readme() -> None:
    """The table of the README lists the commands that there are, and no other."""
    listed = re.findall(r"^\| `solver (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(main.commands)
    for name in main.commands:
        said = run(name, "--help")
        assert said.code == 0
        assert said.out.startswith(f"Usage: solver {name} ")
        assert run(name, "-h").out == said.out


def test_the_command_alone_shows_its_page() -> None:
    """As does --help."""
    said = run()
    assert (said.code, said.err) == (0, "")
    assert said.out == run("--help").out


def test_help_loads_nothing_heavy() -> None:
    """The page comes without the numerical libraries and without the console's."""
    code = (
        "import sys\nfrom solver.cli.commands import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'scipy', 'rich', 'openpyxl', 'highspy'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
