"""采纳建议 and 撤销采纳: put a suggested value into its cell, with a log beside the workbook; take it back.

Excel's own undo is gone after an add-in writes, so the log is what an undo works from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from xltools.addin import results
from xltools.addin.port import Grid, Port, Value, snapshot
from xltools.amount import NotAnAmount, parse
from xltools.errors import XltoolsError
from xltools.finding import Suspect
from xltools.report import Place
from xltools.workbook.address import split

LOG_SUFFIX = ".采纳记录.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: what stood in a cell, what was put there, and why."""

    time: str
    sheet: str
    cell: str
    before: Value
    after: Value
    why: str
    undone: bool = False


def adopt(port: Port, number: int | None = None) -> Entry | None:
    """Put the suggested value into the suspicious cell: the one selected, else that of the current finding,
    else the most probable; ``number`` (from 1) chooses by rank. None when the user declines.

    Raises XltoolsError where there is no suggestion, or the cell holds a formula.
    """
    import xltools

    grids = port.read()
    found = results.items(results.required(grids))
    log = log_path(port)
    with snapshot(port) as path:
        reading = xltools.read(path)
    checked = xltools.check(reading)
    suspect = _chosen(checked.suspects, port.here(), found, number)
    place, ref = suspect.cell.place, suspect.cell.ref
    assert place is not None
    if reading.formulas and ref in reading.formulas:
        raise XltoolsError(
            f"{place.sheet}!{place.cell} 由公式计算，不能直接改数。",
            "请核对公式引用的明细，或先把公式改为数值。",
        )
    before, after = _content(grids[place.sheet], place), _value(suspect.suggested[0])
    shown = suspect.suggested[0] or "空白"
    question = (
        f"{suspect.cell.label}\n{suspect.cell.value or '空白'} → {shown}\n{suspect.why}\n\n采纳这个建议吗？"
    )
    if port.ask("yes", question) is None:
        return None
    port.write(place.sheet, {place.cell: after})
    entry = Entry(datetime.now().isoformat(timespec="seconds"), *place, before, after, suspect.why)
    _append(log, entry)
    port.go_to(place)
    port.status(f"{place.sheet}!{place.cell} 已改为 {shown}，可用“撤销采纳”恢复。请重新校验。")
    return entry


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
    """Take the last adopted suggestion back. Raises XltoolsError where there is none, or the cell has
    changed since."""
    log = log_path(port)
    entries = _entries(log)
    last = next((i for i in reversed(range(len(entries))) if not entries[i].undone), None)
    if last is None:
        raise XltoolsError("没有可以撤销的采纳。", "")
    entry = entries[last]
    place = Place(entry.sheet, entry.cell)
    grids = port.read()
    if entry.sheet not in grids or _content(grids[entry.sheet], place) != entry.after:
        raise XltoolsError(
            f"{entry.sheet}!{entry.cell} 在采纳之后又被修改，没有撤销。",
            f"采纳之前的值是 {_shown(entry.before)}。",
        )
    port.write(entry.sheet, {entry.cell: entry.before})
    entries[last] = Entry(**{**asdict(entry), "undone": True})
    log.write_text("".join(_line(one) for one in entries), encoding="utf-8")
    port.go_to(place)
    port.status(f"{entry.sheet}!{entry.cell} 已恢复为 {_shown(entry.before)}。")
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
    lines = log.read_text(encoding="utf-8").splitlines()
    return [Entry(**json.loads(line)) for line in lines if line.strip()]


def _line(entry: Entry) -> str:
    return json.dumps(asdict(entry), ensure_ascii=False) + "\n"


def _append(log: Path, entry: Entry) -> None:
    with log.open("a", encoding="utf-8") as target:
        target.write(_line(entry))
