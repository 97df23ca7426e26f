"""Open data: tidy CSV that no spreadsheet executes, JSON with its schema."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.rules.small import example, report
from xltools import figures
from xltools.amount import Unit
from xltools.editions import load
from xltools.export.open_data import HEADINGS, csv_text, json_text, schema_text
from xltools.report import Ref, Report

SHANXI = load()


def rows(made: Report) -> list[list[str]]:
    text = csv_text(made, SHANXI)
    assert text.startswith("\ufeff") and text.endswith("\r\n") and "\r\n" in text
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_every_figure_is_a_row() -> None:
    made = example()
    found = rows(made)
    assert tuple(found[0]) == HEADINGS
    assert len(found) == 1 + len(made.amounts)
    assert ["公开01表", "收入支出决算总表", "27", "本年收入合计", "1", "金额", "324.82", "万元"] in found
    assert [
        "公开03表",
        "支出决算表",
        "2010399",
        "其他政府办公厅（室）及相关机构事务支出",
        "3",
        "项目支出",
        "6.22",
        "万元",
    ] in found
    assert [
        "公开06表",
        SHANXI.forms["basic"].title,
        "人员经费合计",
        "人员经费合计",
        "1",
        "决算数",
        "291.44",
        "万元",
    ] in found


def test_headings_say_what_the_column_is() -> None:
    made = report({"three_public[1,8]": "1.00", "basic[30201,1]": "1.00", "statistics[7,1]": "1"})
    assert [row[5] for row in rows(made)[1:]] == ["决算数", "决算数 因公出国（境）费", "统计数"]


def test_rows_follow_the_forms_their_lines_and_columns() -> None:
    made = report(
        {
            "general[201,2]": "1.00",
            "summary[27,1]": "3.00",
            "general[合计,1]": "4.00",
            "general[299,1]": "5.00",
            "general[208,1]": "6.00",
        },
        lines={"general": ["208", "201"]},
    )
    order = [(row[2], row[4]) for row in rows(made)[1:]]
    assert order == [("27", "1"), ("合计", "1"), ("208", "1"), ("201", "2"), ("299", "1")]


def test_units_zeros_and_blanks() -> None:
    made = report({"statistics[7,1]": "3", "statistics[1,1]": "0.30", "summary[1,1]": "0.00"}, Unit.YUAN)
    found = {row[2] + row[0]: row[-2:] for row in rows(made)[1:]}
    assert found == {"1公开01表": ["0.00", "元"], "1公开10表": ["0.30", "元"], "7公开10表": ["3", "个"]}


def test_figures_beyond_the_edition_are_left_out() -> None:
    made = report({"summary[1,1]": "1.00"})
    made.amounts[Ref("other", "1", "1")] = Decimal(1)
    assert len(rows(made)) == 2


@pytest.mark.parametrize(
    "title",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", "  =1", "\u3000=1",
     '=HYPERLINK("http://x","y")'],
)  # fmt: skip
def test_titles_are_no_formulas(title: str) -> None:
    made = report({"general[299,1]": "-5.00"}, lines={"general": ["299"]}, titles={"299": title})
    (row,) = rows(made)[1:]
    assert row[3] == f"'{title}"
    # A negative amount is a number, and stays one.
    assert row[6] == "-5.00"


@pytest.mark.parametrize("title", ["行政运行", "2024年=", 'a,b"c', "多\n行", "'=1"])
def test_other_titles_are_left_alone(title: str) -> None:
    made = report({"general[299,1]": "5.00"}, lines={"general": ["299"]}, titles={"299": title})
    assert rows(made)[1][3] == title


def test_json_is_the_exchange_format_and_has_a_schema() -> None:
    made = example()
    assert figures.load(json.loads(json_text(made))) == made
    schema = json.loads(schema_text())
    assert schema["type"] == "object" and "amounts" in schema["properties"]
