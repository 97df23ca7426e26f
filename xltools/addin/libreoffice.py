"""The LibreOffice extension, generated from the function registry and the table of actions.

It carries the functions (standard library only) and runs them inside LibreOffice. A button starts the
project's code in the user's own Python and serves it the workbook over a pipe (``calc/``).
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from xltools.addin.actions import ACTIONS, TAB
from xltools.functions import FUNCTIONS, Argument, Function
from xltools.version import VERSION

MINIMUM = "25.2"
"""The first LibreOffice that binds our function names in .xlsx files and keeps them on saving."""
IDENTIFIER = "org.xltools.calc"
SERVICE = f"{IDENTIFIER}.Functions"
HANDLER = f"{IDENTIFIER}.Buttons"
PROTOCOL = f"{IDENTIFIER}:"
TOOLBAR = ("check", "previous", "next", "clear", "export")
_ROOT = Path(__file__).resolve().parents[1]
_BUNDLED = ("amount.py", "errors.py", "scores.py", "functions")
"""What the functions need: themselves and two rooms of the standard library's kind."""
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OOR = (
    'xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' oor:package="org.openoffice.Office"'
)
_RETURNS = {"array": "sequence< sequence< any > >"}
_MANIFEST = "application/vnd.sun.star."


def extension(python: str | None = None, functions: Iterable[Function] | None = None) -> bytes:
    """The extension as the bytes of an .oxt; the same input always gives the same bytes.

    ``python`` is the interpreter that runs the buttons, by default the present one.
    """
    chosen = list(FUNCTIONS.values() if functions is None else functions)
    parts = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "description/refusal.txt": f"xltools 需要 LibreOffice {MINIMUM} 或更高版本，请先升级 LibreOffice。\n",
        "functions.idl": interface(chosen),
        "xltools.components": _components(),
        "CalcAddIns.xcu": function_texts(chosen),
        "Addons.xcu": _menu(),
        "ProtocolHandler.xcu": _protocol(),
        "CalcWindowState.xcu": _window_state(),
        "functions.py": _functions_component(chosen),
        "buttons.py": _resource("buttons.py"),
        "pythonpath/xltools_port.py": _resource("xltools_port.py"),
        "pythonpath/xltools_python.txt": (python or sys.executable) + "\n",
        **_bundled(),
    }
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            information = zipfile.ZipInfo(name, _ZIP_TIME)
            information.compress_type = zipfile.ZIP_DEFLATED
            information.create_system = 0
            archive.writestr(information, content)
    return target.getvalue()


def _resource(name: str) -> str:
    return (_ROOT / "addin" / "calc" / name).read_text(encoding="utf-8")


def _bundled() -> dict[str, str]:
    """The project's modules that run inside LibreOffice, under ``pythonpath/``."""
    found = {"pythonpath/xltools/__init__.py": '"""The functions of xltools, inside LibreOffice."""\n'}
    for name in _BUNDLED:
        path = _ROOT / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            found[f"pythonpath/xltools/{file.relative_to(_ROOT).as_posix()}"] = file.read_text("utf-8")
    return found


# The functions


def interface(functions: Iterable[Function]) -> str:
    """The UNO interface of the functions, as the text that LibreOffice reads in place of a type library."""
    methods = "\n".join(
        f"    {_RETURNS.get(function.returns, 'any')} {function.name}"
        f"( {', '.join(map(_parameter, function.arguments))} );"
        for function in functions
    )
    return (
        "module org { module xltools { module calc {\n"
        "interface XFunctions: com::sun::star::uno::XInterface\n{\n"
        f"{methods}\n}};\n}}; }}; }};\n"
    )


def _parameter(argument: Argument) -> str:
    """Calc hands a blank cell to a plain ``any`` as 0, so where blank matters a range is declared; an
    argument that can be left out must be ``any``."""
    cells = argument.kind in ("range", "cell") and not argument.optional
    return f"[in] {'sequence< sequence< any > >' if cells else 'any'} {_identifier(argument)}"


def _identifier(argument: Argument) -> str:
    """``left_side`` → ``aLeftSide``: UNO allows no underscore here, and reserves some plain names."""
    return "a" + "".join(part.capitalize() for part in argument.name.split("_"))


def function_texts(functions: Iterable[Function]) -> str:
    """CalcAddIns.xcu: the names that files hold, and the Chinese help of functions and arguments."""
    nodes = "".join(_function_node(function) for function in functions)
    return (
        f'{_HEAD}<oor:component-data {_OOR} oor:name="CalcAddIns">'
        f'<node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace">'
        f'<node oor:name="AddInFunctions">{nodes}</node></node></node></oor:component-data>'
    )


def _function_node(function: Function) -> str:
    arguments = "".join(
        f'<node oor:name="{_identifier(argument)}" oor:op="replace">'
        f"{_text('DisplayName', argument.name, argument.title)}{_text('Description', argument.help)}</node>"
        for argument in function.arguments
    )
    name = function.name
    return (
        f'<node oor:name="{name}" oor:op="replace">'
        f"{_text('DisplayName', name)}{_text('Description', f'{function.title}：{function.help}')}"
        '<prop oor:name="Category"><value>Add-In</value></prop>'
        f'<prop oor:name="CompatibilityName"><value xml:lang="en-US">{name}</value></prop>'
        f'<node oor:name="Parameters">{arguments}</node></node>'
    )


def _text(prop: str, english: str, chinese: str | None = None) -> str:
    values = {"en": english, "zh": english if chinese is None else chinese}
    lines = "".join(f'<value xml:lang="{code}">{escape(text)}</value>' for code, text in values.items())
    return f'<prop oor:name="{prop}">{lines}</prop>'


def _functions_component(functions: Iterable[Function]) -> str:
    """The UNO component: one method per function of the interface."""
    methods = "\n".join(
        f"    def {function.name}(self, *arguments):\n        return {_answer(function)}\n"
        for function in functions
    )
    template = _resource("functions.py")
    return template.replace("    # METHODS\n", methods).replace("@SERVICE@", SERVICE)


def _answer(function: Function) -> str:
    called = f"answer({function.name!r}, arguments)"
    return f"rows({called})" if function.returns == "array" else called


# The package


def _manifest() -> str:
    entries = {
        "functions.idl": f"{_MANIFEST}uno-typelibrary;type=RDB",
        "xltools.components": f"{_MANIFEST}uno-components",
        "CalcAddIns.xcu": f"{_MANIFEST}configuration-data",
        "Addons.xcu": f"{_MANIFEST}configuration-data",
        "ProtocolHandler.xcu": f"{_MANIFEST}configuration-data",
        "CalcWindowState.xcu": f"{_MANIFEST}configuration-data",
    }
    lines = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in entries.items()
    )
    return f'{_HEAD}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">{lines}</manifest:manifest>'


def _description() -> str:
    needed = (
        f'<lo:LibreOffice-minimal-version value="{MINIMUM}" '
        f'd:name="LibreOffice {MINIMUM} 或更高版本（更低的版本不认识 xltools 的函数，保存时会损坏公式）"/>'
    )
    return (
        f'{_HEAD}<description xmlns="http://openoffice.org/extensions/description/2006"'
        ' xmlns:d="http://openoffice.org/extensions/description/2006"'
        ' xmlns:lo="http://libreoffice.org/extensions/description/2011">'
        f'<identifier value="{IDENTIFIER}"/><version value="{VERSION}"/>'
        f"<dependencies>{needed}</dependencies>"
        f'<display-name><name lang="en">xltools</name><name lang="zh">xltools {TAB}</name></display-name>'
        "</description>"
    )


def _components() -> str:
    def component(file: str, implementation: str, services: Iterable[str]) -> str:
        lines = "".join(f'<service name="{name}"/>' for name in services)
        return (
            f'<component loader="com.sun.star.loader.Python" uri="{file}">'
            f'<implementation name="{implementation}">{lines}</implementation></component>'
        )

    return (
        f'{_HEAD}<components xmlns="http://openoffice.org/2010/uno-components">'
        + component("functions.py", f"{SERVICE}.Implementation", [SERVICE])
        + component("buttons.py", HANDLER, ["com.sun.star.frame.ProtocolHandler"])
        + "</components>"
    )


# Menu and toolbar


def _item(number: int, action: str) -> str:
    title = ACTIONS[action].title
    return (
        f'<node oor:name="m{number:02d}" oor:op="replace">'
        f'<prop oor:name="URL" oor:type="xs:string"><value>{PROTOCOL}{action}</value></prop>'
        f'<prop oor:name="Title" oor:type="xs:string"><value xml:lang="en">{escape(title)}</value>'
        f'<value xml:lang="zh">{escape(title)}</value></prop>'
        '<prop oor:name="Target" oor:type="xs:string"><value>_self</value></prop>'
        '<prop oor:name="Context" oor:type="xs:string">'
        "<value>com.sun.star.sheet.SpreadsheetDocument</value></prop></node>"
    )


def _menu() -> str:
    menu = "".join(_item(number, action) for number, action in enumerate(ACTIONS))
    bar = "".join(_item(number, action) for number, action in enumerate(TOOLBAR))
    return (
        f'{_HEAD}<oor:component-data {_OOR} oor:name="Addons"><node oor:name="AddonUI">'
        f'<node oor:name="OfficeMenuBar"><node oor:name="{IDENTIFIER}" oor:op="replace">'
        f'<prop oor:name="Title" oor:type="xs:string"><value xml:lang="en">{TAB}</value>'
        f'<value xml:lang="zh">{TAB}</value></prop>'
        '<prop oor:name="Context" oor:type="xs:string">'
        "<value>com.sun.star.sheet.SpreadsheetDocument</value></prop>"
        f'<node oor:name="Submenu">{menu}</node></node></node>'
        f'<node oor:name="OfficeToolBar"><node oor:name="{IDENTIFIER}" oor:op="replace">{bar}</node></node>'
        "</node></oor:component-data>"
    )


def _protocol() -> str:
    return (
        f'{_HEAD}<oor:component-data {_OOR} oor:name="ProtocolHandler"><node oor:name="HandlerSet">'
        f'<node oor:name="{HANDLER}" oor:op="replace"><prop oor:name="Protocols" oor:type="oor:string-list">'
        f"<value>{PROTOCOL}*</value></prop></node></node></oor:component-data>"
    )


def _window_state() -> str:
    """The toolbar: docked below the others, shown with icons and text."""
    values = {
        "UIName": ("xs:string", TAB),
        "Docked": ("xs:boolean", "true"),
        "DockingArea": ("xs:int", "0"),
        "Visible": ("xs:boolean", "true"),
        "Style": ("xs:int", "2"),
    }
    properties = "".join(
        f'<prop oor:name={quoteattr(name)} oor:type="{kind}"><value>{value}</value></prop>'
        for name, (kind, value) in values.items()
    )
    return (
        f'{_HEAD}<oor:component-data {_OOR.replace("Office", "Office.UI", 1)} oor:name="CalcWindowState">'
        f'<node oor:name="UIElements"><node oor:name="States">'
        f'<node oor:name="private:resource/toolbar/addon_{IDENTIFIER}" oor:op="replace">{properties}</node>'
        "</node></node></oor:component-data>"
    )
