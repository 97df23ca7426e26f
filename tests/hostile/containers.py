"""Files that are no workbooks, damaged or malicious containers, malicious XML."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import struct
import zipfile

from tests.hostile.case import (
    EXPENDITURE,
    Refused,
    Same,
    case,
    changed,
    edited,
    example_parts,
    packed,
    sheet,
)
from tests.workbook.books import example_bytes
from tests.workbook.builders import compound

BOMB, NOT_XML, HOSTILE, BROKEN = "异常巨大", "网页", "实体声明", "已损坏"

# --- no workbook at all


@case("empty file", Refused("空文件"))
def _() -> bytes:
    return b""


@case("zip magic and rubbish", Refused("已损坏"))
def _() -> bytes:
    return b"PK\x03\x04" + b"rubbish" * 40


@case("text renamed", Refused("文本文件"))
def _() -> bytes:
    return "收入,支出\n1,2\n".encode()


@case("gbk text renamed", Refused("文本文件"))
def _() -> bytes:
    return "科目,金额\n一般公共服务支出,6.22\n".encode("gbk")


@case("web page renamed", Refused(NOT_XML), ".xls")
def _() -> bytes:
    return b"<html><table><tr><td>1</td></tr></table></html>"


@case("spreadsheet xml 2003", Refused(NOT_XML), ".xls")
def _() -> bytes:
    return b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@case("pdf renamed", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    return b"%PDF-1.7\n\x01\x02" + bytes(100)


@case("picture renamed", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(100)


@case("only zeros", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    return bytes(10_000)


@case("a zip of something else", Refused("压缩包"))
def _() -> bytes:
    return packed({"readme.txt": b"hello"})


@case("a workbook inside a zip", Refused("压缩包"))
def _() -> bytes:
    return packed({"决算.xlsx": example_bytes()})


@case("an empty zip", Refused("压缩包"))
def _() -> bytes:
    return b"PK\x05\x06" + bytes(18)


@case("word document", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    return packed(
        {"[Content_Types].xml": b"<Types/>", "_rels/.rels": rels, "word/document.xml": b"<document/>"}
    )


@case("binary workbook", Refused("xlsb"), ".xlsb")
def _() -> bytes:
    rels = example_parts()["_rels/.rels"].decode().replace("xl/workbook.xml", "xl/workbook.bin").encode()
    return changed(**{"_rels/.rels": rels, "xl/workbook.bin": b"\x83\x01\x00"})


@case("outlook message", Refused("不是 Excel 工作簿"), ".xls")
def _() -> bytes:
    return compound({"__properties_version1.0": b"x"})


# --- damaged containers


@case("first half", Refused("不完整"))
def _() -> bytes:
    return example_bytes()[: len(example_bytes()) // 2]


@case("last bytes missing", Refused("不完整"))
def _() -> bytes:
    return example_bytes()[:-30]


@case("first bytes missing", Refused("不是 Excel 工作簿"))
def _() -> bytes:
    return example_bytes()[100:]


@case("a hole in the middle", Refused("已损坏"))
def _() -> bytes:
    data = bytearray(example_bytes())
    middle = len(data) // 4
    data[middle : middle + 4000] = bytes(4000)
    return bytes(data)


@case("wrong checksum", Refused("校验不符"))
def _() -> bytes:
    data = bytearray(example_bytes())
    at = data.find(b"PK\x01\x02", data.find(b"xl/worksheets/sheet4.xml", data.rfind(b"PK\x01\x02") // 2) - 60)
    central = data.rfind(b"xl/worksheets/sheet4.xml")
    data[central - 30] ^= 1
    assert at
    return bytes(data)


@case("rubbish behind the zip", Same())
def _() -> bytes:
    return example_bytes() + b"\r\n" * 50


@case("a part left out", Refused("缺少"))
def _() -> bytes:
    return changed(**{sheet(2): None})


@case("workbook part left out", Refused("已损坏"))
def _() -> bytes:
    return changed(**{"xl/workbook.xml": None})


@case("no relationships", Refused("已损坏"))
def _() -> bytes:
    return changed(**{"_rels/.rels": None})


@case("shared strings left out", Refused("无法读取"))
def _() -> bytes:
    return changed(**{"xl/sharedStrings.xml": None})


@case("styles left out", Same())
def _() -> bytes:
    return changed(**{"xl/styles.xml": None})


@case("sheet cut off", Refused("已损坏"))
def _() -> bytes:
    return changed(**{sheet(2): example_parts()[sheet(2)][:-200]})


@case("shared strings cut off", Refused("无法读取"))
def _() -> bytes:
    return changed(**{"xl/sharedStrings.xml": example_parts()["xl/sharedStrings.xml"][:-2000]})


@case("two sheets of one name", Refused("重名"))
def _() -> bytes:
    return edited("xl/workbook.xml", 'name="公开02表"', 'name="公开01表"')


@case("a sheet twice in the list", Refused("重名"))
def _() -> bytes:
    return edited(
        "xl/workbook.xml",
        '<sheet name="公开01表" sheetId="2" r:id="rId2"/>',
        '<sheet name="公开01表" sheetId="2" r:id="rId2"/>' * 2,
    )


@case("no sheets", Refused("没有工作表"))
def _() -> bytes:
    text = example_parts()["xl/workbook.xml"].decode()
    start, end = text.index("<sheets>"), text.index("</sheets>")
    return changed(**{"xl/workbook.xml": (text[: start + 8] + text[end:]).encode()})


@case("2000 sheets", Refused("张工作表"))
def _() -> bytes:
    more = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId2"/>' for n in range(100, 2100))
    return edited("xl/workbook.xml", "</sheets>", more + "</sheets>")


# --- containers that attack


@case("ratio bomb", Refused(BOMB))
def _() -> bytes:
    return changed(**{sheet(1): b"0" * 100_000_000})


@case("bomb in an unused part", Refused(BOMB))
def _() -> bytes:
    return changed(**{"xl/media/image1.bin": bytes(120_000_000)})


@case("bomb of many parts", Refused(BOMB))
def _() -> bytes:
    # Each part stays below the ratio that is refused: together they are too much.
    body = bytes(range(256)) * 64 + b"0" * 3_000_000
    return packed({**example_parts(), **{f"xl/media/{n}.bin": body for n in range(140)}})


@case("zip in zip in zip", Same())
def _() -> bytes:
    inner = packed({"a.bin": bytes(10_000_000)})
    for _ in range(5):
        inner = packed({"inner.zip": inner})
    return changed(**{"xl/embeddings/oleObject1.bin": inner})


@case("10000 parts", Refused(BOMB))
def _() -> bytes:
    return packed({**example_parts(), **{f"xl/media/{n}.png": b"" for n in range(10_000)}})


@case("declared sizes too small", Refused("已损坏"))
def _() -> bytes:
    data = bytearray(changed(**{EXPENDITURE: b"<worksheet>" + b"0" * 50_000_000}))
    name = EXPENDITURE.encode()
    at = data.rfind(name) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    struct.pack_into("<L", data, at + 24, 1000)
    return bytes(data)


@case("parts overlap", Refused("重叠"))
def _() -> bytes:
    data = bytearray(example_bytes())
    places = []
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        places.append(at)
        at = data.find(b"PK\x01\x02", at + 4)
    data[places[5] + 42 : places[5] + 46] = data[places[4] + 42 : places[4] + 46]
    return bytes(data)


@case("directory says 65000 entries", Refused(BOMB))
def _() -> bytes:
    data = bytearray(example_bytes())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<HH", data, at + 8, 65_000, 65_000)
    return bytes(data)


@case("directory points beyond the file", Refused("已损坏"))
def _() -> bytes:
    data = bytearray(example_bytes())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<L", data, at + 16, 0x7FFFFFFF)
    return bytes(data)


@case("encrypted zip", Refused("密码"))
def _() -> bytes:
    data = bytearray(example_bytes())
    at = data.find(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)
    return bytes(data)


@case("part named to climb out", Refused("可疑的路径名"))
def _() -> bytes:
    return packed({**example_parts(), "xl/../../../etc/passwd": b"x"})


@case("part named from the root", Refused("可疑的路径名"))
def _() -> bytes:
    return packed({**example_parts(), "/etc/passwd": b"x"})


@case("part named after a drive", Refused("可疑的路径名"))
def _() -> bytes:
    return packed({**example_parts(), "C:\\windows\\x.dll": b"x"})


@case("part name of 60000 letters", Same())
def _() -> bytes:
    return packed({**example_parts(), "xl/" + "a" * 60_000: b"x"})


@case("part twice", Refused("重名部件"))
def _() -> bytes:
    target = io.BytesIO(example_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr(EXPENDITURE, b"<worksheet/>")
    return target.getvalue()


@case("part twice in another case", Refused("重名部件"))
def _() -> bytes:
    return packed({**example_parts(), EXPENDITURE.upper(): b"<worksheet/>"})


@case("a method that excel does not know", Refused("压缩方法"))
def _() -> bytes:
    return packed(example_parts(), zipfile.ZIP_LZMA)


# --- XML that attacks

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = b'<?xml version="1.0"?><!DOCTYPE l SYSTEM "http://127.0.0.1:1/evil.dtd">'


def headed(part: str, head: bytes, use: bytes = b"") -> bytes:
    """The example with another prologue of one part."""
    body = example_parts()[part].split(b"?>", 1)[1]
    if use:
        body = body.replace(b"<v>319.74</v>", b"<v>" + use + b"</v>", 1)
    return changed(**{part: head + body})


@case("billion laughs", Refused(HOSTILE))
def _() -> bytes:
    return headed(EXPENDITURE, LAUGHS, b"&j;")


@case("external entity", Refused(HOSTILE))
def _() -> bytes:
    return headed(EXPENDITURE, EXTERNAL, b"&a;")


@case("document type from the network", Refused(HOSTILE))
def _() -> bytes:
    return headed(EXPENDITURE, PARAMETER)


for part in ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"):

    @case(f"entities in {part.rpartition('/')[2]}", Refused(HOSTILE))
    def _(part: str = part) -> bytes:
        return headed(part, LAUGHS)


@case("utf-16 with entities", Refused(HOSTILE))
def _() -> bytes:
    text = (LAUGHS + example_parts()[EXPENDITURE].split(b"?>", 1)[1]).decode()
    return changed(**{EXPENDITURE: text.encode("utf-16")})


@case("an encoding that nobody has", Refused("已损坏"))
def _() -> bytes:
    return headed(EXPENDITURE, b'<?xml version="1.0" encoding="x-evil"?>')


@case("no xml in a sheet", Refused("已损坏"))
def _() -> bytes:
    return changed(**{EXPENDITURE: b"\x00\x01\x02" * 1000})


@case("another root element", Refused("已损坏"))
def _() -> bytes:
    return changed(**{EXPENDITURE: b"<html/>"})


@case("elements 100000 deep", Same(), seconds=20)
def _() -> bytes:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    return changed(
        **{EXPENDITURE: example_parts()[EXPENDITURE].replace(b"<sheetData>", b"<sheetData>" + deep)}
    )


@case("an attribute of 20 MB", Refused(BOMB))
def _() -> bytes:
    return edited(EXPENDITURE, "<sheetData>", '<sheetData a="' + "x" * 20_000_000 + '">')


@case("relationship to a part outside", Refused("缺少"))
def _() -> bytes:
    return edited("xl/_rels/workbook.xml.rels", "worksheets/sheet4.xml", "../../../../etc/passwd")


@case("relationship to the network", Refused("缺少"))
def _() -> bytes:
    return edited(
        "xl/_rels/workbook.xml.rels",
        'Target="worksheets/sheet4.xml"',
        'Target="http://127.0.0.1:1/sheet4.xml" TargetMode="External"',
    )


@case("a sheet that is the workbook", Refused("已损坏"))
def _() -> bytes:
    return edited("xl/_rels/workbook.xml.rels", "worksheets/sheet4.xml", "workbook.xml")


# --- passwords


@case("encrypted workbook", Refused("密码"))
def _() -> bytes:
    return compound({"EncryptionInfo": b"", "EncryptedPackage": b""})


@case("encrypted old workbook", Refused("密码"), ".xls")
def _() -> bytes:
    head = struct.pack("<HH16x", 0x0809, 16) + struct.pack("<HHH4x", 0x002F, 6, 0)
    return compound({"Workbook": head})


@case("prefix that unpacks itself", Refused("不是 Excel 工作簿"), ".exe")
def _() -> bytes:
    return b"MZ\x90\x00\x03\x00" + bytes(500) + example_bytes()
