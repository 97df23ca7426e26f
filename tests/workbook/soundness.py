"""What every workbook that we write must fulfil: the rules whose breach makes Excel repair a file."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import python_calamine

from xltools.workbook.address import area, split
from xltools.workbook.surgery.layout import ORDER

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_HEAD_ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", *ORDER)


def assert_sound(data: bytes, load: bool = True) -> dict[str, bytes]:
    """Check the workbook and return its parts."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(set(names)) == len(names) and "[Content_Types].xml" in names
        parts = {name: archive.read(name) for name in names}
    for name, content in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(content)
    _relationships(parts)
    _content_types(parts)
    formulas = {
        name: _sheet(content)
        for name, content in parts.items()
        if "/worksheets/sheet" in name and "rels" not in name
    }
    _chain(parts, formulas)
    if load:
        openpyxl.load_workbook(io.BytesIO(data))
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
    return parts


def _relationships(parts: dict[str, bytes]) -> None:
    for name in parts:
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        owner = posixpath.join(folder, posixpath.basename(name)[:-5])
        assert owner in parts or name == "_rels/.rels", f"{name} belongs to nothing"
        identities = set()
        for link in ElementTree.fromstring(parts[name]):
            identities.add(link.get("Id"))
            if link.get("TargetMode") != "External":
                target = link.get("Target", "")
                where = (
                    target[1:]
                    if target.startswith("/")
                    else posixpath.normpath(posixpath.join("/", folder, target))[1:]
                )
                assert where in parts, f"{name}: {target} is missing"
        if owner in parts and owner.endswith(".xml"):
            used = set(re.findall(rb'\br:(?:id|embed|link|pict)="([^"]*)"', parts[owner]))
            assert {u.decode() for u in used} <= identities, f"{owner} uses unknown relationships"


def _content_types(parts: dict[str, bytes]) -> None:
    extensions, overrides = set(), set()
    for element in ElementTree.fromstring(parts["[Content_Types].xml"]):
        if element.tag.endswith("Default"):
            extensions.add(element.get("Extension", "").lower())
        else:
            name = element.get("PartName", "")
            assert name not in overrides
            overrides.add(name)
            assert name[1:] in parts, f"content type of a missing part {name}"
    for name in parts:
        assert "/" + name in overrides or name.rpartition(".")[2].lower() in extensions, name


def _sheet(content: bytes) -> set[str]:
    """Check one worksheet; the cells with formulas."""
    root = ElementTree.fromstring(content)
    order = [
        _HEAD_ORDER.index(e.tag.removeprefix(_MAIN)) for e in root if e.tag.removeprefix(_MAIN) in _HEAD_ORDER
    ]
    assert order == sorted(order), "elements out of order"
    formulas: set[str] = set()
    last_row = 0
    masters: dict[str, tuple[int, int, int, int]] = {}
    data = root.find(f"{_MAIN}sheetData")
    assert data is not None
    for row in data:
        number = int(row.get("r", "0"))
        assert number > last_row
        last_row = number
        last_column = 0
        for cell in row:
            line, column = split(cell.get("r", ""))
            assert line == number and column > last_column
            last_column = column
            formula = cell.find(f"{_MAIN}f")
            if formula is not None:
                formulas.add(cell.get("r", ""))
                if formula.get("t") == "shared":
                    group = formula.get("si", "")
                    if formula.text:
                        masters[group] = area(formula.get("ref", ""))
                    top, left, bottom, right = masters[group]
                    assert top <= line <= bottom and left <= column <= right, (
                        "shared formula outside of its range"
                    )
            if cell.get("t") == "inlineStr":
                assert cell.find(f"{_MAIN}is") is not None and cell.find(f"{_MAIN}v") is None
    rectangles = [area(merge.get("ref", "")) for merge in root.iter(f"{_MAIN}mergeCell")]
    for i, (top, left, bottom, right) in enumerate(rectangles):
        for t, l, b, r in rectangles[:i]:  # noqa: E741
            assert top > b or bottom < t or left > r or right < l, "merged ranges overlap"
    links = [link.get("ref") for link in root.iter(f"{_MAIN}hyperlink")]
    assert len(links) == len(set(links))
    return formulas


def _chain(parts: dict[str, bytes], formulas: dict[str, set[str]]) -> None:
    if "xl/calcChain.xml" not in parts:
        return
    number = 0
    listed: set[tuple[int, str]] = set()
    for cell in ElementTree.fromstring(parts["xl/calcChain.xml"]):
        number = int(cell.get("i", number))
        listed.add((number, cell.get("r", "")))
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    links = {
        e.get("Id"): e.get("Target", "") for e in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    expected: set[tuple[int, str]] = set()
    for sheet in book.iter(f"{_MAIN}sheet"):
        key = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
        target = links[key].removeprefix("/xl/")
        expected |= {(int(sheet.get("sheetId", "0")), cell) for cell in formulas.get(f"xl/{target}", set())}
    assert listed == expected, "the calculation chain does not list the formulas"
