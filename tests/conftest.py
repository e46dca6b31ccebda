"""Where the outside test data lives, how tests skip without it, and how many random inputs they draw.

A plain run draws the same inputs each time, so that a failure belongs to the change at hand. To look for new ones:
`pytest --hypothesis-profile explore`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("repeatable")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real and certified workbooks beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("the folder of outside workbooks is not here")
    return SHARED
