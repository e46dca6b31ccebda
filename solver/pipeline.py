"""The verb chain: read -> recall -> bind -> choose -> run -> recompute -> report -> patch -> save.

Every stage is a function of its arguments; nothing is written before all that shall be written is known.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.book.book import Edits
from solver.book.changes.formulas import overwritten
from solver.book.package.relations import is_signed
from solver.book.package.save import save
from solver.book.patch import patch
from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.compiler.sheets.changes import changed_cells
from solver.compiler.sheets.spills import moved_spills, within_spills
from solver.engines import choose, run
from solver.engines.linear.held import with_prices
from solver.engines.linear.infeasible import irreducible
from solver.errors import ModelError, Outcome, WorkbookError
from solver.grid import Area, Cell, quote_sheet
from solver.model.answer import Answer, Used
from solver.model.binding import Binding, bind
from solver.model.origin import origin
from solver.model.recall import recall
from solver.places import Given, Places
from solver.reports import registry as reports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    from solver.book.book import Book
    from solver.model.model import Model
    from solver.model.solution import Watch
    from solver.table import Table
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class Request:
    """How a model shall be solved; None and empty mean: as the workbook says."""

    engine: str | None = None
    options: Mapping[str, str | float] = field(default_factory=dict)
    time_limit: float | None = None
    workers: Any = None
    watch: Watch | None = None


def read(source: str | Path | bytes | BinaryIO) -> Book:
    """The workbook at a path, in bytes or in an open file."""
    return read_book(source)


def pick_models(book: Book, sheet: str | None, *, everything: bool = False) -> list[Model]:
    """The model of a sheet; without a name the only one, or with several the active sheet's; or every one."""
    models = recall(book)
    if not models:
        raise ModelError(
            "no Solver model is stored in this workbook", hint="store one with Excel's Solver or `solver define`"
        )
    if everything:
        return list(models.values())
    if sheet is not None:
        found = [model for name, model in models.items() if name.casefold() == sheet.casefold()]
        if not found:
            raise ModelError(f"the sheet {sheet!r} has no Solver model", hint="these have one: " + ", ".join(models))
        return found
    if len(models) == 1:
        return list(models.values())
    if book.active in models:
        return [models[book.active]]
    raise ModelError("several sheets hold a Solver model", hint="choose one with --sheet: " + ", ".join(models))


def solve_model(book: Book, model: Model, request: Request, inputs: Mapping[Cell, Scalar] | None = None) -> Answer:
    """Solves one model; `inputs` are values that other models have already put into cells."""
    began = time.perf_counter()
    binding = bind(book, model, inputs)
    problem = replace(binding.problem, origin=origin(book, model, inputs, binding.problem))
    compiled = time.perf_counter()
    engine, why = choose(problem, request.engine or model.engine, request.options, model.options)
    watch = _in_terms_of_the_cell(request.watch, problem.sense)
    solution = run(problem, engine, watch, request.time_limit, request.workers)
    solution = replace(solution, x=solution.x + 0.0)  # no cell shall hold a negative zero
    lost = sum(map(len, overwritten(book, binding.variables).values()))
    if lost:
        note = f"{lost} variable cells hold formulas; in the written file they hold the fitted numbers, as after Excel"
        solution = replace(solution, notes=(*solution.notes, note))
    if binding.calculation.recalculated:
        first = binding.calculation.recalculated[0].first
        note = f"{first} moves in a way that has no formula of its own: the book was recalculated at every point"
        solution = replace(solution, notes=(*solution.notes, note))
    solved = time.perf_counter()
    after = recomputed(book, Given(binding.variables, solution.x, inputs))
    return Answer(
        binding=binding,
        solution=solution,
        used=Used(engine.name, engine.about.title, engine.settings(), request.engine or model.engine, why),
        initial=_initial(book, binding),
        final=_number(after, model.objective),
        after=after,
        seconds={"compile": compiled - began, "solve": solved - compiled, "recompute": time.perf_counter() - solved},
    )


def _in_terms_of_the_cell(watch: Watch | None, sense: int) -> Watch | None:
    """A watch that sees the objective as its cell shows it, where the problem has it with the other sign."""
    if watch is None or sense >= 0:
        return watch
    return lambda step: watch(replace(step, fun=-step.fun))


def recomputed(book: Book, inputs: Mapping[Cell, Scalar]) -> Calculation:
    """The book with some cells replaced, and every formula that depends on them computed anew."""
    calculation = Calculation(book, inputs=inputs, trust=True)
    calculation.affected()
    return calculation


def _initial(book: Book, binding: Binding) -> float | None:
    """The value of the objective cell at the start, from the problem where that has the formulas as they are."""
    problem = binding.problem
    if problem.binary.any() or not problem.sense:
        return objective_value(book, binding.model, Given(binding.variables, problem.x0))
    value = problem.sense * problem.fun(problem.x0)
    return value if np.isfinite(value) else None


def objective_value(book: Book, model: Model, inputs: Mapping[Cell, Scalar]) -> float | None:
    """The value of a model's objective cell with these values in its variable cells."""
    if model.objective is None:
        return None
    return _number(Calculation(book, inputs=inputs, trust=True), model.objective)


def _number(calculation: Calculation, cell: Cell | None) -> float | None:
    if cell is None:
        return None
    value = calculation.value(Area.of(cell)).scalar()
    return float(value) if isinstance(value, (float, bool)) else None


def solve_models(book: Book, models: Sequence[Model], request: Request) -> list[Answer]:
    """Solves models one after the other, each on the book as the ones before left it.

    A stop by the user ends that, also Ctrl-C while another model is compiled: there are fewer answers then.
    """
    answers: list[Answer] = []
    fitted: Mapping[Cell, Scalar] = {}
    for model in models:
        try:
            answer = solve_model(book, model, request, fitted)
        except KeyboardInterrupt:
            if not answers:
                raise
            break
        answers.append(answer)
        if answer.solution.outcome is Outcome.USER_STOP:
            break
        if answer.keeps:
            fitted = Given(answer.binding.variables, answer.solution.x, fitted)
    return answers


def edits_of(book: Book, answers: Sequence[Answer], tables: Sequence[Table] = ()) -> tuple[Edits, int, list[Cell]]:
    """What the answers change in the book, how many formula cells were recomputed, and which could not be."""
    kept = [answer for answer in answers if answer.keeps]
    if not kept:
        return Edits(tables=tuple(tables)), 0, []
    fitted = Given.of({})
    for answer in kept:
        fitted = Given(answer.binding.variables, answer.solution.x, fitted)
    after = kept[-1].after if len(kept) == 1 else recomputed(book, fitted)
    edits = replace(fresh_values(after), tables=tuple(tables), formulas=overwritten(book, fitted.cells))
    return edits, computed_cells(after), left_open(after)


def fresh_values(calculation: Calculation) -> Edits:
    """The edits that store what was computed; where something is left open, the file asks to be calculated."""
    values = within_spills(changed_cells(calculation), moved_spills(calculation))
    return Edits(values=values, recalculate=bool(left_open(calculation)))


def computed_cells(calculation: Calculation) -> int:
    """How many formula cells were computed."""
    return sum(block.area.size for block in calculation.order)


def left_open(calculation: Calculation) -> list[Cell]:
    """The formula cells whose value is left to the program that opens the file."""
    spills = [area.first for area in moved_spills(calculation)]
    return sorted({*calculation.failures, *spills})


def edits_at(book: Book, model: Model, x: Sequence[float]) -> Edits:
    """What changes in the book when these values are put into a model's variable cells."""
    variables = Places.of(model.variables)
    if len(x) != len(variables):
        raise ModelError(
            f"there are {len(x)} values for {len(variables)} variable cells", where=quote_sheet(model.sheet)
        )
    fitted = Given(variables, np.asarray(x, dtype=float))
    return replace(fresh_values(recomputed(book, fitted)), formulas=overwritten(book, variables))


def beside(path: str | Path, what: str) -> Path:
    """The name of another workbook beside a book, such as BOOK-solved.xlsx, where `solve` writes."""
    path = Path(path)
    return path.with_name(f"{path.stem}-{what}{path.suffix}")


def calculate(source: str | Path | bytes, out: str | Path) -> None:
    """Writes a copy of a book that stores the value of every formula."""
    book = read(source)
    save(patch(book, fresh_values(computed(book))), out)


def computed(book: Book, seed: int | None = None) -> Calculation:
    """A calculation of every formula of a book."""
    calculation = Calculation(book, seed=seed)
    calculation.everything()
    return calculation


def write(
    book: Book,
    edits: Edits,
    target: str | Path,
    *,
    in_place: bool = False,
    force: bool = False,
    break_signature: bool = False,
) -> None:
    """Writes a book with its edits, atomically; a file that changed since it was read is not overwritten.

    Raises WorkbookError for a target that may not be written, and for edits that make a signature void unless
    `break_signature`.
    """
    data, before = patch(book, edits), book.archive.data
    if data != before and not break_signature:
        refuse_signed(book)
    save(data, target, in_place=in_place, force=force, before=before if in_place else None)


def refuse_signed(book: Book) -> None:
    """Raises WorkbookError for a book with a digital signature, which any change makes void."""
    if is_signed(book.archive):
        raise WorkbookError("the workbook is digitally signed", hint="--break-signature writes it, unsigned in effect")


def warnings(book: Book, edits: Edits) -> list[str]:
    """What is worth a word about edits that are written all the same."""
    return [
        f"the sheet {name} is protected: its values were changed all the same"
        for name in edits.values
        if book.sheets[name].protected
    ]


def report_kinds(kinds: Sequence[str]) -> list[str]:
    """The kinds of reports that words mean, each once; an unknown one raises EngineError."""
    return list(dict.fromkeys(reports.find_report(kind).kind for kind in kinds))


def report_tables(book: Book, answers: Sequence[Answer], kinds: Sequence[str]) -> list[Table]:
    """The report sheets that were asked for, of all answers; an unknown kind raises EngineError."""
    wanted = report_kinds(kinds)
    prepared = [_prepared(answer, wanted) for answer in answers]
    return reports.report_tables(prepared, wanted, book.sheets, datetime.now().astimezone())


def _prepared(answer: Answer, kinds: Sequence[str]) -> Answer:
    """The answer with what the reports need beyond it: prices of integer models, and what makes a model infeasible."""
    problem, solution = answer.binding.problem, answer.solution
    if {"sensitivity", "check"} & set(kinds) and solution.outcome.solved:
        answer = replace(answer, solution=with_prices(problem, solution))
    if solution.outcome in (Outcome.INFEASIBLE, Outcome.BOUNDS_CONFLICT, Outcome.BOUNDS_CONFLICT_INTEGER):
        if "feasibility" in kinds:
            answer = replace(answer, conflict=irreducible(problem))
        if "feasibility-bounds" in kinds:
            answer = replace(answer, conflict_of_rows=irreducible(problem, bounds=False))
    return answer
