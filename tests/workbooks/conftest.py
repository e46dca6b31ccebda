"""The gallery made anew, for tests that compare it with the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workbooks.gallery import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as the templates make it now, without values."""
    folder = tmp_path_factory.mktemp("gallery")
    build.build(folder, values=False)
    return folder
