"""Tables side by side (收入 | 支出) with columns moved: names and numbers tell to which table they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltools.workbook.blueprint import AMOUNT, CODE, LINE, TITLE, Blueprint, Lines
from xltools.workbook.columns import Columns
from xltools.workbook.headings import Path
from xltools.workbook.labels import code, label

_SAMPLE = 6

Cells = Sequence[Sequence[object]]


def sort_blocks(columns: Columns, plan: Blueprint, numbers: Mapping[int, str], body: Cells) -> None:
    """Leave ``columns.blocks`` as the headings have it where the names in them agree; else put them
    together by what the columns hold. It takes tables that have lines of their own each.
    """
    if max(plan.count.values()) > 1:  # blocks under the same headings (公开06): only their order tells
        return
    families = _distinct(plan)
    fitting = all(_fits(block, columns, plan, body) for block in columns.blocks)
    if not fitting or len(families) != len(columns.blocks):
        _by_content(columns, plan, numbers, body, families)


def _distinct(plan: Blueprint) -> list[Lines]:
    """One Lines for every table: columns of one table have the same lines."""
    found: dict[tuple[str, ...], Lines] = {}
    for lines in plan.lines.values():
        found.setdefault(tuple(lines.entries), lines)
    return list(found.values())


def _fits(block: Mapping[str, list[int]], columns: Columns, plan: Blueprint, body: Cells) -> bool:
    """Whether the names and numbers in a block are mostly lines of its figures."""
    amounts = block.get(AMOUNT, [])
    labels = [at for what in (TITLE, CODE, LINE) for at in block.get(what, ())]
    if not amounts or not labels:
        return False
    lines = plan.lines[columns.paths[amounts[0]]]
    for at in labels:
        texts = [cells[at] for cells in body if cells[at] not in ("", None)][:_SAMPLE]
        if texts and 2 * sum(_known(text, lines) for text in texts) < len(texts):
            return False
    return True


def _known(content: object, lines: Lines) -> bool:
    digits = code(content)
    return digits in lines.numbers if digits else bool(lines.by_title(label(content)))


def _by_content(
    columns: Columns, plan: Blueprint, numbers: Mapping[int, str], body: Cells, families: list[Lines]
) -> None:
    _by_numbers(columns, plan, numbers)
    blocks: list[dict[str, list[int]]] = []
    labels = [
        (at, what) for block in columns.blocks for what in (LINE, CODE, TITLE) for at in block.get(what, ())
    ]
    best = {at: _best(at, families, body) for at, _ in labels}
    for number, lines in enumerate(families):
        block: dict[str, list[int]] = {}
        for at, what in labels:
            if best[at] == number:
                block.setdefault(what, []).append(at)
        paths = {path for path, found in plan.lines.items() if tuple(found.entries) == tuple(lines.entries)}
        block[AMOUNT] = [at for at, path in columns.paths.items() if path in paths]
        blocks.append(block)
    columns.blocks = blocks


def _by_numbers(columns: Columns, plan: Blueprint, numbers: Mapping[int, str]) -> None:
    """Where columns were moved under the wrong heading their 栏次 went with them: if it names every column of
    figures once it is believed."""
    by_id: dict[str, Path] = {column: path for path, column in plan.amounts.items()}
    printed = {at: numbers.get(at, "") for at in columns.amounts}
    if len(by_id) == len(plan.amounts) and sorted(printed.values()) == sorted(columns.amounts.values()):
        columns.amounts = dict(printed)
        columns.paths = {at: by_id[number] for at, number in printed.items()}
        columns.renumbered = {}


def _best(at: int, families: Sequence[Lines], body: Cells) -> int | None:
    """The table most of whose lines a column of names or numbers holds."""
    texts = [cells[at] for cells in body if cells[at] not in ("", None)]
    scores = [sum(_known(text, lines) for text in texts) for lines in families]
    return scores.index(max(scores)) if any(scores) else None
