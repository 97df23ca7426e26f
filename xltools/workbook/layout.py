"""Where everything stands in a workbook of ours: the one picture that writer and reader share.

The ten forms: ``FormSheet`` says where a freshly built sheet has each figure (rows and columns from 0).
A user inserts and deletes rows, so readers of forms go by title, headings, codes and names instead.

The other sheets are described by labels, never by position:

* ``Field``: the value stands in the cell right of ``label`` (of its merged area where it is merged).
* ``Table``: a row that holds all required ``headings``, then one record a row. Rows that are blank in every
  column of the table are skipped; the table ends at a row that holds the headings of another table or
  the label of a field of the same sheet, or at the end of the sheet.

Labels and headings are compared without blanks, colons and the difference of full and half width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from xltools.amount import PLACES, NotAnAmount, parse_text, show
from xltools.editions import Form
from xltools.report import TOTAL, Ref

COVER = "封面"
COMPARISON = "上年数与预算"
ANALYSIS = "分析"
NARRATIVE = "情况说明"
EVALUATION = "绩效自评"
"""The sheet of the first project; further ones are 绩效自评2, 绩效自评3 … (or any copy of the sheet)."""
OVERVIEW = "概况与名词"
FINDINGS = "审核结果"

COMPARED = (
    ("收入总计", Ref("summary", "31", "1")),
    ("支出总计", Ref("summary", "62", "2")),
    ("财政拨款收入总计", Ref("appropriation", "32", "1")),
    ("财政拨款支出总计", Ref("appropriation", "64", "2")),
    ("一般公共预算财政拨款支出", Ref("general", TOTAL, "1")),
)
"""What 分析 compares with last year and the budget, by name."""

# --- the forms ---------------------------------------------------------------------------------------

TITLE_ROW, NUMBER_ROW, META_ROW, HEADER_ROW = 0, 1, 2, 3
"""Title; 公开NN表 at the right; 部门名称, 年度, 金额单位; first row of the headings."""
_SPARE = "~"
SPARE_ROWS = 12
"""Blank entry rows of a form of codes in an empty workbook."""
SPARE_ROWS_EMPTY = 3
"""Blank rows of a form of codes that a filled report leaves empty."""


def sheet_name(form: Form) -> str:
    """公开03表: the sheet of a form has its printed number for a name."""
    return form.number


@dataclass(frozen=True)
class FormSheet:
    """A form as a freshly built sheet has it. ``lines`` (forms of codes only): the codes in order, and
    "~1", "~2" … for blank entry rows (see ``is_spare``)."""

    form: Form
    lines: tuple[str, ...] = ()

    @property
    def code_column(self) -> int:
        """Column of 科目代码 in a form of codes; the name stands right of it."""
        return self.form.body[1].index("{code}")

    @property
    def body_row(self) -> int:
        """First row below the headings (and 栏次)."""
        return HEADER_ROW + len(self.form.header)

    @property
    def notes_row(self) -> int:
        """Row of the first 注; 说明：本表无数据 stands in the row after the last 注."""
        return self.body_row + len(self.body)

    @property
    def last_row(self) -> int:
        """The lowest row of the sheet."""
        return self.notes_row + len(self.form.notes) - (0 if self.form.empty_note else 1)

    @cached_property
    def body(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The printed rows: the line ("" where all lines are printed), and its cells as in the edition."""
        if self.form.kind != "codes":
            return tuple(("", row) for row in self.form.body)
        total, pattern = self.form.body
        return ((TOTAL, total), *((line, pattern) for line in self.lines))

    @cached_property
    def cells(self) -> dict[Ref, tuple[int, int]]:
        """Row and column of every figure, also where ——— is printed, and of the blank entry rows."""
        if self.form.kind != "codes":
            return {
                Ref(self.form.id, slot.line, slot.column): (self.body_row + slot.row, slot.at)
                for slot in self.form.slots
            }
        return {
            Ref(self.form.id, line, column.id): (self.body_row + row, column.at)
            for row, (line, _) in enumerate(self.body)
            for column in self.form.columns
        }


def form_sheet(form: Form, codes: Sequence[str] = (), spare: int = 0) -> FormSheet:
    """The sheet of ``form`` for a report that prints ``codes``, with ``spare`` blank entry rows."""
    blank = (f"{_SPARE}{number + 1}" for number in range(spare))
    return FormSheet(form, (*codes, *blank) if form.kind == "codes" else ())


def is_spare(line: str) -> bool:
    """Whether a line of a FormSheet is a blank entry row."""
    return line.startswith(_SPARE)


# --- sheets described by labels ------------------------------------------------------------------------


class Field(NamedTuple):
    """A labelled value. ``kind``: "text", "year", "choice", "amount" (in the workbook's unit), "count".
    ``key`` is the attribute of Cover, or the key in ``Report.texts``."""

    key: str
    label: str
    kind: str = "text"
    unit: str = ""
    help: str = ""


class Heading(NamedTuple):
    """A column of a table. ``required`` headings identify the table; ``hidden`` ones are not shown;
    ``printed`` is what the official form calls it, where it says something else."""

    key: str
    label: str
    required: bool = True
    hidden: bool = False
    printed: str = ""


@dataclass(frozen=True)
class Table:
    """Records under a row of headings."""

    headings: tuple[Heading, ...]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The headings' texts from left to right."""
        return tuple(heading.label for heading in self.headings)

    def at(self, key: str) -> int:
        """Position of a heading, from 0."""
        return [heading.key for heading in self.headings].index(key)


# 封面

COVER_FIELDS = (
    Field("entity", "单位名称", help="与决算批复一致的全称，印在每张表的左上方。"),
    Field("code", "单位代码", help="预算单位代码，例如 229103。"),
    Field("year", "决算年度", "year", help="四位年份，例如 2024。"),
    Field("kind", "单位性质", "choice", help="决定哪些勾稽关系适用；不填时相关规则不审核。"),
    Field("scope", "公开类型", "choice", help="单位决算：只含本单位；部门决算：含所属单位汇总。"),
    Field(
        "unit",
        "金额单位",
        "choice",
        help="元：精确审核，导出时折成万元；万元：按印出的数审核，允许尾差。",
    ),
    Field("prepared_by", "填报人", help="只用于内部，不随导出公开。"),
    Field("reviewed_by", "复核人", help="只用于内部，不随导出公开。"),
    Field("edition", "表样版本", help="由软件写入，请不要修改。"),
)
"""``unit`` is Report.unit, ``edition`` Report.edition; the others are attributes of Report.cover."""
STATES = Table((Heading("sheet", "工作表"), Heading("title", "名称"), Heading("state", "审核状态")))
UNCHECKED = "未校验"

# 上年数与预算

FIGURES = Table(
    (
        Heading("number", "表号"),
        Heading("line", "行次或科目代码"),
        Heading("title", "项目", required=False),
        Heading("column", "栏次"),
        Heading("last_year", "上年决算数"),
        Heading("budget", "年初预算数"),
    )
)
"""One figure a row: 公开05表, 201, …, 1. ``number`` is Form.number, ``line`` and ``column`` those of Ref; a
row without a line is not used. Blank is no figure, 0 is one."""
FACTS_TABLE = Table(
    (
        Heading("label", "事项"),
        Heading("value", "内容"),
        Heading("unit", "计量单位"),
        Heading("key", "键", hidden=True),
    )
)
"""What no table prints and the text needs. Read by ``key``, or by ``label`` where the key is gone; the
rows are FACTS, then other keys of Report.texts with the key as label."""
FACTS = (
    Field("three_public.abroad.groups", "因公出国（境）团组", "count", "个"),
    Field("three_public.abroad.people", "因公出国（境）人次", "count", "人次"),
    Field("three_public.purchase.vehicles", "使用财政拨款购置公务用车", "count", "辆"),
    Field("three_public.running.vehicles", "使用财政拨款负担的公务用车保有量", "count", "辆"),
    Field("three_public.reception.batches", "公务接待批次", "count", "批次"),
    Field("three_public.reception.people", "公务接待人次", "count", "人次"),
    Field("three_public.domestic", "国内接待费", "amount"),
    Field("three_public.domestic.batches", "国内接待批次", "count", "批次"),
    Field("three_public.domestic.people", "国内接待人次", "count", "人次"),
    Field("three_public.foreign_affairs", "其中：外事接待费", "amount"),
    Field("three_public.foreign_affairs.batches", "其中：外事接待批次", "count", "批次"),
    Field("three_public.foreign_affairs.people", "其中：外事接待人次", "count", "人次"),
    Field("three_public.overseas", "国（境）外接待费", "amount"),
    Field("three_public.overseas.batches", "国（境）外接待批次", "count", "批次"),
    Field("three_public.overseas.people", "国（境）外接待人次", "count", "人次"),
    Field("procurement.small_medium", "政府采购授予中小企业合同金额", "amount"),
    Field("procurement.micro", "其中：授予小微企业合同金额", "amount"),
    Field("performance.level", "绩效自评项目的级次", "text"),
    Field("performance.other", "绩效其他需要说明的事项", "text"),
)
"""Entries of Report.texts; ``fact_text`` says how a cell's content becomes one."""


def fact_text(content: object) -> str:
    """The entry of Report.texts that a fact's cell stands for: 0.0 → "0", 0.3 → "0.30", text as it is."""
    if content is None or isinstance(content, bool):
        return ""
    if isinstance(content, int | float | Decimal):
        number = Decimal(f"{content:.15g}")
        return show(number, 0 if number == number.to_integral_value() else PLACES)
    return str(content).strip()


def fact_content(text: str) -> Decimal | str:
    """What is written into a fact's cell, so that ``fact_text`` gives ``text`` back."""
    try:
        number = parse_text(text)
    except NotAnAmount:
        return text
    return number if number is not None and fact_text(number) == text else text


# 情况说明

SENTENCES = Table(
    (
        Heading("section", "部分"),
        Heading("content", "内容"),
        Heading("key", "键", hidden=True),
        Heading("generated", "生成文字"),
        Heading("reason", "原因、用途（填写）"),
        Heading("last_year", "上年填写的", required=False),
        Heading("final", "最终文字"),
    )
)
"""One sentence a row, or something else that the sentence above asks for (用途). ``reason`` is
Report.reasons[key], ``last_year`` Report.texts["last_year." + key], ``final`` Report.texts["narrative." +
key]; several rows of a key: the first counts."""
FINAL = "narrative."
"""Prefix of the keys of sentences that the accountant rewrote."""
SAID_LAST_YEAR = "last_year."
"""Prefix of the keys of what was typed for a reason last year."""

# 绩效自评: one sheet a project. Fields, then the funds, the goals, the indicators, the total, the analysis.

EVALUATION_FIELDS = (
    Field("project", "项目名称"),
    Field("department", "主管部门及代码"),
    Field("entity", "预算单位"),
)
FUNDS = Table(
    (
        Heading("name", "资金来源", required=False),
        Heading("declared", "目标申报数"),
        Heading("budgeted", "预算编制数"),
        Heading("adjusted", "全年预算数"),
        Heading("executed", "全年执行数"),
        Heading("carryover", "资金结（转）余"),
        Heading("rate", "执行率"),
        Heading("score", "得分"),
        Heading("reason", "偏差原因分析及改进措施"),
    )
)
"""The headings stand in two rows (目标申报数, 预算编制数 under 年初预算数); ``name`` is in the column left of
目标申报数 and has no heading of its own. The first record is 资金总额. ``rate`` is in percent: 20.75."""
GOAL, ACHIEVEMENT = Field("goal", "年度目标"), Field("achievement", "实际完成情况")
"""Two headings side by side; the prose stands *below* each, one cell (merged)."""
INDICATORS = Table(
    (
        Heading("level1", "一级指标"),
        Heading("level2", "二级指标"),
        Heading("name", "三级指标"),
        Heading("initial", "年初指标值"),
        Heading("target", "调整后指标值", printed="调整前指标值"),
        Heading("actual", "实际完成值"),
        Heading("weight", "分值"),
        Heading("score", "得分"),
        Heading("reason", "偏差原因分析及改进措施"),
        Heading("sign", "符号", required=False),
        Heading("unit", "计量单位", required=False),
    )
)
"""``level1`` and ``level2`` are merged over their rows: a blank repeats the one above. 符号 and 计量单位 
stand right of the printed area; without them they are read from the target (≥80%: ≥ and %)."""
SCORE_TOTAL = Field("total", "总分")
"""The total, and right of it the grade (优, 良, 中, 差); the label is merged over several columns."""
ANALYSIS_BLOCK = "项目绩效分析"
"""Side label of the analysis: right of it one heading a row, and right of that its prose (merged)."""
EVALUATION_NOTE = "备注"
"""Begins the notes below; nothing after it is data."""

# 概况与名词

_GLOSSARY = "glossary."
DUTIES = Field("duties", "一、本部门（单位）职责")
ORGANISATION = Field("organisation", "二、机构设置情况")
GLOSSARY = Table((Heading("number", "序号"), Heading("text", "名词解释")))
"""Report.texts["glossary.1"] …, numbered by their order; the number itself is not read."""
GLOSSARY_CLOSING = Field("glossary.closing", "结语")


def glossary_entries(texts: Mapping[str, str]) -> list[str]:
    """The entries of the glossary in Report.texts, in order."""
    found = {}
    for key, text in texts.items():
        number = key.removeprefix(_GLOSSARY)
        if key.startswith(_GLOSSARY) and number.isdigit():
            found[int(number)] = text
    return [text for _, text in sorted(found.items())]


def is_fact(key: str) -> bool:
    """Whether an entry of Report.texts belongs among the facts of 上年数与预算: not on 概况与名词."""
    elsewhere = (_GLOSSARY, FINAL, SAID_LAST_YEAR)
    return key not in (DUTIES.key, ORGANISATION.key) and not key.startswith(elsewhere)


# 审核结果

FINDING_ROWS = Table(
    (
        Heading("severity", "级别"),
        Heading("form", "表"),
        Heading("item", "项目"),
        Heading("cell", "单元格"),
        Heading("expected", "应为"),
        Heading("actual", "实为"),
        Heading("gap", "差额"),
        Heading("cause", "原因"),
        Heading("remedy", "怎么改"),
        Heading("rule", "规则号"),
        Heading("explanation", "出错说明"),
        Heading("key", "键", required=False, hidden=True),
    )
)
"""``explanation`` is Report.explanations[key]."""
NOT_CHECKED = Table((Heading("rule", "未审核的规则"), Heading("reason", "未审核的原因")))
