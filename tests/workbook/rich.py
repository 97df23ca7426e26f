"""A workbook with everything that people and other programs put into workbooks, made at test time.

XlsxWriter writes what it can; the rest (external links, pivot tables, threaded comments, ribbons, controls …) is
added by hand, as Excel stores it.
"""

# ruff: noqa: E501 (XML as it is stored)
from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import xlsxwriter

PIXEL = Path(__file__).parent / "pixel.png"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def build(path: Path) -> Path:
    """Write the workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    _figures(book)
    _decorated(book)
    _printed(book)
    book.add_worksheet("很隐藏").very_hidden()
    book.define_name("合计", "='公开03表'!$B$20")
    book.set_custom_property("编制批次", "第 3 批")
    book.set_properties({"author": "王五", "comments": "送审稿"})
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        parts = {
            name: archive.read(name).decode("utf-8")
            if name.endswith((".xml", ".rels", ".vml"))
            else archive.read(name)
            for name in archive.namelist()
        }
    _by_hand(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _figures(book: xlsxwriter.Workbook) -> None:
    """公开03表: figures, formulas of every kind, merged cells, validations, notes."""
    sheet = book.add_worksheet("公开03表")
    money = book.add_format({"num_format": "#,##0.00", "border": 1, "font_name": "仿宋"})
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red"})
    sheet.merge_range("A1:F1", "支出决算表", bold)
    sheet.write_rich_string("A2", "金额单位：", bold, "万元", red, "（红字为调整）")
    for row in range(2, 19):
        sheet.write(row, 0, f"20{row:02d}")
        for column in range(1, 6):
            sheet.write_number(row, column, row * 10 + column / 4, money)
    for column, letter in enumerate("BCDEF", 1):
        sheet.write_formula(19, column, f"=SUM({letter}3:{letter}19)", money, 1234.5 + column)
    sheet.write_formula("G3", '=IF(B3>0,"有","无")', None, "有")
    sheet.write_formula("G4", "=1/0", None, "#DIV/0!")
    sheet.write_dynamic_array_formula("H3", "=SORT(B3:B6)", None, 30.25)
    sheet.write_array_formula("I3:I5", "{=B3:B5*2}", None, 60.5)
    sheet.data_validation(
        "B3:B19", {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "不能为负"}
    )
    sheet.conditional_format("B3:B19", {"type": "cell", "criteria": ">", "value": 150, "format": red})
    sheet.conditional_format("C3:C19", {"type": "data_bar"})
    sheet.conditional_format("D3:D19", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
    sheet.conditional_format("E3:E19", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.add_sparkline("J3", {"range": "公开03表!B3:F3", "markers": True})
    sheet.write_comment("B3", "与国库对账单一致", {"author": "李会计", "x_scale": 2.5, "y_scale": 1.7})
    sheet.write_comment("B4", "常显的批注", {"visible": True})
    sheet.ignore_errors({"number_stored_as_text": "A3:A19"})
    sheet.freeze_panes(2, 1)
    sheet.set_row(17, None, None, {"level": 1, "hidden": True})
    sheet.set_column("L:L", 12, None, {"hidden": True})
    sheet.autofilter("A2:F19")


def _decorated(book: xlsxwriter.Workbook) -> None:
    """分析: charts, shapes, pictures, a table, links."""
    sheet = book.add_worksheet("分析")
    sheet.set_tab_color("#FF9900")
    sheet.write_column("A2", ["甲", "乙", "丙"])
    sheet.write_column("B2", [1, 2, 3])
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "支出",
            "categories": "=分析!$A$2:$A$4",
            "values": "=分析!$B$2:$B$4",
            "gradient": {"colors": ["#DDEBCF", "#156B13"]},
            "trendline": {"type": "linear"},
            "data_labels": {"value": True},
        }
    )
    sheet.insert_chart("D2", chart)
    sheet.insert_textbox("D20", "说明：口径同上年", {"width": 200, "fill": {"color": "#FFFFCC"}})
    sheet.insert_image("I2", str(PIXEL), {"description": "单位徽标", "object_position": 3})
    sheet.insert_button("I6", {"macro": "Recalc", "caption": "重算"})
    sheet.add_table(
        "K2:L5",
        {
            "name": "台账",
            "columns": [{"header": "项目"}, {"header": "金额", "formula": "=1+1"}],
            "style": "Table Style Medium 9",
        },
    )
    sheet.write_url("A8", "https://www.mof.gov.cn/", tip="财政部")
    sheet.write_url("A9", "internal:'公开03表'!B3")


def _printed(book: xlsxwriter.Workbook) -> None:
    """打印: page set-up, protection, pictures in header and background."""
    sheet = book.add_worksheet("打印")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.print_area("A1:F40")
    sheet.repeat_rows(0, 1)
    sheet.set_header("&L&G&C决算公开", {"image_left": str(PIXEL)})
    sheet.set_footer("&C第 &P 页", {"margin": 0.6})
    sheet.set_h_pagebreaks([20])
    sheet.set_background(str(PIXEL))
    sheet.protect("secret", {"format_cells": True})
    sheet.unprotect_range("B2:B9", "填报区")
    sheet.fit_to_pages(1, 0)
    book.add_chartsheet("图").set_chart(_simple_chart(book))


def _simple_chart(book: xlsxwriter.Workbook) -> object:
    chart = book.add_chart({"type": "pie"})
    chart.add_series({"values": "=分析!$B$2:$B$4"})
    return chart


Parts = dict[str, "str | bytes"]


def _by_hand(parts: Parts) -> None:
    _sheet_by_hand(parts)
    _workbook_by_hand(parts)
    _custom_parts(parts)
    _connection_and_chain(parts)
    _comments_by_hand(parts)
    _pivot_by_hand(parts)
    _control_by_hand(parts)
    _strings_by_hand(parts)


def _sub(parts: Parts, name: str, old: str, new: str) -> None:
    text = parts[name]
    assert isinstance(text, str) and old in text, (name, old)
    parts[name] = text.replace(old, new, 1)


def _declare(parts: Parts, name: str, content_type: str) -> None:
    _sub(
        parts,
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>',
    )


def _relate(parts: Parts, rels: str, identity: str, kind: str, target: str, extra: str = "") -> None:
    if rels not in parts:
        parts[rels] = (
            f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        )
    kind = kind if "://" in kind else f"{_OFFICE}/{kind}"
    _sub(
        parts,
        rels,
        "</Relationships>",
        f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"{extra}/></Relationships>',
    )


def _sheet_by_hand(parts: Parts) -> None:
    name = "xl/worksheets/sheet1.xml"
    _sub(
        parts,
        name,
        "<worksheet ",
        '<worksheet xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{11111111-2222-3333-4444-555555555555}" ',
    )
    text = str(parts[name])
    # a value that Excel keeps under a merged range; a shared formula
    text = re.sub(r'<c r="C1" s="(\d+)"/>', r'<c r="C1" s="\1"><v>42</v></c>', text, count=1)
    for number in range(6, 10):
        formula = '<f t="shared" ref="K6:K9" si="0">B6+C6</f>' if number == 6 else '<f t="shared" si="0"/>'
        text = re.sub(
            rf'(<row r="{number}" .*?)(</row>)',
            rf'\1<c r="K{number}">{formula}<v>5</v></c>\2',
            text,
            count=1,
            flags=re.DOTALL,
        )
    validation = (
        '<ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:dataValidations count="1" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>分析!$A$2:$A$4</xm:f></x14:formula1>'
        "<xm:sqref>A3:A5</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
    )
    text = text.replace("<extLst>", f"<extLst>{validation}", 1)
    assert validation in text
    parts[name] = text
    printed = "xl/worksheets/sheet3.xml"
    _sub(parts, printed, "<pageSetup ", '<pageSetup r:id="rId77" ')
    _relate(
        parts,
        "xl/worksheets/_rels/sheet3.xml.rels",
        "rId77",
        "printerSettings",
        "../printerSettings/printerSettings1.bin",
    )
    parts["xl/printerSettings/printerSettings1.bin"] = b"\x50\x00\x72\x00" * 64
    _sub(
        parts,
        "[Content_Types].xml",
        "<Override",
        f'<Default Extension="bin" ContentType="{_SHEET_TYPE}.printerSettings"/><Override',
    )


_BOOK_RELATIONS = "xl/_rels/workbook.xml.rels"


def _workbook_by_hand(parts: Parts) -> None:
    book = "xl/workbook.xml"
    parts["xl/externalLinks/externalLink1.xml"] = (
        f'{_HEAD}<externalLink xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><externalBook r:id="rId1"><sheetNames><sheetName val="Z01"/></sheetNames>'
        '<sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>88.8</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>'
    )
    _relate(
        parts,
        "xl/externalLinks/_rels/externalLink1.xml.rels",
        "rId1",
        "externalLinkPath",
        "file:///D:/2023.xlsx",
        ' TargetMode="External"',
    )
    _declare(parts, "xl/externalLinks/externalLink1.xml", f"{_SHEET_TYPE}.externalLink+xml")
    _relate(parts, _BOOK_RELATIONS, "rId80", "externalLink", "externalLinks/externalLink1.xml")
    _sub(
        parts,
        book,
        "</sheets>",
        '</sheets><externalReferences><externalReference r:id="rId80"/></externalReferences>',
    )
    _sub(
        parts,
        book,
        "</definedNames>",
        '<definedName name="隐藏名" hidden="1" comment="勿删">3.14</definedName></definedNames>',
    )
    _sub(
        parts,
        book,
        "</workbook>",
        '<extLst><ext uri="{B58B0392-4F1F-4190-BB64-5DF3571DCE5F}" xmlns:xcalcf="http://schemas.microsoft.com/office/spreadsheetml/2018/calcfeatures"><xcalcf:calcFeatures><xcalcf:feature name="microsoft.com:RD"/></xcalcf:calcFeatures></ext></extLst></workbook>',
    )


def _custom_parts(parts: Parts) -> None:
    parts["customXml/item1.xml"] = '<?xml version="1.0"?><batch xmlns="urn:unit"><code>229103</code></batch>'
    parts["customXml/itemProps1.xml"] = (
        '<?xml version="1.0"?><ds:datastoreItem ds:itemID="{AAAAAAAA-0000-0000-0000-000000000001}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>'
    )
    _relate(parts, _BOOK_RELATIONS, "rId81", "customXml", "../customXml/item1.xml")
    _relate(parts, "customXml/_rels/item1.xml.rels", "rId1", "customXmlProps", "itemProps1.xml")
    _declare(
        parts,
        "customXml/itemProps1.xml",
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
    )
    for name, space in (("customUI/customUI.xml", "2006/01"), ("customUI/customUI14.xml", "2009/07")):
        parts[name] = (
            f'<customUI xmlns="http://schemas.microsoft.com/office/{space}/customui"><ribbon/></customUI>'
        )
    _relate(
        parts,
        "_rels/.rels",
        "rId90",
        "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
        "customUI/customUI.xml",
    )
    _relate(
        parts,
        "_rels/.rels",
        "rId91",
        "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
        "customUI/customUI14.xml",
    )


def _connection_and_chain(parts: Parts) -> None:
    parts["xl/connections.xml"] = (
        f'{_HEAD}<connections xmlns="{_MAIN}"><connection id="1" name="总账" type="1" refreshedVersion="6"><dbPr connection="DSN=gl" command="select 1"/></connection></connections>'
    )
    _declare(parts, "xl/connections.xml", f"{_SHEET_TYPE}.connections+xml")
    _relate(parts, _BOOK_RELATIONS, "rId82", "connections", "connections.xml")
    parts["xl/calcChain.xml"] = f'{_HEAD}<calcChain xmlns="{_MAIN}"></calcChain>'
    _declare(parts, "xl/calcChain.xml", f"{_SHEET_TYPE}.calcChain+xml")
    _relate(parts, _BOOK_RELATIONS, "rId83", "calcChain", "calcChain.xml")
    cells = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f', str(parts["xl/worksheets/sheet1.xml"]))
    table = re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f', str(parts["xl/worksheets/sheet2.xml"]))
    entries = "".join(f'<c r="{cell}" i="1"/>' for cell in cells) + "".join(
        f'<c r="{cell}" i="2"/>' for cell in table
    )
    _sub(parts, "xl/calcChain.xml", "</calcChain>", f"{entries}</calcChain>")
    _sub(parts, "xl/styles.xml", "</cellStyles>", '<cellStyle name="单位样式" xfId="0"/></cellStyles>')
    _sub(parts, "xl/theme/theme1.xml", 'name="Office Theme"', 'name="单位主题"')


def _comments_by_hand(parts: Parts) -> None:
    parts["xl/persons/person.xml"] = (
        f'{_HEAD}<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person displayName="赵处" id="{{00000000-0000-0000-0000-00000000000A}}" userId="z" providerId="None"/></personList>'
    )
    _declare(parts, "xl/persons/person.xml", "application/vnd.ms-excel.person+xml")
    _relate(
        parts,
        "xl/_rels/workbook.xml.rels",
        "rId84",
        "http://schemas.microsoft.com/office/2017/10/relationships/person",
        "persons/person.xml",
    )
    parts["xl/threadedComments/threadedComment1.xml"] = (
        f'{_HEAD}<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B4" dT="2025-03-01T10:00:00.00" '
        'personId="{00000000-0000-0000-0000-00000000000A}" id="{00000000-0000-0000-0000-00000000000B}"><text>请复核</text></threadedComment></ThreadedComments>'
    )
    _declare(
        parts, "xl/threadedComments/threadedComment1.xml", "application/vnd.ms-excel.threadedcomments+xml"
    )
    _relate(
        parts,
        "xl/worksheets/_rels/sheet1.xml.rels",
        "rId78",
        "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment",
        "../threadedComments/threadedComment1.xml",
    )


def _pivot_by_hand(parts: Parts) -> None:
    definition = (
        f'{_HEAD}<pivotCacheDefinition xmlns="{_MAIN}" xmlns:r="{_OFFICE}" r:id="rId1" refreshedBy="李会计" recordCount="3">'
        '<cacheSource type="worksheet"><worksheetSource ref="A1:B4" sheet="分析"/></cacheSource><cacheFields count="2">'
        '<cacheField name="项目" numFmtId="0"><sharedItems count="3"><s v="甲"/><s v="乙"/><s v="丙"/></sharedItems></cacheField>'
        '<cacheField name="金额" numFmtId="0"><sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" minValue="1" maxValue="3"/></cacheField>'
        "</cacheFields></pivotCacheDefinition>"
    )
    records = "".join(f'<r><x v="{n}"/><n v="{n + 1}"/></r>' for n in range(3))
    table = (
        f'{_HEAD}<pivotTableDefinition xmlns="{_MAIN}" name="透视" cacheId="5" dataCaption="值"><location ref="N2:O6" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        '<pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items count="4"><item x="0"/><item x="1"/><item x="2"/><item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1"><field x="0"/></rowFields>'
        '<rowItems count="4"><i><x/></i><i><x v="1"/></i><i><x v="2"/></i><i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="求和项" fld="1"/></dataFields></pivotTableDefinition>'
    )
    folder = "xl/pivotCache"
    parts[f"{folder}/pivotCacheDefinition1.xml"] = definition
    parts[f"{folder}/pivotCacheRecords1.xml"] = (
        f'{_HEAD}<pivotCacheRecords xmlns="{_MAIN}" count="3">{records}</pivotCacheRecords>'
    )
    parts["xl/pivotTables/pivotTable1.xml"] = table
    _declare(parts, f"{folder}/pivotCacheDefinition1.xml", f"{_SHEET_TYPE}.pivotCacheDefinition+xml")
    _declare(parts, f"{folder}/pivotCacheRecords1.xml", f"{_SHEET_TYPE}.pivotCacheRecords+xml")
    _declare(parts, "xl/pivotTables/pivotTable1.xml", f"{_SHEET_TYPE}.pivotTable+xml")
    _relate(
        parts,
        f"{folder}/_rels/pivotCacheDefinition1.xml.rels",
        "rId1",
        "pivotCacheRecords",
        "pivotCacheRecords1.xml",
    )
    _relate(
        parts,
        "xl/pivotTables/_rels/pivotTable1.xml.rels",
        "rId1",
        "pivotCacheDefinition",
        "../pivotCache/pivotCacheDefinition1.xml",
    )
    _relate(
        parts, "xl/worksheets/_rels/sheet2.xml.rels", "rId79", "pivotTable", "../pivotTables/pivotTable1.xml"
    )
    _relate(
        parts,
        "xl/_rels/workbook.xml.rels",
        "rId85",
        "pivotCacheDefinition",
        "pivotCache/pivotCacheDefinition1.xml",
    )
    text = str(parts["xl/workbook.xml"])
    parts["xl/workbook.xml"] = re.sub(
        r"(<calcPr[^>]*/>)", r'\1<pivotCaches><pivotCache cacheId="5" r:id="rId85"/></pivotCaches>', text
    )


def _control_by_hand(parts: Parts) -> None:
    """A check box of the modern kind: a control in the sheet with its property part; a grouped shape."""
    parts["xl/ctrlProps/ctrlProp1.xml"] = (
        f'{_HEAD}<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" objectType="CheckBox" checked="Checked" fmlaLink="$B$2"/>'
    )
    _declare(parts, "xl/ctrlProps/ctrlProp1.xml", "application/vnd.ms-excel.controlproperties+xml")
    _relate(parts, "xl/worksheets/_rels/sheet2.xml.rels", "rId88", "ctrlProp", "../ctrlProps/ctrlProp1.xml")
    control = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" Requires="x14">'
        '<controls><mc:AlternateContent><mc:Choice Requires="x14"><control shapeId="2050" r:id="rId88" name="复选框"/></mc:Choice></mc:AlternateContent></controls></mc:Choice></mc:AlternateContent>'
    )
    _sub(parts, "xl/worksheets/sheet2.xml", "<tableParts", control + "<tableParts")
    group = (
        "<xdr:twoCellAnchor><xdr:from><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>20</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        "<xdr:to><xdr:col>11</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>24</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="90" name="组合图形"/><xdr:cNvGrpSpPr/></xdr:nvGrpSpPr><xdr:grpSpPr/></xdr:grpSp><xdr:clientData/></xdr:twoCellAnchor>'
    )
    _sub(parts, "xl/drawings/drawing1.xml", "</xdr:wsDr>", group + "</xdr:wsDr>")


def _strings_by_hand(parts: Parts) -> None:
    text = str(parts["xl/sharedStrings.xml"])
    assert "<si><t>甲</t></si>" in text
    parts["xl/sharedStrings.xml"] = text.replace(
        "<si><t>甲</t></si>",
        '<si><t>甲</t><rPh sb="0" eb="1"><t>jiǎ</t></rPh><phoneticPr fontId="0"/></si>',
        1,
    )
