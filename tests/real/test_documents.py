"""Our documents in a real LibreOffice: they open, their page numbers are right, nothing is lost."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest

from tests.export.sample import document
from xltools.export import office, xlsx
from xltools.export.document import Heading, Paragraph, Table, flow, outline
from xltools.export.docx import write
from xltools.export.leaks import scan
from xltools.export.render import render

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (office.find() or os.environ.get("CI")), reason="no LibreOffice here"),
]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return render(document(), ["docx", "pdf"], "libreoffice")


def text_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page, without spaces (LibreOffice puts some between scripts)."""
    program = shutil.which("pdftotext")
    if program is None and not os.environ.get("CI"):
        pytest.skip("no pdftotext here")
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        [program or "pdftotext", "-layout", str(path), "-"], capture_output=True, check=True
    )
    return ["".join(page.split()) for page in done.stdout.decode().split("\f")]


def test_contents_have_the_page_numbers_of_the_layout(made: dict[str, bytes]) -> None:
    pages = office.pages(made["pdf"], document())
    assert list(pages) == [entry.anchor for entry in outline(document())]
    holder = docx.Document(io.BytesIO(made["docx"])).element.body.xpath("w:sdt/w:sdtContent")[0]
    numbers = [int(paragraph.xpath(".//w:t")[-1].text) for paragraph in holder]
    assert numbers == [pages[entry.anchor] for entry in outline(document()) if entry.level <= 2]


def test_every_heading_stands_on_its_page(made: dict[str, bytes], tmp_path: Path) -> None:
    texts = text_of(made["pdf"], tmp_path)
    numbered = {int(found[1]): text for text in texts if (found := re.search(r"—(\d+)—$", text))}
    for placed in flow(document()):
        if placed.entry:
            page = office.pages(made["pdf"], document())[placed.entry.anchor]
            title = placed.block.title if isinstance(placed.block, Table) else placed.entry.text
            assert "".join(title.split()) in numbered[page]


@pytest.mark.parametrize("engine", ["typst", "libreoffice"])
def test_nothing_is_lost_on_the_way_to_pdf(made: dict[str, bytes], engine: str, tmp_path: Path) -> None:
    pdf = made["pdf"] if engine == "libreoffice" else render(document(), ["pdf"], engine)["pdf"]
    texts = "".join(re.sub(r"—\d+—$", "", text) for text in text_of(pdf, tmp_path))
    for placed in flow(document()):
        block = placed.block
        if isinstance(block, Heading | Paragraph):
            assert "".join(block.text.split()) in texts
        elif isinstance(block, Table):
            cells = [cell for row in block.body for cell in row if cell.number is not None]
            assert all(cell.text in texts for cell in cells)
            assert all("".join(note.split()) in texts for note in block.notes)


def test_the_files_made_by_libreoffice_leak_nothing(made: dict[str, bytes]) -> None:
    assert scan(made["pdf"]) == []


def test_a_draft_is_marked_on_every_page(tmp_path: Path) -> None:
    pdf = office.convert(write(document(draft=True)))
    marked = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    count = int(re.search(r"Pages:\s+(\d+)", marked)[1])  # type: ignore[index]
    plain = office.convert(write(document()))
    pages = re.search(
        rb"Pages:\s+(\d+)",
        subprocess.run(["pdfinfo", "-"], input=plain, capture_output=True, check=True).stdout,
    )
    assert pages and count == int(pages[1]) + 1


def test_the_workbook_opens(tmp_path: Path) -> None:
    path = tmp_path / "published.xlsx"
    path.write_bytes(xlsx.write(document()))
    program = office.find()
    assert program
    profile = (tmp_path / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to"]
    command += ["csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"]
    environment = office.surroundings() | {"LC_ALL": "C.UTF-8"}
    command += ["--outdir", str(tmp_path), str(path)]
    done = subprocess.run(command, capture_output=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    sheets = sorted(tmp_path.glob("*.csv"))
    assert len(sheets) == 11
    first = next(sheet for sheet in sheets if "公开01表" in sheet.name).read_text(encoding="utf-8")
    assert "324.81" in first and "298.56" in first
