"""workbook.xml under change: sheets, defined names, calculation; and the calculation chain.

Source of the format: ECMA-376 part 1, 18.2.27 (workbook), 18.2.5 (definedName), 18.2.2 (calcPr), 18.6
(calcChain).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from xltools.errors import XltoolsError
from xltools.workbook.markup import broken, escape, unescape
from xltools.workbook.surgery.parts import Parts

_NAME = re.compile(r"<definedName\b([^>]*)>(.*?)</definedName>", re.DOTALL)
_NAMED = re.compile(
    r'<definedName\b[^>]*? name="(?P<name>[^"]*)"[^>]*>(?P<text>.*?)</definedName>', re.DOTALL
)
NAMES = re.compile(r"<definedNames>(.*?)</definedNames>|<definedNames/>", re.DOTALL)
_SHEETS = re.compile(r"<sheets>(.*?)</sheets>", re.DOTALL)
_CALC = re.compile(r"<calcPr\b([^>]*?)\s*(?:/>|></calcPr>)")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_VALID_NAME = re.compile(r"[^\W\d][\w.]{0,254}")


def set_names(text: str, names: Mapping[str, str | None], part: str) -> str:
    """``workbook.xml`` with names of the workbook set or (None) removed; names of single sheets stay."""
    for name in names:
        if not _VALID_NAME.fullmatch(name):
            raise ValueError(f"not a defined name: {name}")
    match = NAMES.search(text)
    inner = (match[1] or "") if match else ""
    folded = {name.casefold() for name in names}

    def keep(found: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(found[1]))
        ours = attributes.get("name", "").casefold() in folded and "localSheetId" not in attributes
        return "" if ours else found[0]

    inner = _NAME.sub(keep, inner)
    inner += "".join(
        f'<definedName name="{name}">{escape(target.removeprefix("="))}</definedName>'
        for name, target in names.items()
        if target is not None
    )
    return put_names(text, inner, part)


def put_names(text: str, inner: str, part: str) -> str:
    """``workbook.xml`` with this content of <definedNames>."""
    element = f"<definedNames>{inner}</definedNames>" if inner else ""
    match = NAMES.search(text)
    if match:
        return text[: match.start()] + element + text[match.end() :]
    if not element:
        return text
    return _behind(text, ("externalReferences", "functionGroups", "sheets"), element, part)


def _behind(text: str, names: tuple[str, ...], element: str, part: str) -> str:
    """``element`` put behind the first of ``names`` that the workbook has."""
    for name in names:
        end = re.search(rf"</{name}>|<{name}\b[^>]*/>", text)
        if end:
            return text[: end.end()] + element + text[end.end() :]
    raise broken(part)


def force_calculation(text: str, part: str) -> str:
    """``workbook.xml`` that lets Excel compute everything when it opens the file."""
    match = _CALC.search(text)
    if match is None:
        names = ("definedNames", "externalReferences", "functionGroups", "sheets")
        return _behind(text, names, '<calcPr calcId="191029" fullCalcOnLoad="1"/>', part)
    attributes = re.sub(r'\s*\bfullCalcOnLoad="[^"]*"', "", match[1])
    return f'{text[: match.start()]}<calcPr{attributes} fullCalcOnLoad="1"/>{text[match.end() :]}'


def name_elements(text: str) -> list[tuple[dict[str, str], str]]:
    """(attributes, whole XML element) of every defined name."""
    return [(dict(_ATTRIBUTE.findall(match[1])), match[0]) for match in _NAME.finditer(text)]


def defined_names(text: str) -> dict[str, str]:
    """Defined name → what it refers to; a name that several sheets define for themselves has one of them."""
    return {unescape(m["name"]): unescape(m["text"]) for m in _NAMED.finditer(text)}


def insert_sheet(text: str, behind: str, name: str, identity: str, part: str) -> tuple[str, int, int]:
    """``workbook.xml`` with a sheet added behind the sheet ``behind``; (text, its position, its sheetId).

    Names that belong to later sheets and the active sheet are counted on.
    """
    match = _SHEETS.search(text)
    if match is None:
        raise broken(part)
    elements = re.findall(r"<sheet\b[^>]*?/>", match[1])
    found = [dict(_ATTRIBUTE.findall(element)) for element in elements]
    names = [unescape(attributes.get("name", "")) for attributes in found]
    prefix = re.search(r'(\w+):id="', match[1])
    if behind not in names or prefix is None:
        raise broken(part)
    # openpyxl declares the prefix on each sheet's own element
    declared = re.search(rf' xmlns:{prefix[1]}="[^"]*"', match[1])
    namespace = declared[0] if declared else ""
    position = names.index(behind) + 1
    number = max(int(attributes.get("sheetId", "0")) for attributes in found) + 1
    elements.insert(
        position,
        f'<sheet name="{escape(name)}" sheetId="{number}"{namespace} {prefix[1]}:id="{identity}"/>',
    )
    text = f"{text[: match.start()]}<sheets>{''.join(elements)}</sheets>{text[match.end() :]}"
    text = re.sub(r'\b(localSheetId|activeTab|firstSheet)="([0-9]+)"', lambda m: _later(m, position), text)
    return text, position, number


def _later(match: re.Match[str], position: int) -> str:
    index = int(match[2])
    return f'{match[1]}="{index + 1 if index >= position else index}"'


def check_sheet_name(name: str, others: list[str]) -> None:
    """XltoolsError where Excel would not accept a sheet of this name."""
    if not name or len(name) > 31 or re.search(r"[\[\]:*?/\\]", name) or name[0] == "'" or name[-1] == "'":
        raise XltoolsError(
            f"“{name}”不能用作工作表名称。",
            "名称须在 31 个字以内，不含 [ ] : * ? / \\，也不以单引号开头或结尾。",
        )
    if name.casefold() in (other.casefold() for other in others):
        raise XltoolsError(f"已经有名为“{name}”的工作表。", "请换一个名称。")


def update_chain(
    parts: Parts, gone: Mapping[int, set[str]], new: Mapping[int, set[str]], rebuild: bool = False
) -> None:
    """Take cells out of the calculation chain and put new ones in: sheetId → addresses.

    With ``rebuild``, and where the chain's sheet numbers could be read in two ways, the whole chain goes:
    Excel builds it anew.
    """
    links = parts.links(parts.package.workbook_part)
    identity = next((key for key, link in links.items() if link["Type"].endswith("/calcChain")), "")
    touched = rebuild or any(gone.values()) or any(new.values())
    if not identity or not touched or not parts.has(links[identity]["part"]):
        return
    part = links[identity]["part"]
    sheets = parts.package.sheets
    head, entries = _chain(parts.text(part))
    sure = not rebuild and all(sheet.number == index for index, sheet in enumerate(sheets, 1))
    kept = [(number, cell, rest) for number, cell, rest in entries if cell not in gone.get(number, set())]
    known = {(number, cell) for number, cell, _ in kept}
    added = [(n, cell, "") for n, cells in new.items() for cell in sorted(cells) if (n, cell) not in known]
    if not sure or not entries or not (kept or added):
        parts.unrelate(parts.package.workbook_part, identity)
        parts.remove(part)
        return
    body = "".join(f'<c r="{cell}" i="{number}"{rest}/>' for number, cell, rest in [*kept, *added])
    parts.put(part, f"{head}{body}</calcChain>")


def _chain(text: str) -> tuple[str, list[tuple[int, str, str]]]:
    """(text up to the first entry, entries as (sheet number, cell, other attributes))."""
    start = re.search(r"<calcChain\b[^>]*>", text)
    entries: list[tuple[int, str, str]] = []
    number = 0
    for element in re.findall(r"<c ([^>]*?)/>", text):
        attributes = dict(_ATTRIBUTE.findall(element))
        number = int(attributes.pop("i", number))
        cell = attributes.pop("r", "")
        entries.append((number, cell, "".join(f' {key}="{value}"' for key, value in attributes.items())))
    return (text[: start.end()] if start else ""), entries
