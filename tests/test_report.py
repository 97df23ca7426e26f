"""Ref and Report."""

from __future__ import annotations

from decimal import Decimal

from xltools.report import Place, Ref, Report, evaluation_ref

ONE, OTHER = Ref("summary", "27", "1"), Ref("general", "2010399", "2")


def test_a_ref_is_written_in_the_coordinates_of_the_field() -> None:
    assert str(ONE) == "summary[27,1]"
    assert str(OTHER) == "general[2010399,2]"
    assert str(evaluation_ref(2, "fund1", "executed")) == "self_evaluation[2.fund1,executed]"


def test_a_blank_counts_as_zero_and_is_still_a_blank() -> None:
    report = Report("shanxi_2024", amounts={ONE: Decimal("0.00")})
    assert report.get(OTHER) == 0
    assert ONE in report.amounts and OTHER not in report.amounts


def test_a_copy_with_changes_leaves_the_original() -> None:
    report = Report("shanxi_2024", amounts={ONE: Decimal("1.00")}, titles={"201": "甲"})
    changed = report.replaced({ONE: None, OTHER: Decimal("2.00")})
    assert changed.amounts == {OTHER: Decimal("2.00")}
    assert report.amounts == {ONE: Decimal("1.00")}
    assert changed.titles == report.titles
    assert report.replaced({OTHER: None}).amounts == report.amounts


def test_a_tidy_table_for_pandas() -> None:
    report = Report(
        "shanxi_2024",
        amounts={ONE: Decimal("324.82"), OTHER: Decimal("6.20")},
        titles={"2010399": "其他支出"},
        places={ONE: Place("公开01表", "C33")},
    )
    frame = report.to_frame()
    assert list(frame.columns) == ["form", "line", "title", "column", "amount", "sheet", "cell"]
    assert frame.values.tolist() == [
        ["summary", "27", "", "1", "324.82", "公开01表", "C33"],
        ["general", "2010399", "其他支出", "2", "6.20", "", ""],
    ]
    assert list(Report("shanxi_2024").to_frame().columns) == list(frame.columns)
