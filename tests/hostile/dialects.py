"""The example as other programs write it: identical findings are wanted, to the letter."""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import xlsxwriter

from tests.hostile.case import (
    EXPENDITURE,
    Found,
    Refused,
    Same,
    case,
    changed,
    edited,
    example_parts,
    packed,
    sheet,
)
from tests.hostile.old_xls import old_workbook
from tests.hostile.open_sheet import open_document
from tests.workbook.books import example_bytes

TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def everywhere(pattern: str, by: str, only: str = r"xl/worksheets/sheet\d+\.xml") -> bytes:
    """The example with a pattern replaced in all parts whose name matches."""
    parts = {
        name: re.sub(pattern, by, content.decode()).encode() if re.fullmatch(only, name) else content
        for name, content in example_parts().items()
    }
    return packed(parts)


@case("as we write it", Same())
def _() -> bytes:
    return example_bytes()


@case("saved by openpyxl", Same())
def _() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(example_bytes()))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@case("copied with xlsxwriter", Same())
def _() -> bytes:
    return copied(io.BytesIO(example_bytes()))


def copied(source: io.BytesIO) -> bytes:
    """Cells, formulas with their results, merged cells, hidden state, number formats: written anew."""
    formulas = openpyxl.load_workbook(source)
    values = openpyxl.load_workbook(source, data_only=True)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_numbers": False})
    formats = {}
    for page in formulas:
        made = book.add_worksheet(page.title)
        for row in page.iter_rows():
            for cell in row:
                if cell.value is None or type(cell).__name__ == "MergedCell":
                    continue
                style = formats.setdefault(
                    cell.number_format, book.add_format({"num_format": cell.number_format})
                )
                where = cell.row - 1, cell.column - 1
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    stored = values[page.title][cell.coordinate].value
                    made.write_formula(*where, cell.value, style, "" if stored is None else stored)
                elif isinstance(cell.value, str):
                    made.write_string(*where, cell.value, style)
                else:
                    made.write(*where, cell.value, style)
        for merged in page.merged_cells.ranges:
            where = merged.min_row - 1, merged.min_col - 1, merged.max_row - 1, merged.max_col - 1
            first = page.cell(merged.min_row, merged.min_col).value
            if not (isinstance(first, str) and first.startswith("=")):
                made.merge_range(*where, first or "")
    book.close()
    return target.getvalue()


@case("an old xls twin", Same(), ".xls")
def _() -> bytes:
    return old_workbook(example_bytes())


@case("an ods twin", Same(), ".ods")
def _() -> bytes:
    return open_document(example_bytes())


@case("an old xls with the name of a new one", Same())
def _() -> bytes:
    return old_workbook(example_bytes())


@case("strict ooxml", Same())
def _() -> bytes:
    swaps = {
        TRANSITIONAL: "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/": "http://purl.oclc.org/ooxml/officeDocument/",
        "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
    }
    parts = {}
    for name, content in example_parts().items():
        text = content.decode()
        for old, new in swaps.items():
            text = text.replace(old, new)
        parts[name] = text.encode()
    return packed(parts)


@case("prefixed elements", Same())
def _() -> bytes:
    parts = dict(example_parts())
    for number in range(1, 18):
        text = parts[sheet(number)].decode()
        text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text).replace(
            f'xmlns="{TRANSITIONAL}"', f'xmlns:x="{TRANSITIONAL}"'
        )
        parts[sheet(number)] = text.encode()
    return packed(parts)


@case("inline strings", Same())
def _() -> bytes:
    text = example_parts()["xl/sharedStrings.xml"].decode()
    strings = [match[1] for match in re.finditer(r"<si>(.*?)</si>", text, re.DOTALL)]

    def inline(match: re.Match[str]) -> str:
        return f'{match[1]} t="inlineStr"><is>{strings[int(match[2])]}</is></c>'

    parts = {
        name: re.sub(r'(<c [^>]*?) t="s"><v>(\d+)</v></c>', inline, content.decode()).encode()
        if name.startswith("xl/worksheets/sheet")
        else content
        for name, content in example_parts().items()
    }
    return packed(parts)


@case("rich text", Same())
def _() -> bytes:
    return everywhere(
        r"<si><t(?: xml:space=\"preserve\")?>([^<])([^<]+)</t></si>",
        r'<si><r><rPr><b/><sz val="11"/></rPr><t>\1</t></r><r><t xml:space="preserve">\2</t></r></si>',
        r"xl/sharedStrings\.xml",
    )


@case("no addresses on cells and rows", Same())
def _() -> bytes:
    """Cells are counted on from their neighbours where a writer leaves the addresses out."""
    parts = dict(example_parts())
    for number in range(1, 18):
        text = parts[sheet(number)].decode()
        parts[sheet(number)] = _dense(text).encode()
    return packed(parts)


def _dense(text: str) -> str:
    from xltools.workbook.address import split

    start, end = text.index("<sheetData>") + 11, text.index("</sheetData>")
    rows, below = [], 0
    for row in re.finditer(r'<row r="(\d+)"([^>]*?)(?:/>|>(.*?)</row>)', text[start:end], re.DOTALL):
        rows += ["<row/>"] * (int(row[1]) - below - 1)
        below = int(row[1])
        cells, right = [], 0
        for cell in re.finditer(r'<c r="([A-Z]+\d+)"([^>]*?)(/>|>.*?</c>)', row[3] or "", re.DOTALL):
            column = split(cell[1])[1]
            cells += ["<c/>"] * (column - right - 1)
            right = column
            cells.append(f"<c{cell[2]}{cell[3]}")
        rows.append(f"<row{row[2]}>{''.join(cells)}</row>")
    return text[:start] + "".join(rows) + text[end:]


@case("single quotes and blanks between elements", Same())
def _() -> bytes:
    def spaced(match: re.Match[str]) -> str:
        return match[0].replace('"', "'").replace("><", ">\n  <")

    parts = {
        name: re.sub(
            r"<row .*?</row>",
            lambda m: re.sub(r"<(?:row|c) [^>]*>", lambda n: n[0].replace('"', "'"), m[0]).replace(
                "</c><c", "</c>\n  <c"
            ),
            content.decode(),
            flags=re.DOTALL,
        ).encode()
        if name.startswith("xl/worksheets/sheet")
        else content
        for name, content in example_parts().items()
    }
    assert spaced
    return packed(parts)


@case("comments and cdata in values", Refused("已损坏"))
def _() -> bytes:
    return everywhere(r"<v>([^<&]*)</v>", r"<v><!-- a --><![CDATA[\1]]></v>")


@case("utf-16 sheets", Refused("无法读取"))
def _() -> bytes:
    parts = {
        name: content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
        if name.startswith("xl/worksheets/sheet")
        else content
        for name, content in example_parts().items()
    }
    return packed(parts)


@case("byte order marks", Same())
def _() -> bytes:
    return packed(
        {
            name: b"\xef\xbb\xbf" + content if name.endswith(".xml") and name.startswith("xl/") else content
            for name, content in example_parts().items()
        }
    )


@case("wps dialect", Same())
def _() -> bytes:
    """Root attributes, extensions and parts of its own, as WPS writes them."""
    space = ' xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"'
    parts = dict(example_parts())
    for number in range(1, 18):
        text = parts[sheet(number)].decode().replace("<worksheet ", f"<worksheet{space} ", 1)
        parts[sheet(number)] = text.replace("<sheetData>", "<sheetData>", 1).encode()
    text = parts["xl/workbook.xml"].decode()
    text = text.replace('<fileVersion appName="xl"', '<fileVersion appName="xl"').replace(
        "</workbook>", '<extLst><ext uri="x"><x xmlns="http://www.wps.cn/x"/></ext></extLst></workbook>'
    )
    parts["xl/workbook.xml"] = text.encode()
    parts["xl/cellimages.xml"] = f"<etc:cellImages{space}/>".encode()
    parts["docProps/custom.xml"] = (
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"><property name="KSOProductBuildVer"/></Properties>'
    )
    return packed(parts)


@case("absolute targets and other folders", Same())
def _() -> bytes:
    parts = dict(example_parts())
    parts["data/blatt4.xml"] = parts.pop(EXPENDITURE)
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = links.replace(
        '"worksheets/sheet4.xml"', '"/data/blatt4.xml"'
    ).encode()
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace("/xl/worksheets/sheet4.xml", "/data/blatt4.xml").encode()
    return packed(parts)


@case("parts in capitals", Same())
def _() -> bytes:
    return packed(
        {
            name if name.startswith(("[", "_")) else name.upper(): content
            for name, content in example_parts().items()
        }
    )


@case("stored without packing", Same())
def _() -> bytes:
    return packed(example_parts(), zipfile.ZIP_STORED)


@case("written as a stream", Same())
def _() -> bytes:
    """Sizes stand behind the parts, as writers do that cannot seek."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.parts.append(bytes(data))  # type: ignore[call-overload]
            return len(self.parts[-1])

    target = Stream()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in example_parts().items():
            archive.writestr(name, content)
    return b"".join(target.parts)


@case("zip64", Same())
def _() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in example_parts().items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)
    return target.getvalue()


@case("a comment on the zip", Same())
def _() -> bytes:
    target = io.BytesIO(example_bytes())
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"PK\x05\x06" + b"c" * 20_000
    return target.getvalue()


@case("with macros", Same(), ".xlsm")
def _() -> bytes:
    return changed(**{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)})


@case("signed", Same())
def _() -> bytes:
    return changed(
        **{"_xmlsignatures/origin.sigs": b"", "_xmlsignatures/sig1.xml": b"<Signature xmlns='x'/>"}
    )


@case("protected sheets and structure", Same())
def _() -> bytes:
    parts = dict(example_parts())
    for number in range(1, 18):
        text = parts[sheet(number)].decode()
        parts[sheet(number)] = text.replace(
            "</sheetData>", '</sheetData><sheetProtection password="83AF" sheet="1"/>'
        ).encode()
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace(
        "<bookViews>", '<workbookProtection workbookPassword="83AF" lockStructure="1"/><bookViews>'
    ).encode()
    return packed(parts)


@case("a billion cells declared", Same())
def _() -> bytes:
    return everywhere(r'<dimension ref="[^"]*"/>', '<dimension ref="A1:XFD1048576"/>')


@case("a dimension that is none", Same())
def _() -> bytes:
    return everywhere(r'<dimension ref="[^"]*"/>', '<dimension ref="ZZZZ99999999:A0"/>')


@case("counts that lie", Same())
def _() -> bytes:
    return edited(
        "xl/sharedStrings.xml",
        re.compile(r'count="\d+" uniqueCount="\d+"'),
        lambda m: 'count="4294967295" uniqueCount="4294967295"',
    )


@case("a link to another workbook, a connection, a dde link", Same())
def _() -> bytes:
    """Nothing of it is followed."""
    parts = dict(example_parts())
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'<externalLink xmlns="{TRANSITIONAL}"><ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems><ddeItem name="x" advise="1"/></ddeItems></ddeLink></externalLink>'.encode()
    )
    parts["xl/connections.xml"] = (
        f'<connections xmlns="{TRANSITIONAL}"><connection id="1" name="q" type="4" refreshOnLoad="1"><webPr url="http://127.0.0.1:1/"/></connection></connections>'.encode()
    )
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = links.replace(
        "</Relationships>",
        f'<Relationship Id="rId900" Type="{RELATED}/externalLink" Target="externalLinks/externalLink1.xml"/>'
        f'<Relationship Id="rId901" Type="{RELATED}/connections" Target="connections.xml"/></Relationships>',
    ).encode()
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace(
        "<definedNames>",
        '<externalReferences><externalReference r:id="rId900"/></externalReferences><definedNames>',
    ).encode()
    return packed(parts)


@case("sheets in another order", Same())
def _() -> bytes:
    text = example_parts()["xl/workbook.xml"].decode()
    sheets = re.findall(r"<sheet [^>]*/>", text)
    turned = "".join(reversed(sheets))
    text = re.sub(r"<sheets>.*</sheets>", f"<sheets>{turned}</sheets>", text)
    text = re.sub(r"<definedNames>.*</definedNames>", "", text)
    return changed(**{"xl/workbook.xml": text.encode()})


@case("sheets renamed", Found((), "核实"))
def _() -> bytes:
    """Forms are found by their titles: the same verdict, other places."""
    text = example_parts()["xl/workbook.xml"].decode()
    for number in range(1, 11):
        text = text.replace(f'name="公开{number:02d}表"', f'name="Sheet{number}"')
    return changed(**{"xl/workbook.xml": text.encode()})


@case("dates counted from 1904", Same())
def _() -> bytes:
    return edited("xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')
