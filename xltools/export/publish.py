"""From a checked report to the files of a publication, through the gate: each written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.export.document import Document
from xltools.export.gate import gate, refuse
from xltools.files import contents
from xltools.report import Report
from xltools.rules import Checked
from xltools.version import VERSION
from xltools.workbook.package import MAX_FILE

FORMATS = ("docx", "pdf", "html", "xlsx", "json", "csv")
DOCUMENTS = ("docx", "pdf", "html", "xlsx")
"""Formats that are publications; json and csv are data, and may be taken from an unpublished workbook."""
LOG = "导出记录.jsonl"
MOST_LINES = 3_000
"""Lines of one table; the whole list of 科目 has not 2,000. Setting 5,000 lines as PDF takes 1.4 GB."""
_LARGEST_LOG = 16 * 2**20


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
    kept: list[Path] | None = None,
) -> list[Path]:
    """Writes the formats named into ``folder``, and one line into its log. Returns the paths written.

    A file there that is not as an earlier export left it was worked on by somebody: it is backed up, and the
    backup is entered in ``kept``. Raises Refused where the gate is closed and ``draft`` is False (a draft
    carries a watermark and lists what blocks), and XltoolsError where the export would take the place of
    ``source``.
    """
    found = gate(checked, report.explanations)
    wanted = [name for name in formats if name in DOCUMENTS]
    if wanted and not found.open and not draft:
        raise Refused(refuse(found), found.reasons())
    if wanted and not draft and not report.cover.entity:
        raise XltoolsError(
            "封面没有填写单位名称，没有导出。", "请在“封面”填写；要先看样稿，可用 --draft 导出草稿。"
        )
    if wanted:
        _within_limits(report, edition)
    stem = file_stem(report, edition, draft and bool(wanted))
    paths = {name: folder / f"{stem}.{name}" for name in formats}
    if source and any(path.exists() and source.exists() and path.samefile(source) for path in paths.values()):
        raise XltoolsError(
            f"导出的文件会覆盖正在导出的工作簿“{source.name}”，没有导出。", "请用 --to 指定别的文件夹。"
        )
    document = _document(report, edition, found.reasons() if draft else (), draft) if wanted else None
    rendered = _render(document, wanted, engine)
    made = {paths[name]: rendered.get(name) or _data(name, report, edition) for name in formats}
    backups = _deliver(made, folder, _log_entry(report, checked, formats, draft, source))
    if kept is not None:
        kept += backups
    return list(made)


def _within_limits(report: Report, edition: Edition) -> None:
    """XltoolsError for a table so long that setting it would take all the memory there is."""
    for form, lines in report.lines.items():
        if form in edition.forms and len(lines) > MOST_LINES:
            number = edition.forms[form].number
            raise XltoolsError(
                f"{number}有 {len(lines)} 行，超过公开文件能排的 {MOST_LINES} 行，没有导出。",
                "请检查是否多复制了行；只要数据的，可用 --format json,csv。",
            )


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
    # File systems allow 255 bytes; what follows, and the passing names of programs, take up to 70.
    entity = entity.encode()[:180].decode(errors="ignore")
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


def _deliver(made: Mapping[Path, bytes], folder: Path, entry: dict[str, object]) -> list[Path]:
    """Write the files and the log; the backups of files that somebody had changed."""
    from xltools.workbook.save import save

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XltoolsError(f"不能建立文件夹“{folder}”。", "请检查名称和权限，或换一个文件夹。") from error
    ours = _known(folder / LOG)
    backups = []
    for path, data in made.items():
        backup = save(path, data, backup=_changed(path, data, ours))
        backups += [backup] if backup else []
    entry["files"] = {path.name: _digest(data) for path, data in made.items()}
    try:
        with (folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise XltoolsError(f"不能写入“{LOG}”。", "请检查文件夹的写入权限。") from error
    return backups


def _known(log: Path) -> set[str]:
    """The digests of all files that earlier exports wrote."""
    found: set[str] = set()
    try:
        lines = contents(log, _LARGEST_LOG).decode("utf-8", "replace").splitlines()
    except (OSError, XltoolsError):
        return found
    for line in lines:
        try:
            found.update(json.loads(line)["files"].values())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):  # a line of somebody else's
            continue
    return found


def _changed(path: Path, data: bytes, ours: set[str]) -> bool:
    """Whether a file is there that is neither ``data`` nor as an export left it."""
    try:
        return path.is_file() and (there := path.read_bytes()) != data and _digest(there) not in ours
    except OSError:  # saving will say why
        return False


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _log_entry(
    report: Report, checked: Checked, formats: Sequence[str], draft: bool, source: Path | None
) -> dict[str, object]:
    try:
        digest = _digest(contents(source, MAX_FILE)) if source else ""
    except (OSError, XltoolsError):  # it went away meanwhile
        digest = ""
    return {
        "time": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        "source": source.name if source else "",
        "sha256": digest,
        "edition": report.edition,
        "verdict": checked.verdict,
        "formats": list(formats),
        "draft": draft,
        "xltools": VERSION,
    }
