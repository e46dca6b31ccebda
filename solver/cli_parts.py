"""What the commands share: their common arguments and options, refusals, and exit codes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from solver.errors import ExitCode, SolverError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from solver.model.answer import Answer
    from solver.model.solution import Watch
    from solver.pipeline import Request

Command = TypeVar("Command", bound="Callable[..., Any]")

BOOK = click.argument("book", type=click.Path(path_type=Path))
SHEET = click.option("--sheet", metavar="NAME", help="Sheet of the model; else the only model, or the active sheet's.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
QUIET = click.option("--quiet", is_flag=True, help="Print nothing but errors.")


@contextmanager
def refusals(book: Path) -> Iterator[None]:
    """Turns errors into one line on stderr and exit code 2."""
    try:
        yield
    except SolverError as error:
        click.echo(f"{book}: {error}", err=True)
        sys.exit(ExitCode.BAD_INPUT)
    except MemoryError:
        click.echo(f"{book}: there is not enough memory: close other programs or use a larger machine", err=True)
        sys.exit(ExitCode.BAD_INPUT)


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
    click.option("--seed", type=int, metavar="N", help="Seed of every random number (the same as -O rsd=N)."),
    click.option("--time-limit", type=float, metavar="SECONDS", help="Stop after so long, keeping the best point."),
    click.option("--workers", type=int, metavar="N", help="Processes for engines that can use several."),
)
"""How a model is solved."""

writing_options = decorated(
    click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write instead."),
    click.option("-i", "--in-place", is_flag=True, help="Write into the book itself, atomically."),
    click.option("--force", is_flag=True, help="Write even if the book is open in a spreadsheet program."),
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


def exit_code(answers: Sequence[Answer]) -> ExitCode:
    """What the shell is told about several answers: the worst of them."""
    return max((_exit_code_of(answer) for answer in answers), key=_EXIT_ORDER.index)


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
