"""The gallery as its script plans it, loaded from where the script stands."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from solver.templates.plan import WorkbookPlan

GALLERY = Path(__file__).resolve().parents[2] / "workbooks"

STANDING = sorted(path for path in GALLERY.glob("*.xlsx") if not path.stem.endswith("-solved"))
"""The workbooks in the folder, without the answers that the command lays beside them."""


def _build_script() -> Any:
    sys.path.insert(0, str(GALLERY))  # as if it were run: its own folder comes first
    spec = importlib.util.spec_from_file_location("gallery_build", GALLERY / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery_build"] = module
    spec.loader.exec_module(module)
    return module


build = _build_script()
PLANS: dict[str, WorkbookPlan] = build.gallery()


def numbers(sheet: Worksheet, area: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The numbers of an area, 0 where it is blank."""
    return np.array([[cell.value or 0.0 for cell in row] for row in sheet[area]], dtype=float)
