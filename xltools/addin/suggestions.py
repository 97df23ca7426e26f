"""采纳建议 and 撤销采纳: put a suggested value into its cell, with a log beside the workbook; take it back.

Excel's own undo is gone after an add-in writes, so the log is what an undo works from.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from xltools.addin import results
from xltools.addin.port import Grid, Port, Value, snapshot
from xltools.amount import NotAnAmount, parse
from xltools.errors import XltoolsError
from xltools.finding import Finding, Severity, Suspect
from xltools.report import Place, Ref
from xltools.rules import Checked
from xltools.workbook.address import split
from xltools.workbook.save import save
from xltools.workbook.surgery import Content

LOG_SUFFIX = ".采纳记录.jsonl"


class Change(NamedTuple):
    """What stood in a cell and what was put there."""

    sheet: str
    cell: str
    before: Value
    after: Value

    @property
    def text(self) -> str:
        """«公开03表!D10 292.63 → 292.33»."""
        return f"{self.sheet}!{self.cell} {_shown(self.before)} → {_shown(self.after)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: the cells that one suggestion changed, and why."""

    time: str
    changes: tuple[Change, ...]
    why: str
    undone: bool = False


FIRST = 0
"""As a number: the first cause that can be put right by itself."""


def adopt(port: Port, number: int | None = None, strict: bool = False) -> Entry | None:
    """Put the suggested values into the suspicious cell, or cells where one cause spoiled several: of the
    suspect that is selected, else that of the current finding, else the most probable; ``number`` chooses
    as the check numbers them (from 1). None when the user declines.

    Where other 错误 would appear that are not there now, the user is told before he agrees; with ``strict``
    that is XltoolsError, as is a suggestion that cannot be put into cells, or none at all.
    """
    import xltools

    grids = port.read()
    found = results.items(results.required(grids))
    log = log_path(port)
    with snapshot(port) as path:
        reading = xltools.read(path)
        checked = xltools.check(reading)
        chosen = _chosen(checked.suspects, reading.formulas or {}, port.here(), found, number)
        suspect = checked.suspects[chosen - 1]
        changes = _changes(suspect, grids)
        raised = _raised(path, changes, checked)
    warning = (
        f"采纳原因{chosen}之后会出现原来没有的错误 {len(raised)} 条，如：{raised[0].message}"
        if raised
        else ""
    )
    listed = "\n".join(change.text for change in changes)
    if raised and strict:
        raise XltoolsError(
            f"没有改动工作簿：{listed.replace(chr(10), '；')}。{warning}",
            f"请先核对；确要采纳，运行 xltools fix 文件 --suspect {chosen} --anyway。",
        )
    lines = (suspect.cell.label, listed, suspect.why, *((warning,) if raised else ()))
    if port.ask("yes", "\n".join((*lines, "", "采纳这个建议吗？"))) is None:
        return None
    _put(port, {(change.sheet, change.cell): change.after for change in changes})
    entry = Entry(datetime.now().isoformat(timespec="seconds"), changes, suspect.why)
    _write_log(log, [*_entries(log), entry])
    port.go_to(Place(changes[0].sheet, changes[0].cell))
    told = "；".join(change.text for change in changes)
    port.status(f"已采纳原因{chosen}：{told}。可用“撤销采纳”恢复。请重新校验。")
    return entry


def _raised(path: Path, changes: Sequence[Change], before: Checked) -> list[Finding]:
    """The 错误 that a copy of the workbook shows with ``changes`` in it and ``before`` does not. Where no
    copy can be changed nothing is known, and the change itself will say why."""
    import xltools
    from xltools.workbook.passing import passing_folder
    from xltools.workbook.surgery import Edits, SheetEdit, edit

    cells: dict[str, dict[str, Content]] = {}
    for change in changes:
        value = change.after
        cells.setdefault(change.sheet, {})[change.cell] = (
            Decimal(str(value)) if isinstance(value, float) else value
        )
    with passing_folder() as folder:
        trial = folder / path.name
        try:
            sheets = {name: SheetEdit(these, frozenset(these)) for name, these in cells.items()}
            edit(path, Edits(sheets=sheets), trial)
            after = xltools.check(xltools.read(trial))
        except XltoolsError:
            return []
    places = {Place(change.sheet, change.cell) for change in changes}
    known = Counter(map(_identity, _errors(before)))
    raised = []
    for finding in _errors(after):
        key = _identity(finding)
        known[key] -= 1
        # What only the forms together show may have been there behind the mistake.
        mine = finding.rule != "joint-01" or any(cell.place in places for cell in finding.cells)
        if known[key] < 0 and mine:
            raised.append(finding)
    return raised


def _errors(checked: Checked) -> list[Finding]:
    return [finding for finding in checked.findings if finding.severity is Severity.ERROR]


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.rule, finding.cells[0].label if finding.cells else ""


def obstacle(suspect: Suspect, formulas: Collection[Ref]) -> str:
    """Why a suspect cannot be put right by writing into cells; "" where it can. ``formulas`` are the
    figures that formulas compute."""
    if suspect.kind == "soft":
        return "是一条可能不适用的关系，请写出错说明"
    if suspect.kind in ("line", "missing"):
        return "要补上一行，请在工作簿里插入"
    if not suspect.suggested:
        return "应为多少推不出来，请查原数"
    for cell, _ in suspect.changes or ((suspect.cell, ""),):
        if cell.place is None or not cell.place.cell:
            return f"{cell.label} 在工作簿中没有单元格，请手工补上"
        if cell.ref in formulas:
            return f"{cell.where} 由公式计算，请核对公式引用的明细，或先把公式改为数值"
    return ""


def _changes(suspect: Suspect, grids: Mapping[str, Grid]) -> tuple[Change, ...]:
    changes = []
    for cell, text in suspect.changes or ((suspect.cell, suspect.suggested[0]),):
        assert cell.place is not None  # see ``obstacle``
        before = _content(grids[cell.place.sheet], cell.place)
        changes.append(Change(*cell.place, before, _value(text)))
    return tuple(changes)


def _put(port: Port, contents: Mapping[tuple[str, str], Value]) -> None:
    with port.quietly():
        for sheet in dict.fromkeys(sheet for sheet, _ in contents):
            port.write(sheet, {cell: value for (on, cell), value in contents.items() if on == sheet})


def _chosen(
    suspects: Sequence[Suspect],
    formulas: Collection[Ref],
    here: Place,
    found: list[results.Item],
    number: int | None,
) -> int:
    """The number of the suspect to adopt, as the check numbers them."""
    if not suspects:
        raise XltoolsError("现在没有可以采纳的建议。", "请先按“校验”；推断出原因的错误才有建议。")
    why = {at: obstacle(suspect, formulas) for at, suspect in enumerate(suspects, 1)}
    usable = [at for at, text in why.items() if not text]
    if number is not None and number != FIRST:
        if number not in why:
            raise XltoolsError(f"没有原因{number}。", f"校验列出的原因有 {len(suspects)} 个。")
        if why[number]:
            raise XltoolsError(f"原因{number}不能自动改：{why[number]}。", _others(usable))
        return number
    current = next((item.place for item in found if item.current), None)
    for wanted in (here, current) if number is None else ():
        for at in usable:
            if suspects[at - 1].cell.place == wanted:
                return at
    best = [at for at in usable if not suspects[at - 1].alternative]
    if not best:
        listed = "；".join(f"原因{at}：{text}" for at, text in why.items() if text)
        raise XltoolsError(f"没有能自动改的原因（{listed}）。", _others(usable))
    return best[0]


def _others(usable: Sequence[int]) -> str:
    if not usable:
        return "请按“审核结果”在工作簿里改，再校验。"
    listed = "、".join(map(str, usable))
    return f"能自动改的是原因 {listed}：运行 xltools fix 文件 --suspect {usable[0]}，或选中那个单元格再采纳。"


def _content(grid: Grid, place: Place) -> Value:
    row, column = split(place.cell)
    line = grid[row - 1] if row <= len(grid) else []
    return line[column - 1] if column <= len(line) else None


def _value(text: str) -> Value:
    """A suggestion as a cell's content: a number where it is one."""
    try:
        amount = parse(text)
    except NotAnAmount:
        return text
    return None if amount is None else float(amount)


def undo(port: Port) -> Entry:
    """Take the last adopted suggestion back. Raises XltoolsError where there is none, or a cell has
    changed since."""
    log = log_path(port)
    entries = _entries(log)
    last = next((i for i in reversed(range(len(entries))) if not entries[i].undone), None)
    if last is None:
        raise XltoolsError("没有可以撤销的采纳。", "以前的版本在工作簿旁边的“备份”文件夹里。")
    entry = entries[last]
    grids = port.read()
    for change in entry.changes:
        place = Place(change.sheet, change.cell)
        if change.sheet not in grids or _content(grids[change.sheet], place) != change.after:
            raise XltoolsError(
                f"{change.sheet}!{change.cell} 在采纳之后又被修改，没有撤销。",
                f"采纳之前的值是 {_shown(change.before)}。",
            )
    _put(port, {(change.sheet, change.cell): change.before for change in entry.changes})
    entries[last] = replace(entry, undone=True)
    _write_log(log, entries)
    port.go_to(Place(entry.changes[0].sheet, entry.changes[0].cell))
    cells = "；".join(f"{c.sheet}!{c.cell} 已恢复为 {_shown(c.before)}" for c in entry.changes)
    port.status(f"{cells}。")
    return entry


def _shown(value: Value) -> str:
    return "空白" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def log_path(port: Port) -> Path:
    """The log of a workbook, beside it. XltoolsError while the workbook is nowhere on this machine."""
    if not port.path or "://" in port.path:
        raise XltoolsError("工作簿还没有保存到本机，无法记录采纳。", "请先保存到本机的文件夹。")
    path = Path(port.path)
    return path.with_name(path.stem + LOG_SUFFIX)


def _entries(log: Path) -> list[Entry]:
    if not log.exists():
        return []
    try:
        return [_entry(line) for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, XltoolsError):
        raise XltoolsError(
            f"采纳记录“{log.name}”不能读取，没有改动工作簿。",
            "请把它改名移走（其中的采纳不能再撤销），再试。",
        ) from None


def _entry(line: str) -> Entry:
    """A line of the log. Whatever is not as we write it raises one of many errors."""
    data = json.loads(line)
    changes = tuple(Change(*change) for change in data.pop("changes"))
    entry = Entry(changes=changes, **data)
    places = [part for change in changes for part in (change.sheet, change.cell)]
    values = [value for change in changes for value in (change.before, change.after)]
    sound = all(isinstance(part, str) for part in (entry.time, entry.why, *places))
    if not (changes and sound and isinstance(entry.undone, bool)):
        raise ValueError(line)
    if not all(value is None or isinstance(value, bool | float | str) for value in values):
        raise ValueError(line)
    for change in changes:
        split(change.cell)  # XltoolsError where it is no address
    return entry


def _write_log(log: Path, entries: Sequence[Entry]) -> None:
    lines = [json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries]
    save(log, "".join(lines).encode("utf-8"), backup=False)
