"""The command: what is typed and what is seen."""

from solver.cli.commands import main

__all__ = ["main"]
