"""Ctrl-C and requests to terminate: at once where nothing is lost, else as KeyboardInterrupt.

While the program loads, reads or prints, the process simply ends: an exception might be lost on its way through
whatever is loaded then. While it solves and writes, the best point so far is kept and no file is left half written.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from solver.errors import ExitCode, SolverError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOMENT = 0.5
"""Seconds after which a run that was asked to stop, and has not ended, says that it was heard."""

_HEARD = "stopping; Ctrl-C again leaves and writes nothing\n"

_heard, _ended = threading.Event(), threading.Event()


def at_once() -> None:
    """Lets Ctrl-C end the process from now on, unless it is ignored, as in a job in the background."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(*_: object) -> NoReturn:
    os.write(2, b"solver: stopped\n")  # whatever stderr is doing
    os._exit(ExitCode.NO_ANSWER)


@contextmanager
def stoppable() -> Iterator[None]:
    """Lets Ctrl-C, and a request to terminate, raise KeyboardInterrupt; after a moment a line says that it was heard.

    So does what goes wrong for no other reason than that.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is _stop:
        yield
        return
    _heard.clear()
    _ended.clear()
    ours = signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _end)
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)[: 1 + ours]}
    try:
        yield
    except Exception as error:
        if _heard.is_set() and not isinstance(error, SolverError):
            raise KeyboardInterrupt from error
        raise
    finally:
        _ended.set()
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(*_: object) -> NoReturn:
    if not _heard.is_set():
        _heard.set()
        threading.Thread(target=_say, daemon=True).start()
    raise KeyboardInterrupt


def _say() -> None:
    if not _ended.wait(_MOMENT):
        sys.stderr.write(_HEARD)
        sys.stderr.flush()


def leave(code: ExitCode | int) -> NoReturn:
    """Ends the process with this exit code; after Ctrl-C at once, whatever a library still works on or notes of it."""
    if _heard.is_set():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
