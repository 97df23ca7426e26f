"""Figures as data: the JSON contract and what a file written by hand may get wrong."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import examples
from xltools import figures
from xltools.amount import Unit
from xltools.errors import XltoolsError
from xltools.report import Cover, Fund, Indicator, Ref, Report, SelfEvaluation

EXAMPLE = Path(figures.__file__).parents[1] / "editions" / "shanxi_2024" / "example.json"
MINIMAL = {"edition": "shanxi_2024"}


def broken(tmp_path: Path, text: str) -> XltoolsError:
    path = tmp_path / "figures.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(XltoolsError) as caught:
        figures.load(path)
    assert caught.value.remedy
    return caught.value


def test_the_example_survives_the_round_trip_byte_for_byte():
    report = figures.load(EXAMPLE)
    assert figures.to_json(report) == EXAMPLE.read_text(encoding="utf-8")
    assert figures.load(figures.dump(report)) == report


def test_the_example_has_what_is_printed():
    report = figures.load(EXAMPLE)
    assert report.unit is Unit.WAN
    assert report.amounts[Ref("summary", "31", "1")] == Decimal("324.86")
    assert report.lines["general"] == [
        "201", "20103", "2010399", "20199", "2019999", "208", "20805", "2080502", "2080506",
    ]  # fmt: skip
    assert not [ref for ref in report.amounts if ref.form in ("funds", "state_capital", "three_public")]
    (project,) = report.self_evaluations
    assert len(project.indicators) == 17
    assert sum(one.weight or 0 for one in project.indicators) == 90
    scores = sum(one.score or 0 for one in project.indicators) + (project.funds[0].score or 0)
    assert scores == project.total == Decimal("59.62")
    assert len([key for key in report.texts if key.startswith("glossary.")]) == 13
    assert "<" not in project.achievement and "\n" in project.achievement


def test_zero_is_kept_with_its_places_and_blank_is_absent():
    table = {"7": "0", "8": "0.00", "9": "", "10": None, "11": "———"}
    report = figures.load({**MINIMAL, "amounts": {"three_public": {"1": table}}})
    assert figures.dump(report)["amounts"] == {"three_public": {"1": {"7": "0", "8": "0.00"}}}


def test_codes_keep_their_order_and_lines_without_figures():
    amounts = {"general": {"208": {"1": "1"}, "201": {}, "合计": {"1": "1"}}}
    report = figures.load({**MINIMAL, "amounts": amounts})
    assert report.lines == {"general": ["208", "201"]}
    assert list(figures.dump(report)["amounts"]["general"]) == ["合计", "208", "201"]


def test_json_numbers_are_taken_to_the_digit_written(tmp_path):
    path = tmp_path / "figures.json"
    path.write_text(
        '{"edition": "shanxi_2024", "amounts": {"basic": {"301": {"1": 0.10}, "303": {"1": 12}}}}', "utf-8"
    )
    assert figures.dump(figures.load(path))["amounts"] == {
        "basic": {"301": {"1": "0.10"}, "303": {"1": "12"}}
    }


def test_python_floats_are_the_decimals_they_were_meant_to_be():
    report = figures.load({**MINIMAL, "amounts": {"basic": {"301": {"1": 6.224}}}})
    assert report.amounts[Ref("basic", "301", "1")] == Decimal("6.224")


def test_empty_prose_is_no_prose():
    assert figures.load({**MINIMAL, "reasons": {"summary": "  \n"}}).reasons == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": NaN}}}}', "NaN"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": -Infinity}}}}', "-Infinity"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": 1e308}}}}', "basic › 301 › 1 处"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": 1e999999999999999999999}}}}', "不是金额"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": 1e-999999999}}}}', "小数位数过多"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": ' + "9" * 6000 + "}}}}", "数字过大"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": true}}}}', "是逻辑值"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": [1]}}}}', "应为数字"),
        ('{"edition": "e", "amounts": {"basic": {"301": {"1": "约3"}}}}', "“约3”是文字，不是金额"),
        ('{"edition": "e", "amounts": {"basic": {"301": "3"}}}', "amounts › basic › 301 处"),
        ('{"edition": "e", "amounts": {"basic": {" ": {"1": 1}}}}', "名称不能是空的"),
        ('{"edition": "e", "amounts": {"summery": {}}}', "不是表的标识"),
        ('{"edition": "e", "amounts": []}', "amounts 处应为 { } 对象"),
        ('{"edition": "e", "edition": "f"}', "“edition”出现了两次"),
        ('{"edition": "e", "amount": {}}', "amount 处是不认识的项目"),
        ('{"unit": "元"}', "edition 处缺少这一项"),
        ('{"edition": "e", "unit": "千元"}', "unit 处“千元”不在允许的取值之内"),
        ('{"edition": "e", "cover": {"year": "明年"}}', "应为四位年份"),
        ('{"edition": "e", "cover": {"year": true}}', "应为四位年份"),
        ('{"edition": "e", "cover": {"entity": 5}}', "cover › entity 处“5”应为文字"),
        ('{"edition": "e", "self_evaluations": {}}', "应为 [ ] 列表"),
        ('{"edition": "e", "self_evaluations": [{}, {"funds": [{"rate": 1}]}]}', "第 2 个 › funds › 第 1 个"),
        ('{"edition": "e", "texts": {"duties": "\\u0000"}}', "控制字符"),
        ('{"edition": "e", "texts": {"duties": "\\ud800"}}', "控制字符"),
        ('{"edition": "e", "texts": {"duties": "' + "长" * 32001 + '"}}', "文字过长"),
        ('{"edition": 1, "cover": {"year": "x"}}', "共 2 处"),
        ('{"edition": "e"}', "没有名为“e”的版本"),
        ('{"edition": "national_2024", "amounts": {"statistics": {"1": {"1": 1}}}}', "没有这张表"),
        ('{"edition": "shanxi_2024", "amounts": {"summary": {"1": {"2": 1}}}}', "summary › 1 › 2 处公开01表"),
        (
            '{"edition": "shanxi_2024", "budget": {"general": {"201": {"4": 1}}}}',
            "budget › general › 201 › 4",
        ),
        ('["edition"]', "最外层应为 { } 对象"),
        ('{"edition": ', "第 1 行第"),
        ("", "不是有效的 JSON"),
        ("[" * 100_000, "嵌套过深"),
    ],
)
def test_a_wrong_file_is_refused_in_one_chinese_sentence(tmp_path, text, said):
    error = broken(tmp_path, text)
    assert said in error.message
    assert "figures.json" in error.message or "版本" in error.message
    assert error.message.count("。") == 1
    assert not any(word in error.message for word in ("Input", "should", "Error"))


def test_what_is_no_text_file_is_refused(tmp_path):
    path = tmp_path / "figures.json"
    path.write_bytes("{“合计”}".encode("gbk"))
    with pytest.raises(XltoolsError, match="UTF-8"):
        figures.load(path)
    with pytest.raises(XltoolsError, match="文件夹"):
        figures.load(tmp_path)
    with pytest.raises(XltoolsError, match="找不到"):
        figures.load(tmp_path / "none.json")


def test_a_byte_order_mark_is_no_trouble(tmp_path):
    path = tmp_path / "figures.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode())
    assert figures.load(path).edition == "shanxi_2024"


def test_the_schema_names_every_part_and_every_form():
    schema = figures.schema()
    assert set(schema["properties"]) == set(figures.dump(Report("e")))
    assert schema["required"] == ["edition"]
    assert all(form in json.dumps(schema) for form in figures.FORMS)


AMOUNT = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
CODE = st.sampled_from(["201", "20103", "2010399", "208", "20805"])
PROSE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(str.strip)
KEYED = st.dictionaries(st.sampled_from(["summary", "general.201", "duties"]), PROSE)


@st.composite
def reports(draw):
    codes = draw(st.lists(CODE, unique=True))
    lines = {"expenditure": codes} if codes else {}
    coded = {Ref("expenditure", line, "1"): draw(AMOUNT) for line in [*codes, "合计"] if draw(st.booleans())}
    fixed = draw(
        st.dictionaries(
            st.builds(Ref, st.sampled_from(["summary", "statistics"]), st.sampled_from("123"), st.just("1")),
            AMOUNT,
        )
    )
    indicator = Indicator("产出指标", "数量指标", draw(PROSE), weight=draw(st.none() | AMOUNT))
    return Report(
        "shanxi_2024",
        unit=draw(st.sampled_from(Unit)),
        cover=Cover(entity=draw(PROSE), year=draw(st.none() | st.integers(1990, 2100))),
        amounts=coded | fixed,
        lines=lines,
        titles=draw(st.dictionaries(CODE, PROSE)),
        last_year=fixed,
        self_evaluations=[
            SelfEvaluation(funds=[Fund("资金总额", rate=draw(AMOUNT))], indicators=[indicator])
        ],
        texts=draw(KEYED),
        reasons=draw(KEYED),
        explanations=draw(KEYED),
    )


@settings(max_examples=examples(60), deadline=None)
@given(reports())
def test_load_undoes_dump(report):
    again = figures.load(json.loads(figures.to_json(report)))
    assert again == report
    assert figures.to_json(again) == figures.to_json(report)
