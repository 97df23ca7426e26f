"""Outcomes of checks for tests of the reports: the example with errors, and one made by hand."""

from __future__ import annotations

from decimal import Decimal

from tests.rules.small import example, placed
from xltools.finding import Cell, Finding, Severity, Suspect
from xltools.report import Place, Ref
from xltools.rules import Checked, NotChecked, check

HOSTILE = "<script>alert('1')</script> & \"</style>\" <!-- ]]> \x1b[31m"
PLACE = Place("公开03表", "E12")
CELL = Cell("公开03表 2010399 其他 · 项目支出", "6.12", Ref("expenditure", "2010399", "3"), PLACE)
BLANK = Cell("公开06表 30106 伙食补助费", "", Ref("basic", "30106", "1"), Place("公开06表", ""))


def wrong() -> Checked:
    """The example with one typing error: four identities miss, one cause."""
    return check(placed(example({"expenditure[2010399,3]": "6.12"}), "公开表"))


def finding(
    severity: Severity = Severity.ERROR, *cells: Cell, group: str = "", rule: str = "x-01"
) -> Finding:
    return Finding(
        rule,
        severity,
        f"{severity.value}标题",
        "zero",
        cells or (CELL,),
        {"value": "6.12"},
        gap=Decimal("0.10"),
        allowed=Decimal("0.01"),
        basis="表样",
        remedy="请核对。",
        group=group,
    )


def suspect(**changes: object) -> Suspect:
    data: dict[str, object] = {
        "cell": CELL, "suggested": ("6.22",), "why": "数字录入错误", "confidence": 0.99985, "resolves": 4,
        "proof": ("合计 = 项目之和",), "unique": True, "changes": ((CELL, "6.22"),),
    }  # fmt: skip
    return Suspect(**{**data, **changes})  # type: ignore[arg-type]


def outcome(*findings: Finding, suspects: tuple[Suspect, ...] = ()) -> Checked:
    unseen = (
        NotChecked("a-01", "空表说明", "数据中没有表下说明"),
        NotChecked("b-01", "空表说明", "数据中没有表下说明"),
        NotChecked("", "公开02表", "没有公式"),
    )
    return Checked("shanxi_2024", "万元", findings, 631, unseen, (), suspects)


def hostile() -> Checked:
    """Text of the user that no report may take for anything but text."""
    cell = Cell(HOSTILE, HOSTILE, Ref("expenditure", HOSTILE, "1"), Place(HOSTILE, "A1"))
    other = Cell(f"{HOSTILE}2", "", Ref("expenditure", "x", "1"), Place(HOSTILE, "A2"))
    bad = Finding(HOSTILE, Severity.ERROR, HOSTILE, "zero", (cell, other), {"value": HOSTILE}, group="原因1")
    guess = suspect(
        cell=cell, suggested=(HOSTILE,), why=HOSTILE, proof=(HOSTILE,), changes=((cell, HOSTILE),)
    )
    unseen = (NotChecked(HOSTILE, HOSTILE, HOSTILE),)
    return Checked(HOSTILE, HOSTILE, (bad,), 1, unseen, (), (guess,))
