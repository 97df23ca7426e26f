"""The rows of the sheet 审核结果: the same for the template, the file and the open workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from xltools.amount import show
from xltools.finding import Cell, Finding, Severity, Suspect, explanation, explanation_key
from xltools.report import Place, Ref
from xltools.review.suspects import cause_of, sentences
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


_LISTED = 3
_NOTHING_TO_DO = "不用改：四舍五入造成，不影响导出。"
_EXPLAINED = ("tail", "convention", "narrative_tail", "narrative_sum_tail")
"""Kinds of findings that ask for nothing."""
# A negative amount is no formula.
_FORMULA = re.compile(r"\s*[=@＝＠]|\s*[+\-＋－](?![\d.,]+%?$)")


class Row(NamedTuple):
    """One finding as a row: texts in the order of HEADINGS, and where its link leads."""

    cells: tuple[str, ...]
    place: Place | None
    severity: Severity
    key: str


def rows(checked: Checked, explanations: Mapping[str, str]) -> Iterator[Row]:
    """The findings as rows, worst first. An 出错说明 already typed is kept, matched by rule and place;
    marked 已变化 when the figures moved."""
    suggested: dict[Ref | None, str] = {}
    for suspect in checked.suspects:
        # The most probable comes first.
        suggested.setdefault(suspect.cell.ref, _should(suspect))
    causes = [text for _, text in sentences(checked)]
    for finding in checked.findings:
        first = _to_look_at(finding, checked)
        place = first.place if first and first.place and first.place.cell else None
        should = suggested.get(first.ref, "") if first else ""
        sheet, item = _sheet_and_item(finding, first)
        cells = (
            finding.severity.value,
            sheet,
            item,
            f"{place.sheet}!{place.cell}" if place else "",
            should or finding.facts.get("expected", ""),
            first.value if first else "",
            "" if finding.gap is None else finding.facts.get("gap", show(finding.gap)),
            finding.said,
            _what_to_do(finding, checked, causes),
            finding.rule,
            explanation(finding, explanations) if finding.severity is Severity.VERIFY else "",
        )
        # What the accountant wrote stays as it is; whoever writes the row keeps it a text.
        texts = (*map(_as_text, cells[:-1]), cells[-1])
        yield Row(texts, place, finding.severity, explanation_key(finding))


def _to_look_at(finding: Finding, checked: Checked) -> Cell | None:
    """The cell that the row leads to: the one to be changed, where it is among the finding's own."""
    cause = cause_of(finding, checked)
    if cause is not None and cause.cell.ref in {cell.ref for cell in finding.cells}:
        return cause.cell
    return finding.cells[0] if finding.cells else None


def _what_to_do(finding: Finding, checked: Checked, causes: Sequence[str]) -> str:
    """The cause in full, where one is known: who reads the row sees no list of causes."""
    cause = cause_of(finding, checked)
    if cause is not None:
        return causes[checked.suspects.index(cause)]
    return finding.remedy or (_NOTHING_TO_DO if finding.kind in _EXPLAINED else "请核对。")


def _as_text(text: str) -> str:
    """``text`` as a sheet keeps it: one that would be taken for a formula (=月次) stands in quotes."""
    return f"“{text}”" if _FORMULA.match(text) else text


def _should(suspect: Suspect) -> str:
    """What the cell of a suspect should say; "" where the suspect says nothing of that cell's own figure."""
    if suspect.kind in {"line", "soft"}:
        return ""
    values = [value or "空白" for value in suspect.suggested[:_LISTED]]
    return "".join(values) if suspect.unique else f"可能 {'、'.join(values)}" if values else ""


def _sheet_and_item(finding: Finding, first: Cell | None) -> tuple[str, str]:
    if first is None:
        return "", finding.title
    sheet = first.place.sheet if first.place else ""
    return sheet, first.label.removeprefix(f"{sheet} ") if sheet else first.label


def not_checked(checked: Checked) -> Iterator[tuple[str, str, str]]:
    """What was not checked: title, reason, rule."""
    for item in checked.not_checked:
        yield item.title, item.reason, item.rule
