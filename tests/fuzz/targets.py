"""All targets; see ``tests.fuzz.target``."""

from __future__ import annotations

from tests.fuzz import books, files, languages
from tests.fuzz.target import TARGETS, Target

assert books and files and languages  # that enter their targets
__all__ = ["TARGETS", "Target"]
