"""What is worth a hint in a 自评 form: values without numbers, double counting, prose, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xltools.editions import Rule
from xltools.finding import Finding
from xltools.rules.evaluation.sheet import Sheet, level_of, score_cell

_PRAISE = r"(显著|大幅|明显|全面)?(提升|提高|增强|改善)"


def indicator_values(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Quantitative rows whose value is only sign and unit; one line per column."""
    for column, title in (("initial", "年初指标值"), ("target", "指标值"), ("actual", "实际完成值")):
        found = []
        for number, item in sheet.indicators():
            value = sheet.value(number, column)
            # A sign or a unit without a number; wholly blank cells are a matter of the form.
            if value.value is None and not value.text and (value.sign or value.unit):
                found.append((number, item))
        if found:
            cells = tuple(
                sheet.cell(f"indicator{number}", column, f"{item.name} {title}", getattr(item, column))
                for number, item in found
            )
            listed = "、".join(f"{item.name}（{getattr(item, column)}）" for _, item in found)
            yield sheet.finding(
                rule, "indicator_values", cells, count=str(len(found)), column=title, list=listed
            )


def repeated_rate(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """The execution rate counted again as an output indicator."""
    for number, item in sheet.indicators():
        if "执行率" in item.name and ("预算" in item.name or "经费" in item.name or "资金" in item.name):
            yield sheet.finding(rule, "repeated_rate", (score_cell(sheet, number, item),), name=item.name)


def contradiction(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """Prose that praises what the indicator does not show."""
    for heading in ("效益情况", "满意度情况"):
        text = sheet.form.analysis.get(heading, "")
        for number, item in sheet.indicators():
            level = level_of(sheet, number)
            if level is None or level.name == "达成":
                continue
            name = re.sub(r"[（(].*?[)）]", "", item.name)
            if len(name) < 4 or name not in text:
                continue
            if found := re.search(re.escape(name) + _PRAISE, text):
                praise = re.split(r"[，。；、,;]", text[found.start() :])[0]
                cells = (
                    sheet.cell(f"analysis:{heading}", "text", heading, praise),
                    sheet.cell(f"indicator{number}", "actual", f"{item.name} 实际完成值", item.actual),
                )
                yield sheet.finding(
                    rule,
                    "contradiction",
                    cells,
                    heading=heading,
                    text=praise,
                    name=item.name,
                    level=level.name,
                )


def entity_code(sheet: Sheet, rule: Rule) -> Iterator[Finding]:
    """The entity's code begins with its department's."""
    department = _leading_code(sheet.form.department)
    entity = _leading_code(sheet.form.entity)
    if department and entity and not entity.startswith(department):
        cells = (
            sheet.cell("head", "entity", "预算单位", sheet.form.entity),
            sheet.cell("head", "department", "主管部门及代码", sheet.form.department),
        )
        yield sheet.finding(rule, "entity_code", cells, entity=entity, department=department)


def _leading_code(text: str) -> str:
    match = re.match(r"\s*(\d+)", text)
    return match[1] if match else ""
