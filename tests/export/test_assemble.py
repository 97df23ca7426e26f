"""From figures to the document: every figure is in its cell, in 万元, under the official headings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.export.sample import document, report
from xltools.amount import Unit, show
from xltools.editions import load
from xltools.export.assemble import assemble, form_table, numeral, report_charts
from xltools.export.document import Chart, Document, Heading, Paragraph, Table, outline
from xltools.narrative import write
from xltools.report import Ref

EDITION = load("shanxi_2024")


def tables(of: Document) -> list[Table]:
    return [block for block in of.blocks if isinstance(block, Table)]


def facts(table: Table) -> dict[str, str]:
    return {cell.fact: cell.text for row in table.body for cell in row if cell.fact}


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (26, "二十六")]
)
def test_numerals(number: int, text: str) -> None:
    assert numeral(number) == text


def test_the_order_of_the_published_document() -> None:
    parts = [entry.text.split()[0] for entry in outline(document()) if entry.level == 1]
    assert parts == ["第一部分", "第二部分", "第三部分", "第四部分", "第五部分"]
    numbers = [table.number for table in tables(document())]
    assert numbers == [f"公开{n:02}表" for n in range(1, 11)] + [""]


def test_every_figure_of_the_report_stands_in_its_table() -> None:
    for table in tables(document())[:10]:
        amounts = {str(ref): value for ref, value in report().amounts.items() if ref.form == table.key}
        printed = facts(table)
        assert printed.keys() == amounts.keys()
        form = EDITION.forms[table.key]
        for name, value in amounts.items():
            line = form.line_of.get(name.split("[")[1].split(",")[0])
            assert printed[name] == show(value, 0 if line and line.count else 2)


def test_codes_without_figures_and_forms_without_data_keep_their_grid() -> None:
    funds = next(table for table in tables(document()) if table.key == "funds")
    assert [cell.text for cell in funds.body[0]] == ["合计", "", "", "", "", "", ""]
    assert funds.notes[-1] == "说明：本表无数据"


def test_a_report_in_yuan_prints_the_same_tables() -> None:
    amounts = {ref: value * 10000 for ref, value in report().amounts.items()}
    counts = {ref for ref in amounts if ref.form == "statistics" and int(ref.line) >= 7}
    amounts |= {ref: report().amounts[ref] for ref in counts}
    funds = [
        [replace(f, **{k: v * 10000 for k, v in _amounts(f).items()}) for f in evaluation.funds]
        for evaluation in report().self_evaluations
    ]
    evaluations = [replace(e, funds=f) for e, f in zip(report().self_evaluations, funds, strict=True)]
    yuan = replace(report(), unit=Unit.YUAN, amounts=amounts, self_evaluations=evaluations)
    assert tables(assemble(yuan, EDITION)) == tables(document())


def _amounts(fund: object) -> dict[str, Decimal]:
    names = ("declared", "budgeted", "adjusted", "executed", "carryover")
    return {name: getattr(fund, name) for name in names}


def test_yuan_is_rounded_half_up_once() -> None:
    ref = Ref("summary", "1", "1")
    yuan = replace(report(), unit=Unit.YUAN, amounts={ref: Decimal("3248150.00")})
    assert facts(form_table(yuan, EDITION, EDITION.forms["summary"], 2024, ""))[str(ref)] == "324.82"


def test_negative_amounts_and_zeros_are_printed_and_blanks_are_not() -> None:
    line = Ref("summary", "29", "1"), Ref("summary", "30", "1")
    odd = replace(report(), amounts={line[0]: Decimal("-1.5"), line[1]: Decimal(0)})
    found = facts(form_table(odd, EDITION, EDITION.forms["summary"], 2024, ""))
    assert found == {str(line[0]): "-1.50", str(line[1]): "0.00"}


def test_paragraphs_are_the_sentences_with_their_facts_marked() -> None:
    sentences = write(report(), EDITION)
    blocks = document().blocks
    start = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.key == "narrative")
    end = next(n for n, b in enumerate(blocks) if isinstance(b, Heading) and b.key == "glossary")
    printed = [block for block in blocks[start:end] if isinstance(block, Paragraph)]
    assert [paragraph.text for paragraph in printed] == [sentence.text for sentence in sentences]
    first = {run.fact: run.text for run in printed[0].runs if run.fact}
    assert first["summary[31,1]"] == "324.86" and first["summary[31,1].rate"] == "10.82"


def test_a_sentence_rewritten_by_hand_is_published_as_typed() -> None:
    sentence = write(report(), EDITION)[0]._replace(typed="手写的一句。\n又一段。")
    texts = [b.text for b in assemble(report(), EDITION, [sentence]).blocks if isinstance(b, Paragraph)]
    assert "手写的一句。" in texts and "又一段。" in texts


def test_charts_follow_the_section_they_show() -> None:
    charts = [block for block in document().blocks if isinstance(block, Chart)]
    assert [chart.title for chart in charts] == ["收支与上年对比", "本年收入结构", "本年支出结构"]
    assert charts[1].series[0].labels == ("324.81（99.99%）", "0.02（0.01%）")
    assert "364.29" in charts[0].alt and "324.86" in charts[0].alt


def test_no_chart_without_figures() -> None:
    assert report_charts(replace(report(), amounts={}, last_year={}), EDITION) == []


def test_the_self_evaluation_carries_every_indicator_and_its_total() -> None:
    evaluation = report().self_evaluations[0]
    table = tables(document())[-1]
    texts = [cell.text for row in table.body for cell in row]
    for indicator in evaluation.indicators:
        assert indicator.name in texts and (not indicator.reason or indicator.reason in texts)
    assert {
        "59.62",
        "差",
        "6.224",
        "23.776",
        "20.75",
        "2.07",
        evaluation.goal,
        evaluation.achievement,
    } <= set(texts)
    assert {*evaluation.analysis, *evaluation.analysis.values()} <= set(texts)
