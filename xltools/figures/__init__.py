"""Figures as data: a Report as the JSON that people and other programs exchange, and back.

The shape (``schema()`` gives it formally)::

    {"edition": "shanxi_2024", "unit": "万元",
     "cover": {"entity": "…", "code": "…", "year": 2024, "kind": "…", "scope": "…",
               "prepared_by": "", "reviewed_by": ""},
     "amounts": {form id: {line: {column: decimal text}}},
     "titles": {code: name},
     "last_year": {…as amounts…}, "budget": {…as amounts…},
     "self_evaluations": [{"project": …, "funds": […], "indicators": […], …}],
     "texts": {key: prose}, "reasons": {key: prose}, "explanations": {"rule id|ref": prose}}

A blank is absent; a zero is written and keeps its places ("0", "0.00"). Lines of the forms whose lines
are codes keep their order, also those without any figure (``{}``). JSON numbers are understood too, text
is what is written. ``dump(load(x)) == x`` for what ``dump`` wrote, and ``load(dump(report)) == report``
but for ``places``, which belong to a workbook.

The keys of ``texts`` and ``reasons`` are those of the sentences: see ``xltools.narrative``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xltools import editions
from xltools.amount import Unit, plain
from xltools.editions import Edition, Form
from xltools.errors import XltoolsError
from xltools.files import contents
from xltools.report import TOTAL, Cover, Fund, Indicator, Ref, Report, SelfEvaluation

if TYPE_CHECKING:
    from xltools.figures.models import FiguresModel, SelfEvaluationModel, Table

FORMS = (
    "summary",
    "revenue",
    "expenditure",
    "appropriation",
    "general",
    "basic",
    "funds",
    "state_capital",
    "three_public",
    "statistics",
)
"""Ids of all forms an edition may have, in national order."""
CODE_FORMS = ("revenue", "expenditure", "general", "funds", "state_capital")
"""Forms whose lines are 科目代码, inserted and deleted freely: their order is part of the report."""

_LARGEST_FILE = 20_000_000
_REMEDY = "请按数据文件的格式说明改正后再试。"


def load(source: str | Path | Mapping[str, Any], edition: Edition | None = None) -> Report:
    """The report that a JSON file, or the object read from one, describes.

    ``edition`` is the one the file names, when it does not come with the package. Raises XltoolsError, in
    one Chinese sentence that says where, when the file cannot be read, its content is not of the shape
    above, or a figure has no place in the edition's forms.
    """
    name = "" if isinstance(source, Mapping) else f"{Path(source).name}："
    content = source if isinstance(source, Mapping) else read_json(Path(source))
    from xltools.figures.models import validate

    report = _report(validate(content, name))
    _check_places(report, edition or editions.load(report.edition), name)
    return report


def dump(report: Report) -> dict[str, Any]:
    """``report`` as an object of strings, numbers, lists and dicts, ready for ``json``."""
    return {
        "edition": report.edition,
        "unit": report.unit.value,
        "cover": asdict(report.cover),
        "amounts": _tables(report.amounts, report.lines),
        "titles": dict(report.titles),
        "last_year": _tables(report.last_year, {}),
        "budget": _tables(report.budget, {}),
        "self_evaluations": [_plain(asdict(one)) for one in report.self_evaluations],
        "texts": dict(report.texts),
        "reasons": dict(report.reasons),
        "explanations": dict(report.explanations),
    }


def to_json(report: Report) -> str:
    """``dump(report)`` as the text of a file."""
    return json.dumps(dump(report), ensure_ascii=False, indent=1) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the shape above."""
    from xltools.figures.models import json_schema

    return json_schema()


def read_json(path: Path) -> object:
    """The content of a JSON file; numbers with a point become Decimals, exact to the digit written.

    Raises XltoolsError for what is no UTF-8, no JSON, has a key twice, NaN or Infinity.
    """
    try:
        if path.is_dir():
            raise XltoolsError(f"“{path.name}”是文件夹，不是数据文件。", "请指定 .json 文件。")
        data = contents(path, _LARGEST_FILE)
        if len(data) > _LARGEST_FILE:
            raise XltoolsError(f"“{path.name}”过大，不像决算数据文件。", "请检查是否选错了文件。")
        text = data.decode("utf-8-sig")
    except FileNotFoundError as error:
        raise XltoolsError(f"找不到文件“{path}”。", "请检查文件名和路径。") from error
    except PermissionError as error:
        raise XltoolsError(f"没有权限读取“{path}”。", "请检查文件权限，或换一个位置。") from error
    except OSError as error:
        reason = error.strerror or "路径无效"
        raise XltoolsError(f"读不了“{path.name}”（{reason}）。", "请把文件复制到本机硬盘后再试。") from error
    except UnicodeDecodeError as error:
        raise XltoolsError(f"“{path.name}”不是 UTF-8 编码的文本。", "请另存为 UTF-8 编码后再试。") from error
    try:
        return json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant(path.name),
            object_pairs_hook=_unique_keys(path.name),
        )
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 个字符附近"
        raise XltoolsError(f"“{path.name}”不是有效的 JSON：{where}有误。", "请改正后再试。") from error
    except RecursionError as error:
        raise XltoolsError(f"“{path.name}”嵌套过深，不像决算数据文件。", _REMEDY) from error


def _integer(text: str) -> int | Decimal:
    # int() of thousands of digits is refused by Python; as a Decimal it is found too large in words.
    return int(text) if len(text) < 19 else Decimal(text)


def _decimal(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond all bounds: left as text, which is then refused
        return text


def _refuse_constant(name: str) -> Callable[[str], object]:
    def refuse(constant: str) -> object:
        raise XltoolsError(f"“{name}”中有 {constant}，不是有效的数字。", _REMEDY)

    return refuse


def _unique_keys(name: str) -> Callable[[list[tuple[str, object]]], dict[str, object]]:
    def collect(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:
                raise XltoolsError(f"“{name}”中同一层里“{key}”出现了两次，无法确定以哪个为准。", _REMEDY)
            found[key] = value
        return found

    return collect


def _report(model: FiguresModel) -> Report:
    return Report(
        edition=model.edition,
        unit=Unit(model.unit),
        cover=Cover(**model.cover.model_dump()),
        amounts=_figures(model.amounts),
        lines={form: _codes(form, model.amounts) for form in CODE_FORMS if _codes(form, model.amounts)},
        titles=dict(model.titles),
        last_year=_figures(model.last_year),
        budget=_figures(model.budget),
        self_evaluations=[_self_evaluation(one) for one in model.self_evaluations],
        texts=_filled(model.texts),
        reasons=_filled(model.reasons),
        explanations=_filled(model.explanations),
    )


def _check_places(report: Report, edition: Edition, name: str) -> None:
    """Every figure has a cell: one without would be lost without a word."""
    for store in ("amounts", "last_year", "budget"):
        for ref in getattr(report, store):
            form = edition.forms.get(ref.form)
            if form is None:
                where, why = f"{store} › {ref.form}", f"版本“{edition.id}”没有这张表"
            elif _has_cell(form, ref):
                continue
            else:
                where = f"{store} › {ref.form} › {ref.line} › {ref.column}"
                why = f"{form.name} 没有这一行次和栏次"
            raise XltoolsError(f"{name}{where} 处{why}。", _REMEDY)


def _has_cell(form: Form, ref: Ref) -> bool:
    return ref.column in form.column_of if form.kind == "codes" else (ref.line, ref.column) in form.cell_ids


def _codes(form: str, tables: dict[str, Table]) -> list[str]:
    return [line for line in tables.get(form, {}) if line != TOTAL]


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text.strip()}


def _figures(tables: Mapping[str, Table]) -> dict[Ref, Decimal]:
    return {
        Ref(form, line, column): value
        for form, lines in tables.items()
        for line, columns in lines.items()
        for column, value in columns.items()
        if value is not None
    }


def _self_evaluation(model: SelfEvaluationModel) -> SelfEvaluation:
    content = model.model_dump()
    content["funds"] = [Fund(**fund) for fund in content["funds"]]
    content["indicators"] = [Indicator(**indicator) for indicator in content["indicators"]]
    return SelfEvaluation(**content)


def _tables(
    amounts: Mapping[Ref, Decimal], lines: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, dict[str, str]]]:
    """Nested as in the file: forms in national order, 合计 first, codes as ``lines`` has them, then the
    rest by 行次 and 栏次."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    forms: dict[str, list[Ref]] = {form: [] for form in FORMS}
    for ref in sorted(amounts, key=_printed_order):
        forms.setdefault(ref.form, []).append(ref)
    for form, refs in forms.items():
        total = [TOTAL] if any(ref.line == TOTAL for ref in refs) else []
        table: dict[str, dict[str, str]] = {line: {} for line in (*total, *lines.get(form, ()))}
        for ref in refs:
            table.setdefault(ref.line, {})[ref.column] = plain(amounts[ref])
        if table:
            tables[form] = table
    return tables


def _printed_order(ref: Ref) -> tuple[bool, int, str, int, str]:
    """行次 and 栏次 count; codes sort as text, so that 20103 follows 201; words come last."""
    numbered = ref.line.isascii() and ref.line.isdigit()
    row = int(ref.line) if numbered and len(ref.line) < 3 else 0
    column = int(ref.column) if ref.column.isascii() and ref.column.isdigit() else 0
    return (not numbered, row, ref.line, column, ref.column)


def _plain(content: Any) -> Any:
    """Decimals as text, absent figures left out, everything else as it is."""
    if isinstance(content, Decimal):
        return plain(content)
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items() if value is not None}
    if isinstance(content, list):
        return [_plain(value) for value in content]
    return content
