"""The page of functions says what the registry says.

Rebuilt by `python -m tests.functions.test_page`.
"""

from __future__ import annotations

from pathlib import Path

from solver.functions.page import functions_page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "functions.md"


def test_page_is_current() -> None:
    """The stored page is the one that the registry makes."""
    assert PAGE.read_text(encoding="utf-8") == functions_page()


if __name__ == "__main__":
    PAGE.write_text(functions_page(), encoding="utf-8")
