"""项目支出绩效自评表 as a table: the official form with its blocks and merged cells."""

from __future__ import annotations

from decimal import Decimal

from xltools.amount import Unit, plain
from xltools.editions import Edition
from xltools.export.document import CENTRE, LEFT, Cell, Orientation, Table, grid
from xltools.report import Fund, Indicator, Report, SelfEvaluation

_WIDTHS = (75, 70, 85, 150, 75, 95, 140, 60, 60, 450)
_COLUMNS = len(_WIDTHS)
Rows = list[list[str | Cell]]


def evaluation_table(
    report: Report, edition: Edition, evaluation: SelfEvaluation, year: int, number: int
) -> Table:
    """The published form of one project; amounts in 万元 with all their places."""
    form = edition.self_evaluation
    titles = form.indicator_columns if form else ()
    name = form.title if form else "项目支出绩效自评表"
    project = evaluation.project
    rows = [
        *_heads(evaluation),
        *_funds(report, evaluation, form.fund_columns if form else ()),
        *_goal(evaluation),
        *_indicators(evaluation, titles),
        [_head("总分"), *"<" * 7, _number(evaluation.total), _text(evaluation.grade, CENTRE)],
        *_analysis(evaluation),
    ]
    return Table(
        title=f"{project}{name}",
        body=grid(rows),
        entry=f"{project}{name}",
        meta=("", f"（{year}年度）", ""),
        notes=tuple(form.notes) if form else (),
        widths=_WIDTHS,
        orientation=Orientation.LANDSCAPE,
        sheet="绩效自评" if number == 1 else f"绩效自评{number}",
        summary=f"{project}{year}年度{name}，总分{_plain(evaluation.total)}，等级{evaluation.grade}。",
        key=f"self-evaluation-{number}",
        compact=True,
    )


def _plain(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _head(text: str) -> Cell:
    return Cell(text, header=True)


def _text(text: str, align: str = LEFT) -> Cell:
    return Cell(text, align=align)


def _number(value: Decimal | None) -> Cell:
    if value is None:
        return Cell("", align=CENTRE)
    places = max(0, -int(value.as_tuple().exponent))
    return Cell(plain(value), align=CENTRE, number=value, places=places)


def _heads(evaluation: SelfEvaluation) -> Rows:
    return [
        [_head("项目名称"), "<", _text(evaluation.project), *"<" * 7],
        [
            *(_head("主管部门及代码"), "<", _text(evaluation.department), "<", "<"),
            *(_head("预算单位"), "<", _text(evaluation.entity), "<", "<"),
        ],
    ]


def _funds(report: Report, evaluation: SelfEvaluation, titles: tuple[str, ...]) -> Rows:
    """资金: two heading rows (the first two titles share 年初预算数), then one row a source."""
    label = _head("项目资金预算安排及执行进度（万元）")
    declared, budgeted, *others = titles or ("",) * 8
    rows: Rows = [
        [label, _head(""), _head("年初预算数"), "<", *map(_head, others)],
        ["^", "^", _head(declared), _head(budgeted), *"^" * 6],
    ]
    rows += [["^", _head(fund.name), *_fund_cells(report, fund)] for fund in evaluation.funds]
    return rows


def _fund_cells(report: Report, fund: Fund) -> list[str | Cell]:
    amounts = (fund.declared, fund.budgeted, fund.adjusted, fund.executed, fund.carryover)
    cells: list[str | Cell] = [_number(_wan(report, amount)) for amount in amounts]
    return [*cells, _number(fund.rate), _number(fund.score), _text(fund.reason)]


def _wan(report: Report, value: Decimal | None) -> Decimal | None:
    """In 万元, exact: the form prints as many places as there are."""
    if value is None or report.unit is Unit.WAN:
        return value
    exact = (value / 10000).normalize()
    return exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact


def _goal(evaluation: SelfEvaluation) -> Rows:
    return [
        [_head("项目年度绩效目标"), _head("年度目标"), *"<" * 3, _head("实际完成情况"), *"<" * 4],
        ["^", _text(evaluation.goal), *"<" * 3, _text(evaluation.achievement), *"<" * 4],
    ]


def _indicators(evaluation: SelfEvaluation, titles: tuple[str, ...]) -> Rows:
    rows: Rows = [[_head("项目支出绩效指标"), *map(_head, titles or ("",) * 9)]]
    before = None
    for indicator in evaluation.indicators:
        rows.append(["^", *_indicator_cells(indicator, before)])
        before = indicator
    return rows


def _indicator_cells(indicator: Indicator, before: Indicator | None) -> list[str | Cell]:
    """The levels are merged with the row above as long as they stay the same."""
    same = before is not None and before.level1 == indicator.level1
    also = same and before is not None and before.level2 == indicator.level2
    return [
        "^" if same else _head(indicator.level1),
        "^" if also else _head(indicator.level2),
        _text(indicator.name),
        _text(indicator.initial, CENTRE),
        _text(indicator.target, CENTRE),
        _text(indicator.actual, CENTRE),
        _number(indicator.weight),
        _number(indicator.score),
        _text(indicator.reason),
    ]


def _analysis(evaluation: SelfEvaluation) -> Rows:
    rows: Rows = []
    for title, text in evaluation.analysis.items():
        label: str | Cell = "^" if rows else _head("项目绩效分析")
        rows.append([label, _head(title), "<", _text(text), *"<" * 6])
    return rows
