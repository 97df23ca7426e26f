"""Texts that a person has looked at, kept beside the tests; XLTOOLS_UPDATE_GOLDEN=1 renews them."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def agrees(name: str, text: str) -> None:
    """Holds ``text`` against the kept file, or keeps it where asked to."""
    path = FOLDER / name
    if os.environ.get("XLTOOLS_UPDATE_GOLDEN"):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
    assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()
