"""The Python interface: `solver.solve`, `solver.read`, and problems as SciPy takes them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from scipy.optimize import Bounds, OptimizeResult, minimize

import solver
from solver import ErrorValue, Outcome
from tests.interface.books import BOX, EQ, GE, LE, LINE, PLAN, PLAN_MODEL, VALUE_OF, both, line, model, valley, write
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from pathlib import Path


def test_solve(tmp_path: Path) -> None:
    """The result is SciPy's, with the command's listing beside it; nothing is written without `out`."""
    book = line(tmp_path / "book.xlsx")
    before = contents(tmp_path)
    result = solver.solve(book)
    assert isinstance(result, OptimizeResult)
    assert result.x == pytest.approx([1.9, 1.2])
    assert result.fun == pytest.approx(0.9)
    assert (result.success, result.status) == (True, 0)
    assert result.message == Outcome.OPTIMAL.message
    assert result.outcome is Outcome.OPTIMAL
    assert (result.nit >= 1, result.nfev >= 1, result.njev >= 1) == (True, True, True)
    assert contents(tmp_path) == before
    listing = run("solve", book, "--dry-run", "--json").json
    for key in ("objective", "variables", "constraints", "engine"):
        assert result[key] == listing[key]


@pytest.mark.parametrize("kind", ["str", "path", "bytes", "file", "open file"])
def test_sources(tmp_path: Path, kind: str) -> None:
    """A path, bytes, or anything that reads."""
    path = line(tmp_path / "book.xlsx")
    with path.open("rb") as file:
        sources: dict[str, Any] = {
            "str": str(path), "path": path, "bytes": path.read_bytes(), "file": io.BytesIO(path.read_bytes()),
            "open file": file,
        }  # fmt: skip
        assert solver.solve(sources[kind]).fun == pytest.approx(0.9)
    if kind != "open file":
        source = io.BytesIO(path.read_bytes()) if kind == "file" else sources[kind]
        assert solver.read(source).value("Line!B4") == 162


def test_out(tmp_path: Path) -> None:
    """`out` is the lossless copy with the values."""
    book = both(tmp_path / "book.xlsx")
    solver.solve(book, sheet="Plan", out=tmp_path / "out.xlsx")
    assert stored(tmp_path / "out.xlsx", "Plan", "D1") == pytest.approx(1800)
    assert stored(tmp_path / "out.xlsx", "Line", "B1") == 0


def test_options_engine_and_seed(tmp_path: Path) -> None:
    """As on the command line: our names or Excel's, numbers or texts."""
    book = valley(tmp_path / "book.xlsx", *BOX)
    result = solver.solve(book, engine="evolutionary", options={"itr": 3, "precision": "1e-5"}, seed=11)
    assert result.engine["name"] == "evolutionary"
    assert result.engine["options"]["iterations"] == 3
    assert result.engine["options"]["precision"] == 1e-5
    assert result.engine["options"]["seed"] == 11
    again = solver.solve(book, engine="evolutionary", options={"solver_itr": 3, "precision": 1e-5}, seed=11)
    assert again.x.tolist() == result.x.tolist()


def test_fun_is_what_the_objective_cell_shows(tmp_path: Path) -> None:
    """Also where it is as large as can be, or shall take a value."""
    book = write(tmp_path / "book.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    assert solver.solve(book).fun == pytest.approx(1800)
    names = model("Plan!$D$1", "Plan!$B$1:$C$1", sense=VALUE_OF, val=120)
    assert solver.solve(write(book, {"Plan": PLAN}, {"Plan": names})).fun == pytest.approx(120)
    names = model(None, "Plan!$B$1:$C$1", ("Plan!$D$1", EQ, 60))
    result = solver.solve(write(book, {"Plan": PLAN}, {"Plan": names}))
    assert (result.fun, result.success) == (0, True)


def test_outcomes_are_not_raised(tmp_path: Path) -> None:
    """Infeasible and error values are results; nothing is written for them."""
    conflict = model("Plan!$D$1", "Plan!$B$1:$C$1", ("Plan!$D$2", LE, 1), ("Plan!$D$2", GE, 2))
    book = write(tmp_path / "book.xlsx", {"Plan": PLAN}, {"Plan": conflict})
    result = solver.solve(book, out=tmp_path / "out.xlsx")
    assert (result.success, result.status, result.outcome) == (False, 2, Outcome.INFEASIBLE)
    result = solver.solve(line(tmp_path / "line.xlsx", F3="=1/0"), out=tmp_path / "out.xlsx")
    assert (result.success, result.outcome) == (False, Outcome.ERROR_VALUE)
    assert np.isnan(result.fun)
    assert "Line!F3 is #DIV/0!" in result.message
    assert not (tmp_path / "out.xlsx").exists()
    with pytest.raises(solver.ModelError, match="there is no answer to write"):
        solver.read(book).save(tmp_path / "out.xlsx", result)


def test_errors_are_of_one_family(tmp_path: Path) -> None:
    """What the command refuses with exit code 2 is raised."""
    with pytest.raises(solver.WorkbookError, match="text file"):
        solver.read(b"a,b\n")
    with pytest.raises(solver.UnsupportedFunction, match="Line!F3"):
        solver.solve(line(tmp_path / "a.xlsx", F3="=NOSUCH(B1)"))
    with pytest.raises(solver.CircularReference, match="Line!F3"):
        solver.solve(line(tmp_path / "b.xlsx", F3="=B4+B1"))
    with pytest.raises(solver.ModelError, match="no Solver model"):
        solver.solve(write(tmp_path / "c.xlsx", {"S": {"A1": 1}}))
    with pytest.raises(solver.EngineError, match="did you mean simplex"):
        solver.solve(line(tmp_path / "d.xlsx"), engine="simplx")
    assert issubclass(solver.UnsupportedFunction, solver.FormulaError)
    for error in (solver.WorkbookError, solver.FormulaError, solver.ModelError, solver.EngineError):
        assert issubclass(error, solver.SolverError)


def test_values(tmp_path: Path) -> None:
    """Computed values of any type; a sheet's name quoted or not, in any case; the open sheet without one."""
    cells = {
        "A1": 2, "A2": "=A1^3", "A3": '="x"&A2', "A4": "=A2>7", "A5": "=1/0", "A6": "=NOSUCH()", "A7": "=A6",
    }  # fmt: skip
    book = solver.read(write(tmp_path / "book.xlsx", {"My sheet": cells, "Other": {"A1": "=40+2"}}))
    found = [book.value(f"'My sheet'!$A${row}") for row in range(1, 6)]
    assert found == [2, 8, "x8", True, ErrorValue.DIV0]
    assert str(found[4]) == "#DIV/0!"
    assert book.value("my sheet!a2") == book.value("A2") == 8
    assert book.value("Other!A1") == 42
    assert book.value("Other!Z99") is None
    with pytest.raises(solver.FormulaError, match=r"'My sheet'!A6: the function NOSUCH"):
        book.value("A6")
    with pytest.raises(solver.FormulaError, match="'My sheet'!A7"):
        book.value("A7")
    with pytest.raises(solver.ModelError, match="there is no sheet 'Nowhere'"):
        book.value("Nowhere!A1")
    with pytest.raises(solver.ModelError, match="'A0' is not a cell address"):
        book.value("A0")


def test_models(tmp_path: Path) -> None:
    """The stored models by sheet."""
    models = solver.read(both(tmp_path / "book.xlsx")).models
    assert list(models) == ["Line", "Plan"]
    assert str(models["Plan"].objective) == "Plan!D1"
    assert models["Plan"].engine == "simplex"


def rosenbrock_gradient(x: Any) -> Any:
    """By hand."""
    a, b = x
    return np.array([-400 * a * (b - a**2) - 2 * (1 - a) + 4 * np.sin(a - 1) ** 3 * np.cos(a - 1), 200 * (b - a**2)])


def test_a_problem_is_scipys(tmp_path: Path) -> None:
    """fun, grad, hessp, x0 and bounds, as `scipy.optimize.minimize` takes them."""
    problem = solver.read(valley(tmp_path / "book.xlsx", *BOX)).problem("S")
    assert problem.x0 == pytest.approx([-1.2, 1])
    point = np.array([0.3, -0.7])
    assert problem.fun(point) == pytest.approx(100 * (-0.7 - 0.09) ** 2 + 0.49 + np.sin(-0.7) ** 4)
    assert problem.grad(point) == pytest.approx(rosenbrock_gradient(point))
    step = np.array([1e-6, 0.0])
    change = rosenbrock_gradient(point + step) - rosenbrock_gradient(point - step)
    assert problem.hessp(point, np.array([1.0, 0.0])) == pytest.approx(change / 2e-6, rel=1e-6)
    assert isinstance(problem.bounds, Bounds)
    assert problem.constraints == []
    for method, extra in (("L-BFGS-B", {}), ("trust-constr", {"hessp": problem.hessp}), ("SLSQP", {})):
        found = minimize(problem.fun, problem.x0, jac=problem.grad, bounds=problem.bounds, method=method, **extra)
        assert found.x == pytest.approx([1, 1], abs=5e-3)
    found = minimize(problem.fun, problem.x0, jac=problem.grad, hessp=problem.hessp, method="Newton-CG")
    assert found.x == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr", "COBYLA"])
def test_constraints_are_scipys(tmp_path: Path, method: str) -> None:
    """Rows of both kinds go into SciPy as they are, with exact derivatives, and our own answer agrees."""
    rows = (("S!$A$4", LE, 1), ("S!$A$5", EQ, 0.5) if method != "COBYLA" else ("S!$A$5", LE, 0.5))
    path = valley(tmp_path / "book.xlsx", *rows)
    problem = solver.read(path).problem()
    derivatives = {} if method == "COBYLA" else {"jac": problem.grad}
    if method == "trust-constr":
        derivatives["hessp"] = problem.hessp
    found = minimize(
        problem.fun, problem.x0, bounds=problem.bounds, constraints=problem.constraints, method=method, **derivatives
    )
    ours = solver.solve(path)
    assert ours.success
    assert ours.fun <= found.fun + 1e-4
    assert found.fun == pytest.approx(ours.fun, abs=5e-3)


def test_a_maximum_is_minimised(tmp_path: Path) -> None:
    """`fun` is what SciPy shall minimise."""
    book = write(tmp_path / "book.xlsx", {"Plan": PLAN}, {"Plan": PLAN_MODEL})
    problem = solver.read(book).problem()
    assert problem.fun(np.array([1.0, 1.0])) == -50
    assert problem.grad(problem.x0).tolist() == [-30, -20]
    found = minimize(
        problem.fun,
        problem.x0,
        jac=problem.grad,
        bounds=problem.bounds,
        constraints=problem.constraints,
        method="SLSQP",
    )
    assert -found.fun == pytest.approx(1800)


def test_gradient_of(tmp_path: Path) -> None:
    """The derivative of any cell with respect to every variable, at the start or at a point."""
    problem = solver.read(line(tmp_path / "book.xlsx")).problem("Line")
    assert problem.gradient_of("Line!F6").tolist() == [4, 1]
    assert problem.gradient_of("Line!$G$6").tolist() == [-4, -1]
    assert problem.gradient_of("E6").tolist() == [0, 0]
    assert problem.gradient_of("Line!B1").tolist() == [1, 0]
    assert problem.gradient_of("Line!B4") == pytest.approx(problem.grad(problem.x0))
    point = np.array([1.9, 1.2])
    assert problem.gradient_of("Line!B4", point) == pytest.approx([0, 0], abs=1e-12)


def test_what_a_prompt_shows(tmp_path: Path) -> None:
    """A book and its problem are said in a line, however much the file holds; a result does not repeat the file."""
    path = line(tmp_path / "book.xlsx")
    book = solver.read(path)
    assert repr(book) == f"<Workbook {path}: Line>"
    assert repr(book.problem()) == "<Problem of Line: 2 variables, 0 rows>"
    assert repr(solver.read(path.read_bytes())) == "<Workbook without a path: Line>"
    assert "Binding(" not in repr(solver.solve(path))


def test_problem_without_a_model(tmp_path: Path) -> None:
    """As the command: which model is meant must be clear."""
    book = solver.read(both(tmp_path / "book.xlsx"))
    assert book.problem().n == 2
    with pytest.raises(solver.ModelError, match="'Other' has no Solver model"):
        book.problem("Other")
    with pytest.raises(AttributeError):
        book.problem().nonsense  # noqa: B018  the access itself is the test


def test_save(tmp_path: Path) -> None:
    """A result goes into a copy, and nothing else changes; SciPy's own result too."""
    path = line(tmp_path / "book.xlsx")
    book = solver.read(path)
    book.save(tmp_path / "ours.xlsx", solver.solve(path))
    problem = book.problem()
    book.save(tmp_path / "scipys.xlsx", minimize(problem.fun, problem.x0, jac=problem.grad))
    for name in ("ours.xlsx", "scipys.xlsx"):
        assert stored(tmp_path / name, "Line", "B4") == pytest.approx(0.9)
        assert stored(tmp_path / name, "Line", "G6") == pytest.approx(-0.3, abs=1e-6)
        assert openpyxl.load_workbook(tmp_path / name)["Line"]["F6"].value == LINE["F6"]
    with pytest.raises(solver.ModelError, match="3 values for 2 variable cells"):
        book.save(tmp_path / "no.xlsx", OptimizeResult(x=np.zeros(3)))
    assert sorted(contents(tmp_path)) == ["book.xlsx", "ours.xlsx", "scipys.xlsx"]


def test_what_a_file_keeps(tmp_path: Path) -> None:
    """Saving changes the sheet with the new values, and no other part of the file."""
    import zipfile

    path = both(tmp_path / "book.xlsx")
    solver.solve(path, sheet="Plan", out=tmp_path / "out.xlsx")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(tmp_path / "out.xlsx") as after:
        assert before.namelist() == after.namelist()
        changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
    assert changed == ["xl/worksheets/sheet2.xml"]
