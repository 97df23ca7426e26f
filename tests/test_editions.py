"""Editions: what Shanxi 2024 prescribes, and that an edition which contradicts itself does not load."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from xltools import build as workshop
from xltools.editions import FOLDER, Edition, load, names
from xltools.editions.compiled_form import from_dict
from xltools.editions.consistency import unguarded_cells
from xltools.editions.grids import EditionError
from xltools.editions.recent import Recent
from xltools.editions.schema import build, dump
from xltools.errors import XltoolsError
from xltools.report import TOTAL, Ref
from xltools.rules import CHECKS

SHANXI = load("shanxi_2024")
NATIONAL = load("national_2024")

PRINTED = {
    # form: number, title, amounts, lines, columns, first and last line
    "summary": ("公开01表", "收入支出决算总表", 62, 62, 2, "一般公共预算财政拨款收入", "总计"),
    "revenue": ("公开02表", "收入决算表", 14, 1, 7, "合计", "合计"),
    "expenditure": ("公开03表", "支出决算表", 12, 1, 6, "合计", "合计"),
    "appropriation": ("公开04表", "财政拨款收入支出决算总表", 160, 64, 5, "一般公共预算财政拨款", "总计"),
    "general": ("公开05表", "一般公共预算财政拨款支出决算表", 6, 1, 3, "合计", "合计"),
    "basic": (
        "公开06表",
        "一般公共预算财政拨款基本支出决算明细表",
        112,
        112,
        1,
        "工资福利支出",
        "公用经费合计",
    ),
    "funds": ("公开07表", "政府性基金预算财政拨款收入支出决算表", 12, 1, 6, "合计", "合计"),
    "state_capital": ("公开08表", "国有资本经营预算财政拨款支出决算表", 6, 1, 3, "合计", "合计"),
    "three_public": ("公开09表", "财政拨款“三公”经费支出决算表", 12, 1, 12, "1", "1"),
    "statistics": (
        "公开10表",
        "部门决算公开相关信息统计表",
        16,
        16,
        1,
        "合计",
        "单价100万元（含）以上设备（不含车辆）",
    ),
}
"""The ten tables as printed in the Shanxi example (national tables 1 to 9 in national order)."""

IDENTITIES = [
    "T01-01", "T01-02", "T01-03", "T01-04", "T01-05", "T01-06", "T01-07", "T01-08", "T01-09",
    "T01-10", "T02-01", "T02-02", "T02-03", "T02-04", "X0102-01", "X0102-02", "X0102-03", "X0102-04",
    "X0102-05", "X0102-06", "X0102-07", "T03-01", "T03-02", "T03-03", "T03-04", "X0103-01", "X0103-02",
    "X0203-01", "T04-01", "T04-02", "T04-03", "T04-04", "T04-05", "T04-06", "T04-07", "T04-08",
    "T04-09", "X0104-01", "X0104-02", "X0104-03", "X0104-04", "X0204-01", "T05-01", "T05-02", "X0405-01",
    "X0405-02", "X0305-01", "X0305-02", "X030578-01", "X030578-02", "T06-01", "T06-02", "T06-03", "T06-04",
    "T06-05", "T06-06", "X0506-01", "X0306-01", "X0506-L1", "X0506-L2", "X0506-L3", "X0506-L4", "X0506-L5",
    "X0506-L6", "X0506-L7", "T07-01", "T07-02", "X0407-01", "X0407-02", "X0207-01", "T08-01", "X0408-01",
    "T0708-E", "T09-01", "T09-02", "X0609-01", "X0409-01", "T10-01", "T10-02", "T10-03", "X0610-01",
    "X0610-02", "X0610-03", "X0310-01", "X0910-01", "P-01", "P-02", "P-03", "P-04", "P-05",
    "P-06", "P-07", "P-08", "P-09", "P-10", "P-11", "P-12", "P-13", "P-14",
    "P-15", "P-16", "P-17", "P-18", "P-19", "P-20",
]  # fmt: skip
"""The field's collection of identities: 85 of the tables, 20 of 自评."""


# --- what is prescribed


def test_the_forms_are_the_printed_ones() -> None:
    assert list(SHANXI.forms) == list(PRINTED)
    assert list(NATIONAL.forms) == list(PRINTED)[:9]
    for form in SHANXI.forms.values():
        first, last = form.lines[0], form.lines[-1]
        found = (form.number, form.title, len(form.slots), len(form.lines), len(form.columns))
        assert (*found, first.name, last.name) == PRINTED[form.id], form.id


def test_lines_are_numbered_as_printed() -> None:
    for form_id, last in (("summary", 62), ("appropriation", 64)):
        assert set(SHANXI.forms[form_id].line_ids) == {str(n) for n in range(1, last + 1)}
    # The official oddity: 行次 goes from 15 to 17.
    assert SHANXI.forms["statistics"].line_ids == tuple(str(n) for n in range(1, 18) if n != 16)


def test_blank_lines_have_no_title() -> None:
    summary, appropriation = SHANXI.forms["summary"], SHANXI.forms["appropriation"]
    blank = {line.id for line in summary.lines if not line.title}
    assert blank == {str(n) for n in (*range(9, 27), 30, 61)}
    assert {line.id for line in appropriation.lines if not line.title} == {
        str(n) for n in (*range(4, 27), 61, 62, 63)
    }


def test_official_quirks_are_kept() -> None:
    labels = {form.id: (form.entity_label, form.unit_label) for form in SHANXI.forms.values()}
    assert labels["statistics"] == ("单位名称", "金额单位")
    assert labels["funds"] == labels["state_capital"] == ("部门名称", "单位")
    assert labels["summary"] == ("部门名称", "金额单位")
    dashed = {slot.line for slot in SHANXI.forms["basic"].slots if slot.dash}
    assert {line[:3] for line in dashed} == {"309", "311"}
    assert {slot.dash for slot in SHANXI.forms["basic"].slots} == {"", "———"}
    noted = {form.id for form in SHANXI.forms.values() if form.empty_note}
    assert noted == {"funds", "state_capital", "three_public"}
    assert all(form.notes and form.notes[0].startswith("注：") for form in SHANXI.forms.values())


def test_counts_are_no_amounts() -> None:
    counted = {(f.id, line.id) for f in SHANXI.forms.values() for line in f.lines if line.count}
    assert counted == {("statistics", str(n)) for n in (*range(7, 16), 17)}


def test_the_26_classes_stand_in_both_summaries() -> None:
    assert len(SHANXI.classes) == 26
    for number, item in enumerate(SHANXI.classes):
        assert item.lines == {"summary": str(32 + number), "appropriation": str(33 + number)}
    assert SHANXI.class_names["208"] == "社会保障和就业支出"
    assert SHANXI.class_lines["201"]["summary"] == "32"


def test_code_lists() -> None:
    economic = [line.id for line in SHANXI.forms["basic"].lines if line.id.isdigit()]
    assert len(economic) == len(set(economic)) == 110
    assert {len(code) for code in economic} == {3, 5}
    assert len(SHANXI.function_codes) >= 161
    assert {len(code) for code in SHANXI.function_codes} == {3, 5, 7}
    for code in SHANXI.function_codes:
        assert all(code[:n] in SHANXI.function_codes for n in (3, 5) if n < len(code)), code


def test_scoring_of_the_self_evaluation() -> None:
    form = SHANXI.self_evaluation
    assert form is not None and NATIONAL.self_evaluation is None
    assert form.execution_weight == 10
    assert form.weights == {"产出指标": 50, "效益指标": 30, "满意度指标": 10}
    assert [(b.level, b.floor, b.cap, b.includes_cap) for b in form.bands] == [
        ("达成", Decimal("0.80"), 1, True),
        ("部分达成", Decimal("0.60"), Decimal("0.80"), False),
        ("未达成", 0, Decimal("0.60"), False),
    ]
    assert [(g.name, g.floor) for g in form.grades] == [("优", 90), ("良", 80), ("中", 60), ("差", 0)]
    assert form.unfilled_cost_cap == 5
    assert len(form.analysis) == 7 and len(form.notes) == 4


def test_every_identity_of_the_field_is_a_rule_or_said_not_to_be() -> None:
    stated = {rule.source for rule in SHANXI.rules}
    missing = set(IDENTITIES) - stated
    assert missing == set(SHANXI.not_encoded) == {"X0506-L6", "X0506-L7", "T10-03", "P-14"}
    assert all(len(why) > 10 for why in SHANXI.not_encoded.values())


def test_every_amount_is_guarded_or_listed_with_the_reason() -> None:
    for edition in (SHANXI, NATIONAL):
        assert set(unguarded_cells(edition)) == set(edition.unguarded)
        assert all(edition.unguarded.values())
    # No other form knows the number of devices: the one amount without an identity.
    assert set(SHANXI.unguarded) == {"statistics[17,1]"}


def test_every_rule_can_be_understood() -> None:
    for rule in SHANXI.rules:
        assert rule.title and rule.basis and rule.explanation and rule.source, rule.id
        assert rule.kind in {"逻辑性", "核实性", "提示"}
        assert re.fullmatch(r"[a-z_]+(-[a-z_]+)?-\d\d", rule.id)
        if rule.check and rule.check != "narrative":
            assert rule.remedy.endswith("。"), f"{rule.id} does not say what to do"


def test_an_edition_extends_another() -> None:
    assert SHANXI.extends == "national_2024"
    assert [r.id for r in NATIONAL.rules] == [r.id for r in SHANXI.rules if r.id in NATIONAL.rule_of]
    for form_id, form in NATIONAL.forms.items():
        assert SHANXI.forms[form_id] == form
    assert set(SHANXI.rule_of) - set(NATIONAL.rule_of) >= {"statistics-01", "self_evaluation-01"}


# --- labels


@pytest.mark.parametrize(
    ("ref", "label"),
    [
        (Ref("summary", "27", "1"), "公开01表 行次27 本年收入合计"),
        (Ref("summary", "9", "1"), "公开01表 行次9"),
        (Ref("expenditure", TOTAL, "2"), "公开03表 合计 · 基本支出"),
        (Ref("expenditure", "201", "1"), "公开03表 201 一般公共服务支出 · 本年支出合计"),
        (Ref("expenditure", "299", "1"), "公开03表 299 · 本年支出合计"),
        (Ref("basic", "30101", "1"), "公开06表 30101 基本工资"),
        (Ref("basic", "人员经费合计", "1"), "公开06表 人员经费合计"),
        (
            Ref("three_public", "1", "8"),
            "公开09表 决算数 因公出国（境）费",
        ),
        (Ref("statistics", "7", "1"), "公开10表 行次7 车辆数合计（辆）"),
        (Ref("last_year.summary", "60", "2"), "上年 公开01表 行次60 年末结转和结余"),
        (
            Ref("budget.general", "201", "1"),
            "年初预算 公开05表 201 一般公共服务支出 · 小计",
        ),
    ],
)
def test_every_figure_has_a_name(ref: Ref, label: str) -> None:
    assert SHANXI.label(ref) == label


def test_titles_of_the_sheet_win() -> None:
    assert SHANXI.label(Ref("general", "201", "1"), {"201": "本地名称"}).endswith("201 本地名称 · 小计")
    assert SHANXI.line_name("summary", "99") == "99"


def test_lookups() -> None:
    form = SHANXI.form_by_number["公开03表"]
    assert form.name == "公开03表 支出决算表"
    assert form.slot_of[TOTAL, "1"].row == 0
    assert form.column_of["2"].title == "基本支出"
    assert form.width == 8


# --- loading


def test_compiled_editions_are_fresh() -> None:
    """``python -m xltools.build editions`` was run after the last change."""
    for path, text in workshop.editions().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale"
    assert names() == ["national_2024", "shanxi_2024"]


def test_the_compiled_form_gives_the_same_edition() -> None:
    for name in names():
        built = build(FOLDER / name, CHECKS)
        assert built == load(name)
        assert from_dict(json.loads(dump(built))) == built


def test_an_unknown_edition_is_refused_with_the_known_ones() -> None:
    with pytest.raises(XltoolsError) as caught:
        load("hubei_2031")
    assert "hubei_2031" in caught.value.message
    assert "national_2024、shanxi_2024" in caught.value.remedy


# --- broken editions

HEAD = """
id = "small"
title = "小版本"
year = 2024
kinds = ["行政单位"]
scopes = ["单位决算"]
"""
GRID = """
id = "total"
number = "01表"
title = "总表"
kind = "grid"
entity_label = "单位"
unit_label = "金额单位"
orientation = "portrait"
notes = []
widths = [20, 6, 12]
header = [["项目", "行次", "金额"], ["栏次", "", "1"]]
body = [
  ["一、收入", "1", "{1,1}"],
  ["二、其他收入", "2", "{2,1}"],
  ["合计", "3", "{3,1}"],
]
"""
TREE = """
id = "detail"
number = "02表"
title = "明细表"
kind = "codes"
entity_label = "单位"
unit_label = "金额单位"
orientation = "portrait"
notes = []
widths = [20, 6, 12]
header = [["科目代码", "科目名称", "金额"], ["栏次", "<", "1"]]
body = [["合计", "<", "{合计,1}"], ["{code}", "{title}", "{*,1}"]]

[[rules]]
id = "detail-01"
title = "合计等于各类之和"
equations = ["detail[@parent,1] = detail[@children,1]"]
basis = "汇总"
explanation = "逐级汇总。"
"""
RULE = """
[[rules]]
id = "total-01"
title = "合计等于两项之和"
equations = ["total[3,1] = total[1:2,1]"]
basis = "表样"
explanation = "合计等于两项之和。"
"""
SCORING = """
title = "自评表"
execution_weight = 10
unfilled_cost_cap = 5
weights = { "产出指标" = 50, "效益指标" = 40 }
level1 = ["产出指标", "效益指标"]
level2 = { "产出指标" = ["数量指标"], "效益指标" = ["社会效益"] }
fund_columns = []
indicator_columns = []
analysis = []
notes = []
bands = [
  { level = "达成", floor = 0.8, cap = 1, includes_cap = true },
  { level = "未达成", floor = 0, cap = 0.8 },
]
grades = [{ name = "合格", floor = 60 }, { name = "不合格", floor = 0 }]
"""
SOURCES = {
    "edition.toml": HEAD,
    "forms/total.toml": GRID + RULE,
    "forms/detail.toml": TREE,
    "classes.csv": "code,name,total\n201,收入,1\n",
    "function_codes.csv": "code,name\n201,收入\n",
    "self_evaluation.toml": SCORING,
}
Changes = dict[str, str | Callable[[str], str]]


def folder(tmp_path: Path, changes: Changes) -> Path:
    """A small sound edition with some of its sources changed."""
    root = tmp_path / "small"
    texts = dict(SOURCES)
    for name, change in changes.items():
        texts[name] = change if isinstance(change, str) else change(texts.get(name, ""))
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def test_the_small_edition_is_sound(tmp_path: Path) -> None:
    edition = build(folder(tmp_path, {}), {"codes"})
    assert isinstance(edition, Edition)
    assert [form.id for form in edition.forms.values()] == ["detail", "total"]
    assert edition.forms["total"].lines[0].name == "收入"
    assert from_dict(json.loads(dump(edition))) == edition


def test_a_column_may_have_no_heading(tmp_path: Path) -> None:
    edition = build(folder(tmp_path, {"forms/total.toml": swap('"行次", "金额"', '"行次", ""')}))
    assert edition.forms["total"].columns[0].title == ""
    assert edition.label(Ref("total", "1", "1")) == "01表 行次1 收入"


def test_optional_sources_may_be_absent(tmp_path: Path) -> None:
    root = folder(tmp_path, {})
    for name in ("classes.csv", "function_codes.csv", "self_evaluation.toml"):
        (root / name).unlink()
    edition = build(root)
    assert edition.classes == () and edition.function_codes == {} and edition.self_evaluation is None


def rule(text: str, ident: str = "total-02") -> Callable[[str], str]:
    """The rules of the form with one more."""
    head = f'\n[[rules]]\nid = "{ident}"\ntitle = "另一条"\nbasis = "表样"\nexplanation = "说明。"\n'
    return lambda old: old + head + text + "\n"


BROKEN: list[tuple[str, Changes, list[str]]] = [
    ("no TOML", {"edition.toml": "id = "}, ["edition.toml", "不是有效的 TOML"]),
    ("field missing", {"edition.toml": swap("year = 2024", "")}, ["edition.toml", "year", "缺少这一项"]),
    ("field unknown", {"edition.toml": swap("year", 'color = "red"\nyear')}, ["color", "没有这个名称的项"]),
    ("field of another type", {"edition.toml": swap("2024", '"明年"')}, ["year", "应为整数"]),
    ("id unlike the folder", {"edition.toml": swap('"small"', '"other"')}, ["other", "与文件夹名不同"]),
    (
        "forms unknown",
        {"edition.toml": lambda t: t + 'forms = ["total", "none"]'},
        ["small", "未定义的表 none"],
    ),
    ("forms no list", {"edition.toml": lambda t: t + "forms = 3"}, ["forms", "应为列表"]),
    (
        "extends nothing",
        {"edition.toml": lambda t: t + 'extends = "none"'},
        ["extends", "不存在的版本“none”"],
    ),
    ("extends a number", {"edition.toml": lambda t: t + "extends = 3"}, ["extends", "应为文字"]),
    ("extends itself", {"edition.toml": lambda t: t + 'extends = "small"'}, ["small", "绕回到自己"]),
    ("form field missing", {"forms/total.toml": swap('title = "总表"', "")}, ["total.toml", "title", "缺少"]),
    ("form field unknown", {"forms/total.toml": swap("kind", "colour = 1\nkind")}, ["total.toml", "colour"]),
    (
        "form id unlike the file",
        {"forms/total.toml": swap('id = "total"', 'id = "sum"')},
        ["sum", "与文件名不同"],
    ),
    ("form kind", {"forms/total.toml": swap('"grid"', '"sheet"')}, ["total 的 kind “sheet”", "codes、grid"]),
    ("orientation", {"forms/total.toml": swap("portrait", "upright")}, ["orientation “upright”"]),
    ("number twice", {"forms/detail.toml": swap("02表", "01表")}, ["表号重复：01表"]),
    ("ragged row", {"forms/total.toml": swap('"2", "{2,1}"', '"{2,1}"')}, ["表体第 2 行有 2 格，应为 3 格"]),
    (
        "ragged heading",
        {"forms/total.toml": swap('["栏次", "", "1"]', '["栏次", "1"]')},
        ["表头第 2 行有 2 格"],
    ),
    ("no header", {"forms/total.toml": lambda t: re.sub(r"header = .*", "header = []", t)}, ["没有表头"]),
    (
        "no body",
        {"forms/total.toml": lambda t: re.sub(r"body = \[.*?\n\]", "body = []", t, flags=re.S)},
        ["或表体"],
    ),
    ("widths", {"forms/total.toml": swap("[20, 6, 12]", "[20, 6]")}, ["widths 有 2 个，应为 3 个"]),
    (
        "merged with nothing left",
        {"forms/total.toml": swap('["合计", "3"', '["<", "3"')},
        ["表体第 3 行", "没有可以合并"],
    ),
    (
        "merged with nothing above",
        {"forms/total.toml": swap('["项目", "行次"', '["^", "行次"')},
        ["表头第 1 行"],
    ),
    ("slot misspelt", {"forms/total.toml": swap("{2,1}", "{2;1}")}, ["表体第 2 行", "{2;1}", "{行次,栏次}"]),
    ("column no number", {"forms/total.toml": swap("{2,1}", "{2,A}")}, ["第 2 行", "栏次“A”不是数字"]),
    ("slot twice", {"forms/total.toml": swap("{2,1}", "{1,1}")}, ["total 的单元格重复：[1,1]"]),
    ("counts unknown", {"forms/total.toml": swap("notes", 'counts = ["9"]\nnotes')}, ["counts", "9"]),
    (
        "codes without total",
        {"forms/detail.toml": swap('["合计", "<", "{合计,1}"], ', "")},
        ["kind = codes", "合计和 *"],
    ),
    ("grid with star", {"forms/total.toml": swap("{2,1}", "{*,1}")}, ["kind = grid", "没有 * 行"]),
    (
        "grid without amounts",
        {"forms/total.toml": lambda t: re.sub(r"\{\d,1\}", "", t)},
        ["kind = grid", "要有金额"],
    ),
    (
        "rule id twice",
        {"forms/total.toml": rule('equations = ["total[1,1] >= 0"]', "total-01")},
        ["规则号重复：total-01"],
    ),
    (
        "rule kind",
        {"forms/total.toml": rule('kind = "必须"\nequations = ["total[1,1] >= 0"]')},
        ["total-02", "kind “必须”", "核实性"],
    ),
    ("rule without a test", {"forms/total.toml": rule("")}, ["total-02", "equations 或 check"]),
    (
        "rule with two tests",
        {"forms/total.toml": rule('check = "codes"\nequations = ["total[1,1] >= 0"]')},
        ["total-02", "之一"],
    ),
    (
        "check unknown",
        {"forms/total.toml": rule('check = "guess"')},
        ["total-02", "check “guess”没有实现", "codes"],
    ),
    (
        "form of a rule unknown",
        {"forms/total.toml": rule('check = "codes"\nform = "none"')},
        ["total-02", "form “none”"],
    ),
    (
        "negative tolerance",
        {"forms/total.toml": rule('equations = ["total[1,1] >= 0"]\ntolerance = -1')},
        ["tolerance 为负"],
    ),
    (
        "equation unreadable",
        {"forms/total.toml": rule('equations = ["total[1,1] = 5"]')},
        ["total-02", "no figure at '5'"],
    ),
    (
        "equation with unknown form",
        {"forms/total.toml": rule('equations = ["sum[1,1] = 0"]')},
        ["total-02", "no form 'sum'"],
    ),
    (
        "equation with unknown line",
        {"forms/total.toml": rule('equations = ["total[7,1] = 0"]')},
        ["no line '7'"],
    ),
    (
        "equation with unknown column",
        {"forms/total.toml": rule('equations = ["total[1,2] = 0"]')},
        ["no column '2'"],
    ),
    (
        "equation with unknown selector",
        {"forms/detail.toml": rule('equations = ["detail[@all,1] = 0"]')},
        ["@all"],
    ),
    (
        "run the wrong way",
        {"forms/total.toml": rule('equations = ["total[1,1] = total[3:2,1]"]')},
        ["3 stands after 2"],
    ),
    (
        "equation without cells",
        {"classes.csv": "code,name\n", "forms/total.toml": rule('equations = ["total[@class,1] = 0"]')},
        ["total-02", "没有对应的单元格"],
    ),
    (
        "rule said twice",
        {"forms/total.toml": rule('equations = ["total[1:2,1] = total[3,1]"]')},
        ["total-02 与 total-01 重复"],
    ),
    (
        "kind of unit unknown",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { kinds = ["企业"] }')},
        ["未知的单位性质“企业”", "行政单位"],
    ),
    (
        "scope unknown",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { scopes = ["汇总"] }')},
        ["未知的公开类型“汇总”"],
    ),
    (
        "given unknown",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { given = "plan" }')},
        ["given “plan”", "last_year"],
    ),
    (
        "condition unknown",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { if = "x" }')},
        ["total.toml", "if", "没有这个名称"],
    ),
    (
        "present is no reference",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { present = ["detail"] }')},
        ["total-02", "条件有误", "detail"],
    ),
    (
        "present in a form of lines",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { present = ["total[1,1]"] }')},
        ["present “total[1,1]”"],
    ),
    (
        "holds unreadable",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { holds = ["total[1,1]"] }')},
        ["条件有误", "needs one of"],
    ),
    (
        "holds names nothing",
        {"forms/total.toml": rule('equations = ["total[1,1] = 0"]\nwhen = { holds = ["total[8,1] > 0"] }')},
        ["条件有误", "no line '8'"],
    ),
    (
        "unguarded amount",
        {"forms/total.toml": swap("total[1:2,1]", "total[1,1]")},
        ["没有规则看守的金额：total[2,1]"],
    ),
    (
        "a hint is no guard",
        {"forms/total.toml": swap('id = "total-01"', 'id = "total-01"\nkind = "提示"')},
        ["没有规则看守", "total[1,1]"],
    ),
    (
        "unguarded needlessly",
        {"edition.toml": lambda t: t + '[unguarded]\n"total[1,1]" = "因为"'},
        ["unguarded", "total[1,1]"],
    ),
    ("class of no form", {"classes.csv": "code,name,none\n201,收入,1\n"}, ["类 201", "none 行次1"]),
    ("class of no line", {"classes.csv": "code,name,total\n201,收入,9\n"}, ["类 201", "total 行次9"]),
    (
        "class of another name",
        {"classes.csv": "code,name,total\n201,支出,1\n"},
        ["类 201 支出", "“收入”名称不一致"],
    ),
    ("class twice", {"classes.csv": "code,name,total\n201,收入,1\n201,收入,1\n"}, ["类重复：201"]),
    ("CSV without heading", {"function_codes.csv": "201,收入\n"}, ["function_codes.csv", "code 和 name"]),
    ("CSV row too long", {"function_codes.csv": "code,name\n201,收入,多\n"}, ["function_codes.csv 第 2 行"]),
    ("CSV row too short", {"classes.csv": "code,name\n201\n"}, ["classes.csv 第 2 行"]),
    (
        "code with two names",
        {"function_codes.csv": "code,name\n201,收入\n201,支出\n"},
        ["第 3 行", "201 有两个名称"],
    ),
    ("weights", {"self_evaluation.toml": swap("= 50", "= 60")}, ["自评表的分值合计为 110"]),
    (
        "weights no number",
        {"self_evaluation.toml": swap("= 50", '= "半"')},
        ["self_evaluation.toml", "应为数字"],
    ),
    ("level1", {"self_evaluation.toml": swap('level1 = ["产出指标", ', "level1 = [")}, ["一级指标不一致"]),
    (
        "level2",
        {"self_evaluation.toml": swap('level2 = { "产出指标" = ["数量指标"], ', "level2 = { ")},
        ["一级指标不一致"],
    ),
    ("bands overlap", {"self_evaluation.toml": swap("cap = 0.8", "cap = 0.9")}, ["“未达成”与“达成”重叠"]),
    ("band beyond 1", {"self_evaluation.toml": swap("cap = 1,", "cap = 1.2,")}, ["档次“达成”"]),
    ("bands out of order", {"self_evaluation.toml": swap("floor = 0.8", "floor = 0")}, ["bands 应由高到低"]),
    (
        "no lowest grade",
        {"self_evaluation.toml": swap('"不合格", floor = 0', '"不合格", floor = 10')},
        ["grades 应由高到低"],
    ),
    ("no grades", {"self_evaluation.toml": lambda t: re.sub(r"grades = .*", "grades = []", t)}, ["grades"]),
]


@pytest.mark.parametrize(("changes", "says"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_edition_is_refused_and_the_message_says_where(
    tmp_path: Path, changes: Changes, says: list[str]
) -> None:
    with pytest.raises(EditionError) as caught:
        build(folder(tmp_path, changes), {"codes"})
    for part in says:
        assert part in str(caught.value)
    assert caught.value.remedy


def test_a_folder_without_an_edition(tmp_path: Path) -> None:
    with pytest.raises(EditionError, match=r"读不到版本文件 edition\.toml"):
        build(tmp_path)


def test_extending_a_neighbour_states_only_what_differs(tmp_path: Path) -> None:
    folder(tmp_path, {"edition.toml": lambda t: t + '[not_encoded]\n"A-1" = "无从核对"\n'})
    child = tmp_path / "child"
    (child / "forms").mkdir(parents=True)
    (child / "edition.toml").write_text(
        'id = "child"\nextends = "small"\ntitle = "子版本"\n[not_encoded]\n"B-1" = "没有这项"\n',
        encoding="utf-8",
    )
    changed = GRID.replace("01表", "公开一表") + RULE.replace("表样", "本地表样")
    (child / "forms" / "total.toml").write_text(changed, encoding="utf-8")
    (child / "between.toml").write_text(
        '[[rules]]\nid = "detail-total-01"\ntitle = "两表合计相同"\nexact = true\n'
        'equations = ["detail[合计,1] = total[3,1]"]\nbasis = "同一数"\nexplanation = "同一数。"\n',
        encoding="utf-8",
    )
    edition = build(child)
    assert edition.year == 2024 and edition.kinds == ("行政单位",)
    assert edition.forms["total"].number == "公开一表"
    assert edition.forms["detail"].number == "02表"
    assert {r.id: r.basis for r in edition.rules} == {
        "detail-01": "汇总", "total-01": "本地表样", "detail-total-01": "同一数",
    }  # fmt: skip
    assert edition.function_codes == {"201": "收入"}
    assert edition.not_encoded == {"A-1": "无从核对", "B-1": "没有这项"}
    assert edition.self_evaluation is not None


def test_two_editions_that_extend_each_other(tmp_path: Path) -> None:
    for one, other in (("first", "second"), ("second", "first")):
        (tmp_path / one).mkdir()
        (tmp_path / one / "edition.toml").write_text(f'id = "{one}"\nextends = "{other}"\ntitle = "x"\n')
    with pytest.raises(EditionError, match="绕回到自己"):
        build(tmp_path / "first")


def test_a_copy_of_the_real_edition_builds_alike(tmp_path: Path) -> None:
    """A user's province: the folder elsewhere, its parent among those that come with the package."""
    shutil.copytree(FOLDER / "shanxi_2024", tmp_path / "shanxi_2024")
    assert build(tmp_path / "shanxi_2024", CHECKS) == SHANXI


def test_numbers_of_toml_stay_exact() -> None:
    text = (FOLDER / "shanxi_2024" / "self_evaluation.toml").read_text(encoding="utf-8")
    assert (
        tomllib.loads(text, parse_float=Decimal)["bands"][0]["floor"] == SHANXI.self_evaluation.bands[0].floor
    )  # type: ignore[union-attr]


def test_a_memo_keeps_what_is_asked_for_and_stays_small() -> None:
    kept = Recent[int, str](10)
    for number in range(1000):
        kept.put(number, str(number))
        assert kept.get(0) == "0" and len(kept) <= 20
        assert kept.get(number - 3) == (str(number - 3) if number >= 3 else None)
    assert kept.get(500) is None
