"""One process at a time in a folder, and what a file system makes of a file that is replaced."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

_NETWORK = frozenset(("9p", "afs", "ceph", "cifs", "fuse.sshfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "vboxsf"))
_MOUNTS = Path("/proc/self/mounts")
_PATIENCE, _PAUSE = 60.0, 0.01


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Waits until no other process of this program is here with the same folder; the lock goes with the process.

    The folder itself is locked, so nothing is left behind. Where folders cannot be locked (Windows, some network
    shares) there is no waiting. Raises WorkbookError when the other one takes too long.
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = -1
    try:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
        if descriptor >= 0:
            _wait_for(descriptor)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _wait_for(descriptor: int) -> None:
    patience = time.monotonic() + _PATIENCE
    while not _locked(descriptor):
        if time.monotonic() > patience:
            raise WorkbookError("another run is writing in this folder", hint="wait for it, or end it")
        time.sleep(_PAUSE)


def _locked(descriptor: int) -> bool:
    """Whether there is no other one: the lock is ours, or the file system has no such locks."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def cautions(path: Path) -> list[str]:
    """What is worth a word about a file that will be replaced, or was: other names of it, and a share as its place."""
    said = []
    with contextlib.suppress(OSError):
        links = path.stat().st_nlink
        if links > 1 and path.is_file():
            others = "another name" if links == 2 else f"{links - 1} other names"
            said.append(f"the file has {others} (hard links), which keep the old content")
    kind = _file_system(path.parent)
    if kind in _NETWORK:
        said.append(f"the folder is a network share ({kind}): others may see the new file a little later")
    return said


def _file_system(folder: Path) -> str:
    """The kind of file system that a folder is on, where the system tells; "" where it does not."""
    if str(folder).startswith("\\\\"):
        return "cifs"
    best, kind = -1, ""
    with contextlib.suppress(OSError):
        for line in _MOUNTS.read_text(errors="replace").splitlines():
            _, point, found = line.split(" ")[:3]
            place = Path(point.replace("\\040", " "))
            if len(place.parts) > best and (place == folder or place in folder.parents):
                best, kind = len(place.parts), found
    return kind
