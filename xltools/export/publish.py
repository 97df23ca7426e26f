"""From a checked report to the files of a publication, through the gate: each written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.export.document import Document
from xltools.export.gate import gate, refuse
from xltools.report import Report
from xltools.rules import Checked
from xltools.version import VERSION

FORMATS = ("docx", "pdf", "html", "xlsx", "json", "csv")
DOCUMENTS = ("docx", "pdf", "html", "xlsx")
"""Formats that are publications; json and csv are data, and may be taken from an unpublished workbook."""
LOG = "导出记录.jsonl"


class Refused(XltoolsError):
    """The gate is closed; ``reasons`` are the findings that block, worded."""

    def __init__(self, error: XltoolsError, reasons: Sequence[str]) -> None:
        super().__init__(error.message, error.remedy)
        self.reasons = list(reasons)


def publish(
    report: Report,
    checked: Checked,
    edition: Edition,
    folder: Path,
    formats: Sequence[str] = DOCUMENTS,
    draft: bool = False,
    engine: str = "typst",
    source: Path | None = None,
) -> list[Path]:
    """Writes the formats named into ``folder``, and one line into its log. Returns the paths written.

    Raises Refused where the gate is closed and ``draft`` is False; a draft carries a watermark and lists
    what blocks.
    """
    found = gate(checked, report.explanations)
    wanted = [name for name in formats if name in DOCUMENTS]
    if wanted and not found.open and not draft:
        raise Refused(refuse(found), found.reasons())
    if wanted and not draft and not report.cover.entity:
        raise XltoolsError(
            "封面没有填写单位名称，没有导出。", "请在“封面”填写；要先看样稿，可用 --draft 导出草稿。"
        )
    document = _document(report, edition, found.reasons() if draft else (), draft) if wanted else None
    rendered = _render(document, wanted, engine)
    made = [(name, rendered.get(name) or _data(name, report, edition)) for name in formats]
    stem = file_stem(report, edition, draft and bool(wanted))
    return _deliver(made, folder, stem, _log_line(report, checked, formats, draft, source))


def gaps(report: Report, edition: Edition) -> list[str]:
    """What a complete publication has and this one would not, as an accountant would look for it."""
    held = [name for name, text in report.texts.items() if text.strip()]
    glossary = any(name.startswith("glossary.") for name in held)
    wanted = (
        ("", bool(report.cover.entity), "封面的单位名称"),
        ("overview", "duties" in held, "概况中的职责"),
        ("overview", "organisation" in held, "概况中的机构设置情况"),
        ("glossary", glossary, "名词解释"),
        ("annex", bool(report.self_evaluations), "绩效自评表（没有项目的不用填）"),
    )
    return [name for part, there, name in wanted if not there and part in ("", *edition.sections)]


def file_stem(report: Report, edition: Edition, draft: bool) -> str:
    """«山西省…中心2024年度单位决算公开», with what no file system allows left out."""
    entity = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "", report.cover.entity).strip(" .")[:80] or "未填单位"
    scope = report.cover.scope or "部门决算"
    return f"{entity}{report.cover.year or edition.year}年度{scope}公开{'（草稿）' if draft else ''}"


def _document(report: Report, edition: Edition, problems: Sequence[str], draft: bool) -> Document:
    from xltools.export.assemble import assemble
    from xltools.narrative import write as narrate

    return assemble(report, edition, narrate(report, edition), draft=draft, errors=problems)


def _render(document: Document | None, formats: Sequence[str], engine: str) -> dict[str, bytes]:
    if document is None:
        return {}
    from xltools.export.render import render

    return render(document, formats, engine)


def _data(name: str, report: Report, edition: Edition) -> bytes:
    from xltools.export import open_data

    if name == "json":
        return open_data.json_text(report).encode("utf-8")
    return open_data.csv_text(report, edition).encode("utf-8")


def _deliver(made: Sequence[tuple[str, bytes]], folder: Path, stem: str, line: str) -> list[Path]:
    from xltools.workbook.save import save

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XltoolsError(f"不能建立文件夹“{folder}”。", "请检查名称和权限，或换一个文件夹。") from error
    paths = []
    for name, data in made:
        path = folder / f"{stem}.{name}"
        save(path, data, backup=False)
        paths.append(path)
    try:
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(line + "\n")
    except OSError as error:
        raise XltoolsError(f"不能写入“{LOG}”。", "请检查文件夹的写入权限。") from error
    return paths


def _log_line(
    report: Report, checked: Checked, formats: Sequence[str], draft: bool, source: Path | None
) -> str:
    digest = hashlib.sha256(source.read_bytes()).hexdigest() if source and source.is_file() else ""
    entry = {
        "time": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        "source": source.name if source else "",
        "sha256": digest,
        "edition": report.edition,
        "verdict": checked.verdict,
        "formats": list(formats),
        "draft": draft,
        "xltools": VERSION,
    }
    return json.dumps(entry, ensure_ascii=False)
