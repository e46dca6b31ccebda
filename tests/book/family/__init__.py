"""Workbooks made of raw XML, one for each thing that people, Excel and other programs put into a file."""

from __future__ import annotations

from tests.book.family import data, drawings, features, forms
from tests.book.family.base import BEST, MEMBERS, Member

__all__ = ["BEST", "MEMBERS", "Member", "data", "drawings", "features", "forms"]
