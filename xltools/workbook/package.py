"""Open any file that is handed to us, safely and cheaply: what kind of workbook is it, which sheets has it?

No spreadsheet library is loaded here. Whatever is wrong with the file is one Chinese sentence with a remedy.
Source of the format: ECMA-376 part 1 (SpreadsheetML) and part 2 (packages); for .ods OpenDocument 1.3 part 3.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from xltools.errors import XltoolsError
from xltools.files import contents
from xltools.workbook import compound
from xltools.workbook.container import Entry, damaged, directory, inflate
from xltools.workbook.markup import Attributes, elements, hostile

MAX_FILE = 128 * 2**20
"""Bytes of the file itself."""
MAX_SHEETS = 1_000
"""Sheets of one workbook."""

_SAVE_AS = "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”后再试。"
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"


class Kind(StrEnum):
    """What a file is, told by its content, not by its name."""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLS = "xls"
    ODS = "ods"


class Sheet(NamedTuple):
    """One sheet. ``part`` is where its XML lies; ``state`` is visible, hidden or veryHidden;
    ``number`` is its sheetId, ``kind`` worksheet, chartsheet, dialogsheet or macrosheet."""

    name: str
    part: str
    state: str
    number: int
    kind: str


@dataclass(slots=True)
class Package:
    """An opened workbook file: ``entries`` are its parts, unpacked on demand by ``read``.

    For .xls and .ods ``sheets`` is empty: python-calamine tells them.
    """

    path: Path
    kind: Kind
    data: bytes = field(repr=False)
    entries: dict[str, Entry] = field(default_factory=dict, repr=False)
    sheets: tuple[Sheet, ...] = ()
    workbook_part: str = ""
    strict: bool = False

    def read(self, part: str) -> bytes:
        """The bytes of one part, within its declared size and checksum; XltoolsError if it is missing."""
        entry = self.entries.get(part) or self._other_case(part)
        if entry is None:
            raise damaged(f"缺少部件 {part}")
        return inflate(self.data, entry)

    def size(self, part: str) -> int:
        """The declared size of one part; XltoolsError if it is missing."""
        entry = self.entries.get(part) or self._other_case(part)
        if entry is None:
            raise damaged(f"缺少部件 {part}")
        return entry.size

    def has(self, part: str) -> bool:
        """Whether the part exists (part names do not distinguish case)."""
        return part in self.entries or self._other_case(part) is not None

    def _other_case(self, part: str) -> Entry | None:
        folded = part.casefold()
        return next((entry for name, entry in self.entries.items() if name.casefold() == folded), None)

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name; XltoolsError if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise XltoolsError(f"工作簿里没有工作表“{name}”。", "请确认工作表没有被删除或改名。")

    @property
    def signed(self) -> bool:
        """Whether the file carries a digital signature, which any change would break."""
        return any(name.startswith("_xmlsignatures/") for name in self.entries)

    @property
    def macros(self) -> bool:
        """Whether the file carries a VBA project."""
        return any(name.endswith("vbaProject.bin") for name in self.entries)


def open_package(path: str | Path) -> Package:
    """The workbook at ``path``, read into memory once and recognised by its content.

    Raises XltoolsError for all that cannot be worked with: no such file, a folder, no permission, not a
    workbook, damaged, a password, a zip bomb, suspicious names or XML, .xlsb.
    """
    path = Path(path)
    return open_bytes(path, _load(path))


def open_bytes(path: Path, data: bytes) -> Package:
    """The workbook that ``data`` holds; ``path`` is only its name. Errors as in ``open_package``."""
    if data.startswith(compound.MAGIC):
        return Package(path, _old(data), data)
    if not data.startswith(b"PK"):
        raise _not_a_workbook(data)
    entries = directory(data)
    package = Package(path, Kind.XLSX, data, entries)
    if "mimetype" in entries and "content.xml" in entries:
        return _open_document(package)
    if not package.has("[Content_Types].xml"):
        raise XltoolsError("这是一个压缩包，不是工作簿。", "请先解压，再选择里面的 .xlsx 文件。")
    _read_workbook(package)
    return package


def _load(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise XltoolsError(f"“{path.name}”是文件夹，不是工作簿。", "请指定其中的 .xlsx 文件。")
        data = contents(path, MAX_FILE)
    except FileNotFoundError:
        raise XltoolsError(f"找不到文件“{path}”。", "请检查文件名和所在文件夹。") from None
    except PermissionError:
        raise XltoolsError(
            f"没有权限读取“{path.name}”。", "请先在 Excel 里关闭它，或请管理员开放读取权限。"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "路径无效"
        raise XltoolsError(f"无法读取“{path.name}”（{reason}）。", "请把文件复制到本机硬盘后再试。") from None
    if len(data) > MAX_FILE:
        raise XltoolsError(
            f"“{path.name}”超过 {MAX_FILE // 2**20} MB，没有打开。",
            "请删除工作簿里的大图片或无关数据后另存再试。",
        )
    if not data:
        raise XltoolsError(f"“{path.name}”是空文件（0 字节）。", "请从备份或发件人处重新取得。")
    return data


def _old(data: bytes) -> Kind:
    match compound.recognise(data):
        case "xls":
            return Kind.XLS
        case "password":
            raise XltoolsError(
                "工作簿设有打开密码，无法读取。",
                "请在 Excel 里打开，用“文件→信息→保护工作簿”去掉密码并保存后再试。",
            )
        case "other":
            raise XltoolsError("这不是 Excel 工作簿（可能是 Word 文档或邮件）。", "请选择 .xlsx 文件。")
        case _:
            raise damaged("旧格式文件结构有误")


def _not_a_workbook(data: bytes) -> XltoolsError:
    head = data[:2048].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().replace(b"\x00", b"")
    if head.startswith(b"<") and (
        b"<html" in head or b"<table" in head or b"urn:schemas-microsoft-com" in head
    ):
        return XltoolsError("这个文件其实是网页或 XML 表格，只是扩展名像 Excel。", _SAVE_AS)
    if not any(byte < 9 for byte in data[:2048]):
        return XltoolsError("这是文本文件，不是 Excel 工作簿。", _SAVE_AS)
    return XltoolsError(
        "这不是 Excel 工作簿，或文件已损坏。", "请选择 .xlsx 文件；若是刚下载的，请重新下载。"
    )


def _open_document(package: Package) -> Package:
    from xltools.workbook import opendocument

    manifest = package.read("META-INF/manifest.xml") if package.has("META-INF/manifest.xml") else b""
    opendocument.check_kind(package.read("mimetype").decode("ascii", "replace"), manifest)
    opendocument.check_content(package.read("content.xml"))
    package.kind = Kind.ODS
    return package


def resolve(base: str, target: str) -> str:
    """The part that a relationship of the part ``base`` points at."""
    if target.startswith("/"):
        return posixpath.normpath(target[1:])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))


def relationships_part(part: str) -> str:
    """Where the relationships of ``part`` lie."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relationships(package: Package, part: str) -> dict[str, Attributes]:
    """The relationships of ``part`` by id: attributes Type, Target, TargetMode and the resolved ``part``
    ("" for external ones). Empty where it has none."""
    where = relationships_part(part)
    if not package.has(where):
        return {}
    return read_relationships(package.read(where), part)


def read_relationships(content: bytes, part: str) -> dict[str, Attributes]:
    """The relationships of ``part`` from the bytes of its relationships part; see ``relationships``."""
    found: dict[str, Attributes] = {}
    for name, attributes in elements(content, relationships_part(part)):
        if name == "Relationship" and "Id" in attributes:
            external = attributes.get("TargetMode") == "External"
            target = attributes.get("Target", "")
            found[attributes["Id"]] = {**attributes, "part": "" if external else resolve(part, target)}
    return found


def _read_workbook(package: Package) -> None:
    """Fill in the workbook part, its sheets, and what kind of file it is."""
    roots = relationships(package, "").values()
    part = next((r["part"] for r in roots if r.get("Type", "").endswith("/officeDocument")), "")
    if not part or not package.has(part):
        raise damaged("缺少工作簿部件")
    if part.endswith(".bin"):
        raise XltoolsError("这是二进制工作簿 (.xlsb)，本工具不读取。", _SAVE_AS)
    content = package.read(part)
    if b"<!DOCTYPE" in content:
        raise hostile(part)
    links = relationships(package, part)
    sheets: list[Sheet] = []
    root = ""
    for name, attributes in elements(content, part):
        root = root or name
        if name == "sheet" and "name" in attributes:
            link = links.get(attributes.get("id", ""))
            if link is None or not package.has(link["part"]):
                raise damaged(f"缺少工作表“{attributes['name']}”")
            number = attributes.get("sheetId", "")
            sheets.append(
                Sheet(
                    attributes["name"],
                    link["part"],
                    attributes.get("state", "visible"),
                    int(number) if number.isascii() and number.isdigit() else 0,
                    link.get("Type", "").rpartition("/")[2],
                )
            )
    if root != "workbook":
        raise XltoolsError("这是 Office 文件，但不是 Excel 工作簿。", "请选择 .xlsx 文件。")
    if not sheets:
        raise damaged("没有工作表")
    if len(sheets) > MAX_SHEETS:
        raise XltoolsError(
            f"工作簿有 {len(sheets)} 张工作表，超过 {MAX_SHEETS} 张。", "请删除多余的工作表后再试。"
        )
    names = [sheet.name.casefold() for sheet in sheets]
    if len(set(names)) < len(names):
        raise damaged("有重名的工作表")
    package.sheets = tuple(sheets)
    package.workbook_part = part
    package.strict = _STRICT in content
    package.kind = Kind.XLSM if package.macros else Kind.XLSX
