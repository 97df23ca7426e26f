"""Building editions from their text sources: TOML and CSV → validated Edition → compiled JSON.

Used when an edition is built, tested or passed by a user; the run-time ``load`` reads the compiled form.
An edition that contradicts itself raises EditionError, which says in which file and where.
"""

from __future__ import annotations

import csv
import json
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from xltools.editions import FOLDER, ClassCode, Edition, Form, Rule, SelfEvaluationForm
from xltools.editions.consistency import check
from xltools.editions.grids import EditionError, derive

__all__ = ["EditionError", "build", "compile_all", "dump"]

_PROBLEMS = {
    "missing": "缺少这一项",
    "missing_argument": "缺少这一项",
    "extra_forbidden": "没有这个名称的项",
    "unexpected_keyword_argument": "没有这个名称的项",
    "string_type": "应为文字",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "tuple_type": "应为列表",
    "dict_type": "应为表格（[名称] 开头的一节）",
}


def build(folder: Path, implemented: Collection[str] = (), parents: Path = FOLDER) -> Edition:
    """The edition in ``folder``, validated. ``extends`` is looked up beside it, then in ``parents``.

    ``implemented`` are the names that a rule's ``check`` may have (``rules.CHECKS``); not tested when empty.
    Raises EditionError for sources that cannot be read or contradict each other; it says where.
    """
    return _build(folder, implemented, parents, ())


def _build(folder: Path, implemented: Collection[str], parents: Path, children: tuple[Path, ...]) -> Edition:
    if folder.resolve() in children:
        raise EditionError(f"版本 {folder.name} 的 extends 绕回到自己。", "请改正 extends。")
    path = folder / "edition.toml"
    head = _read_toml(path)
    parent = None
    if name := head.get("extends"):
        if not isinstance(name, str):
            raise EditionError(f"版本文件 {path} 中 extends 有误：应为文字。", "请改正。")
        beside = folder.parent / name
        source = beside if beside.is_dir() else parents / name
        if not source.is_dir():
            raise EditionError(f"版本文件 {path} 的 extends 指向不存在的版本“{name}”。", "请改正 extends。")
        parent = _build(source, implemented, parents, (*children, folder.resolve()))
    edition: Edition = _validated(Edition, _merge(folder, head, parent), path)
    if edition.id != folder.name:
        raise EditionError(f"版本文件 {path} 的 id “{edition.id}”与文件夹名不同。", "请统一。")
    check(edition, implemented)
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
        where = ".".join(str(part) for part in first["loc"]) or "内容"
        problem = _PROBLEMS.get(first["type"], first["msg"])
        raise EditionError(f"版本文件 {path} 中 {where} 有误：{problem}。", "请修正后重试。") from error


def _merge(folder: Path, head: dict[str, Any], parent: Edition | None) -> dict[str, Any]:
    forms, rules = _forms(folder)
    order = head.pop("forms", None)
    known = {**(parent.forms if parent else {}), **forms}
    order = order if order is not None else list(known)
    if not isinstance(order, list):
        raise EditionError(f"版本文件 {folder / 'edition.toml'} 中 forms 有误：应为列表。", "请改正。")
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
        "sections": parent.sections if parent else {},
        "unguarded": parent.unguarded if parent else {},
    }
    if parent:
        defaults["year"] = parent.year
        head = {**head, "not_encoded": {**parent.not_encoded, **head.get("not_encoded", {})}}
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
        form = derive(_validated(Form, data, path), counts, path)
        if form.id != path.stem:
            raise EditionError(f"版本文件 {path} 的 id “{form.id}”与文件名不同。", "请统一。")
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
    rows = _read_csv(folder / "classes.csv")
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
    codes: dict[str, str] = {}
    for number, row in enumerate(_read_csv(path), 2):
        if codes.setdefault(row["code"], row["name"]) != row["name"]:
            raise EditionError(f"版本文件 {path} 第 {number} 行：代码 {row['code']} 有两个名称。", "请改正。")
    return codes


def _read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with the columns code and name; none when there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restval="")
        if not {"code", "name"} <= set(reader.fieldnames or ()):
            raise EditionError(f"版本文件 {path} 没有 code 和 name 两列。", "请补上表头。")
        rows = list(reader)
    for number, row in enumerate(rows, 2):
        if None in row or not row["code"] or not row["name"]:
            raise EditionError(f"版本文件 {path} 第 {number} 行的栏数不对，或没有代码、名称。", "请改正。")
    return rows
