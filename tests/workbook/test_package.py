"""Whatever file is handed over: a workbook, or one Chinese sentence with a remedy."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.workbook.builders import compound, parts_of, worksheet, write, zipped
from xltools.errors import XltoolsError
from xltools.workbook.container import MAX_ENTRIES, directory, inflate, rebuild
from xltools.workbook.package import Kind, open_package, relationships

DATA = '<row r="1"><c r="A1"><v>1</v></c></row>'


def refused(path: Path, *words: str) -> XltoolsError:
    """The file is refused in Chinese, with a remedy, in these words."""
    with pytest.raises(XltoolsError) as caught:
        open_package(path)
    error = caught.value
    assert error.remedy
    for word in words:
        assert word in str(error), str(error)
    assert len(str(error)) < 200
    return error


def broken(path: Path, content: bytes, *words: str) -> XltoolsError:
    path.write_bytes(content)
    return refused(path, *words)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "决算.xlsx"


def test_sheets_are_told_with_their_state_and_part(file: Path) -> None:
    book = xlsxwriter.Workbook(file)
    book.add_worksheet("公开01表")
    book.add_worksheet("A&B <x>").hide()
    book.add_worksheet("很隐藏").very_hidden()
    book.add_chartsheet("图")
    book.close()
    package = open_package(file)
    assert package.kind is Kind.XLSX
    assert [(s.name, s.state, s.kind) for s in package.sheets] == [
        ("公开01表", "visible", "worksheet"),
        ("A&B <x>", "hidden", "worksheet"),
        ("很隐藏", "veryHidden", "worksheet"),
        ("图", "visible", "chartsheet"),
    ]
    assert b"<sheetData" in package.read(package.sheets[0].part)
    assert package.sheet("公开01表").part == "xl/worksheets/sheet1.xml"
    assert not package.signed and not package.macros
    with pytest.raises(XltoolsError, match="没有工作表"):
        package.sheet("不存在")


def test_openpyxl_files_and_absolute_targets(file: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.save(file)
    package = open_package(file)  # openpyxl writes Target="/xl/worksheets/sheet1.xml"
    assert package.sheets[0].part in package.entries
    assert relationships(package, package.workbook_part)


def test_macro_workbook(file: Path) -> None:
    write(file, {"表": worksheet(DATA)}, **{"xl/vbaProject.bin": b"x" * 100})
    assert open_package(file).kind is Kind.XLSM


def test_strict_workbook_is_told(file: Path) -> None:
    parts = parts_of({"表": worksheet(DATA)})
    strict = {
        name: content.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, content in parts.items()
        if isinstance(content, str)
    }
    file.write_bytes(zipped(strict))
    package = open_package(file)
    assert package.strict and package.sheets[0].name == "表"


def test_missing_folder_empty_and_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused(tmp_path / "没有.xlsx", "找不到文件")
    refused(tmp_path, "文件夹")
    broken(tmp_path / "空.xlsx", b"", "空文件")
    refused(Path("x\x00y.xlsx"), "无法读取")

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", denied)
    refused(tmp_path / "空.xlsx", "没有权限")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\x7fELF\x01\x02\x03\x00" * 50, "不是 Excel 工作簿"),
        ("单位,金额\n甲,1\n".encode(), "文本文件"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "网页"),
        (
            b'\xef\xbb\xbf<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "网页",
        ),
        (b"%PDF-1.7 ...", "文本文件"),
        (zipped({"readme.txt": "x"}), "压缩包"),
        (b"PK\x03\x04 and then nothing", "不完整"),
    ],
)
def test_other_things(file: Path, content: bytes, word: str) -> None:
    broken(file, content, word)


def test_truncated_anywhere_is_refused_in_words(file: Path) -> None:
    whole = zipped(parts_of({"表": worksheet(DATA)}))
    for length in range(1, len(whole) - 1, 37):
        broken(file, whole[:length])


def test_flipped_bytes_never_raise_anything_else(file: Path) -> None:
    whole = zipped(parts_of({"表": worksheet(DATA)}))
    for at in range(0, len(whole), 11):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        file.write_bytes(damaged)
        try:
            package = open_package(file)
            for part in package.entries:
                package.read(part)
        except XltoolsError as error:
            assert error.remedy


def test_compound_files(tmp_path: Path) -> None:
    bof = struct.pack("<HH16x", 0x0809, 16)
    old = tmp_path / "老.xls"
    old.write_bytes(compound({"Workbook": bof + struct.pack("<HH", 0x00E1, 2) + b"\xb0\x04"}))
    assert open_package(old).kind is Kind.XLS
    old.write_bytes(compound({"Book": bof}))
    assert open_package(old).kind is Kind.XLS
    locked = compound({"Workbook": bof + struct.pack("<HH", 0x002F, 6) + b"\x01" * 6})
    broken(tmp_path / "密.xls", locked, "打开密码")
    encrypted = compound({"EncryptionInfo": b"\x04\x00", "EncryptedPackage": b"x" * 5000})
    broken(tmp_path / "密.xlsx", encrypted, "打开密码")
    broken(tmp_path / "文.xls", compound({"WordDocument": b"x", "Workbook": b"y"}), "不是 Excel 工作簿")
    whole = compound({"Workbook": bof})
    for length in range(8, len(whole), 301):
        file = tmp_path / "半.xls"
        file.write_bytes(whole[:length])
        try:
            open_package(file)
        except XltoolsError as error:
            assert error.remedy


def test_ods_twin(tmp_path: Path) -> None:
    file = tmp_path / "表.ods"
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    file.write_bytes(zipped({"mimetype": mimetype, "content.xml": "<x/>", "META-INF/manifest.xml": "<m/>"}))
    assert open_package(file).kind is Kind.ODS
    locked = {"mimetype": mimetype, "content.xml": "<x/>", "META-INF/manifest.xml": "<encryption-data/>"}
    broken(file, zipped(locked), "打开密码")
    broken(
        file, zipped({"mimetype": mimetype.replace("spreadsheet", "text"), "content.xml": ""}), "不是电子表格"
    )


def document(rows: str, head: str = "") -> bytes:
    """An .ods with these table rows."""
    body = f'<?xml version="1.0"?>{head}<o:d xmlns:o="o" xmlns:table="t" xmlns:text="x" xmlns:office="f"><table:table>{rows}</table:table></o:d>'
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": body})


def test_cells_of_open_document_repeated_without_end(tmp_path: Path) -> None:
    file = tmp_path / "表.ods"
    empty = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    figure = '<table:table-row><table:table-cell office:value-type="float"><text:p>1</text:p></table:table-cell></table:table-row>'
    file.write_bytes(document(figure + empty))
    assert open_package(file).kind is Kind.ODS
    many = figure.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">')
    broken(file, document(many + figure), "1000001 行")
    broken(
        file,
        document(
            figure
            + empty
            + figure.replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="9000" ')
        ),
        "列",
    )
    broken(file, document(figure, '<!DOCTYPE x [<!ENTITY a "b">]>'), "实体声明")
    broken(file, document("<x>"), "损坏")


def test_other_office_files(file: Path) -> None:
    parts = parts_of({"表": worksheet()})
    parts["xl/workbook.xml"] = '<w:document xmlns:w="x"/>'
    broken(file, zipped(parts), "不是 Excel 工作簿")
    del parts["xl/workbook.xml"]
    broken(file, zipped(parts), "缺少工作簿")
    binary = parts_of({"表": worksheet()})
    binary["_rels/.rels"] = str(binary["_rels/.rels"]).replace("workbook.xml", "workbook.bin")
    binary["xl/workbook.bin"] = b"\x00"
    broken(file, zipped(binary), "xlsb")


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "xl/../../x", "C:/x", "xl\\sheet.xml", "a\x00b"])
def test_path_names(file: Path, name: str) -> None:
    content = zipped({**parts_of({"表": worksheet()}), "Q" * len(name): "x"})
    broken(file, content.replace(b"Q" * len(name), name.encode()), "路径名")


def test_names_twice(file: Path) -> None:
    content = zipped({**parts_of({"表": worksheet()}), "xl/sTyles.xml": "x"})
    broken(file, content, "重名部件")
    twins = parts_of({"表": worksheet(), "b": worksheet()})
    twins["xl/workbook.xml"] = str(twins["xl/workbook.xml"]).replace('"b"', '"表"')
    broken(file, zipped(twins), "重名的工作表")


def test_a_sheet_that_points_nowhere(file: Path) -> None:
    parts = parts_of({"表": worksheet()})
    del parts["xl/worksheets/sheet1.xml"]
    broken(file, zipped(parts), "缺少工作表“表”")


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"])
def test_entities(file: Path, part: str, hostile: str) -> None:
    parts = parts_of({"表": worksheet()})
    parts[part] = str(parts[part]).replace("?>\n", "?>\n" + hostile)
    broken(file, zipped(parts), "实体声明")


def test_broken_xml(file: Path) -> None:
    parts = parts_of({"表": worksheet()})
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"])[:-20]
    broken(file, zipped(parts), "xl/workbook.xml")


def test_bomb_by_ratio(file: Path) -> None:
    broken(file, zipped({**parts_of({"表": worksheet()}), "xl/media/a.xml": b"\x00" * 40_000_000}), "压缩比")


def test_bomb_by_number(file: Path) -> None:
    many = {f"x/{i}": "" for i in range(MAX_ENTRIES)}
    broken(file, zipped({**parts_of({"表": worksheet()}), **many}), "部件")


def test_bomb_by_a_lie_about_the_size(file: Path) -> None:
    """The declared size is small, the packed bytes hold much more: never more than declared is inflated."""
    content = bytearray(zipped({**parts_of({"表": worksheet()}), "xl/big.xml": b"\x00" * 3_000_000}))
    at = content.find(b"PK\x01\x02")
    while content[at + 46 : at + 56] != b"xl/big.xml":
        at = content.find(b"PK\x01\x02", at + 1)
    struct.pack_into("<L", content, at + 24, 1000)
    file.write_bytes(content)
    package = open_package(file)
    with pytest.raises(XltoolsError, match="校验不符"):
        package.read("xl/big.xml")


def test_overlapping_entries(file: Path) -> None:
    content = bytearray(zipped({"a": os.urandom(500), **parts_of({"表": worksheet()})}))
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 1)
    struct.pack_into("<L", content, second + 42, 0)
    broken(file, bytes(content), "重叠")


def test_encrypted_and_unknown_methods(file: Path) -> None:
    whole = zipped(parts_of({"表": worksheet()}))
    for offset, value, word in ((8, 1, "密码"), (10, 14, "压缩方法")):
        content = bytearray(whole)
        struct.pack_into("<H", content, content.find(b"PK\x01\x02") + offset, value)
        broken(file, bytes(content), word)


def test_zip64_is_read() -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.xml", "w", force_zip64=True) as part,
    ):
        part.write(b"hello " * 100)
    data = buffer.getvalue()
    at = data.find(b"PK\x01\x02")
    extra = struct.pack("<HHQQ", 1, 16, 600, struct.unpack_from("<L", data, at + 20)[0])
    wide = bytearray(data)
    struct.pack_into("<LL", wide, at + 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", wide, at + 30, len(extra))
    name_end = at + 46 + 5
    wide[name_end:name_end] = extra
    end = wide.rfind(b"PK\x05\x06")
    struct.pack_into("<L", wide, end + 12, struct.unpack_from("<L", wide, end + 12)[0] + len(extra))
    entries = directory(bytes(wide))
    assert inflate(bytes(wide), entries["a.xml"]) == b"hello " * 100


def test_rebuild_copies_packed_bytes_and_other_readers_agree() -> None:
    data = zipped({"a.xml": "aaa" * 50, "中文.xml": "b", "c.bin": os.urandom(99)})
    entries = directory(data)
    new = rebuild(data, entries, {"a.xml": b"new", "d.xml": b"more", "c.bin": None})
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["a.xml", "中文.xml", "d.xml"]
        assert archive.read("a.xml") == b"new" and archive.read("d.xml") == b"more"
    again = directory(new)
    before, after = entries["中文.xml"], again["中文.xml"]
    assert new[after.start : after.start + after.packed] == data[before.start : before.start + before.packed]
    assert zlib.crc32(b"b") == after.crc
