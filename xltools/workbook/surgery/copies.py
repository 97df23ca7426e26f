"""A new sheet as the copy of another: its cells, formats, links, notes and pictures.

What Excel must not find twice (tables, pivot tables, controls, code names) is refused or left out.
"""

from __future__ import annotations

import re

from xltools.errors import XltoolsError
from xltools.workbook.markup import escape, unescape
from xltools.workbook.package import relationships_part
from xltools.workbook.surgery import book
from xltools.workbook.surgery.edits import SheetCopy
from xltools.workbook.surgery.parts import Parts

_REFUSED = {
    "table": "“表格”",
    "pivotTable": "数据透视表",
    "control": "控件",
    "ctrlProp": "控件",
    "oleObject": "嵌入对象",
    "queryTable": "外部数据",
    "slicer": "切片器",
    "timeline": "日程表",
    "chart": "图表",
}
_LEFT_OUT = ("printerSettings", "customProperty", "threadedComment")
_LOCAL = re.compile(r' localSheetId="([0-9]+)"')


def copy_sheet(parts: Parts, copy: SheetCopy, names: list[str]) -> tuple[str, int]:
    """Add the copy to the workbook; (its part, its sheetId). ``names`` are the sheets that exist now."""
    book.check_sheet_name(copy.name, names)
    source = parts.package.sheet(copy.source)
    workbook = parts.package.workbook_part
    folder = source.part.rpartition("/")[0]
    target = parts.free(folder + "/sheet{}.xml")
    text = parts.package.read(source.part).decode("utf-8-sig")
    text = re.sub(r'(<sheetPr\b[^>]*?) codeName="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<worksheet\b[^>]*?) xr:uid="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<sheetView\b[^>]*?) tabSelected="[^"]*"', r"\1", text)
    parts.put(target, _copy_links(parts, source.part, target, text, copy.source))
    parts.declare(target, parts.content_type(source.part))
    identity = parts.relate(workbook, "worksheet", target)
    xml, position, number = book.insert_sheet(
        parts.text(workbook), copy.source, copy.name, identity, workbook
    )
    parts.put(workbook, _copy_names(xml, copy, position, workbook))
    return target, number


def _copy_links(parts: Parts, source: str, target: str, text: str, name: str) -> str:
    """Relate the copy to copies of what its source is related to; the sheet's text with the new ids."""
    new: dict[str, str] = {}
    for identity, link in parts.links(source).items():
        kind = link.get("Type", "").rpartition("/")[2]
        if kind in _REFUSED:
            raise XltoolsError(
                f"工作表“{name}”含有{_REFUSED[kind]}，不能从文件复制。",
                "请在 Excel 里用“移动或复制工作表”复制。",
            )
        if kind in _LEFT_OUT:
            text = re.sub(rf' [\w]+:id="{re.escape(identity)}"', "", text)
        elif link.get("TargetMode") == "External":
            new[identity] = parts.relate(target, link["Type"], unescape(link["Target"]), external=True)
        elif kind in ("comments", "vmlDrawing", "drawing"):
            new[identity] = parts.relate(target, link["Type"], _copy_part(parts, link["part"], name))
        else:
            new[identity] = parts.relate(target, link["Type"], link["part"])
    return re.sub(r'(\w+:id=")([^"]*)(")', lambda m: m[1] + new.get(m[2], m[2]) + m[3], text)


def _copy_part(parts: Parts, part: str, name: str) -> str:
    """A copy of a part that belongs to one sheet alone; pictures inside it are shared."""
    match = re.fullmatch(r"(.*?)[0-9]*(\.\w+)", part)
    stem, extension = (match[1], match[2]) if match else (part, "")
    new = parts.free(stem + "{}" + extension)
    parts.copy(part, new)
    for link in parts.links(part).values():
        kind = link.get("Type", "").rpartition("/")[2]
        if kind not in ("image", "hyperlink"):
            what = _REFUSED.get(kind, "图形对象")
            raise XltoolsError(
                f"工作表“{name}”含有{what}，不能从文件复制。", "请在 Excel 里用“移动或复制工作表”复制。"
            )
    if parts.has(relationships_part(part)):
        parts.copy(relationships_part(part), relationships_part(new))
    if declared := parts.content_type(part):
        parts.declare(new, declared)
    return new


def _copy_names(text: str, copy: SheetCopy, position: int, part: str) -> str:
    """The source's own names (print area, print titles …) for the copy, too."""
    origin = str(position - 1)
    match = book.NAMES.search(text)
    if match is None:
        return text
    added = ""
    for attributes, element in book.name_elements(match[0]):
        if attributes.get("localSheetId") == origin and "_FilterDatabase" not in attributes.get("name", ""):
            element = _LOCAL.sub(f' localSheetId="{position}"', element)
            added += _renamed(element, copy.source, copy.name)
    return book.put_names(text, (match[1] or "") + added, part)


def _renamed(element: str, source: str, name: str) -> str:
    """References to the sheet ``source`` turned into references to ``name``."""
    quoted = "'" + name.replace("'", "''") + "'!"
    old = "'" + source.replace("'", "''") + "'!"
    element = element.replace(escape(old), escape(quoted)).replace(old, escape(quoted))
    return re.sub(rf"(?<![\w.']){re.escape(escape(source))}!", lambda _: escape(quoted), element)
