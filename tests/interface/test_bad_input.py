"""Input that cannot be used: one line that names the place and what to do, exit code 2, nothing written, no litter."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.book.test_bad_input import FOREIGN, ole
from tests.interface.books import EQ, INT, LE, LINE, LINE_MODEL, PLAN, PLAN_MODEL, both, line, model, write
from tests.interface.command import contents, refused, run, stored

READING = [("solve",), ("show",), ("check",), ("calc",), ("gradients",), ("define", "--minimize", "A1")]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


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
    "text.xlsx": f"this is a text file (CSV?), not an .xlsx workbook: {SAVE_AS}",
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


@pytest.mark.parametrize("lock", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_a_book_that_is_open_elsewhere(here: Path, lock: str) -> None:
    """--in-place stops before the work starts while Excel or LibreOffice holds the file; a copy is no trouble."""
    line(here / "book.xlsx")
    (here / lock).write_text("somebody")
    program = "Excel" if lock.startswith("~$") else "LibreOffice"
    pattern = rf"book\.xlsx: the workbook is open in {program} \(there is a lock file .+\): close it there, .+"
    refused(here, pattern, "solve", "book.xlsx", "--in-place")
    assert run("solve", "book.xlsx").code == 0
    assert run("solve", "book.xlsx", "--in-place", "--force").code == 0
    assert stored(here / "book.xlsx", "Line", "B4") == pytest.approx(0.9)


def test_targets_that_cannot_be_written(here: Path) -> None:
    """A write-protected file, a folder, a folder that is missing: the line names the target, not the book."""
    line(here / "book.xlsx")
    (here / "mine.xlsx").write_bytes(b"mine")
    (here / "mine.xlsx").chmod(0o444)
    refused(
        here, r"mine\.xlsx: the file is write-protected: make it writable .+", "solve", "book.xlsx", "-o", "mine.xlsx"
    )
    refused(here, r"no/b\.xlsx: there is no folder .+: make it first", "solve", "book.xlsx", "-o", "no/b.xlsx")
    refused(here, r"mine\.xlsx: the file is write-protected: .+", "calc", "book.xlsx", "-o", "mine.xlsx")
    refused(here.parent / here.name, r"\.: this is a folder: give the name of a file", "solve", "book.xlsx", "-o", ".")
    (here / "book.xlsx").chmod(0o444)
    refused(here, r"book\.xlsx: the file is write-protected: .+", "solve", "book.xlsx", "--in-place")


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk is full: free some space; the old file is untouched"),
        (errno.EDQUOT, "the disk quota is used up: free some space; the old file is untouched"),
        (errno.EFBIG, "the file is larger than allowed here: write to another folder"),
        (errno.EIO, "it cannot be written (Input/output error): the old file is untouched; write to another folder"),
    ],
)
@pytest.mark.parametrize("in_place", [True, False])
def test_a_disk_that_fails(here: Path, monkeypatch: pytest.MonkeyPatch, number: int, says: str, in_place: bool) -> None:
    """A disk that is full when the file is flushed: the line says so, the old file stays, nothing is left behind."""
    line(here / "book.xlsx")
    before = contents(here)

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    said = run("solve", "book.xlsx", *(["--in-place"] if in_place else []))
    target = "book.xlsx" if in_place else "book-solved.xlsx"
    assert (said.code, said.out, said.err) == (2, "", f"{target}: {says}\n")
    assert contents(here) == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of the process are a matter of POSIX")
def test_a_limit_on_the_size_of_files(here: Path) -> None:
    """The same in a process of its own, with the system refusing the bytes."""
    line(here / "book.xlsx")
    before = contents(here)
    code = (
        "import resource, signal, sys\n"
        "from solver.cli.commands import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "main(['solve', 'book.xlsx', '--json'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False, env=_environment()
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "book-solved.xlsx: the file is larger than allowed here: write to another folder\n"
    assert contents(here) == before


def test_somebody_else_changes_the_book_meanwhile(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved while we computed is not overwritten."""
    from solver import pipeline

    book = line(here / "book.xlsx")
    theirs = line(here / "theirs.xlsx", E2=5).read_bytes()
    solve_models = pipeline.solve_models

    def slow(*arguments: Any) -> Any:
        book.write_bytes(theirs)
        return solve_models(*arguments)

    monkeypatch.setattr(pipeline, "solve_models", slow)
    said = run("solve", "book.xlsx", "--in-place")
    assert said.code == 2
    assert said.err == "book.xlsx: the file was changed by somebody else meanwhile: run again on the new file\n"
    assert book.read_bytes() == theirs


def signed(path: Path) -> Path:
    """A book with a digital signature (its relationships; nobody here verifies it)."""
    line(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    origin = (
        b'<Relationship Id="rIdSig" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
        b'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", origin)
    parts["_xmlsignatures/origin.sigs"] = b""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("where", [(), ("-i",), ("-o", "out.xlsx")])
def test_a_signed_workbook(here: Path, where: tuple[str, ...]) -> None:
    """An edit would make the signature void, so it must be asked for; looking is free."""
    signed(here / "book.xlsx")
    refused(here, r"book\.xlsx: the workbook is digitally signed: --break-signature .+", "solve", "book.xlsx", *where)
    assert run("solve", "book.xlsx", "--dry-run").code == 0
    assert run("show", "book.xlsx").code == 0
    assert run("calc", "book.xlsx").code == 0
    pattern = r"(book|c)\.xlsx: the workbook is digitally signed: --break-signature .+"
    for words in ("calc book.xlsx -o c.xlsx", "gradients book.xlsx -o c.xlsx", "define book.xlsx --maximize B4"):
        refused(here, pattern, *words.split())
    said = run("solve", "book.xlsx", *where, "--break-signature", "--json")
    assert said.code == 0
    assert stored(here / said.json["output"], "Line", "B4") == pytest.approx(0.9)


def test_without_memory(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that does not fit into memory is refused in words."""
    from solver import pipeline

    def fail(_: object) -> None:
        raise MemoryError

    line(here / "book.xlsx")
    monkeypatch.setattr(pipeline, "read", fail)
    refused(here, r"book\.xlsx: there is not enough memory: .+", "solve", "book.xlsx")


def test_interrupted_before_there_is_an_answer(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the book is read: one line, exit code 1, nothing written."""
    from solver import pipeline

    def fail(_: object) -> None:
        raise KeyboardInterrupt

    line(here / "book.xlsx")
    before = contents(here)
    monkeypatch.setattr(pipeline, "read", fail)
    said = run("solve", "book.xlsx")
    assert (said.code, said.out) == (1, "")
    assert said.err == "book.xlsx: stopped before there was an answer: nothing was written\n"
    assert contents(here) == before


def test_a_real_process(here: Path) -> None:
    """Exit codes and streams as a shell sees them."""
    line(here / "book.xlsx", B1="steep")

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "solver", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())

    done = call("solve", "book.xlsx", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "book.xlsx: Line!B1: the variable cell holds 'steep': put a number into it\n"
    line(here / "book.xlsx")
    done = call("solve", "book.xlsx", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
