"""How fast the documents are made: goal 8 (docx ≤ 0.6 × docxtpl, our PDF ≤ 0.15 × LibreOffice's).

    python -m benchmarks.export.documents [ROUNDS]

Prints medians of CPU time, interleaved, and their ratios; only ratios of one run mean anything. What is
compared: the whole example, by our Word writer; the same headings, paragraphs and tables by docxtpl from a
template and by python-docx (``table.cell``); the PDF of the example by either engine, each as the command
``xltools export`` from the workbook to the file, reading and checking included (LibreOffice lays the Word
file out twice, for the page numbers, with a new profile each time), and beside it LibreOffice converting the
finished Word file with a profile that is warm. What is not installed is left out.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from benchmarks.timing import EXAMPLE, Line, installed, process, program
from xltools.editions import FOLDER, load
from xltools.export import docx, html, office, xlsx
from xltools.export.assemble import assemble
from xltools.export.document import Document, Heading, Paragraph, Table, lay_out
from xltools.figures import load as load_figures
from xltools.narrative import write as narrate


def example() -> Document:
    """The disclosure of the example."""
    report = load_figures(FOLDER / "shanxi_2024" / "example.json")
    edition = load("shanxi_2024")
    return assemble(report, edition, narrate(report, edition))


def grids(document: Document) -> list[list[list[str]]]:
    """The tables as full grids of text."""
    tables = [block for block in document.blocks if isinstance(block, Table)]
    result = []
    for table in tables:
        rows = []
        for slots in lay_out(table.header + table.body):
            row: list[str] = []
            for slot in slots:
                row += [slot.cell.text if slot.top else ""] + [""] * (slot.cell.columns - 1)
            rows.append(row)
        result.append(rows)
    return result


def prose(document: Document) -> list[str]:
    """Headings and paragraphs."""
    return [block.text for block in document.blocks if isinstance(block, Heading | Paragraph)]


def by_python_docx(document: Document) -> bytes:
    """Paragraphs and tables cell by cell."""
    import docx as python_docx

    made = python_docx.Document()
    for text in prose(document):
        made.add_paragraph(text)
    for rows in grids(document):
        table = made.add_table(len(rows), len(rows[0]))
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
    return saved(made)


def template(document: Document) -> bytes:
    """A docxtpl template: a loop of paragraphs, and per table a loop of rows."""
    import docx as python_docx

    made = python_docx.Document()
    for text in ("{%p for text in prose %}", "{{ text }}", "{%p endfor %}"):
        made.add_paragraph(text)
    for number, rows in enumerate(grids(document)):
        table = made.add_table(3, len(rows[0]))
        table.cell(0, 0).text = f"{{%tr for row in tables[{number}] %}}"
        for c in range(len(rows[0])):
            table.cell(1, c).text = f"{{{{ row[{c}] }}}}"
        table.cell(2, 0).text = "{%tr endfor %}"
    return saved(made)


def by_docxtpl(document: Document, source: bytes) -> bytes:
    """The template filled in."""
    from docxtpl import DocxTemplate

    made = DocxTemplate(io.BytesIO(source))
    made.render({"prose": prose(document), "tables": grids(document)}, autoescape=True)
    return saved(made)


def saved(made: object) -> bytes:
    """The bytes of a python-docx document."""
    buffer = io.BytesIO()
    made.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def own(work: Callable[[], object]) -> float:
    """CPU milliseconds of this process."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def medians(rounds: int) -> dict[str, float]:
    """Median CPU milliseconds of every candidate that is installed."""
    document = example()
    jobs: dict[str, Callable[[], float]] = {
        "assemble": lambda: own(example),
        "docx": lambda: own(lambda: docx.write(document)),
        "html": lambda: own(lambda: html.write(document)),
        "xlsx": lambda: own(lambda: xlsx.write(document)),
    }
    if find_spec("docxtpl"):
        source = template(document)
        jobs["docx by docxtpl"] = lambda: own(lambda: by_docxtpl(document, source))
    with tempfile.TemporaryDirectory() as folder, installed() as environment:
        export = [*program("from xltools.cli import program; program()"), "export", str(EXAMPLE)]
        export += ["--to", folder, "--format", "pdf", "--pdf-engine"]
        jobs["pdf by typst, process"] = lambda: process([*export, "typst"], environment).cpu
        path = Path(folder, "example.docx")
        path.write_bytes(docx.write(document))
        found_office = office.find()
        if found_office:
            command = [
                found_office,
                f"-env:UserInstallation={Path(folder, 'profile').as_uri()}",
                "--headless",
            ]
            command += ["--convert-to", "pdf", "--outdir", folder, str(path)]
            jobs["LibreOffice alone, warm profile"] = lambda: process(command, environment).cpu
            jobs["pdf by LibreOffice, process"] = lambda: process([*export, "libreoffice"], environment).cpu
        for job in jobs.values():
            job()
        taken: dict[str, list[float]] = {name: [] for name in jobs}
        for _ in range(rounds):
            for name, job in jobs.items():
                taken[name].append(job())
    found = {name: statistics.median(times) for name, times in taken.items()}
    if find_spec("docx"):
        found["docx by python-docx (once)"] = own(lambda: by_python_docx(document))
    return found


def lines(rounds: int) -> list[Line]:
    """The lines of goal 8; what is not installed is left out."""
    ms = medians(rounds)
    wanted = (
        ("8", "docx against docxtpl", "docx", "docx by docxtpl", 0.6),
        ("8", "PDF against LibreOffice", "pdf by typst, process", "pdf by LibreOffice, process", 0.15),
        ("", "PDF against LibreOffice that converts the docx", "pdf by typst, process",
         "LibreOffice alone, warm profile", None),
    )  # fmt: skip
    return [
        Line(goal, title, f"{ms[ours]:.0f} / {ms[theirs]:.0f} ms", ms[ours] / ms[theirs], limit)
        for goal, title, ours, theirs, limit in wanted
        if ours in ms and theirs in ms
    ]


def main(rounds: int) -> None:
    """All candidates, one a line, and goal 8."""
    for name, milliseconds in medians(rounds).items():
        print(f"{name:32} {milliseconds:10.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
