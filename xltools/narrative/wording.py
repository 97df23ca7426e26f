"""How findings on the narrative are worded, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from xltools.editions import Edition, Rule
from xltools.finding import WORDING, Cell, Finding, Severity
from xltools.narrative.figures import ref_of
from xltools.narrative.sentence import Fact
from xltools.report import NARRATIVE, Ref, Report

SEVERITY = {"逻辑性": Severity.ERROR, "核实性": Severity.VERIFY, "提示": Severity.HINT}

WORDING.update(
    {
        "narrative_value": "“{context}”中{meaning}写为 {found}，按表应为 {expected}{clue}。",
        "narrative_unsure": "“{context}”中的 {found} 可能是{meaning}，按表应为 {expected}{clue}，请核对。",
        "narrative_tail": "{count}处与按表计算相差在四舍五入之内，不是错误：{list}。",
        "narrative_direction": "“{context}”中{meaning}写为“{found}”，按本年数与上年数应为“{expected}”。",
        "narrative_unit": "“{context}”中 {found} 的单位应为{expected}{clue}。",
        "narrative_places": "“{context}”中 {found} 应保留两位小数，写为 {expected}。",
        "narrative_name": "“{context}”中的名称“{found}”与表中“{expected}”不一致。",
        "narrative_missing": "文中没有找到：{list}。",
        "narrative_none": "写着“{found}”，而表中{meaning}为 {expected}。",
        "narrative_extra": "“{context}”中写有 {found}，而表中没有此项数据。",
        "narrative_zero_base": "“{context}”中写有 {found}，而上年数为零，不能计算增减百分比。",
        "narrative_unread": "{count}个金额或比率不能与表核对，请自行确认：{list}。",
        "narrative_no_section": "文中没有找到“{heading}”这一部分。",
        "narrative_contradiction": "“{context}”增减方向自相矛盾：增加应对应增长，减少应对应下降。",
        "narrative_leftover": "“{context}”中的“{found}”是模板残留，请改为实际内容。",
        "narrative_instruction": "“{context}”中的“{found}”像是填写说明，公开前请删除。",
        "narrative_percent": "“{context}”中 {found} 后面漏写百分号。",
        "narrative_year": "“{context}”中写有 {found} 年，与决算年度 {expected} 相差较大，请核对。",
        "narrative_reason": "没有填写{label}。",
        "narrative_unfilled": "情况说明还有{count}处可以填写：{list}。",
        "narrative_last_year": "{count}个上年数没有填写，文中不作比较：{list}。",
        "narrative_number": "{meaning}应为{expected}，现为“{found}”。",
        "narrative_sum": "{meaning}：{left} ≠ {right}，差 {apart}，超出四舍五入可解释的 {slack}。",
        "narrative_sum_tail": "{meaning}：{left} 与 {right} 相差 {apart}，四舍五入可以解释。",
        "narrative_order": "{meaning}：{left} 大于 {right}。",
        "narrative_counts": "{meaning}为 {found}，而{label}为 {expected}，请核对。",
        "narrative_named_zero": "“主要包括”列出的“{found}”在基本支出决算明细表中为零。",
        "narrative_unnamed": "“{found}”{expected}万元，金额较大，“主要包括”没有列出。",
    }
)


class Author:
    """Makes findings of the rules on the narrative."""

    def __init__(self, report: Report, edition: Edition) -> None:
        self.report = report
        self.edition = edition

    @cached_property
    def names(self) -> set[str]:
        """Every name the forms print: another one in its place is a mistake, not a manner of speaking."""
        return _names(self.edition) | set(self.report.titles.values())

    def text_cell(self, key: str, headings: tuple[str, ...] = (), value: str = "") -> Cell:
        """The cell of a sentence."""
        ref = Ref(NARRATIVE, key, "text")
        label = " ".join(["情况说明", *headings])
        return Cell(label, value, ref, self.report.places.get(ref))

    def typed_cell(self, store: str, key: str, label: str, value: str = "") -> Cell:
        """The cell of a reason or text by key."""
        ref = Ref(store, key, "text")
        return Cell(f"情况说明 {label}".strip(), value, ref, self.report.places.get(ref))

    def figure_cells(self, fact: Fact) -> tuple[Cell, ...]:
        """The cells of the forms that a fact comes from."""
        base = fact.key.rpartition(".")[0] if fact.key.endswith(_PARTS) else fact.key
        cells = []
        for part in base.split("+"):
            try:
                store, ref = ref_of(part)
            except ValueError:
                continue
            place = self.report.places.get(ref)
            label = (
                self.edition.label(ref, self.report.titles) if ref.form in self.edition.forms else str(ref)
            )
            cells.append(Cell(label, _value(self.report, store, ref), ref, place))
        return tuple(cells)

    def finding(
        self,
        rule_id: str,
        kind: str,
        cells: tuple[Cell, ...],
        facts: Mapping[str, str],
        severity: Severity | None = None,
        gap: Decimal | None = None,
        allowed: Decimal | None = None,
    ) -> Finding:
        """A finding of a rule, of the rule's severity unless said otherwise."""
        rule = self.edition.rule_of.get(rule_id) or Rule(rule_id, rule_id, "逻辑性", "", "")
        return Finding(
            rule.id,
            severity or SEVERITY[rule.kind],
            rule.title,
            kind,
            cells,
            facts,
            gap=gap,
            allowed=allowed,
            basis=rule.basis,
            remedy=rule.remedy,
        )


def _names(edition: Edition) -> set[str]:
    forms = edition.forms.values()
    titles = {column.title for form in forms for column in form.columns}
    names = {line.name for form in forms for line in form.lines}
    return titles | names | set(edition.class_names.values()) | set(edition.function_codes.values())


_PARTS = (".difference", ".rate", ".share", ".completion", ".direction", ".name")


def _value(report: Report, store: str, ref: Ref) -> str:
    source = {"budget": report.budget, "last_year": report.last_year}.get(store, report.amounts)
    value = source.get(ref)
    return "" if value is None else f"{value:f}"
