"""情况说明 and 概况与名词: the sheets of prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from xltools.editions import Edition
from xltools.report import Report
from xltools.workbook.layout import (
    DUTIES,
    FINAL,
    GLOSSARY,
    GLOSSARY_CLOSING,
    NARRATIVE,
    ORGANISATION,
    OVERVIEW,
    SAID_LAST_YEAR,
    SENTENCES,
    Field,
    glossary_entries,
)
from xltools.workbook.template.board import Area, Board
from xltools.workbook.template.comparison import classes
from xltools.workbook.template.styles import lines_needed

_SPARE_TERMS = 14
_NARRATIVE = (22, 26, 14, 50, 44, 30, 36)
"""Widths of the columns of 情况说明."""
_LINE = 16
HIGHEST = 409
"""Points; the highest row that a spreadsheet allows."""


def height(text: str, width: float, least: float = 22) -> float:
    """Points that ``text`` needs in a wrapped cell of ``width`` units."""
    return min(HIGHEST, max(least, _LINE * lines_needed(text, width) + 8))


class Asked(Protocol):
    """Something that only the accountant can say in a sentence; see ``narrative.Slot``."""

    @property
    def key(self) -> str: ...
    @property
    def store(self) -> str: ...
    @property
    def label(self) -> str: ...


class Said(Protocol):
    """A generated sentence; see ``narrative.Sentence``."""

    @property
    def key(self) -> str: ...
    @property
    def headings(self) -> Sequence[str]: ...
    @property
    def generated(self) -> str: ...
    @property
    def slots(self) -> Sequence[Asked]: ...


class SentenceRow(NamedTuple):
    """A row of 情况说明, but for what the accountant types into it."""

    section: str
    content: str
    key: str
    generated: str = ""
    asks: bool = True
    """Whether a reason can be given here."""


def write_narrative(
    board: Board, edition: Edition, report: Report | None, sentences: Sequence[Said] = ()
) -> None:
    """One row a sentence; without sentences, one row for every reason that may be asked for."""
    page, styles = board.sheet, board.styles
    for column, (width, heading) in enumerate(zip(_NARRATIVE, SENTENCES.headings, strict=True)):
        page.set_column(column, column, width, None, {"hidden": heading.hidden})
    last = len(_NARRATIVE) - 1
    board.merge(Area(0, 0, 0, last), NARRATIVE, styles("title"))
    page.set_row(0, 34)
    board.merge(
        Area(1, 0, 1, last),
        "米色格填写原因、用途；“生成文字”由软件按各表的数写出，“最终文字”可以改写，留空时按生成文字公开；“上年填写的”由结转上年数填入，供参考。",
        styles("hint", "left"),
    )
    page.set_row(1, 18)
    for column, label in enumerate(SENTENCES.labels):
        board.put(2, column, label, styles("cell", "band", "centre"))
    page.set_row(2, 22)
    listed = list(_said(sentences) if sentences else _listed(edition, report))
    for row, one in enumerate((*listed, *_others(listed, report)), 3):
        _sentence(board, row, one, typed_texts(report, one.key))
    page.freeze_panes(3, 2)
    _page(board, landscape=True, repeat=2)


def typed_texts(report: Report | None, key: str) -> tuple[str, str, str]:
    """What stands right of a generated sentence: the reason, last year's, the sentence as rewritten."""
    if report is None:
        return "", "", ""
    texts = report.texts
    return report.reasons.get(key, ""), texts.get(SAID_LAST_YEAR + key, ""), texts.get(FINAL + key, "")


def _sentence(board: Board, row: int, one: SentenceRow, typed: tuple[str, str, str]) -> None:
    styles, texts = board.styles, ("left", "wrap", "top")
    reason, before, final = typed
    for column, text in enumerate((one.section, one.content, one.key)):
        board.put(row, column, text, styles("cell", *texts))
    board.put(row, 3, one.generated, styles("cell", *texts, *(() if one.generated else ("unused",))))
    asks = one.asks or bool(reason)
    board.put(row, 4, reason, styles("cell", "entry" if asks else "unused", *texts))
    board.put(row, 5, before, styles("cell", *texts, *(() if asks else ("unused",))))
    board.put(row, 6, final, styles("cell", "entry", *texts))
    if asks:
        board.validate(
            row,
            4,
            validate="any",
            input_title=one.content[:32],
            input_message="写原因或用途，不写“主要原因是”和句末的句号；没有变动的可以留空。",
        )
    cells = (one.section, one.content, "", one.generated, reason, before, final)
    board.sheet.set_row(row, max(map(height, cells, _NARRATIVE)))


def sentence_rows(sentences: Sequence[Said], report: Report) -> list[SentenceRow]:
    """The rows of 情况说明: every sentence, what else it asks for, and what was typed for none of them."""
    listed = list(_said(sentences))
    return [*listed, *_others(listed, report)]


def _others(listed: Sequence[SentenceRow], report: Report | None) -> Iterator[SentenceRow]:
    """Rows for reasons and final texts that no listed row takes: nothing typed is lost."""
    if report is None:
        return
    beside = [
        key.removeprefix(prefix)
        for prefix in (FINAL, SAID_LAST_YEAR)
        for key in report.texts
        if key.startswith(prefix)
    ]
    shown = {row.key for row in listed}
    for key in dict.fromkeys([*report.reasons, *beside]):
        if key not in shown:
            yield SentenceRow("其他", key, key)


def _said(sentences: Sequence[Said]) -> Iterator[SentenceRow]:
    """A row for every sentence, and one below it for whatever else it asks for."""
    known = {key: content for _, content, key in narrative_rows([])}
    for one in sentences:
        section, *below = one.headings
        asked = {slot.key: slot.label for slot in one.slots if slot.store == "reasons"}
        yield SentenceRow(section, below[-1] if below else "", one.key, one.generated, one.key in asked)
        for key, label in asked.items():
            if key != one.key:
                yield SentenceRow(section, known.get(key, label), key)


def _listed(edition: Edition, report: Report | None) -> Iterator[SentenceRow]:
    titles = {**edition.function_codes, **(report.titles if report else {})}
    for row in narrative_rows([(code, titles.get(code, code)) for code in classes(report)]):
        yield SentenceRow(*row)


def write_overview(board: Board, report: Report | None) -> None:
    """职责, 机构设置, 名词解释."""
    page, styles = board.sheet, board.styles
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 110)
    board.merge(Area(0, 0, 0, 1), OVERVIEW, styles("title"))
    page.set_row(0, 34)
    texts = report.texts if report else {}
    for row, field in ((2, DUTIES), (3, ORGANISATION)):
        _prose(board, row, field, texts.get(field.key, ""))
    for column, label in enumerate(GLOSSARY.labels):
        board.put(5, column, label, styles("cell", "band", "centre"))
    page.set_row(5, 22)
    entries = glossary_entries(texts) if report else [""] * _SPARE_TERMS
    for row, text in enumerate(entries, 6):
        board.put(row, 0, row - 5, styles("cell", "count", "centre"))
        board.put(row, 1, text, styles("cell", "left", "wrap", "entry"))
        page.set_row(row, height(text, 110))
    _prose(board, 7 + len(entries), GLOSSARY_CLOSING, texts.get(GLOSSARY_CLOSING.key, ""))
    _page(board, landscape=False, repeat=0)


def _prose(board: Board, row: int, field: Field, text: str) -> None:
    styles = board.styles
    board.put(row, 0, field.label, styles("cell", "head"))
    board.put(row, 1, text, styles("cell", "left", "wrap", "entry"))
    board.sheet.set_row(row, height(text, 110, least=40))


def _page(board: Board, landscape: bool, repeat: int) -> None:
    page = board.sheet
    page.set_paper(9)
    if landscape:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, repeat)
    page.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    page.hide_gridlines(2)
    page.set_tab_color("#70AD47")


def narrative_rows(codes: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Section, content and key of every row of 情况说明; ``codes`` are (类, name) of 公开05表."""
    classes = [
        row
        for code, name in codes
        for row in (
            ("五、一般公共预算支出", f"{name}：用途", f"general.{code}.purpose"),
            ("五、一般公共预算支出", f"{name}：变动原因", f"general.{code}"),
        )
    ]
    return [
        ("一、收入支出总体", "总计变动原因", "summary"),
        ("四、财政拨款总体", "总计变动原因", "appropriation"),
        ("五、一般公共预算支出", "总体变动原因", "general"),
        *classes,
        ("六、基本支出", "工资福利支出的说明", "basic.301"),
        ("六、基本支出", "对个人和家庭的补助的说明", "basic.303"),
        ("六、基本支出", "公用经费主要包括", "basic.public"),
        ("七、政府性基金", "用途", "funds.purpose"),
        ("七、政府性基金", "变动原因", "funds"),
        ("八、国有资本经营", "用途", "state_capital.purpose"),
        ("八、国有资本经营", "变动原因", "state_capital"),
        *_three_public_rows(),
        ("十、机关运行经费", "变动原因", "operating_costs"),
        ("十、预算绩效", "改进管理措施", "performance.measures"),
    ]


def _three_public_rows() -> Iterator[tuple[str, str, str]]:
    names = {
        "abroad": "因公出国（境）费",
        "purchase": "公务用车购置费",
        "running": "公务用车运行维护费",
        "reception": "公务接待费",
    }
    for key, name in names.items():
        yield "九、“三公”经费总体", f"{name}：变动原因", f"three_public.{key}"
    for key, name in (*list(names.items())[:3], ("domestic", "国内接待费"), ("overseas", "国（境）外接待费")):
        yield "九、“三公”经费具体", f"{name}：用途", f"three_public.{key}.purpose"
