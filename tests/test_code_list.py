"""A user's own list of function codes: what is understood, what is refused and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from xltools.editions import code_list, load, with_codes
from xltools.errors import XltoolsError


def listed(tmp_path: Path, content: str | bytes) -> dict[str, str]:
    path = tmp_path / "代码.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return code_list.read(path)


@pytest.mark.parametrize(
    "content",
    [
        "2010301,行政运行\n201,一般公共服务支出\n",
        "科目代码,科目名称\r\n2010301,行政运行\r\n201,一般公共服务支出\r\n",
        "\ufeffcode,name\n2010301,行政运行\n\n201,一般公共服务支出\n\n",
        "2010301\t行政运行\n201\t一般公共服务支出\n",
        '\'２０１０３０１, 行政运行 ,\n" 201","一般公共服务支出",\n',
        "科目代码,科目名称\n2010301,行政运行\n201,一般公共服务支出\n201,一般公共服务支出\n".encode("gb18030"),
        "\ufeff2010301,行政运行\n201,一般公共服务支出\n".encode(),
    ],
    ids=[
        "plain",
        "heading",
        "bom and blank lines",
        "tab",
        "full width, quotes, apostrophe",
        "gbk, twice",
        "bom",
    ],
)
def test_usual_files_are_understood(tmp_path: Path, content: str | bytes) -> None:
    assert listed(tmp_path, content) == {"2010301": "行政运行", "201": "一般公共服务支出"}


def test_a_name_may_hold_a_comma_and_brackets(tmp_path: Path) -> None:
    assert listed(tmp_path, '20103,"政府办公厅（室）,及相关机构事务"\n') == {
        "20103": "政府办公厅（室）,及相关机构事务"
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "没有科目代码"),
        ("代码,名称\n", "没有科目代码"),
        ("201,一般公共服务支出\n2010,四位\n", "第 2 行：科目代码“2010”不是3位、5位或7位"),
        ("201,一般公共服务支出\n2O1,字母\n", "第 2 行：科目代码“2O1”不是"),
        ("201,一般公共服务支出\n行政运行,2010301\n", "第 2 行：科目代码“行政运行”不是"),
        ("201,\n", "第 1 行：科目代码 201 没有名称"),
        ("201\n", "第 1 行：应有两列，现有 1 列"),
        ("201,一般公共服务支出,类\n", "第 1 行：应有两列，现有 3 列"),
        (
            "201,一般公共服务支出\n\n201,公共服务\n",
            "第 3 行：代码 201 已有名称“一般公共服务支出”，这里又为“公共服务”",
        ),
        (b"\xff\xfe\x00\x01\xff", "编码不是"),
        ("201,公共\0服务\n", "第 1 行：科目代码 201 的名称中有无法显示的字符"),
        ("201," + "长" * 200_000, "不是有效的 CSV"),
    ],
)
def test_trouble_is_one_sentence_that_says_where(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(XltoolsError) as caught:
        listed(tmp_path, content)
    assert says in caught.value.message
    assert caught.value.remedy


def test_files_that_are_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(XltoolsError, match="找不到代码表"):
        code_list.read(tmp_path / "没有.csv")
    with pytest.raises(XltoolsError, match="是文件夹"):
        code_list.read(tmp_path)
    large = tmp_path / "大.csv"
    large.write_text("201,一般公共服务支出\n")
    monkeypatch.setattr(code_list, "_LARGEST", 3)
    with pytest.raises(XltoolsError, match="过大"):
        code_list.read(large)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "锁.csv"
    path.write_text("201,一般公共服务支出\n")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(XltoolsError, match="读不了代码表"):
        code_list.read(path)


def test_an_edition_learns_the_codes(tmp_path: Path) -> None:
    path = tmp_path / "代码.csv"
    path.write_text("299,本地类\n2010399,本地名称\n", encoding="utf-8")
    edition = load()
    extended = with_codes(edition, str(path))
    assert extended.function_codes["299"] == "本地类"
    assert extended.function_codes["2010399"] == "本地名称"
    assert extended.function_codes["201"] == edition.function_codes["201"]
    assert "299" not in edition.function_codes
    assert extended.rules is edition.rules
    # What was derived from the one edition is not taken for the other.
    assert extended.memo is not edition.memo
