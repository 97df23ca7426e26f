"""Finding and Severity, and how a finding is worded.

A finding is data: rule, severity, cells and facts. The accountant's sentence is made here, once, and
serves the cell's note, the sheet 审核结果, the terminal, HTML and JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from xltools.report import Place, Ref


class Severity(StrEnum):
    """错误: no rounding explains it. 核实: needs the accountant's word. 提示: worth knowing."""

    ERROR = "错误"
    VERIFY = "核实"
    HINT = "提示"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Cell(NamedTuple):
    """One cell that a finding speaks of. ``label`` is what the accountant calls it:
    «公开03表 201 一般公共服务支出 · 基本支出»; ``value`` the text as printed ("" when blank)."""

    label: str
    value: str = ""
    ref: Ref | None = None
    place: Place | None = None

    @property
    def where(self) -> str:
        """The label with the address, where known: «公开03表 201 一般公共服务支出 · 基本支出（D12）»; with
        the sheet where it has another name than the form."""
        if self.place is None or not self.place.cell:
            return self.label
        own = self.label.split(" ")[0] == self.place.sheet
        return f"{self.label}（{self.place.cell if own else ' '.join(self.place)}）"

    @property
    def address(self) -> str:
        """«公开03表 D12»; the label where no cell is known."""
        return " ".join(self.place) if self.place and self.place.cell else self.label


class Suspect(NamedTuple):
    """A cell that is probably wrong. ``suggested`` are values in order of plausibility, as printed text
    ("" means: leave blank); ``why`` the mechanism in Chinese; ``confidence`` between 0 and 1;
    ``resolves`` how many broken identities vanish with it; ``proof`` the chain of identities, worded.
    ``kind`` is one of ``reconcile.Suspect``: "cell", "stale" (a table not refreshed), "line" (one is
    missing) …; ``unique``: only one value is possible; ``changes`` every cell to correct with its value.
    ``among``: the least and the greatest value that the other figures allow; None where that is open, or
    one value is possible. ``alternative``: another explanation of what the suspects before it explain."""

    cell: Cell
    suggested: tuple[str, ...]
    why: str
    confidence: float
    resolves: int = 0
    proof: tuple[str, ...] = ()
    kind: str = "cell"
    unique: bool = False
    changes: tuple[tuple[Cell, str], ...] = ()
    among: tuple[str, str] | None = None
    alternative: bool = False


CAUSE = "原因"
"""Findings that vanish with suspect n are of the group «原因n»."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``cells[0]`` is the place to look at first. ``facts`` feed the wording ``kind``
    in WORDING; ``gap`` and ``allowed`` are in the report's unit; findings with one cause share ``group``."""

    rule: str
    severity: Severity
    title: str
    kind: str
    cells: tuple[Cell, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    gap: Decimal | None = None
    allowed: Decimal | None = None
    basis: str = ""
    remedy: str = ""
    group: str = ""

    @property
    def message(self) -> str:
        """The sentence for the accountant: place, figures, difference, what to do."""
        return word(self)

    @property
    def said(self) -> str:
        """The sentence without place and remedy, where these stand beside it."""
        return WORDING[self.kind].format_map(self.facts)


WORDING: dict[str, str] = {
    # Identities.
    "equality": "{arithmetic}，差 {gap}，超出四舍五入可解释的 {allowed}。",
    "equality_exact": "{arithmetic}，差 {gap}，应当相等。",
    "repeated": "{arithmetic}，差 {gap}；同一个数在两处必须印得完全相同。",
    "repeated_close": "{arithmetic}，差 {gap}；同一个数两处只差末位，可能是分别四舍五入或抄录所致。",
    "inequality": "{arithmetic}，超出 {gap}（四舍五入可解释 {allowed}）。",
    "inequality_exact": "{arithmetic}，超出 {gap}。",
    "inequality_negative": "{arithmetic}，超出 {gap}。表中有负数（红字），部分可能大于全部，请核实。",
    "zero": "这里不应有数，现为 {value}。",
    "sign": "现为 {value}，{verdict}。",
    "sign_sum": "{arithmetic}，{verdict}。",
    "tail": "{count}处尾差，四舍五入可以解释，不是错误：{list}。",
    "convention": "{forms}：{habit}，属口径差异，不是错误{count}：{list}。",
    "joint": "下列{count}条关系单独看都在尾差之内，但没有一组金额能使它们同时成立：{list}。",
    "joint_single": "这条关系只差末位，但没有一组金额四舍五入后会这样印出：{list}。",
    # Structure of the forms.
    "no_figures": "工作簿里没有填写任何金额，无法审核。",
    "code_form": "科目代码“{code}”不是3位、5位或7位数字。",
    "code_twice": "科目代码 {code} 出现了 {count} 次。",
    "code_order": "科目代码 {code} 排在 {previous} 之后，没有按从小到大的顺序。",
    "code_parent": "科目代码 {code} 没有上级科目 {parent} 这一行，请补上。",
    "code_childless": "{code} 是{level}级科目，下面没有项级科目。",
    "code_unknown": "{count}个科目代码不在内置的科目代码表中：{list}。正确的可不理会，也可使用自己的代码表。",
    "code_name": "科目代码 {code} 的名称是“{title}”，科目代码表中为“{expected}”。",
    "code_no_name": "{count}个科目代码没有科目名称，科目代码表中为：{list}。",
    "line_empty": "这一行全部为空或为零。",
    "line_zero": "这一行全部为0.00；不足50元的金额换算为万元后会这样，确有金额的可不理会。",
    "counterpart_revenue": "科目 {code} 只有支出 {value} 没有收入，"
    "超过年初结转和使用结余 {carry} 可以解释的。",
    "counterpart_expenditure": "科目 {code} 只有收入 {value} 没有支出，"
    "超过年末结转和结余分配 {carry} 可以解释的。",
    "empty_note_missing": "本表没有数据，却没有印“{note}”。",
    "empty_note_extra": "本表有数据（{value}），却印着“{note}”。",
    "unit_factor": "本表金额是其他表的{factor}：{evidence}。本表像是按{unit}填的。",
    "unit_cover": "封面的金额单位是元，各表的数却像是万元：最大的数是 {largest}，"
    "{count} 条不平都只差换算成万元时四舍五入的尾数。",
    "places": "有 {count} 个金额多于两位小数（如 {value}，公开时印为 {printed}），请按两位小数填写。",
    "not_count": "数量应为不小于零的整数，现为 {value}。",
    "typed_over_blank": "合计单元格的公式被删去，现为空白，按明细计算为 {expected}。",
    "percentage": "{measure}写为 {found}，按金额应为 {expected}（{arithmetic}）。",
    "typed_over": "合计单元格的公式被录入的数 {value} 代替，按明细计算为 {expected}。",
    # Reading a workbook.
    "reading_text_amount": "单元格中是“{content}”，{why}，没有参加审核。",
    "reading_date_amount": "单元格中是“{content}”，{why}，没有参加审核。",
    "reading_logical_amount": "单元格中是“{content}”，{why}，没有参加审核。",
    "reading_error_value": "单元格显示错误值 {content}，没有参加审核。",
    "reading_size_amount": "单元格中是 {content}，{why}，没有参加审核。",
    "reading_number_as_text": "{count}个金额以文本形式存放（{cells}）。",
    "reading_formula_unsolved": "公式没有保存计算结果，也无法在这里计算（{why}），没有参加审核。",
    "reading_formula_stale": "{count}个公式的结果没有更新（{cells}），"
    "如现存 {stored}，按公式应为 {computed}。",
    "reading_form_missing": "工作簿里没有找到这张表，涉及它的勾稽关系没有审核。",
    "reading_form_doubled": "这张表在工作簿里有{count}张（{places}），只审核了第一张。",
    "reading_form_headless": "工作表“{sheet}”中有这张表的表名，但没有找到表头，没有审核。",
    "reading_form_hidden": "这张表在隐藏的工作表“{sheet}”中。",
    "reading_form_by_headings": "没有找到这张表的表名，按{how}认出是工作表“{sheet}”。",
    "reading_column_missing": "没有找到这些栏：{columns}，其中的数没有审核。",
    "reading_column_doubled": "“{title}”栏出现了两次，第二次的{count}个数没有审核（{cells}）。",
    "reading_column_unknown": "“{title}”不是本表的栏，其中的{count}个数没有审核（{cells}）。",
    "reading_column_renamed": "栏标题“{found}”与表样的“{expected}”不同，已按栏次或相近的标题识别。",
    "reading_column_renumbered": "“{title}”栏的栏次印为{found}，表样为{expected}。",
    "reading_line_unknown": "第{row}行“{name}”不是本表的项目，其中的数没有审核。",
    "reading_line_missing": "没有找到表样中的{count}行：{names}。",
    "reading_line_doubled": "第{rows}行是同一个项目或科目，第二行的数没有审核。",
    "reading_line_renamed": "项目名称“{found}”与表样的“{expected}”不同，已按行次或科目代码识别。",
    "reading_line_renumbered": "{count}行的行次与项目不符（{cells}）。",
    "reading_total_missing": "没有找到“合计”行，合计数没有审核。",
    "reading_code_missing": "第{row}行“{name}”没有科目代码，无法确定是哪个科目。",
    "reading_code_guessed": "“{name}”没有科目代码，已按名称认作 {code}。",
    "reading_code_invalid": "第{row}行的“{code}”不是科目代码。",
    "reading_title_differs": "科目 {code} 的名称是“{title}”，而 {where} 中是“{expected}”。",
    "reading_outside": "{count}个数不在表内的行、栏上（{cells}）。",
    "reading_merged_amounts": "{area} 合并了几个金额单元格，只能看到其中一个数。",
    "reading_hidden_amounts": "{count}个金额在隐藏的行或列中（{cells}）。",
    "reading_unit_differs": "{name}金额单位印为{unit}，{where}{expected}。",
    "reading_unit_unknown": "{name}金额单位印为{unit}，{where}{expected}。",
    "reading_year_differs": "本表印着{year}年度，应为{expected}年度。",
    "reading_entity_differs": "本表印的单位名称是“{name}”，封面或其他表为“{expected}”。",
    "reading_sheet_too_large": "工作表没有读取：{why}。",
    "reading_cover_value": "“{content}”{why}。",
    "reading_extra_value": "“{content}”{why}，没有使用。",
    # 绩效自评.
    "fund_arithmetic": "{name}：{formula}，应为 {expected}，现为 {value}。",
    "fund_rate_text": "{name}：执行率应为 {expected}%（{formula}），现为 {value}。",
    "fund_score": "{name}：执行率得分应为 {expected}（{formula}），现为 {value}。",
    "fund_budget": "{name}：预算编制数 {budgeted} 与全年预算数 {value} 不同，有调整请说明。",
    "weights_total": "分值合计 {value}，加预算执行率 {execution} 分应为 100 分。",
    "weights_level": "{level}分值合计 {value}，应为 {expected}。",
    "score_range": "“{name}”得分 {value}，应在 0 与分值 {weight} 之间。",
    "score_missing": "“{name}”有分值 {weight}，没有填得分。",
    "reason_required": "“{name}”得分 {value}，低于分值 {weight}，偏差原因“{reason}”没有说明原因。",
    "score_by_sign": "“{name}”目标 {target}、完成 {actual}，按规则得 {expected}（{formula}），"
    "现得 {value}{consequence}。",
    "score_unclear": "“{name}”目标 {target}、完成 {actual}，无法按规则核对得分：{reason}。",
    "score_by_band": "“{name}”为{level}，分值 {weight}，应在 {low} 至 {high} 分之间，"
    "现得 {value}{consequence}。",
    "unfilled_cost": "“{name}”没有填写指标值，最多得 {cap} 分，现得 {value}。",
    "score_total": "总分应为 {expected}（执行率得分 {execution} + 指标得分 {indicators}），现为 {value}。",
    "grade": "总分 {total} 的等级应为“{expected}”，现为“{value}”。",
    "indicator_values": "{count}个定量指标的{column}只有符号和单位没有数：{list}。",
    "repeated_rate": "“{name}”与单独计分的预算执行率重复。",
    "contradiction": "“{heading}”写“{text}”，而指标“{name}”为{level}。",
    "entity_code": "预算单位代码 {entity} 不以主管部门代码 {department} 开头。",
}
"""Wordings by kind of finding; the fields in braces are facts. Other rooms' kinds stand here too."""


def word(finding: Finding) -> str:
    """The one wording of ``finding``."""
    place = f"{finding.cells[0].where}：" if finding.cells else ""
    return f"{place}{finding.said}{finding.remedy}"


def explanation_key(finding: Finding) -> str:
    """The key of the 出错说明 for ``finding``: rule, place and figures, so that it is asked for again
    when the figures change."""
    values = [cell.value for cell in finding.cells] or list(finding.facts.values())
    return _stem(finding) + ",".join(values)


def _stem(finding: Finding) -> str:
    if not finding.cells:
        return f"{finding.rule}||"
    first = finding.cells[0]
    return f"{finding.rule}|{first.ref or first.label}|"


CHANGED = "（已变化）"
"""Marks an 出错说明 whose figures have changed since it was written."""


def explanation(finding: Finding, explanations: Mapping[str, str]) -> str:
    """The 出错说明 typed for ``finding``, marked 已变化 when it was typed for other figures; "" for none."""
    if text := explanations.get(explanation_key(finding), ""):
        return text
    stem = _stem(finding)
    for other, text in explanations.items():
        if other.startswith(stem) and text:
            return text if text.startswith(CHANGED) else CHANGED + text
    return ""


def is_explained(finding: Finding, explanations: Mapping[str, str]) -> bool:
    """Whether ``finding`` carries an 出错说明 that was typed for its present figures."""
    text = explanation(finding, explanations).strip()
    return bool(text) and not text.startswith(CHANGED)
