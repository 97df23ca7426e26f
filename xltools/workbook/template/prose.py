"""情况说明 and 概况与名词: the sheets of prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xltools.editions import Edition
from xltools.report import Report
from xltools.workbook.layout import (
    DUTIES,
    GLOSSARY,
    GLOSSARY_CLOSING,
    NARRATIVE,
    ORGANISATION,
    OVERVIEW,
    SENTENCES,
    Field,
    glossary_entries,
)
from xltools.workbook.template.board import Area, Board
from xltools.workbook.template.comparison import classes
from xltools.workbook.template.styles import lines_needed

_SPARE_TERMS = 14
_LINE = 16
HIGHEST = 409
"""Points; the highest row that a spreadsheet allows."""


def height(text: str, width: float, least: float = 22) -> float:
    """Points that ``text`` needs in a wrapped cell of ``width`` units."""
    return min(HIGHEST, max(least, _LINE * lines_needed(text, width) + 8))


def write_narrative(board: Board, edition: Edition, report: Report | None) -> None:
    """One row a sentence, with the reasons that are known."""
    page, styles = board.sheet, board.styles
    widths = (20, 24, 14, 46, 52, 46)
    for column, (width, heading) in enumerate(zip(widths, SENTENCES.headings, strict=True)):
        page.set_column(column, column, width, None, {"hidden": heading.hidden})
    last = len(widths) - 1
    board.merge(Area(0, 0, 0, last), NARRATIVE, styles("title"))
    page.set_row(0, 34)
    board.merge(
        Area(1, 0, 1, last),
        "米色列填写原因、用途；“生成文字”由软件按各表的数写出，“最终文字”可以改写，留空时按生成文字公开。",
        styles("hint", "left"),
    )
    for column, label in enumerate(SENTENCES.labels):
        board.put(2, column, label, styles("cell", "band", "centre"))
    page.set_row(2, 22)
    for row, (section, content, key, reason) in enumerate(_sentences(edition, report), 3):
        texts = ("left", "wrap", "top")
        for column, text in enumerate((section, content, key)):
            board.put(row, column, text, styles("cell", *texts))
        board.put(row, 3, None, styles("cell", "unused", *texts))
        board.put(row, 4, reason, styles("cell", "entry", *texts))
        board.put(row, 5, None, styles("cell", "entry", *texts))
        board.validate(
            row,
            4,
            validate="any",
            input_title=content[:32],
            input_message="写原因或用途，不写“主要原因是”和句末的句号；没有变动的可以留空。",
        )
        page.set_row(row, height(reason, widths[4]))
    page.freeze_panes(3, 2)
    _page(board, landscape=True, repeat=2)


def _sentences(edition: Edition, report: Report | None) -> Iterator[tuple[str, str, str, str]]:
    titles = {**edition.function_codes, **(report.titles if report else {})}
    reasons = dict(report.reasons) if report else {}
    for section, content, key in narrative_rows([(code, titles.get(code, code)) for code in classes(report)]):
        yield section, content, key, reasons.pop(key, "")
    for key, reason in reasons.items():
        yield "其他", key, key, reason


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
        ("七、政府性基金", "变动原因", "funds"),
        ("八、国有资本经营", "变动原因", "state_capital"),
        *_three_public_rows(),
        ("十、机关运行经费", "变动原因", "running_costs"),
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
