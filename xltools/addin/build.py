"""Build the Excel add-in from text, on any machine: xltools.xlam, and an .xlsm twin for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from io import BytesIO
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from xltools.addin import vba
from xltools.addin.actions import ACTIONS, GROUPS, TAB
from xltools.addin.wrappers import MODULE, functions_module
from xltools.functions import FUNCTIONS, Function
from xltools.resources import resource, resources

PROJECT = "xltools"
CALLBACK = "XltRibbon.RibbonAction"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DOCUMENT_TIME = "2024-01-01T00:00:00Z"
_MAIN = "application/vnd.ms-excel.{}.macroEnabled.main+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Machine:
    """Where things are on the user's machine; blanks leave the search to Windows' PATH."""

    python: str = ""
    dll64: str = ""
    dll32: str = ""
    log: str = ""

    @property
    def start(self) -> str:
        """The one constant command that starts the server. The DLL puts the class id in."""
        python = f'"{self.python}"' if self.python else "pythonw"
        code = "from xltools.addin.excel import serve;serve('$(CLSID)')"
        return f'{python} -P -B -X utf8 -c "{code}"'


def settings(machine: Machine) -> dict[str, str]:
    """What stands on the add-in's hidden sheet; texts too, since the macros are ASCII."""
    return {
        "start": machine.start,
        "dll64": machine.dll64,
        "dll32": machine.dll32,
        "log": machine.log,
        "title": TAB,
        "failed": "Python 没有启动，或中途出错。请在命令行运行 xltools addin doctor，它会说明原因和办法。",
    }


def modules(functions: Iterable[Function] | None = None) -> list[vba.Module]:
    """All modules of the add-in: its two documents, the sources of macros/, the generated functions."""
    version = metadata.version("xlwings")
    found = [
        vba.Module("ThisWorkbook", "Option Explicit", vba.Kind.DOCUMENT, vba.WORKBOOK_BASE),
        vba.Module("Sheet1", "Option Explicit", vba.Kind.DOCUMENT, vba.SHEET_BASE),
    ]
    for path in [*resources("macros", "*.bas"), *resources("macros", "*.cls")]:
        source = path.read_text(encoding="ascii").replace("XLWINGS_VERSION", version)
        kind = vba.Kind.CLASS if path.suffix == ".cls" else vba.Kind.MODULE
        found.append(vba.Module(path.stem, source, kind))
    chosen = FUNCTIONS.values() if functions is None else functions
    return [*found, vba.Module(MODULE, functions_module(chosen))]


def ribbon(name: str) -> str:
    """The ribbon of ``name`` (customUI14.xml or customUI.xml) with labels, tips and callbacks filled in."""
    root = ElementTree.fromstring(resource(f"macros/{name}").read_text(encoding="ascii"))
    space = root.tag.partition("}")[0].lstrip("{")
    ElementTree.register_namespace("", space)
    for element in root.iter():
        kind, identifier = element.tag.rpartition("}")[2], element.get("id", "")
        if kind == "tab":
            element.set("label", TAB)
        elif kind == "group":
            element.set("label", GROUPS[identifier])
        elif kind == "button":
            action = ACTIONS[identifier]
            element.set("label", action.title)
            element.set("screentip", action.title.rstrip("…"))
            element.set("supertip", action.tip)
            element.set("onAction", CALLBACK)
    return _HEAD + ElementTree.tostring(root, encoding="unicode")


def addin(machine: Machine | None = None, functions: Iterable[Function] | None = None) -> bytes:
    """The add-in as the bytes of an .xlam; the same input always gives the same bytes."""
    return _package("addin", machine or Machine(), modules(functions))


def twin(machine: Machine | None = None, functions: Iterable[Function] | None = None) -> bytes:
    """The same project as an .xlsm, for the programs that open no add-ins."""
    return _package("sheet", machine or Machine(), modules(functions))


def _package(kind: str, machine: Machine, project: list[vba.Module]) -> bytes:
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(_MAIN.format(kind)),
        "_rels/.rels": _relationships(
            {
                "xl/workbook.xml": f"{_OFFICE}/officeDocument",
                "docProps/core.xml": f"{_PACKAGE}/relationships/metadata/core-properties",
                "docProps/app.xml": f"{_OFFICE}/extended-properties",
                "customUI/customUI.xml": "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
                "customUI/customUI14.xml": "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
            }
        ),
        "xl/workbook.xml": _workbook(hidden=kind == "addin"),
        "xl/_rels/workbook.xml.rels": _relationships(
            {
                "worksheets/sheet1.xml": f"{_OFFICE}/worksheet",
                "styles.xml": f"{_OFFICE}/styles",
                "vbaProject.bin": "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
            }
        ),
        "xl/worksheets/sheet1.xml": _settings_sheet(settings(machine)),
        "xl/styles.xml": _STYLES,
        "xl/vbaProject.bin": vba.project(PROJECT, project),
        "docProps/core.xml": _CORE,
        "docProps/app.xml": _APP,
        "customUI/customUI.xml": ribbon("customUI.xml"),
        "customUI/customUI14.xml": ribbon("customUI14.xml"),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            information = zipfile.ZipInfo(name, _ZIP_TIME)
            information.compress_type = zipfile.ZIP_DEFLATED
            information.create_system = 0  # else the bytes would tell Windows from Linux
            archive.writestr(information, content)
    return target.getvalue()


def _content_types(main: str) -> str:
    overrides = {
        "/xl/workbook.xml": main,
        "/xl/worksheets/sheet1.xml": f"{_OFFICE_TYPE}.spreadsheetml.worksheet+xml",
        "/xl/styles.xml": f"{_OFFICE_TYPE}.spreadsheetml.styles+xml",
        "/xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": f"{_OFFICE_TYPE}.extended-properties+xml",
    }
    lines = "".join(f'<Override PartName="{p}" ContentType="{t}"/>' for p, t in overrides.items())
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{lines}</Types>'
    )


def _relationships(targets: Mapping[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _workbook(hidden: bool) -> str:
    view = '<workbookView visibility="hidden"/>' if hidden else "<workbookView/>"
    return (
        f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><workbookPr codeName="ThisWorkbook"/>'
        f'<bookViews>{view}</bookViews><sheets><sheet name="xltools" sheetId="1" r:id="rId1"/></sheets>'
        '<calcPr calcId="191029"/></workbook>'
    )


def _settings_sheet(values: Mapping[str, str]) -> str:
    def text(cell: str, value: str) -> str:
        return f'<c r="{cell}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'

    rows = "".join(
        f'<row r="{row}">{text(f"A{row}", key)}{text(f"B{row}", value)}</row>'
        for row, (key, value) in enumerate(values.items(), 1)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_SHEET}"><sheetPr codeName="Sheet1"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_SHEET}">'
    '<fonts count="1"><font><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)
_CORE = (
    f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{escape(TAB)}</dc:title>'
    "<dc:creator>xltools</dc:creator>"
    f'<dcterms:created xsi:type="dcterms:W3CDTF">{_DOCUMENT_TIME}</dcterms:created>'
    f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_DOCUMENT_TIME}</dcterms:modified></cp:coreProperties>'
)
_APP = (
    f"{_HEAD}<Properties xmlns={quoteattr('http://schemas.openxmlformats.org/officeDocument/2006/extended-properties')}>"
    "<Application>Microsoft Excel</Application></Properties>"
)
