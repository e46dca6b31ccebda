"""Bytes to disk so that a crash at any moment leaves the old file or the new one, never another.

The bytes go to a temporary file in the same folder, are flushed to the disk, get the old file's permissions, and take
its place in one step. The temporary file goes away whatever happens; one that a killed run left is removed by the
next run. While a file is compared with what was read and replaced, its folder is locked, so that of two runs the
second sees what the first wrote.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from solver.book.package.turns import alone
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = ".solver-save-"
_STALE_SECONDS = 3600.0
_STARTED = time.time()
_unfinished: set[Path] = set()
"""Temporary files of this process."""

_LOCKS = {"Excel": "~${}", "LibreOffice": ".~lock.{}#"}


def save(
    data: bytes, target: str | Path, *, in_place: bool = False, force: bool = False, before: bytes | None = None
) -> Path:
    """Writes a file atomically and gives back where it is, symbolic links followed.

    With `in_place` the target must exist, and hold the bytes `before` if they are given: what was read for the
    change. A book that is open in a spreadsheet program is refused unless `force`. WorkbookError says why it cannot
    be written; then the old file is untouched.
    """
    path = writable(target, in_place=in_place, force=force)
    with _explained(), alone(path.parent):
        if in_place and before is not None and not force and path.read_bytes() != before:
            raise WorkbookError("the file was changed by somebody else meanwhile", hint="run again on the new file")
        _remove_stale(path)
        _replace(path, data)
    return path


def writable(target: str | Path, *, in_place: bool = False, force: bool = False) -> Path:
    """The file that `save` would write, symbolic links followed; WorkbookError if it may not be written."""
    with _explained():
        path = Path(target).resolve()
        if path.is_dir():
            raise WorkbookError("this is a folder", hint="give the name of a file")
        if in_place and not path.exists():
            raise WorkbookError("there is no such file to change", hint="check the name and the folder")
        if not path.parent.is_dir():
            raise WorkbookError(f"there is no folder {path.parent}", hint="make it first")
        if path.exists():
            _refuse_locked(path, Path(target), force=force)
            if not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
                raise WorkbookError("the file is write-protected", hint="make it writable or write to another file")
        if not os.access(path.parent, os.W_OK):  # the new bytes are written beside the old ones
            raise WorkbookError("the folder may not be written to", hint="write to another folder")
    return path


def _refuse_locked(path: Path, named: Path, *, force: bool) -> None:
    if force:
        return
    for folder, name in {(path.parent, path.name), (named.absolute().parent, named.name)}:
        for program, form in _LOCKS.items():
            lock = folder / form.format(name)
            if lock.exists():
                raise WorkbookError(
                    f"the workbook is open in {program} (there is a lock file {lock.name})",
                    hint="close it there, or force the writing if the lock is left over from a crash",
                )


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name[:100]}{_MARK}{os.getpid()}-{secrets.token_hex(4)}")
    _unfinished.add(beside)
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            _like(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
        _unfinished.discard(beside)
    _sync_folder(path.parent)


def abandon() -> None:
    """Removes what was begun and not put in its place, for a process that ends without another word."""
    for beside in tuple(_unfinished):
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _like(old: Path, new: Path) -> None:
    """Gives a new file the permissions, extended attributes and, where allowed, the owner of the old one."""
    found = old.stat()
    with contextlib.suppress(OSError, AttributeError):
        os.chown(new, found.st_uid, found.st_gid)
    new.chmod(stat.S_IMODE(found.st_mode))
    with contextlib.suppress(OSError, AttributeError):
        for name in os.listxattr(old):
            with contextlib.suppress(OSError):
                os.setxattr(new, name, os.getxattr(old, name))


def _sync_folder(folder: Path) -> None:
    """Makes the new name last through a power cut, on systems where a folder can be synced."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_stale(path: Path) -> None:
    """Removes the temporary files for this target that runs left which were killed."""
    beginning = f".{path.name[:100]}{_MARK}"
    for left in path.parent.iterdir():
        if left.name.startswith(beginning) and not _in_use(left, beginning):
            with contextlib.suppress(OSError):
                left.unlink()


def _in_use(left: Path, beginning: str) -> bool:
    """Whether the process that made a temporary file may still be writing it."""
    process = left.name[len(beginning) :].partition("-")[0]
    try:
        written = left.stat().st_mtime
    except OSError:
        return True
    if time.time() - written > _STALE_SECONDS:
        return False
    if not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return written >= _STARTED
    if os.name == "nt":
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turns what the system says into words about the workbook."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: ("the disk is full", "free some space; the old file is untouched"),
            errno.EDQUOT: ("the disk quota is used up", "free some space; the old file is untouched"),
            errno.EROFS: ("the folder is read-only", "write to another folder"),
            errno.EACCES: ("the folder may not be written to", "write to another folder"),
            errno.EPERM: ("the folder may not be written to", "write to another folder"),
            errno.EFBIG: ("the file is larger than allowed here", "write to another folder"),
            errno.ENAMETOOLONG: ("the file's name is too long", "shorten it"),
        }
        usual = (f"it cannot be written ({error.strerror})", "the old file is untouched; write to another folder")
        what, hint = reasons.get(error.errno or 0, usual)
        raise WorkbookError(what, hint=hint) from error
