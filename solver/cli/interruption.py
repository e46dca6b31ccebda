"""Ctrl-C and requests to terminate: at once where nothing is lost, else as KeyboardInterrupt; a second one at once.

While the program loads, reads or prints, the process simply ends: an exception might be lost on its way through
whatever is loaded then. While it solves and writes, the best point so far is kept and no file is left half written.
A thread listens beside, so that there is a word, and a second Ctrl-C leaves, also while a library keeps the main
thread busy, in which alone Python would handle them.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from solver.errors import ExitCode, SolverError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

_MOMENT = 0.5
"""Seconds after which a run that was asked to stop, and has not ended, says that it was heard."""

_TURN = 0.1
"""Seconds that the main thread has to leave by itself, which is never in the middle of a step."""

_HEARD = "stopping; Ctrl-C again leaves and writes nothing\n"

_heard, _own = threading.Event(), threading.Event()
"""Whether the user wants to stop, and whether the process is the command's own, which it may end."""


def at_once() -> None:
    """Lets Ctrl-C end the process from now on, unless it is ignored, as in a job in the background."""
    _own.set()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(*_: object) -> NoReturn:
    os.write(2, b"solver: stopped\n")  # whatever stderr is doing
    os._exit(ExitCode.NO_ANSWER)


@contextmanager
def stoppable() -> Iterator[None]:
    """Lets Ctrl-C, and a request to terminate, raise KeyboardInterrupt; after a moment a line says that it was heard.

    So does what goes wrong for no other reason than that. A second one ends the process, where that is the command's.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) is _stop:
        yield
        return
    _heard.clear()
    ours = signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _end)
    numbers = (signal.SIGTERM, signal.SIGINT)[: 1 + ours]
    with _listening(numbers):
        before = {number: signal.signal(number, _stop) for number in numbers}
        try:
            yield
        except Exception as error:
            if _heard.is_set() and not isinstance(error, SolverError):
                raise KeyboardInterrupt from error
            raise
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _stop(*_: object) -> NoReturn:
    if _heard.is_set() and _own.is_set():
        _abandon()
    _heard.set()
    raise KeyboardInterrupt


def _abandon() -> NoReturn:
    """Ends the process and those it has made, with no file left half written."""
    from multiprocessing import active_children

    from solver.book.package.save import abandon

    abandon()
    for child in active_children():
        child.kill()
    _end()


@contextmanager
def _listening(numbers: tuple[int, ...]) -> Iterator[None]:
    """A thread learns of these signals as they come."""
    import socket  # what is loaded before `at_once` delays it

    ear, mouth = socket.socketpair()
    mouth.setblocking(False)
    threading.Thread(target=_listen, args=(ear, numbers), daemon=True).start()
    before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        mouth.close()


def _listen(ear: socket.socket, numbers: tuple[int, ...]) -> None:
    """Says that the first signal was heard, unless its run ends within a moment, and ends the process at the next."""
    with ear:
        if _next(ear, numbers) is None:
            return
        ear.settimeout(_MOMENT)
        try:
            number = _next(ear, numbers)
        except TimeoutError:
            sys.stderr.write(_HEARD)
            sys.stderr.flush()
            ear.settimeout(None)
            number = _next(ear, numbers)
        if number is not None and _own.is_set():
            time.sleep(_TURN)
            _abandon()


def _next(ear: socket.socket, numbers: tuple[int, ...]) -> int | None:
    """The next of these signals; None when nobody listens to them any more."""
    while heard := ear.recv(1):
        if heard[0] in numbers:
            return heard[0]
    return None


def leave(code: ExitCode | int) -> NoReturn:
    """Ends the process with this exit code, at once: whatever a library still works on, and every object, goes with it.

    Python would take them apart one by one, deaf to Ctrl-C.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # which says what is wrong with them
    os._exit(code)
