"""One run of the command that gets Ctrl-C, as a terminal sends it: how soon it answers, and what it leaves behind."""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from solver.book.package.archive import open_archive
from tests.benchmarks.measure import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 60.0
"""Seconds after Ctrl-C at which a run counts as hanging."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How a run took Ctrl-C: seconds until its first word (or its end), until its end, and from a second one to that.

    `processor` is what the end took of that, None where the system does not tell; on a machine with other work it is
    less than the clock says. `code` is the exit code, None where the run hung and was killed; `faults` are what must
    not be: a traceback, a child process left behind.
    """

    word: float
    end: float
    processor: float | None
    second: float | None
    code: int | None
    faults: tuple[str, ...] = ()


def interrupted(command: Sequence[str], after: float, *, again: float | None = None) -> Answered | None:
    """A run that gets Ctrl-C after so many seconds, and a second one `again` seconds later unless it has ended.

    The seconds until the first one are those of the processor, where the system tells them: on a busy machine the clock
    says little of how far a run is. None where it ends before.
    """
    others = spent_by_children()
    with _started(command) as child:
        assert child.stderr is not None
        _heard(child, _python())
        started = time.perf_counter()
        while child.poll() is None and _progress(child.pid, started) < after:
            _heard(child, 0.01)
        if child.poll() is not None:
            return None
        spent = _of_group(child.pid)
        os.killpg(child.pid, signal.SIGINT)
        began, word, second = time.perf_counter(), None, None
        said, faults = b"", []
        while child.poll() is None and (since := time.perf_counter() - began) < PATIENCE:
            if again is not None and since >= again and second is None:
                os.killpg(child.pid, signal.SIGINT)
                second = time.perf_counter()
            part = _heard(child, 0.005)
            if part and word is None:
                word = time.perf_counter() - began
            said += part
        ended, code = time.perf_counter(), child.poll()
        if code is not None and not _alone(child.pid):
            faults.append("left a process")
        elif code is not None:
            said += child.stderr.read()
        took = ended - began
    if b"Traceback" in said:
        faults.append(f"traceback ({said.decode().strip().splitlines()[-1]})")
    return Answered(
        word=took if word is None else word,
        end=took,
        processor=None if spent is None else spent_by_children() - others - spent,
        second=None if second is None else ended - second,
        code=code,
        faults=tuple(faults),
    )


@contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command as the leader of a group of processes, all of which are gone afterwards."""
    child = subprocess.Popen(
        [sys.executable, "-m", "solver", *command],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a job in the background ignores it
    )
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stderr is not None:
            child.stderr.close()


@cache
def _python() -> float:
    """Seconds in which Python itself starts, so that Ctrl-C is not yet ours; with room for busy machines."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import solver.cli"], env=environment(), check=True)
    return 2 * (time.perf_counter() - began)


def _progress(group: int, started: float) -> float:
    """How far a group of processes is, in seconds."""
    spent = _of_group(group)
    return time.perf_counter() - started if spent is None else spent


def spent_by_children() -> float:
    """Seconds of the processor that all children have taken which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_group(group: int) -> float | None:
    """Seconds of the processor that a group of processes has taken until now; None where the system does not tell."""
    ticks, told = 0, False
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:  # of itself, and of its children that have ended
                ticks, told = ticks + sum(map(int, fields[11:15])), True
    return ticks / os.sysconf("SC_CLK_TCK") if told else None


def _heard(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """What the child says within so many seconds, the first piece of it; its end ends the waiting."""
    assert child.stderr is not None
    if select.select([child.stderr], [], [], seconds)[0]:
        part = os.read(child.stderr.fileno(), 1 << 16)
        if not part:  # it has closed stderr: it is about to end
            with suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
        return part
    return b""


def _alone(group: int) -> bool:
    """Whether nobody is left of a group of processes; they get a moment to go."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def check_whole(target: Path) -> None:
    """Raises AssertionError where the target is there and not whole, or something else is in its folder."""
    left = [path.name for path in target.parent.iterdir() if path != target]
    assert not left, left
    if not target.exists():
        return
    if target.suffix == ".png":
        assert target.read_bytes()[-8:-4] == b"IEND", target.name
    else:
        archive = open_archive(target.read_bytes())
        for name in archive:
            archive.read(name)
