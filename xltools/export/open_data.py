"""The tables as open data: one CSV in tidy rows, and the figures as JSON with their schema."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from xltools import figures
from xltools.amount import plain
from xltools.editions import Edition
from xltools.report import Ref, Report

HEADINGS = ("表号", "表名", "行次或代码", "项目", "栏次", "栏目", "金额", "单位")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula; Chinese versions take the wide signs too."""


def csv_text(report: Report, edition: Edition) -> str:
    """Every figure as one row, in the order of the forms; a blank has no row. Begins with a BOM, so that
    Excel reads it as UTF-8; texts that a spreadsheet would take for a formula get an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for ref in _order(report, edition):
        form = edition.forms[ref.form]
        line = form.line_of.get(ref.line)
        title = line.name if line else report.titles.get(ref.line, edition.function_codes.get(ref.line, ""))
        column = form.column_of[ref.column]
        # Above a column that serves all lines stands the heading of its first block only.
        heading = column.title or "".join(column.path[-1:])
        unit = "个" if line is not None and line.count else report.unit.value
        texts = (form.number, form.title, ref.line, title, ref.column, heading)
        writer.writerow([*map(_harmless, texts), plain(report.amounts[ref]), unit])
    return "\ufeff" + stream.getvalue()


def _order(report: Report, edition: Edition) -> list[Ref]:
    forms = {form_id: number for number, form_id in enumerate(edition.forms)}
    lines: dict[tuple[str, str], int] = {}
    for form_id, form in edition.forms.items():
        listed = [*form.line_ids, *report.lines.get(form_id, ())]
        lines |= {(form_id, line): number for number, line in enumerate(listed)}
    known = [ref for ref in report.amounts if ref.form in forms]
    return sorted(known, key=lambda r: (forms[r.form], lines.get((r.form, r.line), 10**6), int(r.column)))


def _harmless(text: str) -> str:
    return f"'{text}" if text.lstrip(" \u3000").startswith(_FORMULA_STARTS) else text


def json_text(report: Report) -> str:
    """The figures in the exchange format of ``figures``, without the names of those who prepared them."""
    cover = replace(report.cover, prepared_by="", reviewed_by="")
    return figures.to_json(replace(report, cover=cover))


def schema_text() -> str:
    """The JSON schema of that format."""
    return json.dumps(figures.schema(), ensure_ascii=False, indent=1) + "\n"
