"""``xltools export``: the published documents of one workbook."""

from __future__ import annotations

import argparse
from pathlib import Path

import xltools
from xltools.errors import XltoolsError


def export(arguments: argparse.Namespace) -> int:
    """Export; exit status 1 when the gate is closed, with the causes on the screen, and what has none."""
    from xltools.export.gate import gate
    from xltools.export.publish import DOCUMENTS, FORMATS, Refused, gaps, publish

    formats = [name.strip().lower() for name in arguments.format.split(",") if name.strip()]
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        raise XltoolsError(f"没有名为“{'、'.join(unknown)}”的格式。", f"可用的格式：{'、'.join(FORMATS)}。")
    reading = xltools.read(arguments.file)
    outcome = xltools.check(reading)
    kept: list[Path] = []
    try:
        written = publish(
            reading.report,
            outcome,
            reading.edition,
            Path(arguments.to),
            formats,
            draft=arguments.draft,
            engine=arguments.pdf_engine,
            source=Path(arguments.file),
            kept=kept,
        )
    except Refused as refusal:
        from xltools.review.text import blocking

        print(str(refusal))
        found = gate(outcome, reading.report.explanations)
        for line in blocking([*found.errors, *found.unexplained], outcome, arguments.file):
            print(line)
        return 1
    for path in written:
        print(path)
    if kept:
        print(f"注意：{len(kept)} 个文件在上次导出之后被改过，改过的已备份：{'、'.join(map(str, kept))}")
    if set(formats) & set(DOCUMENTS) and (missing := gaps(reading.report, reading.edition)):
        print(f"注意：公开文件里缺少：{'、'.join(missing)}。请在工作簿里填好，再导出一次。")
    return 0
