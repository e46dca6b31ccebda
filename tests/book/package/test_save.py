"""Saving: the old file or the new one, never another, and no litter."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from solver.book.package.save import save
from solver.errors import WorkbookError

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    return path


def litter(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir() if p.name != path.name)


def test_a_new_file_and_an_old_one(tmp_path: Path) -> None:
    """A file is made, then replaced."""
    path = tmp_path / "new.xlsx"
    assert save(b"one", path) == path
    assert save(b"two", str(path), in_place=True) == path
    assert path.read_bytes() == b"two"
    assert litter(path) == []


def test_permissions_stay(target: Path) -> None:
    """The new file may be read by whom the old one could."""
    target.chmod(0o640)
    save(b"new", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes on this system")
def test_extended_attributes_stay(target: Path) -> None:
    """Attributes that a user put on the file are kept."""
    try:
        os.setxattr(target, "user.note", b"mine")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    save(b"new", target)
    assert os.getxattr(target, "user.note") == b"mine"


def test_symbolic_links_are_followed(target: Path) -> None:
    """The file behind the link changes, the link stays."""
    link = target.with_name("link.xlsx")
    link.symlink_to(target)
    save(b"new", link, in_place=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("lock", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_open_books_are_refused_unless_forced(target: Path, lock: str) -> None:
    """A lock file of Excel or LibreOffice stops the writing; force overrides."""
    target.with_name(lock).write_text("somebody")
    with pytest.raises(WorkbookError, match=r"the workbook is open in (Excel|LibreOffice)"):
        save(b"new", target)
    assert target.read_bytes() == b"old"
    save(b"new", target, force=True)
    assert target.read_bytes() == b"new"


def test_a_change_by_somebody_else_is_noticed(target: Path) -> None:
    """A file that is not what was read any more is not overwritten."""
    with pytest.raises(WorkbookError, match="changed by somebody else"):
        save(b"new", target, in_place=True, before=b"older")
    save(b"new", target, in_place=True, before=b"old")
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("call", ["fsync", "fdopen"])
def test_failures_leave_the_old_file_and_no_litter(
    target: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, call: str
) -> None:
    """A full disk, an interrupt, no memory: the old file stays and the temporary one goes."""

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(os, call, fail)
    expected = WorkbookError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected) as caught:
        save(b"new", target)
    assert "the disk is full" in str(caught.value) or not isinstance(failure, OSError)
    assert target.read_bytes() == b"old"
    assert litter(target) == []


def test_what_a_killed_run_left_is_removed(target: Path) -> None:
    """A temporary file of a process that is gone, or an old one, is removed; one of a living process is not."""
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    dead = target.with_name(f".book.xlsx.solver-save-{int(gone.stdout)}-0a")
    alive = target.with_name(f".book.xlsx.solver-save-{os.getppid()}-0b")
    old = target.with_name(f".book.xlsx.solver-save-{os.getppid()}-0c")
    for path in (dead, alive, old):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    save(b"new", target)
    assert litter(target) == [alive.name]


def test_killed_at_any_moment(target: Path) -> None:
    """SIGKILL at random moments: the file is whole, and the next save leaves no temporary file."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from solver.book.package.save import save\nprint('go', flush=True)\n"
        f"while True:\n    for sign in (b'a', b'b'):\n        save(sign * 2_000_000, {str(target)!r})\n"
    )
    for delay in (0.0, 0.001, 0.004, 0.01, 0.03):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.kill()
        assert target.read_bytes() in (b"old", b"a" * 2_000_000, b"b" * 2_000_000)
    save(b"end", target)
    assert litter(target) == []


def test_what_cannot_be_written_is_said(tmp_path: Path, target: Path) -> None:
    """A missing folder, a folder as target, a missing file to change, a write-protected file."""
    with pytest.raises(WorkbookError, match="there is no folder"):
        save(b"x", tmp_path / "none" / "book.xlsx")
    with pytest.raises(WorkbookError, match="this is a folder"):
        save(b"x", tmp_path)
    with pytest.raises(WorkbookError, match="no such file to change"):
        save(b"x", tmp_path / "other.xlsx", in_place=True)
    target.chmod(0o444)
    with pytest.raises(WorkbookError, match="write-protected"):
        save(b"x", target)
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder(target: Path) -> None:
    """A folder that may not be written to is named as the reason."""
    target.parent.chmod(0o555)
    try:
        with pytest.raises(WorkbookError, match="the folder may not be written to"):
            save(b"x", target)
    finally:
        target.parent.chmod(0o755)


def test_the_systems_reason_is_given(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other errors are passed on in the system's words."""

    def fail(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(WorkbookError, match="the folder may not be written to"):
        save(b"x", target)
