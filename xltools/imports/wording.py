"""What the user reads of an import, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from xltools.amount import show
from xltools.editions import Edition
from xltools.imports.imported import Imported, Recognised, Unrecognised
from xltools.imports.merging import AMOUNT, BUDGET, COVER, FACT, LAST_YEAR, LINE, Change
from xltools.report import Place, Ref, Report

_LISTED = 30
_SHEETS = 12
_STORES = {AMOUNT: "决算数", LAST_YEAR: "上年数", BUDGET: "年初预算数", FACT: "附加资料"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the lines need beside the figures."""

    source: str
    edition: Edition
    remarks: list[str]
    before: Report


def before_lines(
    imported: Imported, words: Words, changes: Sequence[Change], lost: Sequence[Change], last_year: bool
) -> list[str]:
    """Recognised, not recognised, what changes; figures that are overwritten one by one."""
    return [
        _head(imported, words),
        *_recognised(imported, words.edition),
        *(f"  {text}" for text in imported.derived),
        *_unrecognised(imported),
        *(f"注意：{remark}。" for remark in words.remarks),
        *_summary(changes, words, last_year),
        *_overwritten(changes, words),
        *_left_out(lost),
    ]


_IN_SHORT = 5
_LONGEST = 900
"""Characters of a message box of Excel, with room for the question (it shows 1,024)."""


def question(imported: Imported, words: Words, changes: Sequence[Change], last_year: bool) -> str:
    """What an import would do, in short."""
    forms = "、".join(
        words.edition.forms[form].number for form in imported.forms if form in words.edition.forms
    )
    unknown = [f"没有识别：{_place(one)}" for one in imported.unrecognised]
    lines = [
        _head(imported, words),
        f"识别出：{forms}",
        *_some(unknown, "处没有识别"),
        *(f"注意：{remark}。" for remark in words.remarks),
        *_summary(changes, words, last_year),
        *_some(list(_overwritten(changes, words)), "行"),
    ]
    text = "\n".join(lines)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"


def _some(lines: Sequence[str], what: str) -> list[str]:
    more = len(lines) - _IN_SHORT
    return [*lines[:_IN_SHORT], *([f"……另有 {more} {what}"] if more > 0 else [])]


def _head(imported: Imported, words: Words) -> str:
    cover = imported.report.cover
    entity = cover.entity or "没有写单位名称"
    year = f"{cover.year} 年度" if cover.year else "没有写年度"
    return f"来源：{words.source}（{imported.kind}），{entity}，{year}，金额单位：{imported.unit.value}"


def _recognised(imported: Imported, edition: Edition) -> Iterator[str]:
    yield "识别："
    own = [one for one in imported.recognised if _is_own(one, edition)]
    if own:
        total = sum(one.figures for one in own)
        first, last = (edition.forms[one.form].number for one in (own[0], own[-1]))
        yield f"  {first}至{last}，{len(own)} 张表，{total} 个数"
    for sheet, form_id, figures in [one for one in imported.recognised if one not in own]:
        form = edition.forms.get(form_id)
        count = f"{figures} 个数" if figures else "没有数"
        yield f"  {form.number if form else form_id} ← {sheet}：{count}"
    missing = [form.number for form in edition.forms.values() if form.id not in imported.forms]
    if missing:
        yield f"  来源中没有：{'、'.join(missing)}"


def _is_own(one: Recognised, edition: Edition) -> bool:
    """Whether a sheet has the name of its form, as in the workbooks that we make."""
    return one.form in edition.forms and one.sheet == edition.forms[one.form].number


def _unrecognised(imported: Imported) -> Iterator[str]:
    if imported.unrecognised:
        yield f"没有识别（{len(imported.unrecognised)} 处）："
        for one in imported.unrecognised[:_LISTED]:
            yield f"  {_place(one)}"
        if len(imported.unrecognised) > _LISTED:
            yield f"  ……另有 {len(imported.unrecognised) - _LISTED} 处"
    if imported.unused:
        names = "、".join(imported.unused[:_SHEETS])
        more = f"等 {len(imported.unused)} 张" if len(imported.unused) > _SHEETS else ""
        yield f"不是公开所需的表，没有读取：{names}{more}"


def _place(one: Unrecognised) -> str:
    return f"{one.where}：{one.why}" if one.where else one.why


def _summary(changes: Sequence[Change], words: Words, last_year: bool) -> Iterator[str]:
    if not changes:
        yield "工作簿中的数与来源相同，没有改动。"
        return
    done = "结转" if last_year else "导入"
    parts = []
    for store, name in _STORES.items():
        ours = [change for change in changes if change.store == store]
        if ours:
            over = sum(change.overwrites for change in ours)
            if last_year and store == FACT:
                name = "上年填写的原因、用途"
            parts.append(f"{name} {len(ours)} 个" + (f"（其中改动原有的 {over} 个）" if over else ""))
    rows = [change for change in changes if change.store == LINE]
    if rows:
        numbers = "、".join(words.edition.forms[str(change.what)].number for change in rows)
        parts.append(f"{numbers}的科目行")
    cover = [change for change in changes if change.store == COVER]
    if cover:
        parts.append(f"封面 {len(cover)} 项")
    yield f"{done}：{'，'.join(parts)}。"


def _overwritten(changes: Sequence[Change], words: Words) -> Iterator[str]:
    """Every figure that was there and becomes another, old and new."""
    over = [change for change in changes if change.overwrites and change.store != LINE]
    if not over:
        return
    yield "改动的原有内容（原 → 现）："
    for change in over:
        place = words.before.places.get(change.what) if change.store == AMOUNT else None  # type: ignore[arg-type]
        name = _short(change, words.edition) if place else change.name
        where = f"{place.sheet} {place.cell} " if place else ""
        yield f"  {where}{name}：{change.old} → {change.new or '空白'}"


def _short(change: Change, edition: Edition) -> str:
    """The name of a figure without that of its form, which stands before it."""
    assert isinstance(change.what, Ref)
    return change.name.removeprefix(edition.forms[change.what.form].number).strip(" ·")


def _left_out(lost: Sequence[Change]) -> Iterator[str]:
    if lost:
        yield f"工作簿里没有位置，没有写入（{len(lost)} 个）："
        for change in lost[:_LISTED]:
            yield f"  {change.name}：{change.new}"
        if len(lost) > _LISTED:
            yield f"  ……另有 {len(lost) - _LISTED} 个"


def replaced_lines(replaced: Mapping[Place, str]) -> list[str]:
    """The user's own formulas that give way to values."""
    if not replaced:
        return []
    return [
        "这些单元格原有自己的公式，算出的数与来源不同，已改为来源的数：",
        *(f"  {place.sheet} {place.cell}：={formula}" for place, formula in replaced.items()),
    ]


def open_lines(left: Mapping[Place, Decimal | None]) -> list[str]:
    """Formulas that stay though only a spreadsheet program can compute them."""
    if not left:
        return []
    return [
        "这些公式在这里算不出结果，保持不变；请用 Excel 或 WPS 打开并保存，再校验它们是否等于来源的数：",
        *(
            f"  {place.sheet} {place.cell}：应为 {'空白' if wanted is None else show(wanted)}"
            for place, wanted in left.items()
        ),
    ]


def saved_lines(path: Path, backup: Path | None, rebuilt: bool, last_year: bool) -> list[str]:
    """After saving: where, where the old version is, what to do next."""
    if backup is None:
        return []
    lines = []
    if rebuilt:
        lines.append(
            "科目行有增减，而工作簿里没有自己加的内容，所以按标准表样重新生成；自行调整过的列宽、颜色已恢复标准。"
        )
    lines.append(f"已保存 {path}；原文件备份在 {backup}")
    lines.append("请接着校验。" if not last_year else "请接着填写原因，再校验。")
    return lines
