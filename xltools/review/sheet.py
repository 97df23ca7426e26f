"""The rows of the sheet 审核结果: the same for the template, the file and the open workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from xltools.amount import show
from xltools.finding import Finding, Severity, explanation, explanation_key
from xltools.report import Place
from xltools.rules import Checked

HEADINGS = (
    "级别",
    "表",
    "项目",
    "单元格",
    "应为",
    "实为",
    "差额",
    "原因",
    "怎么改",
    "规则号",
    "出错说明",
)


class Row(NamedTuple):
    """One finding as a row: texts in the order of HEADINGS, and where its link leads."""

    cells: tuple[str, ...]
    place: Place | None
    severity: Severity
    key: str


def rows(checked: Checked, explanations: Mapping[str, str]) -> Iterator[Row]:
    """The findings as rows, worst first. An 出错说明 already typed is kept, matched by rule and place;
    marked 已变化 when the figures moved."""
    suggested = {suspect.cell.ref: suspect.suggested[0] for suspect in checked.suspects if suspect.suggested}
    for finding in checked.findings:
        first = finding.cells[0] if finding.cells else None
        place = first.place if first and first.place and first.place.cell else None
        should = suggested.get(first.ref, "") if first else ""
        sheet, item = _sheet_and_item(finding)
        cells = (
            finding.severity.value,
            sheet,
            item,
            f"{place.sheet}!{place.cell}" if place else "",
            should or finding.facts.get("expected", ""),
            first.value if first else "",
            "" if finding.gap is None else show(finding.gap),
            finding.message,
            finding.remedy or finding.title,
            finding.rule,
            explanation(finding, explanations) if finding.severity is Severity.VERIFY else "",
        )
        yield Row(cells, place, finding.severity, explanation_key(finding))


def _sheet_and_item(finding: Finding) -> tuple[str, str]:
    if not finding.cells:
        return "", finding.title
    first = finding.cells[0]
    sheet = first.place.sheet if first.place else ""
    return sheet, first.label


def not_checked(checked: Checked) -> Iterator[tuple[str, str, str]]:
    """What was not checked: title, reason, rule."""
    for item in checked.not_checked:
        yield item.title, item.reason, item.rule
