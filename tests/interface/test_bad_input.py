"""Input that cannot be used: one line that names the place and what to do, exit code 2, nothing written, no litter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.book.test_bad_input import FOREIGN, ole
from tests.interface.books import EQ, INT, LE, LINE, LINE_MODEL, PLAN, PLAN_MODEL, both, line, model, write
from tests.interface.command import contents, refused, run

if TYPE_CHECKING:
    from pathlib import Path

READING = [("solve",), ("show",), ("check",), ("calc",), ("gradients",), ("define", "--minimize", "A1")]


@pytest.mark.parametrize("command", READING, ids=lambda words: words[0])
@pytest.mark.parametrize("kind", FOREIGN)
def test_files_that_are_no_workbooks(here: Path, kind: str, command: tuple[str, ...]) -> None:
    """Each command says what the file is instead, and what to do about it."""
    data, message = FOREIGN[kind]
    (here / "book.xlsx").write_bytes(data)
    refused(here, rf"book\.xlsx: .*{message}.*: .+", command[0], "book.xlsx", *command[1:])


SAVE_AS = "open it in a spreadsheet program and save it as .xlsx"
SAYS = {
    "none.xlsx": "there is no such file: check the name and the folder",
    "folder": "this is a folder: give a workbook",
    "text.xlsx": f"this is a text file (CSV?), not an .xlsx workbook: {SAVE_AS};"
    " ratings begin with `solver new dot-product OUT.xlsx --from FILE`",
    "secret.xlsx": "the workbook is encrypted with a password: save it without the password",
    "old.xls": f"this is a workbook of Excel 97-2003 (.xls): {SAVE_AS}",
    "open.ods": f"this is an OpenDocument file (.ods): {SAVE_AS}",
    "binary.xlsb": "this is a binary workbook (.xlsb): save it in Excel as .xlsx or .xlsm",
    "cut.xlsx": "the file is damaged: it is cut off (the directory at its end is missing): restore it from a copy or "
    "repair it in Excel",
}


@pytest.mark.parametrize("name", SAYS)
def test_the_sentence_that_a_user_sees(here: Path, name: str) -> None:
    """Word by word."""
    (here / "folder").mkdir()
    contents_of = {
        "text.xlsx": b"a,b\n1,2\n",
        "secret.xlsx": ole("EncryptedPackage"),
        "old.xls": ole("Workbook"),
        "open.ods": FOREIGN["ods"][0],
        "binary.xlsb": FOREIGN["xlsb"][0],
        "cut.xlsx": line(here / "whole.xlsx").read_bytes()[:-100],
    }
    if name in contents_of:
        (here / name).write_bytes(contents_of[name])
    said = run("solve", name)
    assert (said.code, said.out, said.err) == (2, "", f"{name}: {SAYS[name]}\n")
    assert sorted(path.name for path in here.iterdir()) == sorted({"folder", "whole.xlsx", name} - {"none.xlsx"})


BAD_MODELS: dict[str, tuple[dict[str, Any], dict[str, object], str]] = {
    "deleted objective": (
        {},
        model("Line!#REF!", "Line!$B$1:$B$2"),
        "Line: solver_opt = Line!#REF!: the objective cell cannot be used, it points to deleted cells: "
        "choose one cell as the objective",
    ),
    "function that nobody knows": (
        {"F3": "=FROBNICATE($B$1)"},
        LINE_MODEL,
        "Line!F3: =FROBNICATE($B$1): the function FROBNICATE is not known: "
        "use other functions there, or keep the variable cells out of that formula",
    ),
    "circular reference": (
        {"F3": "=B4+$B$1"},
        LINE_MODEL,
        "Line!G3: =E3-F3: circular reference Line!G3 -> Line!F3 -> Line!B4 -> Line!G3: "
        "change one of these formulas so that the ring is broken",
    ),
    "text in a variable cell": (
        {"B1": "steep"},
        LINE_MODEL,
        "Line!B1: the variable cell holds 'steep': put a number into it",
    ),
    "error in a variable cell": (
        {"B1": "#N/A"},
        LINE_MODEL,
        "Line!B1: the variable cell holds '#N/A': put a number into it",
    ),
    "text as the objective": (
        {"B4": "loss"},
        LINE_MODEL,
        "Line!B4: the cell holds the text 'loss' where a number is needed: put a number or a formula that gives one "
        "there",
    ),
}


@pytest.mark.parametrize("kind", BAD_MODELS)
def test_models_that_cannot_be_used(here: Path, kind: str) -> None:
    """The one line names file, sheet and cell, what is wrong, and what to do."""
    cells, names, message = BAD_MODELS[kind]
    write(here / "book.xlsx", {"Line": {**LINE, **cells}}, {"Line": names})
    before = contents(here)
    for extra in ((), ("--json",), ("--in-place",), ("--report", "answer")):
        said = run("solve", "book.xlsx", *extra)
        assert (said.code, said.out, said.err) == (2, "", f"book.xlsx: {message}\n")
        assert contents(here) == before


MORE_BAD_MODELS: dict[str, tuple[dict[str, object], str]] = {
    "deleted variables": (model("Line!$B$4", "Line!#REF!"), r"Line.*solver_adj.*deleted cells.*"),
    "deleted side": (
        model("Line!$B$4", "Line!$B$1:$B$2", ("Line!#REF!", LE, 1)),
        r"Line.*solver_lhs1.*deleted cells.*",
    ),
    "deleted right side": (
        model("Line!$B$4", "Line!$B$1:$B$2", ("Line!$B$1", LE, "Line!#REF!")),
        r"Line.*solver_rhs1.*deleted cells.*",
    ),
    "sides of different lengths": (
        model("Line!$B$4", "Line!$B$1:$B$2", ("Line!$G$2:$G$6", EQ, "Line!$E$2:$E$4")),
        r"Line.*5.*3.*",
    ),
    "whole numbers that are no variables": (
        model("Line!$B$4", "Line!$B$1:$B$2", ("Line!$G$2", INT, 0)),
        r"Line.*(G2|G\$2).*",
    ),
    "no variables": (
        {"opt": "Line!$B$4", "typ": 2, "num": 1, "lhs1": "Line!$B$1", "rel1": 1, "rhs1": 1},
        r"Line.*variable.*",
    ),
}


@pytest.mark.parametrize("kind", MORE_BAD_MODELS)
def test_more_models_that_cannot_be_used(here: Path, kind: str) -> None:
    """What Excel's dialog would refuse is refused with its place."""
    names, pattern = MORE_BAD_MODELS[kind]
    write(here / "book.xlsx", {"Line": LINE}, {"Line": names})
    refused(here, rf"book\.xlsx: {pattern}: .+", "solve", "book.xlsx")


def test_no_model(here: Path) -> None:
    """A book without a model, and a sheet without one."""
    write(here / "plain.xlsx", {"S": {"A1": 1}})
    refused(here, r"plain\.xlsx: no Solver model is stored in this workbook: store one .+", "solve", "plain.xlsx")
    both(here / "book.xlsx")
    refused(
        here,
        r"book\.xlsx: the sheet 'Other' has no Solver model: these have one: Line, Plan",
        *("solve", "book.xlsx", "--sheet", "Other"),
    )


def test_several_models_and_none_on_the_open_sheet(here: Path) -> None:
    """Which of them is meant cannot be known; the line lists them."""
    sheets = {"Notes": {"A1": "read me"}, "Line": LINE, "Plan": PLAN}
    write(here / "book.xlsx", sheets, {"Line": LINE_MODEL, "Plan": PLAN_MODEL})
    pattern = r"book\.xlsx: several sheets hold a Solver model: choose one with --sheet: Line, Plan"
    refused(here, pattern, "solve", "book.xlsx")


@pytest.mark.parametrize(
    ("cells", "blamed"),
    [
        ({"F3": "=$B$1/0"}, "Line!F3 is #DIV/0!"),
        ({"F3": "=1/0"}, "Line!F3 is #DIV/0!"),
        ({"B4": "=SUMSQ(G2:G6)/(B1-B1)"}, "Line!B4 is #DIV/0!"),
        ({"E4": "=NA()", "B4": "=SUMSQ(G2:G6)"}, "Line!E4 is #N/A"),
        ({"F3": "=SQRT(-1-$B$1^2)"}, "Line!F3 is #NUM!"),
    ],
)
def test_an_error_value_at_the_start(here: Path, cells: dict[str, str], blamed: str) -> None:
    """Excel's outcome 9 names the cell in which the error begins; exit code 1, nothing is written."""
    line(here / "book.xlsx", **cells)
    before = contents(here)
    said = run("solve", "book.xlsx", "--json")
    assert (said.code, said.json["outcome"]["code"], said.json["output"]) == (1, 9, None)
    assert said.json["outcome"]["message"].endswith(f" {blamed}.")
    assert blamed in run("solve", "book.xlsx").out
    assert contents(here) == before


BAD_WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "no book": (("solve",), r"solver solve: Missing argument 'BOOK': see .+ --help"),
    "unknown command": (("slove", "book.xlsx"), r".*: No such command 'slove'.*: see .+ --help"),
    "unknown flag": (("solve", "book.xlsx", "--jsn"), r".* solve: No such option.*--jsn.*: see .+ --help"),
    "option without value": (("solve", "book.xlsx", "-O", "itr"), r".* solve: -O takes NAME=VALUE, not 'itr': .+"),
    "unknown option": (
        ("solve", "book.xlsx", "-O", "iteration=5"),
        r"book\.xlsx: engine least_squares has no option iteration: did you mean iterations\?",
    ),
    "bad value": (("solve", "book.xlsx", "-O", "itr=many"), r"book\.xlsx: option iterations: many is not a number: .+"),
    "unknown engine": (("solve", "book.xlsx", "--engine", "simplx"), r"book\.xlsx: .*simplx: did you mean simplex\?"),
    "unknown report": (("solve", "book.xlsx", "--report", "anwser"), r"book\.xlsx: .*anwser: did you mean answer\?"),
    "two targets": (("solve", "book.xlsx", "-i", "-o", "x.xlsx"), r".* solve: --in-place and --output exclude .+"),
    "sheet and all": (("solve", "book.xlsx", "--sheet", "Line", "--all-sheets"), r".* solve: --sheet and .+"),
    "no time": (("solve", "book.xlsx", "--time-limit", "0"), r".* solve: Invalid value for '--time-limit': .+"),
    "negative seed": (("solve", "book.xlsx", "--seed", "-1"), r".* solve: Invalid value for '--seed': .+"),
}


@pytest.mark.parametrize("kind", BAD_WORDS)
def test_usage(here: Path, kind: str) -> None:
    """Words that mean nothing are refused like files that cannot be used: one line, code 2."""
    arguments, pattern = BAD_WORDS[kind]
    line(here / "book.xlsx")
    refused(here, pattern, *arguments)
