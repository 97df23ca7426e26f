"""The whole 决算公开 as a Document, from a Report, its Edition and the sentences of the narrative.

Published amounts are 万元: a report in 元 is rounded half-up here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from xltools.amount import Amount, Unit, show, to_wan
from xltools.editions import Edition, Form, Slot
from xltools.export.document import (
    CENTRE,
    LEFT,
    RIGHT,
    Block,
    Cell,
    Chart,
    Contents,
    Cover,
    Document,
    Heading,
    Orientation,
    PageBreak,
    Paragraph,
    Run,
    Series,
    Table,
    grid,
    paragraph,
)
from xltools.export.self_evaluation import evaluation_table
from xltools.narrative.measures import closed
from xltools.narrative.sentence import Sentence
from xltools.report import TOTAL, Ref, Report

_NUMERALS = "一二三四五六七八九十"
_PARTS = ("overview", "tables", "narrative", "glossary", "annex")
_THREE_PUBLIC = (
    ("因公出国（境）费", "2", "8"),
    ("公务用车购置费", "4", "10"),
    ("公务用车运行维护费", "5", "11"),
    ("公务接待费", "6", "12"),
)
_COMPARED = (
    ("收入总计", Ref("summary", "31", "1")),
    ("支出总计", Ref("summary", "62", "2")),
    ("财政拨款收入总计", Ref("appropriation", "32", "1")),
    ("一般公共预算财政拨款支出", Ref("general", TOTAL, "1")),
)


def numeral(number: int) -> str:
    """1 → 一, 10 → 十, 12 → 十二, 20 → 二十 (up to 99)."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _NUMERALS[tens - 1] + "十")
    return head + (_NUMERALS[ones - 1] if ones else "")


def assemble(
    report: Report,
    edition: Edition,
    sentences: Iterable[Sentence] = (),
    *,
    draft: bool = False,
    errors: Sequence[str] = (),
    charts: bool = True,
    date: str = "",
) -> Document:
    """The published document; ``draft`` adds a watermark and the list of ``errors``.

    ``sentences`` are those of 情况说明 in order. ``date`` is printed on the cover.
    """
    year = report.cover.year or edition.year
    scope = report.cover.scope or "单位决算"
    title = f"{year}年度{scope}公开"
    blocks: list[Block] = [Cover((report.cover.entity, title), date), Contents()]
    bodies = {
        "overview": _overview(report),
        "tables": list(_tables(report, edition, year)),
        "narrative": list(_narrative(report, edition, sentences, charts)),
        "glossary": _glossary(report),
        "annex": list(_annex(report, edition, year)),
    }
    number = 0
    for part in _PARTS:
        if not bodies[part] or part not in edition.sections:
            continue
        number += 1
        name = edition.sections[part]
        named = f"{year}年{'部门' if scope == '部门决算' else '单位'}{name}" if part == "tables" else name
        if part != "glossary" or number == 1:
            blocks.append(PageBreak())
        blocks += [Heading(1, f"第{numeral(number)}部分  {named}", part), *bodies[part]]
    full = f"{report.cover.entity}{title}"
    return Document(full, tuple(blocks), report.cover.entity, year, draft, tuple(errors))


def _prose(text: str) -> list[Paragraph]:
    return [paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def _overview(report: Report) -> list[Block]:
    blocks: list[Block] = []
    whose = "本部门" if report.cover.scope == "部门决算" else "本单位"
    for key, title in (("duties", f"{whose}职责"), ("organisation", "机构设置情况")):
        if report.texts.get(key, "").strip():
            number = numeral(sum(isinstance(block, Heading) for block in blocks) + 1)
            blocks += [Heading(2, f"{number}、{title}", key), *_prose(report.texts[key])]
    return blocks


def _glossary(report: Report) -> list[Block]:
    keys = [key for key in report.texts if key.startswith("glossary.") and key != "glossary.closing"]
    terms = [report.texts[key].strip() for key in keys if report.texts[key].strip()]
    blocks: list[Block] = [paragraph(f"{numeral(n)}、{term}") for n, term in enumerate(terms, 1)]
    return blocks + list(_prose(report.texts.get("glossary.closing", "")))


def _tables(report: Report, edition: Edition, year: int) -> Iterator[Block]:
    for number, form in enumerate(edition.forms.values(), 1):
        if number > 1:
            yield PageBreak()
        yield form_table(report, edition, form, year, f"{numeral(number)}、{form.title}")


def form_table(report: Report, edition: Edition, form: Form, year: int, entry: str) -> Table:
    """One of the printed tables, cell for cell as the edition prescribes, in 万元."""
    empty = not any(ref.form == form.id and value for ref, value in report.amounts.items())
    notes = (*form.notes, form.empty_note) if empty and form.empty_note else form.notes
    body = _code_rows(report, edition, form) if form.kind == "codes" else _grid_rows(report, form)
    header = [list(row) for row in form.header]
    left = f"{form.entity_label}：{report.cover.entity}"
    return Table(
        title=form.title,
        body=grid(body),
        header=grid(header, header=True),
        entry=entry,
        number=form.number,
        meta=(left, f"{year}年度", f"{form.unit_label}：{Unit.WAN}"),
        notes=tuple(notes),
        widths=tuple(int(width * 10) for width in form.widths),
        aligns=_aligns(form),
        row_headers=_row_headers(form),
        orientation=Orientation(form.orientation),
        sheet=form.number,
        summary=f"{report.cover.entity}{year}年度{form.title}，金额单位为万元。",
        key=form.id,
    )


def _grid_rows(report: Report, form: Form) -> list[list[str | Cell]]:
    slots = {(slot.row, slot.at): slot for slot in form.slots}
    rows: list[list[str | Cell]] = []
    for number, row in enumerate(form.body):
        cells: list[str | Cell] = []
        for at, text in enumerate(row):
            slot = slots.get((number, at))
            cells.append(_amount(report, form, slot) if slot else text)
        rows.append(_subheading(cells, form) if not any(isinstance(cell, Cell) for cell in cells) else cells)
    return rows


def _subheading(cells: list[str | Cell], form: Form) -> list[str | Cell]:
    """A printed row without amounts inside the body heads the rows below it."""
    if not any(cell for cell in cells):
        return cells
    return [cell if cell in ("<", "^") else Cell(str(cell), header=True) for cell in cells]


def _amount(report: Report, form: Form, slot: Slot) -> Cell:
    value = report.amounts.get(Ref(form.id, slot.line, slot.column))
    line = form.line_of.get(slot.line)
    return _figure(report, Ref(form.id, slot.line, slot.column), value, slot.dash, bool(line and line.count))


def _figure(report: Report, ref: Ref, value: Decimal | None, dash: str = "", count: bool = False) -> Cell:
    if value is None:
        return Cell(dash, align=CENTRE if dash else RIGHT)
    if count:
        return Cell(show(value, 0), align=RIGHT, number=value, places=0, fact=str(ref))
    shown = in_wan(report, value)
    return Cell(show(shown), align=RIGHT, number=shown, fact=str(ref))


def in_wan(report: Report, value: Decimal) -> Decimal:
    """An amount of the report as published: 万元 with two places."""
    return to_wan(value) if report.unit is Unit.YUAN else value


def _code_rows(report: Report, edition: Edition, form: Form) -> list[list[str | Cell]]:
    total, pattern = form.body
    lines = [line for line in report.lines.get(form.id, []) if line != TOTAL]
    rows = []
    for line, row in [(TOTAL, total), *((line, pattern) for line in lines)]:
        title = report.titles.get(line) or edition.function_codes.get(line, "")
        rows.append([_code_cell(report, form, line, title, at, row[at]) for at in range(form.width)])
    return rows


def _code_cell(report: Report, form: Form, line: str, title: str, at: int, text: str) -> str | Cell:
    column = next((column for column in form.columns if column.at == at), None)
    if column:
        ref = Ref(form.id, line, column.id)
        return _figure(report, ref, report.amounts.get(ref))
    return {"{code}": Cell(line, align=LEFT), "{title}": Cell(title, align=LEFT)}.get(text, text)


def _aligns(form: Form) -> tuple[str, ...]:
    """Names and codes to the left, 行次 centred; amounts say themselves that they stand right."""
    amounts = {slot.at for slot in form.slots} | {column.at for column in form.columns}
    narrow = [width < 8.5 and at not in amounts for at, width in enumerate(form.widths)]
    return tuple(CENTRE if is_narrow else LEFT for is_narrow in narrow)


def _row_headers(form: Form) -> tuple[int, ...]:
    """The columns of names: all that hold no amounts and are wide enough for one, and the codes."""
    amounts = {slot.at for slot in form.slots} | {column.at for column in form.columns}
    if form.kind == "codes":
        return (0, 1)
    return tuple(at for at, width in enumerate(form.widths) if at not in amounts and width > 6)


def _annex(report: Report, edition: Edition, year: int) -> Iterator[Block]:
    for number, evaluation in enumerate(report.self_evaluations, 1):
        if number > 1:
            yield PageBreak()
        yield evaluation_table(report, edition, evaluation, year, number)


def _narrative(
    report: Report, edition: Edition, sentences: Iterable[Sentence], charts: bool
) -> Iterator[Block]:
    waiting = dict(report_charts(report, edition)) if charts else {}
    path: tuple[str, ...] = ()
    counts: list[int] = []
    due = ""
    for sentence in sentences:
        headings = tuple(sentence.headings)
        if headings[:1] != path[:1] and due:
            yield waiting.pop(due)
            due = ""
        shared = _shared(headings, path)
        for depth in range(shared, len(headings)):
            counts = [*counts[:depth], counts[depth] + 1 if depth < len(counts) else 1]
            yield Heading(depth + 2, headings[depth], "-".join(["narrative", *map(str, counts)]))
        path = headings
        subject = sentence.key.split(".")[0]
        due = subject if subject in waiting else due
        yield from _marked(sentence)
    yield from waiting.values() if path else ()


def _shared(headings: tuple[str, ...], path: tuple[str, ...]) -> int:
    """How many of the outer headings stay the same."""
    same = 0
    while same < min(len(headings), len(path)) and headings[same] == path[same]:
        same += 1
    return same


def _marked(sentence: Sentence) -> list[Paragraph]:
    """What is published of a sentence, its facts marked; a text rewritten by hand carries no marks."""
    if sentence.typed:
        return _prose(sentence.typed)
    runs: list[Run] = []
    at = 0
    for fact in sorted(sentence.facts, key=lambda fact: fact.start):
        end = fact.start + len(fact.printed)
        if fact.start >= at and sentence.text[fact.start : end] == fact.printed and fact.printed:
            runs += [Run(sentence.text[at : fact.start]), Run(fact.printed, fact=fact.key)]
            at = end
    runs.append(Run(sentence.text[at:]))
    return [Paragraph(tuple(run for run in runs if run.text))]


def report_charts(report: Report, edition: Edition) -> list[tuple[str, Chart]]:
    """The charts that the figures allow, by the section of 情况说明 they belong to."""
    found = [
        ("summary", _comparison(report)),
        ("revenue", _structure(report, edition, "本年收入结构", range(1, 9), "1", "27")),
        ("expenditure", _structure(report, edition, "本年支出结构", range(32, 58), "2", "58")),
        ("three_public", _three_public(report)),
    ]
    return [(key, chart) for key, chart in found if chart]


def _structure(
    report: Report, edition: Edition, title: str, lines: Iterable[int], column: str, total: str
) -> Chart | None:
    form = edition.forms["summary"]
    items = []
    for line in map(str, lines):
        value = report.amounts.get(Ref("summary", line, column))
        if value:
            items.append((form.line_of[line].name, value))
    whole = report.get(Ref("summary", total, column))
    if not items or not whole:
        return None
    shares = closed([_exact(report, value) for _, value in items], _exact(report, whole))
    values = tuple(in_wan(report, value) for _, value in items)
    labels = tuple(
        f"{show(value)}（{share.printed}%）" if share else show(value)
        for value, share in zip(values, shares, strict=True)
    )
    names = tuple(name for name, _ in items)
    alt = f"{title}（万元）：" + "；".join(map("".join, zip(names, labels, strict=True))) + "。"
    return Chart(title, "structure", names, (Series("本年", values, labels),), alt)


def _exact(report: Report, value: Decimal) -> Amount:
    """An amount in 万元 with what its rounding hides: nothing where the report holds 元."""
    exact = value / 10000 if report.unit is Unit.YUAN else value
    return Amount(exact, report.unit.slack)


def _comparison(report: Report) -> Chart | None:
    items = []
    for name, ref in _COMPARED:
        if ref in report.amounts and ref in report.last_year:
            pair = in_wan(report, report.last_year[ref]), in_wan(report, report.amounts[ref])
            items.append((name, *pair))
    if not items:
        return None
    alt = "与上年对比（万元）：" + "；".join(f"{n}上年{show(a)}、本年{show(b)}" for n, a, b in items) + "。"
    return _pair("收支与上年对比", ("上年", "本年"), items, alt)


def _three_public(report: Report) -> Chart | None:
    items = []
    for name, budget, actual in _THREE_PUBLIC:
        values = [in_wan(report, report.get(Ref("three_public", "1", c))) for c in (budget, actual)]
        items.append((name, values[0], values[1]))
    if not any(a or b for _, a, b in items):
        return None
    alt = "“三公”经费（万元）：" + "；".join(f"{n}预算{show(a)}、决算{show(b)}" for n, a, b in items) + "。"
    return _pair("“三公”经费预算与决算", ("预算数", "决算数"), items, alt)


def _pair(
    title: str, names: tuple[str, str], items: Sequence[tuple[str, Decimal, Decimal]], alt: str
) -> Chart:
    series = tuple(
        Series(name, values, tuple(show(value) for value in values))
        for name, values in zip(names, zip(*((a, b) for _, a, b in items), strict=True), strict=True)
    )
    return Chart(title, "comparison", tuple(name for name, _, _ in items), series, alt)
