"""The JSON contract: stable keys and types."""

from __future__ import annotations

import json

from tests.review.outcomes import BLANK, CELL, finding, outcome, suspect, wrong
from xltools.finding import Severity
from xltools.report import Report
from xltools.review.data import as_data
from xltools.rules import check


def test_the_contract() -> None:
    """Every key that was promised, with its type; more may be added, none may go."""
    data = json.loads(json.dumps(as_data("2024决算.xlsx", wrong()), ensure_ascii=False))
    assert data["workbook"] == "2024决算.xlsx"
    assert data["edition"] == "shanxi_2024"
    assert data["unit"] == "万元"
    assert data["verdict"] == "错误"
    assert data["counts"] == {"错误": 4, "核实": 5, "提示": data["counts"]["提示"]}
    assert data["checked"] > 600
    assert {"rule", "reason"} <= set(data["not_checked"][0])
    first = next(item for item in data["findings"] if item["rule"] == "expenditure-01")
    assert (first["severity"], first["gap"], first["allowed"]) == ("错误", "0.10", "0.01")
    assert first["title"] and first["message"]
    assert [(cell["ref"], cell["value"], cell["sheet"]) for cell in first["cells"]] == [
        ("expenditure[2010399,1]", "6.22", "公开表"),
        ("expenditure[2010399,3]", "6.12", "公开表"),
    ]
    assert all(cell["cell"].startswith("C") for cell in first["cells"])
    (guess,) = data["suspects"]
    assert (guess["ref"], guess["value"], guess["suggested"]) == ("expenditure[2010399,3]", "6.12", ["6.22"])
    assert guess["why"] and 0.99 <= guess["confidence"] <= 1
    assert guess["sheet"] == "公开表" and guess["cell"].startswith("C")


def test_findings_keep_their_order_and_blanks_are_empty_texts() -> None:
    data = as_data("x", outcome(finding(), finding(Severity.HINT, BLANK, CELL), suspects=(suspect(),)))
    assert [item["severity"] for item in data["findings"]] == ["错误", "提示"]
    assert data["findings"][1]["cells"][0] == {
        "sheet": "公开06表",
        "cell": "",
        "ref": "basic[30106,1]",
        "label": "公开06表 30106 伙食补助费",
        "value": "",
    }
    assert data["not_checked"][2] == {"rule": "", "title": "公开02表", "reason": "没有公式"}
    assert data["suspects"][0]["changes"][0]["suggested"] == "6.22"
    assert data["suspects"][0]["confidence"] == 0.9999


def test_what_has_no_amount_has_no_gap() -> None:
    (first,) = as_data("x", check(Report("national_2024")))["findings"]
    assert (first["gap"], first["allowed"], first["cells"]) == (None, None, [])
