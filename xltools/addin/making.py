"""The buttons that make something: a workbook, a sheet, the text of 情况说明, the published documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xltools.addin import results
from xltools.addin.port import Content, Formula, Grid, Port, snapshot
from xltools.errors import XltoolsError
from xltools.workbook.address import join
from xltools.workbook.layout import (
    EVALUATION,
    NARRATIVE,
    SENTENCES,
)

_FORMATS = ("docx", "pdf", "html", "xlsx")


def new(port: Port) -> None:
    """新建: write an empty standard workbook where the user says, and open it."""
    from xltools.editions import DEFAULT, load
    from xltools.workbook.template import create

    chosen = port.ask("save", "决算公开.xlsx")
    if chosen is None:
        return
    path = Path(chosen).with_suffix(".xlsx")
    create(path, load(DEFAULT))
    port.show(str(path))
    port.status(f"已新建 {path.name}。请先填写“封面”。")


def add_project(port: Port) -> None:
    """新增自评项目: the form of the last project once more, empty: department, unit and the levels of the
    indicators stay, formulas too."""
    names = [name for name in port.read() if name.startswith(EVALUATION)]
    if not names:
        raise XltoolsError(f"没有“{EVALUATION}”表，无法复制。", "请从标准工作簿复制一张。")
    numbers = [
        int(name.removeprefix(EVALUATION)) for name in names if name.removeprefix(EVALUATION).isdigit()
    ]
    made = f"{EVALUATION}{max([1, *numbers]) + 1}"
    with snapshot(port) as path:
        emptied = _emptied(path, names[-1])
    with port.quietly():
        port.copy_sheet(names[-1], made)
        port.write(made, emptied)
    port.status(f"已新增空白的“{made}”表，请填写下一个项目。")


_STAY = ("department", "entity", "level1", "level2")


def _emptied(path: Path, sheet: str) -> dict[str, Content]:
    """The cells of a project's form that the next project has others for, and what they become."""
    import xltools
    from xltools.report import EVALUATION as FIGURES
    from xltools.workbook.grid import file_grids
    from xltools.workbook.package import open_package
    from xltools.workbook.template.evaluation import score_formula

    reading = xltools.read(path)
    grid = next(grid for grid in file_grids(open_package(path)) if grid.name == sheet)
    spots = {
        (ref.line.partition(".")[2], ref.column): place.cell
        for ref, place in reading.report.places.items()
        if ref.form == FIGURES and place.sheet == sheet
    }
    cells: dict[str, Content] = {}
    for (part, column), cell in spots.items():
        if column in _STAY or cell in grid.facts.formulas:
            continue
        cells[cell] = None
        used = [spots.get((part, name)) for name in ("actual", "target", "weight", "sign")]
        if column == "score" and all(used):
            cells[cell] = Formula(score_formula(*map(str, used)))
    form = reading.edition.self_evaluation
    for row, line in enumerate(grid.rows[:3], 1):
        for at, text in enumerate(line, 1):
            if form and isinstance(text, str) and text.strip().endswith(form.title):
                cells[join(row, at)] = form.title
    return cells


def narrate(port: Port) -> None:
    """生成说明: one row a sentence, generated from the figures; what was typed stays with its sentence."""
    import xltools
    from xltools.workbook.template.prose import sentence_rows, typed_texts

    port.status("正在生成情况说明…")
    grids = port.read()
    results.required(grids)
    grid = grids.get(NARRATIVE)
    if grid is None:
        raise XltoolsError(f"没有“{NARRATIVE}”表，无法写入。", "请从标准工作簿复制一张。")
    with snapshot(port) as path:
        report = xltools.read(path).report
    sentences = xltools.narrate(report)
    top = results.heading(grid, SENTENCES)
    if top is None:
        raise XltoolsError(f"“{NARRATIVE}”表的列标题被改动，无法写入。", "请恢复原来的列标题。")
    before = {key: text for key, text in _generated(grid, top[0]).items() if text}
    lines: list[list[str | None]] = [
        [
            row.section,
            row.content,
            row.key,
            row.generated,
            *typed_texts(report, row.key),
        ]
        for row in sentence_rows(sentences, report)
    ]
    first = top[0] + 2
    cells: dict[str, Content] = {
        join(first + number, column): value
        for number, line in enumerate(lines)
        for column, value in enumerate(line, 1)
        if value
    }
    with port.quietly():
        port.renew_rows(NARRATIVE, first, len(lines))
        port.write(NARRATIVE, cells)
    port.status(_narrated(lines, before))


def _generated(grid: Grid, top: int) -> dict[str, str]:
    """The generated text that stood on the sheet, by key."""
    key, text = SENTENCES.at("key"), SENTENCES.at("generated")
    return {
        str(row[key]): str(row[text]) for row in grid[top + 1 :] if len(row) > text and row[key] and row[text]
    }


def _narrated(lines: list[list[str | None]], before: Mapping[str, str]) -> str:
    sentences = [(str(line[2]), str(line[3])) for line in lines if line[3]]
    changed = sum(1 for key, text in sentences if key in before and before[key] != text)
    added = sum(1 for key, _ in sentences if key not in before)
    missing = sum(1 for line in lines if line[3] and "【" in str(line[3]) and not line[4])
    asked = f"；{missing} 句的原因或用途待填写" if missing else ""
    return f"情况说明共 {len(sentences)} 句：{added} 句新增，{changed} 句有变化{asked}。"


def export(port: Port) -> None:
    """导出: check, then write the published documents into a folder beside the workbook."""
    import xltools
    from xltools.addin import actions
    from xltools.export.publish import Refused, gaps, publish

    folder = _folder(port)
    if folder is None:
        return
    checked = actions.check(port)
    port.status("正在导出…")
    kept: list[Path] = []
    with snapshot(port) as path:
        reading = xltools.read(path)
        source = Path(port.path) if Path(port.path).is_file() else path
        try:
            written = publish(
                reading.report, checked, reading.edition, folder, _FORMATS, source=source, kept=kept
            )
        except Refused as refusal:
            question = f"{refusal.message}\n\n要先导出带“草稿”水印的样稿吗？"
            if port.ask("yes", question) is None:
                raise
            written = publish(
                reading.report, checked, reading.edition, folder, _FORMATS, True, source=source, kept=kept
            )
    port.show(str(folder))
    missing = gaps(reading.report, reading.edition)
    lacking = f"文件里缺少：{'、'.join(missing)}。" if missing else ""
    saved = f"其中 {len(kept)} 个上次导出之后被改过，改过的已备份。" if kept else ""
    port.status(f"已导出 {len(written)} 个文件到 {folder}。{saved}{lacking}")


def _folder(port: Port) -> Path | None:
    """Where to export: beside the workbook; the user is asked where that is no folder of this machine."""
    if port.path and "://" not in port.path:
        path = Path(port.path)
        return path.parent / f"{path.stem}-公开"
    chosen = port.ask("folder", "导出到哪个文件夹")
    return Path(chosen) if chosen else None
