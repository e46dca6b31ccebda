"""Where the outside test data lives, and how tests skip without it."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real and certified workbooks beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the folder of outside workbooks is not here")
    return SHARED
