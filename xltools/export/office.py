"""LibreOffice as a renderer: Word file → PDF, and the page numbers of its headings.

Runs ``soffice`` with a profile of its own that is thrown away, so that an open LibreOffice of the user
is neither disturbed nor in the way.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from xltools.errors import XltoolsError
from xltools.export.document import Document, outline
from xltools.export.docx import write as write_docx
from xltools.export.pages import outline_pages
from xltools.workbook.passing import passing_folder

_PLACES = (
    "/usr/bin/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_FONTS = Path(__file__).with_name("fonts.conf")
_FILTER = (
    'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"},'
    '"UseTaggedPDF":{"type":"boolean","value":"true"},'
    '"ExportBookmarksToPDFDestination":{"type":"boolean","value":"false"}}'
)
_SYSTEM = ("/usr/local/bin", "/usr/bin", "/bin")
_OURS = ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH")
SECONDS = 180
_PASSING = ("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
"""Variables that say where a program keeps things for the moment."""


def find() -> str | None:
    """The path of LibreOffice's ``soffice``, None where there is none.

    The variable XLTOOLS_SOFFICE names another one; left empty, it means to do without.
    """
    chosen = os.environ.get("XLTOOLS_SOFFICE")
    if chosen is not None:
        return chosen or None
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).exists()), None)


def convert(docx: bytes) -> bytes:
    """A Word file as PDF. Raises XltoolsError without LibreOffice or when it fails."""
    program = find()
    if program is None:
        raise XltoolsError("没有找到 LibreOffice。", "请安装 LibreOffice，或改用 --pdf-engine typst。")
    with passing_folder() as room:
        folder = str(room)
        source = Path(folder, "document.docx")
        source.write_bytes(docx)
        command = [
            *(program, f"-env:UserInstallation={Path(folder, 'profile').as_uri()}", "--headless"),
            *("--norestore", "--nolockcheck", "--convert-to", _FILTER, "--outdir", folder, str(source)),
        ]
        _run(command, folder)
        result = source.with_suffix(".pdf")
        if not result.exists():
            raise XltoolsError(
                "LibreOffice 没有生成 PDF。", "请改用 --pdf-engine typst，或重新安装 LibreOffice。"
            )
        return result.read_bytes()


def surroundings() -> dict[str, str]:
    """The environment in which to start LibreOffice. A Linux distribution's looks for the home of its Python
    along PATH: a virtual environment there, or another Python, would mislead it, so that it dies."""
    ours = {name: value for name, value in os.environ.items() if name not in _OURS}
    if sys.platform.startswith("linux"):
        ours["PATH"] = os.pathsep.join([*_SYSTEM, ours.get("PATH", "")])
    return ours


def _run(command: list[str], folder: str) -> None:
    """Run LibreOffice; what it keeps for the moment stays in our private ``folder``."""
    environment = surroundings() | dict.fromkeys(_PASSING, folder)
    if sys.platform.startswith("linux"):
        environment["FONTCONFIG_FILE"] = str(_FONTS)
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        subprocess.run(
            command, env=environment, capture_output=True, timeout=SECONDS, check=False, creationflags=hidden
        )
    except subprocess.TimeoutExpired as error:
        remedy = "请改用 --pdf-engine typst。"
        raise XltoolsError(f"LibreOffice 超过 {SECONDS} 秒没有完成转换。", remedy) from error
    except OSError as error:
        raise XltoolsError(
            "LibreOffice 无法启动。", "请重新安装 LibreOffice，或改用 --pdf-engine typst。"
        ) from error


def pages(pdf: bytes, document: Document) -> dict[str, int]:
    """The printed page number of each outline entry, by anchor; empty if the PDF's outline is another."""
    entries = outline(document)
    found = outline_pages(pdf)
    if len(found) != len(entries):
        return {}
    start = found[0][1] if found else 1
    return {entry.anchor: page - start + 1 for entry, (_, page) in zip(entries, found, strict=True)}


@lru_cache(1)
def layout(document: Document) -> Mapping[str, int]:
    """The printed page numbers in LibreOffice's layout, by anchor; remembered for the last document."""
    return pages(convert(write_docx(document, justified=False)), document)


def numbered(document: Document) -> bytes:
    """The Word file with the page numbers of LibreOffice's layout in its contents.

    The numbers stand in a column of their own, so that filling them in moves nothing.
    """
    numbers = layout(document)
    return write_docx(document, numbers, final=bool(numbers))


def write(document: Document) -> bytes:
    """The document as PDF, set by LibreOffice from the Word file.

    Not justified: LibreOffice 25.2 does not print some punctuation at the end of a justified line.
    """
    return convert(write_docx(document, layout(document), final=True, justified=False))
