"""The command: what is typed and what is seen."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The command `solver`, from its first moment on ended by Ctrl-C without a traceback."""
    from solver.cli.interruption import at_once, leave

    at_once()
    from solver.book.pause import for_one_piece_of_work
    from solver.cli.commands import main as command

    for_one_piece_of_work()
    try:
        command()
    except SystemExit as end:
        leave(int(end.code or 0))
