"""``python -m xltools.build [editions] [workbooks] [docs]``: what is made from sources in this repository."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from xltools.editions import FOLDER, load
from xltools.editions.schema import compile_all
from xltools.rules import CHECKS

ROOT = Path(__file__).parent.parent


def editions() -> dict[Path, str]:
    """The compiled editions: path → text."""
    return {FOLDER / "compiled" / f"{name}.json": text for name, text in compile_all(CHECKS).items()}


def docs() -> dict[Path, str]:
    """The generated documents: path → text."""
    from xltools.commands.listings import rules_markdown
    from xltools.functions.document import markdown

    return {
        ROOT / "docs" / "functions.md": markdown(),
        ROOT / "docs" / "rules.md": rules_markdown(load()),
    }


def workbooks(folder: Path = ROOT / "workbooks") -> None:
    """The template and the example; the example is checked, and says what was found."""
    from io import BytesIO

    from xltools.figures import load as load_figures
    from xltools.narrative import write
    from xltools.review import sheet
    from xltools.rules import check
    from xltools.workbook.template import Results, build, create

    edition = load()
    folder.mkdir(exist_ok=True)
    create(folder / "template.xlsx", edition, overwrite=True)
    report = load_figures(FOLDER / edition.id / "example.json")
    report.places = build(edition, report, BytesIO()).places
    checked = check(report, edition)
    rows = list(sheet.rows(checked, report.explanations))
    skipped = [(title, reason) for title, reason, _ in sheet.not_checked(checked)]
    results = Results(rows, skipped, write(report, edition))
    create(folder / "example.xlsx", edition, report, overwrite=True, results=results)


def main(argv: Sequence[str]) -> int:
    """Rebuild what is named, or all."""
    wanted = set(argv) or {"editions", "workbooks", "docs"}
    if "editions" in wanted:
        _write(editions())
        load.cache_clear()
    if "docs" in wanted:
        _write(docs())
    if "workbooks" in wanted:
        workbooks()
    return 0


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
