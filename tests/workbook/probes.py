"""What survives a change of a user's workbook: our surgical edit against openpyxl, feature by feature.

``python -m tests.workbook.probes`` prints the table.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.workbook.rich import build
from xltools.workbook.package import open_package
from xltools.workbook.surgery import Computed, Content, Edits, Formula, SheetEdit, apply

Parts = dict[str, bytes]
Probe = Callable[[Parts], bool]

CELLS: dict[str, Content] = {
    f"{letter}{row}": Decimal(row * 100 + column) / 4
    for row in range(3, 19)
    for column, letter in enumerate("BCDEF")
}
"""The edit: 80 figures, two texts, a blank, a formula, a new row, the totals refreshed."""
_FIRST = {"A3": "2010399", "A30": "新行", "L30": None}


def by_surgery(data: bytes, folder: Path) -> bytes:
    """The workbook with the figures, a note and a mark, by our edit."""
    file = folder / "a.xlsx"
    file.write_bytes(data)
    cells: dict[str, Content] = {**CELLS, **_FIRST, "B30": Formula("B3+1", 76)}
    cells |= {f"{letter}20": Computed(Decimal("2000.5")) for letter in "BCDEF"}
    cells |= {f"K{row}": Computed(Decimal(row)) for row in range(6, 10)}
    cells |= {
        "G3": Computed("有"),
        "H3": Computed(Decimal(75)),
        **{f"I{n}": Computed(Decimal(150)) for n in (3, 4, 5)},
    }
    edit = SheetEdit(cells=cells, notes={"C5": "差 0.11"}, marks={"FFC7CE": ["C5"]})
    return apply(open_package(file), Edits(sheets={"公开03表": edit})).data


def by_openpyxl(data: bytes, folder: Path) -> bytes:
    """The workbook with the same figures, by openpyxl with everything kept that it can keep."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), keep_vba=True, rich_text=True, keep_links=True)
    sheet = book["公开03表"]
    for cell, value in CELLS.items():
        sheet[cell] = value
    sheet["A3"], sheet["A30"], sheet["B30"] = "2010399", "新行", "=B3+1"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parts_of(data: bytes) -> Parts:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def readable(parts: Parts) -> Parts:
    """The parts with character references resolved, since writers differ in what they escape."""
    return {
        name: re.sub(rb"&#([0-9]+);", lambda m: chr(int(m[1])).encode(), content)
        for name, content in parts.items()
    }


def has(where: str, pattern: str, count: int = 1) -> Probe:
    """Whether the parts whose name matches ``where`` hold ``pattern`` at least ``count`` times."""
    name, what = re.compile(where), re.compile(pattern.encode(), re.DOTALL)

    def probe(parts: Parts) -> bool:
        found = (content for part, content in parts.items() if name.search(part))
        return sum(len(what.findall(content)) for content in found) >= count

    return probe


_SHEET, _BOOK, _STYLES = r"worksheets/sheet\d+\.xml$", r"xl/workbook\.xml$", "styles"
_STRINGS, _DRAWING, _CHART, _VML = (
    "sharedStrings|worksheets/sheet",
    r"drawings/drawing\d+\.xml$",
    "charts/chart",
    "vml",
)

PROBES: dict[str, Probe] = {
    "公式的缓存值（数值）": has(_SHEET, r"<f>SUM\([^<]*</f><v>[0-9.]+</v>", 5),
    "公式的缓存值（文字）": has(_SHEET, r't="str"[^>]*><f>IF\([^<]*</f><v>有</v>'),
    "公式的错误值": has(_SHEET, r't="e"[^>]*><f>1/0</f><v>#DIV/0!</v>'),
    "动态数组标志 (cm)": has(_SHEET, r'<c r="H3"[^>]* cm="1"'),
    "动态数组元数据": has("xl/metadata.xml", "XLDAPR"),
    "数组公式": has(_SHEET, r'<f t="array" ref="I3:I5"'),
    "数组公式的缓存值": has(_SHEET, r'<f t="array" ref="I3:I5">[^<]*</f><v>[0-9.]+</v>'),
    "共享公式": has(_SHEET, r'<f t="shared" ref="K6:K9"|<f>B9\+C9'),
    "计算链": has("calcChain", '<c r="B20"'),
    "合并单元格": has(_SHEET, '<mergeCell ref="A1:F1"/>'),
    "合并区域下的值": has(_SHEET, r'<c r="C1"[^>]*><v>42</v>'),
    "富文本": has(_STRINGS, r"<rPr>.*?<b( val=\"1\")?/>.*?万元"),
    "拼音标注": has(_STRINGS, "jiǎ"),
    "数据验证": has(_SHEET, r"<dataValidation [^>]*decimal|<dataValidation [^>]*sqref=\"B3:B19\""),
    "数据验证的提示": has(_SHEET, "不能为负"),
    "跨表数据验证 (x14)": has(_SHEET, "<x14:dataValidation "),
    "条件格式": has(_SHEET, r'<cfRule [^>]*operator="greaterThan"'),
    "数据条": has(_SHEET, "<dataBar"),
    "数据条 (x14)": has(_SHEET, "<x14:dataBar"),
    "图标集": has(_SHEET, "<iconSet"),
    "迷你图": has(_SHEET, "<x14:sparkline>"),
    "批注文字": has("comments", "与国库对账单一致"),
    "批注作者": has("comments", "<author>李会计</author>"),
    "批注大小": has(_VML, r"width:2[0-9.]+pt"),
    "批注常显": has(_VML, "visibility:visible|<x:Visible"),
    "线程批注": has("threadedComment", "请复核"),
    "批注人名单": has("persons/", "赵处"),
    "图表": has(_CHART, "barChart"),
    "图表渐变": has(_CHART, "gradFill"),
    "图表趋势线": has(_CHART, "trendline"),
    "图表缓存": has(_CHART, "<c:numCache>"),
    "图表工作表": has("chartsheets/sheet", "<chartsheet"),
    "文本框": has(_DRAWING, "口径同上年"),
    "组合图形": has(_DRAWING, "组合图形"),
    "图片": has(_DRAWING, "<(xdr:)?pic>"),
    "图片替代文字": has(_DRAWING, "单位徽标"),
    "窗体按钮": has(_VML, "Recalc"),
    "复选框控件": has(_SHEET, '<control shapeId="2050"'),
    "控件属性": has("ctrlProps", "CheckBox"),
    "表格 (ListObject)": has("tables/table", "台账"),
    "表格计算列": has("tables/table", "calculatedColumnFormula"),
    "外部超链接": has("worksheets/_rels", "mof.gov.cn"),
    "超链接提示": has(_SHEET, 'tooltip="财政部"'),
    "内部超链接": has(_SHEET, r'<hyperlink [^>]*location="\'?公开03表\'?!B3"'),
    "冻结窗格": has(_SHEET, "<pane "),
    "分级显示与隐藏行": has(_SHEET, r'<row r="18"[^>]*hidden="1"'),
    "隐藏列": has(_SHEET, r"<col [^>]*hidden=\"1\""),
    "自动筛选": has(_SHEET, '<autoFilter ref="A2:F19"'),
    "工作表标签颜色": has(_SHEET, "<tabColor"),
    "错误检查忽略": has(_SHEET, "<ignoredError "),
    "工作表保护密码": has(_SHEET, r"<sheetProtection [^>]*(password|hashValue)=\"[^\"]+\""),
    "可编辑区域": has(_SHEET, "<protectedRange "),
    "打印区域与标题": has(
        _BOOK, r"_xlnm\.Print_Area.*_xlnm\.Print_Titles|_xlnm\.Print_Titles.*_xlnm\.Print_Area"
    ),
    "页眉页脚": has(_SHEET, "决算公开.*第 &amp;P 页"),
    "页眉图片": has(_SHEET, "<legacyDrawingHF"),
    "背景图片": has(_SHEET, "<picture "),
    "分页符": has(_SHEET, "<rowBreaks"),
    "横向与适应页宽": has(_SHEET, r'<pageSetup [^>]*orientation="landscape"'),
    "打印机设置": has("printerSettings", "P"),
    "工作表修订号 (xr:uid)": has(_SHEET, 'xr:uid="{11111111'),
    "屏幕行高 (x14ac)": has(_SHEET, "x14ac:dyDescent"),
    "定义名称": has(_BOOK, 'name="合计"'),
    "隐藏名称及注释": has(_BOOK, r'name="隐藏名"[^>]*comment="勿删"|comment="勿删"[^>]*name="隐藏名"'),
    "深度隐藏工作表": has(_BOOK, 'state="veryHidden"'),
    "外部链接": has("externalLinks/externalLink", "88.8"),
    "外部链接地址": has("externalLinks/_rels", "2023.xlsx"),
    "数据连接": has("connections.xml", "总账"),
    "透视表": has("pivotTables/pivotTable", "透视"),
    "透视缓存": has("pivotCacheRecords", '<n v="3" ?/>'),
    "工作簿扩展": has(_BOOK, "calcFeatures"),
    "自定义 XML": has("customXml/item", "229103"),
    "功能区 2007": has("customUI/customUI.xml", "2006/01"),
    "功能区 2010": has("customUI/customUI14.xml", "2009/07"),
    "自定义文档属性": has("docProps/custom.xml", "编制批次"),
    "文档说明": has("docProps/core.xml", "送审稿"),
    "单元格样式": has(_STYLES, "单位样式"),
    "主题": has("theme/theme1.xml", "单位主题"),
    "数字格式与边框": has(_STYLES, "仿宋"),
}

WRITERS = {"xltools": by_surgery, "openpyxl": by_openpyxl}


def survive() -> dict[str, dict[str, bool]]:
    """Writer → probe → whether the feature is still there; every feature is in the original."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = build(folder / "reich.xlsx").read_bytes()
        original = parts_of(data)
        for probe, holds in PROBES.items():
            assert holds(original), f"the original lacks {probe}"
        results: dict[str, dict[str, bool]] = {}
        for writer, write in WRITERS.items():
            parts = parts_of(write(data, folder))
            text = readable(parts)
            results[writer] = {probe: holds(text) for probe, holds in PROBES.items()}
            results[writer]["_same"] = sum(original.get(part) == content for part, content in parts.items())  # type: ignore[assignment]
            results[writer]["_parts"] = len(original)  # type: ignore[assignment]
    return results


def table(results: dict[str, dict[str, bool]]) -> str:
    """The results as a Markdown table."""
    lines = [f"| 内容 | {' | '.join(results)} |", f"|---|{'---|' * len(results)}"]
    for probe in PROBES:
        marks = " | ".join("保留" if result[probe] else "**丢失**" for result in results.values())
        lines.append(f"| {probe} | {marks} |")
    kept = " | ".join(f"{sum(result[p] for p in PROBES)} / {len(PROBES)}" for result in results.values())
    same = " | ".join(f"{result['_same']} / {result['_parts']}" for result in results.values())
    return "\n".join([*lines, f"| 合计 | {kept} |", f"| 逐字节不变的部件 | {same} |"])


if __name__ == "__main__":
    print(table(survive()))
