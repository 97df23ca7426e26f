"""Building editions from their text sources: TOML and CSV → validated Edition → compiled JSON.

Used when an edition is built, tested or passed by a user; the run-time ``load`` reads the compiled form.
An edition that contradicts itself raises EditionError, which says in which file and where.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from xltools.editions import FOLDER, ClassCode, Column, Edition, Form, Line, Rule, SelfEvaluationForm, Slot
from xltools.editions.equation import EquationError, Shapes, check_names, expand, form_of
from xltools.errors import XltoolsError
from xltools.report import TOTAL

_SLOT = re.compile(r"^\{(?P<line>[^,|}]+),(?P<column>[^,|}]+)(?:\|(?P<dash>[^}]+))?\}$")
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]\s*|\d+\.\s*)")
_AMOUNT_HEADINGS = {"金额", "决算数", "统计数"}
_SAMPLE_CODES = ("201", "20103", "2010301", "2010399", "20199", "2019999", "208", "20805", "2080506")


class EditionError(XltoolsError):
    """An edition's sources are wrong; the message says in which file and where."""


def build(folder: Path, implemented: Collection[str] = (), parents: Path = FOLDER) -> Edition:
    """The edition in ``folder``, validated. ``extends`` is looked up beside it, then in ``parents``.

    ``implemented`` are the names that a rule's ``check`` may have (``rules.CHECKS``); not tested when empty.
    """
    head = _read_toml(folder / "edition.toml")
    parent = None
    if name := head.get("extends"):
        beside = folder.parent / name
        parent = build(beside if beside.is_dir() else parents / name, implemented, parents)
    data = _merge(folder, head, parent)
    edition: Edition = _validated(Edition, data, folder / "edition.toml")
    _check(edition, folder, implemented)
    return edition


def compile_all(implemented: Collection[str], folder: Path = FOLDER) -> dict[str, str]:
    """The compiled text of every edition in ``folder``: id → JSON."""
    sources = sorted(folder.glob("*/edition.toml"))
    return {path.parent.name: dump(build(path.parent, implemented)) for path in sources}


def dump(edition: Edition) -> str:
    """The compiled form of an edition: JSON with decimals as text."""
    from pydantic import TypeAdapter

    data = TypeAdapter(Edition).dump_python(edition, mode="json")
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=False) + "\n"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise EditionError(f"读不到版本文件 {path.name}：{error.strerror}。", "请检查版本文件夹。") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EditionError(f"版本文件 {path} 不是有效的 TOML：{error}。", "请修正后重试。") from error


def _validated(kind: type[Any], data: Any, path: Path) -> Any:
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EditionError(f"版本文件 {path} 中 {where} 有误：{first['msg']}。", "请修正后重试。") from error


def _merge(folder: Path, head: dict[str, Any], parent: Edition | None) -> dict[str, Any]:
    forms, rules = _forms(folder)
    order = head.pop("forms", None)
    known = {**(parent.forms if parent else {}), **forms}
    order = order if order is not None else list(known)
    for name in order:
        if name not in known:
            raise EditionError(
                f"版本 {folder.name} 的 forms 列有未定义的表 {name}。", "请补上 forms/*.toml。"
            )
    inherited = [rule for rule in parent.rules if rule.id not in _ids(rules)] if parent else []
    rules += _rules(folder / "between.toml")
    rules += [replace(rule, form="narrative") for rule in _rules(folder / "narrative" / "rules.toml")]
    evaluation, evaluation_rules = _evaluation(folder, parent)
    defaults: dict[str, Any] = {
        "extends": "",
        "kinds": parent.kinds if parent else (),
        "scopes": parent.scopes if parent else (),
        "year": parent.year if parent else None,
        "sections": parent.sections if parent else {},
        "unguarded": parent.unguarded if parent else {},
    }
    return {
        **defaults,
        **head,
        "forms": {name: known[name] for name in order},
        "classes": _classes(folder) or (parent.classes if parent else ()),
        "function_codes": {**(parent.function_codes if parent else {}), **_codes(folder)},
        "rules": tuple(inherited) + tuple(rules) + tuple(evaluation_rules),
        "self_evaluation": evaluation,
    }


def _ids(rules: Iterable[Rule]) -> set[str]:
    return {rule.id for rule in rules}


def _forms(folder: Path) -> tuple[dict[str, Form], list[Rule]]:
    forms: dict[str, Form] = {}
    rules: list[Rule] = []
    for path in sorted((folder / "forms").glob("*.toml")):
        data = _read_toml(path)
        own = data.pop("rules", [])
        counts = set(data.pop("counts", []))
        form = _derive(_validated(Form, data, path), counts, path)
        forms[form.id] = form
        rules += [_validated(Rule, {"kind": "逻辑性", "form": form.id, **rule}, path) for rule in own]
    return forms, rules


def _rules(path: Path) -> list[Rule]:
    if not path.exists():
        return []
    data = _read_toml(path)
    return [_validated(Rule, {"kind": "逻辑性", **rule}, path) for rule in data.get("rules", [])]


def _evaluation(folder: Path, parent: Edition | None) -> tuple[SelfEvaluationForm | None, list[Rule]]:
    path = folder / "self_evaluation.toml"
    if not path.exists():
        return (parent.self_evaluation if parent else None), []
    data = _read_toml(path)
    rules = [_validated(Rule, {"kind": "逻辑性", **rule}, path) for rule in data.pop("rules", [])]
    return _validated(SelfEvaluationForm, data, path), rules


def _classes(folder: Path) -> tuple[ClassCode, ...]:
    path = folder / "classes.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        ClassCode(
            row["code"],
            row["name"],
            {key: row[key] for key in row if key not in {"code", "name"} and row[key]},
        )
        for row in rows
    )


def _codes(folder: Path) -> dict[str, str]:
    path = folder / "function_codes.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


# --- what follows from the printed grids -------------------------------------------------------------


def _derive(form: Form, counts: set[str], path: Path) -> Form:
    """``form`` with slots, lines and columns read off its grids."""
    width = len(form.header[0])
    for number, cells in enumerate(form.header + form.body):
        if len(cells) != width:
            raise EditionError(
                f"{path} 的表格第 {number + 1} 行有 {len(cells)} 格，应为 {width} 格。", "请补齐。"
            )
    if len(form.widths) != width:
        raise EditionError(f"{path} 的 widths 有 {len(form.widths)} 个，应为 {width} 个。", "请补齐。")
    slots, lines = [], {}
    for row, cells in enumerate(form.body):
        for at, text in enumerate(cells):
            match = _SLOT.match(text)
            if not match:
                continue
            line, column = match["line"], match["column"]
            slots.append(Slot(row, at, line, column, match["dash"] or ""))
            if line not in lines and line != "*":
                title = _title(cells, at, line)
                name = _NUMBERING.sub("", title).strip()
                lines[line] = (at, Line(line, title, name or line, row, line in counts))
    # A form of several blocks side by side is read block by block.
    ordered = [item for _, item in sorted(lines.values(), key=lambda pair: (pair[0], pair[1].row))]
    return replace(form, slots=tuple(slots), lines=tuple(ordered), columns=_columns(form, slots))


def _title(cells: tuple[str, ...], at: int, line: str) -> str:
    for text in reversed(cells[:at]):
        if text == line and line.isdigit():
            continue
        if text and text not in {"<", "^"} and not _SLOT.match(text):
            return text
    return ""


def _columns(form: Form, slots: list[Slot]) -> tuple[Column, ...]:
    found: dict[str, Column] = {}
    for slot in slots:
        if slot.column in found:
            continue
        path = _heading_path(form, slot.at, slot.column)
        # Where one column serves a line, the line's name says all.
        title = "" if path[-1:] and path[-1] in _AMOUNT_HEADINGS else _column_title(path, form)
        found[slot.column] = Column(slot.column, title, path, slot.at)
    return tuple(sorted(found.values(), key=lambda column: int(column.id)))


def _column_title(path: tuple[str, ...], form: Form) -> str:
    if not path:
        return ""
    lasts = [p[-1] for p in (_heading_path(form, at, "") for at in range(form.width)) if p]
    if lasts.count(path[-1]) <= 1:
        return path[-1]
    return " ".join(path)


def _heading_path(form: Form, at: int, column: str) -> tuple[str, ...]:
    path: list[str] = []
    for row_number in range(len(form.header)):
        text = _merged_text(form.header, row_number, at)
        if text and text != column and not text.isdigit() and (not path or path[-1] != text):
            path.append(text)
    return tuple(path)


def _merged_text(grid: tuple[tuple[str, ...], ...], row: int, at: int) -> str:
    while grid[row][at] in {"<", "^"}:
        if grid[row][at] == "<":
            at -= 1
        else:
            row -= 1
    return grid[row][at]


# --- what must agree within an edition -----------------------------------------------------------------


def _check(edition: Edition, folder: Path, implemented: Collection[str]) -> None:
    where = f"版本 {folder.name}"
    _check_unique("规则号", [rule.id for rule in edition.rules], where)
    for form in edition.forms.values():
        _check_unique(f"{form.id} 的单元格", [(s.line, s.column) for s in form.slots], where)
    _check_classes(edition, where)
    _check_rules(edition, where, implemented)
    missing = unguarded_cells(edition)
    if missing:
        raise EditionError(
            f"{where}：没有规则看守的金额：{'、'.join(missing[:5])}。", "请加规则或写入 unguarded。"
        )


def _check_unique(what: str, items: list[Any], where: str) -> None:
    twice = sorted({str(item) for item in items if items.count(item) > 1})
    if twice:
        raise EditionError(f"{where}：{what}重复：{'、'.join(twice)}。", "请改为唯一。")


def _check_classes(edition: Edition, where: str) -> None:
    for item in edition.classes:
        for form_id, line in item.lines.items():
            form = edition.forms.get(form_id)
            if form is None or line not in form.line_of:
                raise EditionError(f"{where}：类 {item.code} 指向不存在的 {form_id} 行次{line}。", "请修正。")
            if form.line_of[line].name != item.name:
                raise EditionError(
                    f"{where}：类 {item.code} {item.name} 与 {form.number} 行次{line} "
                    f"“{form.line_of[line].name}”名称不一致。",
                    "请统一。",
                )


def _check_rules(edition: Edition, where: str, implemented: Collection[str]) -> None:
    shapes = edition.shapes({})
    for rule in edition.rules:
        if rule.kind not in {"逻辑性", "核实性", "提示"}:
            raise EditionError(f"{where}：规则 {rule.id} 的 kind “{rule.kind}”无效。", "请改正。")
        if bool(rule.equations) == bool(rule.check):
            raise EditionError(f"{where}：规则 {rule.id} 须有 equations 或 check 之一。", "请改正。")
        if rule.check and implemented and rule.check not in implemented:
            raise EditionError(f"{where}：规则 {rule.id} 的 check “{rule.check}”没有实现。", "请改正。")
        for kind in rule.when.kinds:
            if kind not in edition.kinds:
                raise EditionError(f"{where}：规则 {rule.id} 提到未知的单位性质“{kind}”。", "请改正。")
        try:
            for equation in rule.parsed:
                check_names(equation, shapes)
        except EquationError as error:
            raise EditionError(f"{where}：规则 {rule.id} 的等式有误：{error}。", "请改正。") from error


def sample_shapes(edition: Edition) -> Shapes:
    """Shapes with a small code tree in every form of codes: to see what rules expand to."""
    codes = {form.id: _SAMPLE_CODES for form in edition.forms.values() if form.kind == "codes"}
    return edition.shapes(codes)


def unguarded_cells(edition: Edition) -> list[str]:
    """The cells that take part in no equation and stand on no list that says why not."""
    shapes = sample_shapes(edition)
    guarded = set()
    for rule in edition.rules:
        if rule.kind == "提示":
            continue
        for equation in rule.parsed:
            for constraint in expand(equation, shapes, rule.id):
                guarded |= {(form_of(r.form), r.line, r.column) for r in constraint.refs}
    missing = []
    for form in edition.forms.values():
        if form.kind == "codes":
            cells = [(line, column) for line in (TOTAL, *shapes.codes[form.id]) for column in form.column_ids]
        else:
            cells = sorted(form.cell_ids)
        for line, column in cells:
            name = f"{form.id}[{line},{column}]"
            if (form.id, line, column) not in guarded and name not in edition.unguarded:
                missing.append(name)
    return missing
