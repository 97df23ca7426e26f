"""采纳建议 and 撤销采纳: put a suggested value into its cell, with a log beside the workbook; take it back.

Excel's own undo is gone after an add-in writes, so the log is what an undo works from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from xltools.addin import results
from xltools.addin.port import Grid, Port, Value, snapshot
from xltools.amount import NotAnAmount, parse
from xltools.errors import XltoolsError
from xltools.finding import Suspect
from xltools.report import Place
from xltools.workbook.address import split
from xltools.workbook.save import save

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


def adopt(port: Port, number: int | None = None) -> Entry | None:
    """Put the suggested values into the suspicious cell, or cells where one cause spoiled several: of the
    suspect that is selected, else that of the current finding, else the most probable; ``number`` (from 1)
    chooses by rank. None when the user declines.

    Raises XltoolsError where there is no suggestion, or a cell holds a formula.
    """
    import xltools

    grids = port.read()
    found = results.items(results.required(grids))
    log = log_path(port)
    with snapshot(port) as path:
        reading = xltools.read(path)
    checked = xltools.check(reading)
    suspect = _chosen(checked.suspects, port.here(), found, number)
    changes = _changes(suspect, grids)
    for cell, _ in suspect.changes:
        if reading.formulas and cell.ref in reading.formulas:
            raise XltoolsError(
                f"{cell.where} 由公式计算，不能直接改数。",
                "请核对公式引用的明细，或先把公式改为数值。",
            )
    listed = "\n".join(change.text for change in changes)
    if port.ask("yes", f"{suspect.cell.label}\n{listed}\n{suspect.why}\n\n采纳这个建议吗？") is None:
        return None
    _put(port, {(change.sheet, change.cell): change.after for change in changes})
    entry = Entry(datetime.now().isoformat(timespec="seconds"), changes, suspect.why)
    _write_log(log, [*_entries(log), entry])
    port.go_to(Place(changes[0].sheet, changes[0].cell))
    port.status(f"已采纳：{'；'.join(change.text for change in changes)}。可用“撤销采纳”恢复。请重新校验。")
    return entry


def _changes(suspect: Suspect, grids: Mapping[str, Grid]) -> tuple[Change, ...]:
    wanted = suspect.changes or ((suspect.cell, suspect.suggested[0]),)
    changes = []
    for cell, text in wanted:
        if cell.place is None or not cell.place.cell:
            raise XltoolsError(f"{cell.label} 在工作簿中没有单元格，不能自动改。", "请按建议手工补上。")
        before = _content(grids[cell.place.sheet], cell.place)
        changes.append(Change(*cell.place, before, _value(text)))
    return tuple(changes)


def _put(port: Port, contents: Mapping[tuple[str, str], Value]) -> None:
    with port.quietly():
        for sheet in dict.fromkeys(sheet for sheet, _ in contents):
            port.write(sheet, {cell: value for (on, cell), value in contents.items() if on == sheet})


def _chosen(
    suspects: Sequence[Suspect], here: Place, found: list[results.Item], number: int | None
) -> Suspect:
    usable = [s for s in suspects if s.suggested and s.cell.place and s.cell.place.cell]
    if not usable:
        raise XltoolsError("现在没有可以采纳的建议。", "请先按“校验”；能够确定唯一值的问题才有建议。")
    if number is not None:
        if not 1 <= number <= len(usable):
            raise XltoolsError(f"没有第 {number} 条建议。", f"现在有 {len(usable)} 条。")
        return usable[number - 1]
    current = next((item.place for item in found if item.current), None)
    for wanted in (here, current):
        for suspect in usable:
            if suspect.cell.place == wanted:
                return suspect
    return usable[0]


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
