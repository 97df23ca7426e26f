"""The registry's own rules, the generated documentation, and running alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xltools.functions import FUNCTIONS, Function, document

ROOT = Path(__file__).parents[2]
# Words that neither VBA nor a LibreOffice interface file takes for an argument's name.
RESERVED = frozenset(
    """any as attribute boolean byref byte byval call case char const context date default dim do double each
    else end enum error exception exit false fixed float for function get global go if in inout int interface
    is let like local long loop me mod module new next not nothing null object on oneway optional or out
    paramarray print property published put raises readonly redim resume rset select sequence service set
    short single singleton static step stop string struct sub switch then to transient true type typedef
    union unsigned until variant void wend while with write xor""".split()  # noqa: SIM905
)
EVENTS = ("_CHANGE", "_OPEN", "_CLOSE", "_CLICK", "_ACTIVATE", "_CALCULATE", "_LAYOUT", "_RESIZE")
DESCRIPTION = 255
"""Characters that Excel keeps of a description."""


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_rules_for_every_function(function: Function) -> None:
    assert re.fullmatch(r"XT_[A-Z]+(_[A-Z]+)*", function.name)
    assert not re.fullmatch(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*", function.name)
    assert not function.name.endswith(EVENTS), "VBA would take it for an event's handler"
    assert function.group
    assert function.title
    assert function.notes
    assert function.examples
    names = [argument.name for argument in function.arguments]
    assert len(names) == len(set(names))
    texts = [function.title, function.help]
    optional = [argument.optional for argument in function.arguments]
    assert optional == sorted(optional), "options come last"
    assert not optional[0]
    for argument in function.arguments:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", argument.name)
        assert argument.name not in RESERVED
        assert argument.help.startswith("可选") or not argument.optional
        assert argument.kind in ("number", "text", "cell", "range")
        texts += [argument.title, argument.help]
    for text in texts:
        assert 0 < len(text) <= DESCRIPTION
        assert '"' not in text
        assert "\n" not in text
        text.encode("cp936")


def test_names_and_titles_are_unique() -> None:
    assert list(FUNCTIONS) == [function.name for function in FUNCTIONS.values()]
    titles = [function.title for function in FUNCTIONS.values()]
    assert len(titles) == len(set(titles))


def test_groups_stand_together() -> None:
    groups = [function.group for function in FUNCTIONS.values()]
    assert len(set(groups)) == sum(a != b for a, b in zip([None, *groups], groups, strict=False))


def test_the_example_in_help_gives_what_it_says() -> None:
    assert document.result(FUNCTIONS["XT_SHARES"], ([[298.56], [21.18]],)) == "{0.9338;0.0662}"
    assert document.formula(FUNCTIONS["XT_PHRASE"], (0.3, None, "元")) == '=XT_PHRASE(0.3, , "元")'


def test_docs_are_fresh() -> None:
    """When this fails: python -m xltools.build docs."""
    assert (ROOT / "docs" / "functions.md").read_text(encoding="utf-8") == document.markdown()


def test_docs_name_every_function_and_argument() -> None:
    text = document.markdown()
    for function in FUNCTIONS.values():
        assert document.signature(function) in text
        assert all(argument.help in text for argument in function.arguments)
        assert all(note in text for note in function.notes)


def test_functions_run_alone_on_the_standard_library(tmp_path: Path) -> None:
    """As LibreOffice gets them: this folder, amount and scores, beside an empty package file."""
    package = tmp_path / "xltools"
    shutil.copytree(ROOT / "xltools" / "functions", package / "functions")
    for name in ("amount.py", "scores.py"):
        shutil.copy(ROOT / "xltools" / name, package)
    (package / "__init__.py").touch()
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
        "from xltools.functions import call, FUNCTIONS, document; document.markdown(); "
        "names = {name.partition('.')[0] for name in sys.modules} - {'xltools'}; "
        "print(call('XT_RATE_SCORE', [6.224, 30]), sorted(names - sys.stdlib_module_names - {'__main__'}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "2.07 []"
