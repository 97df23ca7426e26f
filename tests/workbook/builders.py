"""Small workbooks made at test time: parts by hand, and files by other programs."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip container with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def worksheet(data: str = "", after: str = "", before: str = "") -> str:
    """A worksheet whose <sheetData> holds ``data``."""
    body = f"<sheetData>{data}</sheetData>" if data else "<sheetData/>"
    return f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{RELS}">{before}{body}{after}</worksheet>'


def parts_of(
    sheets: Mapping[str, str], workbook: str = "", extra: Mapping[str, str | bytes] | None = None
) -> dict[str, str | bytes]:
    """The parts of a workbook: sheet name → worksheet XML; ``workbook`` goes behind <sheets>."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{RELS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{listed}</sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'{related}<Relationship Id="rId90" Type="{RELS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><dxfs count="2"><dxf><font><b/></font></dxf><dxf><font><i/></font></dxf></dxfs></styleSheet>',
    }
    for i, xml in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = xml
    parts.update(extra or {})
    return parts


def write(path: Path, sheets: Mapping[str, str], workbook: str = "", **extra: str | bytes) -> Path:
    """A workbook of hand-made sheets at ``path``."""
    path.write_bytes(zipped(parts_of(sheets, workbook, extra)))
    return path


def with_chain(parts: dict[str, str | bytes], entries: str) -> dict[str, str | bytes]:
    """``parts`` with a calculation chain."""
    types, links = str(parts["[Content_Types].xml"]), str(parts["xl/_rels/workbook.xml.rels"])
    override = f'<Override PartName="/xl/calcChain.xml" ContentType="{_TYPE}.calcChain+xml"/></Types>'
    link = f'<Relationship Id="rId91" Type="{RELS}/calcChain" Target="calcChain.xml"/></Relationships>'
    return {
        **parts,
        "[Content_Types].xml": types.replace("</Types>", override),
        "xl/_rels/workbook.xml.rels": links.replace("</Relationships>", link),
        "xl/calcChain.xml": f'{HEAD}<calcChain xmlns="{MAIN}">{entries}</calcChain>',
    }


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file (CFB version 3) with these streams, each padded to 4,096 bytes or more."""
    sector = 512
    bodies = {name: body.ljust(4096, b"\x00") for name, body in streams.items()}
    bodies = {name: body.ljust(-(-len(body) // sector) * sector, b"\x00") for name, body in bodies.items()}
    table: list[int] = [0xFFFFFFFD]
    directory_at = len(table)
    directory_sectors = -(-(len(bodies) + 1) * 128 // sector)
    table += [*range(directory_at + 1, directory_at + directory_sectors), 0xFFFFFFFE]
    starts: dict[str, int] = {}
    for name, body in bodies.items():
        starts[name] = len(table)
        count = len(body) // sector
        table += [*range(len(table) + 1, len(table) + count), 0xFFFFFFFE]
    assert len(table) <= 128
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack(
        "<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, directory_at, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    entries = _directory_entry("Root Entry", 5, 0xFFFFFFFE, 0)
    entries += b"".join(_directory_entry(name, 2, starts[name], len(body)) for name, body in bodies.items())
    fat = struct.pack("<128L", *table, *[0xFFFFFFFF] * (128 - len(table)))
    return header + fat + entries.ljust(directory_sectors * sector, b"\x00") + b"".join(bodies.values())


def _directory_entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\x00\x00"
    return struct.pack(
        "<64sHBBLLL16xL8x8xLQ", raw, len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0, start, size
    )
