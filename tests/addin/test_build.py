"""The add-in as a file: what two readers find in it, what two linters say, what Excel needs to find."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from xltools.addin import build, vba
from xltools.addin.actions import ACTIONS
from xltools.addin.wrappers import HELP_LIMIT, description
from xltools.functions import FUNCTIONS

_IMAGES = """
ErrorChecking CalculateNow TracePrecedents ReviewNextComment ReviewPreviousComment FileSaveAsPdfOrXps
FilePrintPreview ClearFormats FunctionWizard Refresh RefreshAll GoTo FileOpen FileNew
Help SheetProtect NameManager
"""
KNOWN_IMAGES = set(_IMAGES.split())
"""imageMso names known to exist from Excel 2013 to 365."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("addin") / "xltools.xlam"
    path.write_bytes(build.addin())
    return path


def sources() -> dict[str, str]:
    return {module.name: module.text for module in build.modules()}


def test_both_readers_find_every_module_byte_for_byte(path: Path) -> None:
    from oletools.olevba import VBA_Parser
    from pyopenvba import ExcelFile

    seen = {stream.rpartition("/")[2]: code for _, stream, _, code in VBA_Parser(str(path)).extract_macros()}
    assert seen == sources()
    with ExcelFile(path) as book:
        assert {module.name: module.source for module in book.vba_project().modules} == sources()


@pytest.mark.long
def test_two_linters_find_nothing(path: Path, tmp_path: Path) -> None:
    from pyvbaanalysis import analyze_office_file
    from vbalidator import precheck

    problems = [(name, p.code, p.message) for name, found in analyze_office_file(path).items() for p in found]
    assert problems == []
    for module in build.modules():
        suffix = ".bas" if module.kind is vba.Kind.MODULE else ".cls"
        (tmp_path / f"{module.name}{suffix}").write_text(module.text, encoding="utf-8")
    assert precheck(str(tmp_path), host="excel").issues == []


def test_same_input_same_bytes() -> None:
    assert build.addin() == build.addin()


def test_package_is_complete_and_well_formed(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        types = archive.read("[Content_Types].xml").decode()
        for name in names - {"xl/vbaProject.bin"}:
            ElementTree.fromstring(archive.read(name))
        for part in [name for name in names if name.endswith(".rels")]:
            folder = part.split("_rels/")[0]
            for relation in ElementTree.fromstring(archive.read(part)):
                assert folder + relation.attrib["Target"] in names
    assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types
    for name in re.findall(r'PartName="/([^"]+)"', types):
        assert name in names


@pytest.mark.parametrize("name", ["customUI14.xml", "customUI.xml"])
def test_ribbon_has_every_action_labelled_and_bound(name: str) -> None:
    root = ElementTree.fromstring(build.ribbon(name))
    buttons = [element for element in root.iter() if element.tag.endswith("}button")]
    assert [button.get("id") for button in buttons] != []
    assert {button.get("id") for button in buttons} == set(ACTIONS)
    keys = [button.get("keytip") for button in buttons]
    assert len(keys) == len(set(keys)) and all(key and key.isascii() and len(key) <= 3 for key in keys)
    for button in buttons:
        assert button.get("imageMso") in KNOWN_IMAGES
        assert button.get("label") and button.get("screentip") and button.get("supertip")
        assert _procedure_exists(str(button.get("onAction")))
    assert _procedure_exists(str(root.get("onLoad")))
    year = {"customUI14.xml": "2009/07", "customUI.xml": "2006/01"}[name]
    assert root.tag == f"{{http://schemas.microsoft.com/office/{year}/customui}}customUI"


def _procedure_exists(qualified: str) -> bool:
    module, _, procedure = qualified.partition(".")
    return f"Public Sub {procedure}(" in sources()[module]


def test_sources_are_ascii_and_names_do_not_clash() -> None:
    folder = Path(build.__file__).parents[2] / "macros"
    for path in folder.iterdir():
        assert path.read_bytes().isascii(), path.name
    procedures = set()
    for text in sources().values():
        procedures |= set(re.findall(r"(?:Sub|Function) (\w+)\(", text))
    assert not procedures & set(sources()), "a module named like a procedure does not compile"


def test_function_names_suit_excel() -> None:
    for name in FUNCTIONS:
        assert re.fullmatch(r"XT_[A-Z0-9_]+", name)
        assert not name.endswith(("_CHANGE", "_OPEN", "_CLICK"))


def test_every_function_is_declared_with_the_arity_of_the_registry() -> None:
    text = sources()["XltFunctions"]
    for function in FUNCTIONS.values():
        found = re.search(rf"Public Function {function.name}\((.*?)\) As Variant", text)
        assert found is not None
        declared = [part for part in found[1].split(", ") if part]
        optional = [part.startswith("Optional ") for part in declared]
        assert optional == [argument.optional for argument in function.arguments]
    assert text.count("Public Function ") == len(FUNCTIONS)


def test_chinese_help_fits_and_is_in_the_file() -> None:
    text = sources()["XltFunctions"]
    for function in FUNCTIONS.values():
        help_text = description(function)
        assert len(help_text) <= HELP_LIMIT and function.help[:40] in help_text
        assert f'Attribute {function.name}.VB_Description = "{function.title}' in text


def test_settings_stand_on_the_hidden_sheet() -> None:
    machine = build.Machine(python=r"C:\用户\pythonw.exe", dll64=r"C:\a&b\xlwings64.dll", log="x.log")
    with zipfile.ZipFile(io.BytesIO(build.addin(machine))) as archive:
        texts = [t.text or "" for t in ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml")).iter()
                 if t.tag.endswith("}t")]  # fmt: skip
    found = dict(zip(texts[::2], texts[1::2], strict=True))
    assert found["dll64"] == r"C:\a&b\xlwings64.dll"
    assert found["start"].startswith('"C:\\用户\\pythonw.exe" -P -B -X utf8 -c "')
    assert "$(CLSID)" in found["start"] and len(found["start"]) < 1024
