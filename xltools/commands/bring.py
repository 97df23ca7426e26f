"""``xltools import``: figures of another file, or last year's, into a workbook."""

from __future__ import annotations

from pathlib import Path

from xltools.errors import XltoolsError
from xltools.files import harmless


def bring(source: Path, into: Path, last_year: bool) -> int:
    """Import ``source`` into ``into`` (made when it is not there); says what was recognised, what was not,
    and what changed."""
    from xltools.imports import propose, start

    if not into.exists():
        if last_year:
            raise XltoolsError(f"找不到“{into}”。", "请先用 xltools new 新建本年的工作簿。")
        print("\n".join(map(harmless, start(source, into))))
        return 0
    proposal = propose(source, into, last_year)
    for line in proposal.lines:
        print(harmless(line))
    for line in proposal.write():
        print(harmless(line))
    return 0
