"""A workbook as the 决算 software exports it, made from a report in 元: for the demonstration and the tests.

Names of sheets, headings and the arrangement follow what public programs that read such exports expect of
them (three blocks in Z01; 类, 款, 项 beside 栏次; names cut at 31 characters); no real export was at hand.
Written down here independently of ``imports.toml``, so that the reader is not tested with its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import BinaryIO

from xltools.amount import ZERO
from xltools.editions import Edition
from xltools.report import TOTAL, Ref, Report
from xltools.workbook.layout import fact_content

Cell = str | int | Decimal | None
_NAME = 31
_TRIPLE = ("年初预算数", "全年预算数", "决算数")
_BUDGETS = ("小计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")


@dataclass
class Page:
    """One sheet: rows of cells from A1 on, and merged areas (top, left, bottom, right; from 0)."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def put(self, row: int, at: int, content: Cell, down: int = 1, across: int = 1) -> None:
        """Write a cell that covers ``down`` rows and ``across`` columns."""
        while len(self.rows) < row + down:
            self.rows.append([])
        for cells in self.rows[row : row + down]:
            cells.extend([None] * (at + across - len(cells)))
        self.rows[row][at] = content
        if down > 1 or across > 1:
            self.merges.append((row, at, row + down - 1, at + across - 1))

    def line(self, row: int, contents: Iterable[Cell], at: int = 0) -> None:
        """Write cells side by side."""
        for offset, content in enumerate(contents):
            self.put(row, at + offset, content)


def pages(report: Report, edition: Edition, split: bool = False) -> list[Page]:
    """The sheets of an export. ``split``: codes are spread over the columns 类, 款 and 项."""
    made = _Specimen(report, edition, split)
    return [
        _cover(report),
        made.summary(),
        made.appropriation(),
        made.page("Z02 收入支出决算表(财决02表)", "收入支出决算表", "财决02表"),
        made.revenue(),
        made.expenditure(),
        made.funded("Z07", "一般公共预算财政拨款收入支出决算表", "财决07表", "general", 1),
        made.basic(),
        made.funded("Z09", "政府性基金预算财政拨款收入支出决算表", "财决09表", "funds", 3),
        made.funded("Z11", "国有资本经营预算财政拨款收入支出决算表", "财决11表", "state_capital", 1),
        made.running(),
    ]


def write(sheets: Sequence[Page], target: str | BinaryIO) -> None:
    """The sheets as an .xlsx."""
    import xlsxwriter

    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    money = book.add_format({"num_format": "#,##0.00"})
    centred = book.add_format({"align": "center", "valign": "vcenter"})
    for page in sheets:
        sheet = book.add_worksheet(page.name[:_NAME])
        for top, left, bottom, right in page.merges:
            sheet.merge_range(top, left, bottom, right, "", centred)
        for row, cells in enumerate(page.rows):
            for at, content in enumerate(cells):
                if isinstance(content, Decimal):
                    sheet.write_number(row, at, float(content), money)
                elif isinstance(content, int):
                    sheet.write_number(row, at, content)
                elif content:
                    sheet.write_string(row, at, content, centred if row < 3 else None)
        sheet.set_column(0, 40, 16)
    book.close()


def _cover(report: Report) -> Page:
    page = Page("封面")
    page.put(1, 1, f"{report.cover.year}年度部门决算报表")
    page.line(4, ["单位名称：", report.cover.entity])
    page.line(5, ["单位负责人：", "", "财务负责人：", "", "填表人："])
    return page


class _Specimen:
    def __init__(self, report: Report, edition: Edition, split: bool) -> None:
        self.report = report
        self.edition = edition
        self.split = split

    def at(self, form: str, line: str, column: str) -> Decimal:
        """A figure; the software prints 0.00 where there is none."""
        return self.report.amounts.get(Ref(form, line, column), ZERO)

    def page(self, name: str, title: str, number: str) -> Page:
        """A sheet with its heading: title, number, unit name, year and 金额单位."""
        cover = self.report.cover
        page = Page(name[:_NAME])
        page.put(0, 0, title)
        page.put(1, 9, number)
        page.line(2, [f"编制单位：{cover.entity}", None, None, f"{cover.year}年度"])
        page.put(2, 9, f"金额单位：{self.report.unit.value}")
        return page

    # --- tables of lines: three blocks side by side

    def summary(self) -> Page:
        """财决01: income; spending by function; spending by nature, which no published table needs."""
        page = self.page("Z01 收入支出决算总表(财决01表)", "收入支出决算总表", "财决01表")
        page.put(3, 0, "收入", across=5)
        page.put(3, 5, "支出", across=10)
        for at, item in ((0, "项目"), (5, "项目(按功能分类)"), (10, "项目(按支出性质和经济分类)")):
            page.line(4, [item, "行次", *_TRIPLE], at)
            page.line(5, ["栏次", None, *(at // 5 * 3 + n for n in (1, 2, 3))], at)
        income, spending = self._lines("summary", "1"), self._lines("summary", "2")
        for row, (line, title) in enumerate(income, 6):
            page.line(row, self._triple(title, row - 5, self.at("summary", line, "1")))
        for row, (line, title) in enumerate(spending, 6):
            page.line(row, self._triple(title, row + 25, self.at("summary", line, "2")), 5)
        for row, (title, value) in enumerate(self._natures(), 6):
            page.line(row, self._triple(title, row + 56, value), 10)
        page.put(40, 0, "注：本表依据相关明细表填列。")
        return page

    def _lines(self, form: str, column: str) -> list[tuple[str, str]]:
        lines = self.edition.forms[form].lines
        return [(one.id, one.title) for one in lines if (one.id, column) in self.edition.forms[form].cell_ids]

    @staticmethod
    def _triple(title: str, number: int, value: Decimal) -> list[Cell]:
        return [title, number, value, value, value] if title else [None, number]

    def _natures(self) -> list[tuple[str, Decimal]]:
        spent = [self.at("expenditure", TOTAL, str(column)) for column in range(1, 7)]
        names = ("一、基本支出", "二、项目支出", "三、上缴上级支出", "四、经营支出", "五、对附属单位补助支出")
        rows = list(zip(names, spent[1:], strict=True))
        rows.insert(1, ("人员经费", self.at("basic", "人员经费合计", "1")))
        rows.insert(2, ("公用经费", self.at("basic", "公用经费合计", "1")))
        return [
            *rows,
            ("经济分类支出合计", spent[0]),
            ("本年支出合计", spent[0]),
            ("总计", self.at("summary", "62", "2")),
        ]

    def appropriation(self) -> Page:
        """财决01-1: each of the three figures of spending four times."""
        page = self.page(
            "Z01_1 财政拨款收入支出决算总表(财决01-1表)", "财政拨款收入支出决算总表", "财决01-1表"
        )
        page.put(3, 0, "收入", across=5)
        page.put(3, 5, "支出", across=14)
        page.line(4, ["项目", "行次", *_TRIPLE])
        page.put(4, 5, "项目(按功能分类)", down=2)
        page.put(4, 6, "行次", down=2)
        for number, heading in enumerate(_TRIPLE):
            page.put(4, 7 + 4 * number, heading, across=4)
            page.line(5, _BUDGETS, 7 + 4 * number)
        for at in range(5):
            page.merges.append((4, at, 5, at))
        page.line(6, ["栏次", None, 1, 2, 3, "栏次", None, *range(4, 16)])
        form = "appropriation"
        for row, (line, title) in enumerate(self._lines(form, "1"), 7):
            page.line(row, self._triple(title, row - 6, self.at(form, line, "1")))
        for row, (line, title) in enumerate(self._lines(form, "2"), 7):
            if title:
                planned = self._budget(line)
                spent = [self.at(form, line, column) for column in "2345"]
                page.line(row, [title, row + 26, planned, planned, ZERO, ZERO, *spent, *spent], 5)
        return page

    def _budget(self, line: str) -> Decimal:
        """年初预算数 of the general public budget of a 类, or of all of them."""
        code = {lines.get("appropriation"): code for code, lines in self.edition.class_lines.items()}.get(
            line
        )
        if line == self._line("本年支出合计"):
            code = TOTAL
        return self.report.budget.get(Ref("general", code, "1"), ZERO) if code else ZERO

    def _line(self, name: str) -> str:
        lines = self._lines("appropriation", "2")
        return next(line for line, title in lines if title == name)

    # --- tables of codes

    def _codes(self, page: Page, headings: Sequence[tuple[str, ...]], top: int = 3) -> int:
        """项目 with 类, 款, 项 and name, then ``headings`` (from above down); gives the row of 合计."""
        deep = max(max(map(len, headings)), 2)
        page.put(top, 0, "项目", across=4)
        page.put(top + 1, 0, "支出功能分类科目编码", down=deep - 1, across=3)
        page.put(top + 1, 3, "科目名称", down=deep - 1)
        for level in range(deep):
            at = 0
            while at < len(headings):
                path = headings[at]
                if level < len(path):
                    across = 1
                    while (
                        at + across < len(headings)
                        and headings[at + across][: level + 1] == path[: level + 1]
                    ):
                        across += 1
                    page.put(
                        top + level,
                        4 + at,
                        path[level],
                        deep - level if level == len(path) - 1 else 1,
                        across,
                    )
                    at += across
                else:
                    at += 1
        row = top + deep
        for at, text in enumerate(("类", "款", "项")):
            page.put(row, at, text, down=2)
        page.line(row, ["栏次", *range(1, len(headings) + 1)], 3)
        page.put(row + 1, 3, TOTAL)
        return row + 1

    def _rows(self, page: Page, top: int, form: str, cells: Sequence[str | None]) -> None:
        """合计 and the codes; ``cells``: the 栏次 in each column, None for one of the ledger alone."""
        for row, line in enumerate((TOTAL, *self.report.lines.get(form, [])), top):
            if line != TOTAL:
                self._code(page, row, line)
                page.put(row, 3, self.report.titles.get(line) or self.edition.function_codes.get(line, ""))
            page.line(row, [ZERO if one is None else self.at(form, line, one) for one in cells], 4)

    def _code(self, page: Page, row: int, line: str) -> None:
        if self.split:
            page.line(row, [piece or None for piece in (line[:3], line[3:5], line[5:7])])
        else:
            page.put(row, 0, line, across=3)

    def revenue(self) -> Page:
        """财决03, with a detail under 事业收入."""
        page = self.page("Z03 收入决算表(财决03表)", "收入决算表", "财决03表")
        names = ("本年收入合计", "财政拨款收入", "上级补助收入")
        more = [
            ("事业收入", "小计"),
            ("事业收入", "其中：教育收费"),
            ("经营收入",),
            ("附属单位上缴收入",),
            ("其他收入",),
        ]
        top = self._codes(page, [*((name,) for name in names), *more])
        self._rows(page, top, "revenue", ["1", "2", "3", "4", None, "5", "6", "7"])
        return page

    def expenditure(self) -> Page:
        """财决04."""
        page = self.page("Z04 支出决算表(财决04表)", "支出决算表", "财决04表")
        names = ("本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出")
        top = self._codes(page, [(name,) for name in names])
        self._rows(page, top, "expenditure", list("123456"))
        return page

    def funded(self, sheet: str, title: str, number: str, form: str, spent: int) -> Page:
        """财决07, 09, 11: opening, income, spending, closing, each with details."""
        page = self.page(f"{sheet} {title}({number})", title, number)
        headings: list[tuple[str, ...]] = [
            ("年初结转和结余", "合计"), ("年初结转和结余", "基本支出结转"),
            ("年初结转和结余", "项目支出结转和结余"),
            ("本年收入", "合计"), ("本年收入", "基本支出"), ("本年收入", "项目支出"),
            ("本年支出", "合计"), ("本年支出", "基本支出", "小计"), ("本年支出", "基本支出", "人员经费"),
            ("本年支出", "基本支出", "公用经费"), ("本年支出", "项目支出"),
            ("年末结转和结余", "合计"), ("年末结转和结余", "基本支出结转"),
            ("年末结转和结余", "项目支出结转和结余"),
        ]  # fmt: skip
        top = self._codes(page, headings)
        carried = ("1", "2", "6") if form == "funds" else (None, None, None)
        all_, basic, project = (str(spent + n) for n in range(3))
        cells = [carried[0], None, None, carried[1], None, None, all_, basic, None, None, project]
        self._rows(page, top, form, [*cells, carried[2], None, None])
        return page

    def basic(self) -> Page:
        """财决08-1: a column for each 款 of the economic classification; the row 合计 is published."""
        name, title = (
            "Z08_1 一般公共预算财政拨款基本支出决算明细表(财决08-1表)",
            "一般公共预算财政拨款基本支出决算明细表",
        )
        page = self.page(name, title, "财决08-1表")
        lines = [line for line in self.edition.forms["basic"].lines if line.id.isdigit()]
        headings: list[tuple[str, ...]] = [(TOTAL,)]
        codes: list[str | None] = [None]
        for group in (line for line in lines if len(line.id) == 3):
            headings.append((group.name, "小计"))
            codes.append(group.id)
            for line in (one for one in lines if len(one.id) == 5 and one.id[:3] == group.id):
                headings.append((group.name, line.name))
                codes.append(line.id)
        top = self._codes(page, headings)
        figures = [ZERO if code is None else self.at("basic", code, "1") for code in codes]
        figures[0] = self.at("general", TOTAL, "2")
        page.line(top, figures, 4)
        for row, code in enumerate(self.report.lines.get("general", []), top + 1):
            self._code(page, row, code)
            page.put(row, 3, self.report.titles.get(code, ""))
            page.put(row, 4, self.at("general", code, "2"))
        return page

    # --- 机构运行信息表

    def running(self) -> Page:
        """财决附03: 三公 with its counts; operating costs, assets, procurement."""
        page = self.page("F03 机构运行信息表(财决附03表)", "机构运行信息表", "财决附03表")
        page.line(3, ["项目", "行次", "年初预算数", "全年预算数", "决算数", "项目", "行次", "统计数"])
        page.line(4, ["栏次", None, 1, 2, 3, "栏次", None, 4])
        left = [*_PUBLIC, ("（二）相关统计数", "", "")]
        row = 5
        for title, budget, actual in left:
            if budget:
                planned = self.at("three_public", "1", budget)
                page.line(row, [title, row - 4, planned, planned, self.at("three_public", "1", actual)])
            else:
                page.line(row, [title, row - 4, "—", "—", self._text(actual) if actual else "—"])
            row += 1
        for title, key in _COUNTS:
            page.line(row, [title, row - 4, "—", "—", self._text(key)])
            row += 1
        for number, (title, target) in enumerate(_OTHERS):
            value: Cell = (
                "—"
                if not target
                else self._text(target)
                if "." in target
                else self.at("statistics", target, "1")
            )
            page.line(5 + number, [title, row - 4 + number, value], 5)
        return page

    def _text(self, key: str) -> Cell:
        return fact_content(self.report.texts.get(key, "0"))


_PUBLIC = (
    ("一、“三公”经费支出", "", ""),
    ("（一）支出合计", "1", "7"),
    ("  1．因公出国（境）费", "2", "8"),
    ("  2．公务用车购置及运行维护费", "3", "9"),
    ("    （1）公务用车购置费", "4", "10"),
    ("    （2）公务用车运行维护费", "5", "11"),
    ("  3．公务接待费", "6", "12"),
    ("    （1）国内接待费", "", "three_public.domestic"),
    ("         其中：外事接待费", "", "three_public.foreign_affairs"),
    ("    （2）国（境）外接待费", "", "three_public.overseas"),
)
_COUNTS = (
    ("  1．因公出国（境）团组数（个）", "three_public.abroad.groups"),
    ("  2．因公出国（境）人次数（人）", "three_public.abroad.people"),
    ("  3．公务用车购置数（辆）", "three_public.purchase.vehicles"),
    ("  4．公务用车保有量（辆）", "three_public.running.vehicles"),
    ("  5．国内公务接待批次（个）", "three_public.domestic.batches"),
    ("     其中：外事接待批次（个）", "three_public.foreign_affairs.batches"),
    ("  6．国内公务接待人次（人）", "three_public.domestic.people"),
    ("     其中：外事接待人次（人）", "three_public.foreign_affairs.people"),
    ("  7．国（境）外公务接待批次（个）", "three_public.overseas.batches"),
    ("  8．国（境）外公务接待人次（人）", "three_public.overseas.people"),
)
_OTHERS = (
    ("三、机关运行经费", ""),
    ("（一）行政单位", "5"),
    ("（二）参照公务员法管理事业单位", "6"),
    ("四、国有资产占用情况", ""),
    ("（一）车辆数合计（辆）", "7"),
    ("  1．副部（省）级及以上领导用车", "8"),
    ("  2．主要负责人用车", "9"),
    ("  3．机要通信用车", "10"),
    ("  4．应急保障用车", "11"),
    ("  5．执法执勤用车", "12"),
    ("  6．特种专业技术用车", "13"),
    ("  7．离退休干部服务用车", "14"),
    ("  8．其他用车", "15"),
    ("（二）单价100万元（含）以上设备（不含车辆）", "17"),
    ("五、政府采购支出信息", ""),
    ("（一）政府采购支出合计", "1"),
    ("  1．政府采购货物支出", "2"),
    ("  2．政府采购工程支出", "3"),
    ("  3．政府采购服务支出", "4"),
    ("（二）政府采购授予中小企业合同金额", "procurement.small_medium"),
    ("      其中：授予小微企业合同金额", "procurement.micro"),
)
