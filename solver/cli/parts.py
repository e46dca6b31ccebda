"""What the commands share: their common arguments and options, refusals, and exit codes."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from solver.cli.interruption import stoppable
from solver.errors import (
    CircularReference,
    EngineError,
    ExitCode,
    FormulaError,
    ModelError,
    SolverError,
    UnsupportedFunction,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from solver.book.book import Book, Edits
    from solver.model.answer import Answer
    from solver.model.model import Model
    from solver.model.solution import Watch
    from solver.pipeline import Request
    from solver.table import Table

Command = TypeVar("Command", bound="Callable[..., Any]")

_AT_ONCE = 1000
"""Entries of a list or an object that become JSON in one go."""

BOOK = click.argument("book", type=click.Path(path_type=Path))
SHEET = click.option("--sheet", metavar="NAME", help="Sheet of the model; else the only model, or the active sheet's.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
QUIET = click.option("--quiet", is_flag=True, help="Print nothing but errors.")
FORCE = click.option("--force", is_flag=True, help="Write even if the book is open in a spreadsheet program.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Write nothing.")
REPORTS = click.option("--report", "reports", multiple=True, metavar="KIND", help="Append a report sheet (repeatable).")
BREAK_SIGNATURE = click.option(
    "--break-signature", is_flag=True, help="Write even if that makes the file's digital signature void."
)


ADVICE = {
    UnsupportedFunction: "use other functions there, or keep the variable cells out of that formula",
    CircularReference: "change one of these formulas so that the ring is broken",
    FormulaError: "correct the formula, or keep the variable cells out of it",
    ModelError: "change the model with Excel's Solver or `solver define`",
    EngineError: "`solver engines` lists engines and options",
}
"""What to do about an error that does not say it itself; the first kind that fits counts."""


class Commands(click.Group):
    """A group whose usage errors are one line on stderr, like all other refusals."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command and leaves with its exit code."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer letters than a sheet
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.Abort:
            code = ExitCode.NO_ANSWER
        except click.ClickException as error:
            context = getattr(error, "ctx", None)
            command = self.name if context is None else context.command_path
            what = " ".join(error.format_message().split()).rstrip(".")
            click.echo(f"{command}: {what}: see {command} --help", err=True)
            code = ExitCode.BAD_INPUT
        except Exception as error:  # noqa: BLE001  nobody should meet a bare traceback
            click.echo(f"{self.name}: {unexpected(error)}", err=True)
            code = ExitCode.BAD_INPUT
        sys.exit(code or 0)


@contextmanager
def refusals(file: Path) -> Iterator[None]:
    """Turns errors into one line on stderr that begins with the file, and exit code 2."""
    try:
        yield
    except SolverError as error:
        advice = "" if error.hint else next((hint for kind, hint in ADVICE.items() if isinstance(error, kind)), "")
        refuse(file, ": ".join(part for part in (" ".join(str(error).split()), advice) if part))
    except MemoryError:
        refuse(file, "there is not enough memory: close other programs or use a larger machine")
    except KeyboardInterrupt:
        refuse(file, "stopped before there was an answer: nothing was written", ExitCode.NO_ANSWER)
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:  # noqa: BLE001  nobody should meet a bare traceback
        refuse(file, unexpected(error))


def unexpected(error: Exception) -> str:
    """What to say about an error that nobody foresaw, which is our own; with SOLVER_DEBUG set it is raised instead."""
    if os.environ.get("SOLVER_DEBUG"):
        raise error
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return f"internal error ({what[:200]}): please report it with the file; SOLVER_DEBUG=1 shows where it happened"


def refuse(file: Path, what: str, code: ExitCode = ExitCode.BAD_INPUT) -> NoReturn:
    """Says what is wrong with a file, in one line, and leaves."""
    click.echo(f"{file}: {what}", err=True)
    sys.exit(code)


def print_json(listing: object) -> None:
    """Prints one JSON object in ASCII, which every terminal and pipe can carry."""
    for piece in _json_pieces(listing):
        sys.stdout.write(piece)
    sys.stdout.write("\n")
    sys.stdout.flush()


def _json_pieces(value: Any) -> Iterator[str]:
    """The JSON of a value in pieces, between which Ctrl-C is heard: whatever is long is cut, at any depth."""
    if not isinstance(value, (dict, list, tuple)) or not value:
        yield json.dumps(value, allow_nan=False)
    elif len(value) > _AT_ONCE:
        rest = iter(value.items() if isinstance(value, dict) else value)
        text = ""
        while some := list(islice(rest, _AT_ONCE)):
            started = bool(text)
            text = json.dumps(dict(some) if isinstance(value, dict) else some, allow_nan=False)
            yield (", " if started else text[0]) + text[1:-1]
        yield text[-1]
    elif isinstance(value, dict):
        for place, (name, part) in enumerate(value.items()):
            yield f"{', ' if place else '{'}{json.dumps(name)}: "
            yield from _json_pieces(part)
        yield "}"
    else:
        for place, part in enumerate(value):
            yield ", " if place else "["
            yield from _json_pieces(part)
        yield "]"


def refuse_target(book: Book, target: Path, asked: Mapping[str, Any]) -> None:
    """Refuses, before any work is done, to write what could not be written after it."""
    from solver import pipeline
    from solver.book.package.save import writable

    with refusals(target):
        writable(target, in_place=asked.get("in_place", False), force=asked["force"])
    if not asked["break_signature"]:
        pipeline.refuse_signed(book)


def write(book: Book, edits: Edits, target: Path, asked: Mapping[str, Any]) -> None:
    """Writes the book with its edits, as `writing_options` say; what is wrong with the target is said of the target."""
    from solver import pipeline
    from solver.book.package.turns import cautions

    with refusals(target), stoppable():
        place = cautions(target.resolve())
        pipeline.write(
            book,
            edits,
            target,
            in_place=asked.get("in_place", False),
            force=asked["force"],
            break_signature=asked["break_signature"],
        )
    if not asked["quiet"]:
        for warning in [*pipeline.warnings(book, edits), *place]:
            click.echo(f"{target}: {warning}", err=True)


def decorated(*decorators: Callable[..., Any]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in this order."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


method_options = decorated(
    click.option("--engine", metavar="NAME", help="Engine to use; `solver engines` lists them."),
    click.option("-O", "pairs", multiple=True, metavar="NAME=VALUE", help="An engine's option, ours or Excel's name."),
    click.option(
        "--seed", type=click.IntRange(0), metavar="N", help="Seed of every random number (the same as -O rsd=N)."
    ),
    click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Stop after so long, keeping the best point.",
    ),
    click.option(
        "--workers", type=click.IntRange(-1), metavar="N", help="Processes for engines that can use several; -1 is all."
    ),
)
"""How a model is solved."""

writing_options = decorated(
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write instead."),
    click.option("-i", "--in-place", is_flag=True, help="Write into the book itself, atomically."),
    FORCE,
    BREAK_SIGNATURE,
)
"""Where the result goes."""


def request_of(asked: Mapping[str, Any], watch: Watch) -> Request:
    """How to solve, from the options of `method_options`."""
    from solver.pipeline import Request

    return Request(
        engine=asked["engine"],
        options=given_options(asked["pairs"], asked["seed"]),
        time_limit=asked["time_limit"],
        workers=asked["workers"],
        watch=watch,
    )


def only_one_target(asked: Mapping[str, Any]) -> None:
    """Refuses two places to write to."""
    if asked["in_place"] and asked["output"]:
        raise click.UsageError("--in-place and --output exclude each other")


_EXIT_ORDER = [ExitCode.SOLVED, ExitCode.STOPPED, ExitCode.NO_ANSWER]


def exit_code(answers: Sequence[Answer], *, stopped: bool = False) -> ExitCode:
    """What the shell is told about several answers: the worst of them, and that there would have been more."""
    codes = [_exit_code_of(answer) for answer in answers]
    return max([*codes, ExitCode.STOPPED] if stopped else codes, key=_EXIT_ORDER.index)


def reports_of(file: Path, book: Book, answers: Sequence[Answer], kinds: Sequence[str]) -> list[Table] | None:
    """The reports on the answers; None where Ctrl-C ends that and the answers are written without them."""
    from solver import pipeline

    try:
        return pipeline.report_tables(book, answers, kinds)
    except KeyboardInterrupt:
        if not any(answer.keeps for answer in answers):
            raise
        click.echo(f"{file}: stopped: no reports", err=True)
        return None


def tell_left(book: Path, models: Sequence[Model]) -> bool:
    """Says which models a stop has left as they were, if any."""
    if models:
        names = ", ".join(model.sheet for model in models)
        click.echo(f"{book}: stopped: not solved: {names}", err=True)
    return bool(models)


def _exit_code_of(answer: Answer) -> ExitCode:
    outcome = answer.solution.outcome
    if outcome.solved:
        return ExitCode.SOLVED
    return ExitCode.STOPPED if outcome.stopped else ExitCode.NO_ANSWER


def given_options(pairs: tuple[str, ...], seed: int | None) -> dict[str, str | float]:
    """The options of an engine, from texts such as `itr=50`."""
    options: dict[str, str | float] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise click.UsageError(f"-O takes NAME=VALUE, not {pair!r}")
        options[name.strip()] = value.strip()
    if seed is not None:
        options["seed"] = seed
    return options
