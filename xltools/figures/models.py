"""Typed models of the figures file, made for files written by hand: every error says where, in Chinese."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from xltools.amount import NotAnAmount, parse
from xltools.errors import XltoolsError
from xltools.figures import FORMS

MOST_PLACES = 10
"""Decimal places beyond which a figure is a slip (or an attack: 1e-999999999 written out)."""
LONGEST_TEXT = 32_000
"""Characters of one text: what a cell of a workbook holds (32,767) with room for the sentence around."""


def _figure(content: object) -> Decimal | None:
    if isinstance(content, float):
        # Not to two places as amount.parse would: a self-evaluation prints 6.224.
        content = Decimal(repr(content))
    if not isinstance(content, str | int | Decimal | None):
        raise PydanticCustomError("figure", "应为数字或数字文本")
    try:
        value = parse(content)
    except NotAnAmount as error:
        raise PydanticCustomError("figure", "{reason}", {"reason": str(error)}) from error
    if value is not None and -int(value.as_tuple().exponent) > MOST_PLACES:
        raise PydanticCustomError("figure", "小数位数过多")
    return value


def _text(content: object) -> object:
    if not isinstance(content, str):
        raise PydanticCustomError("text", "应为文字")
    if len(content) > LONGEST_TEXT:
        raise PydanticCustomError("text", "文字过长，超过 32000 个字")
    for character in content:
        if character not in "\n\t\r" and unicodedata.category(character) in ("Cc", "Cs"):
            raise PydanticCustomError("text", "含有无法显示的控制字符")
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _key(content: object) -> object:
    if not isinstance(content, str) or not content.strip() or len(content) > 200:
        raise PydanticCustomError("key", "名称不能是空的，也不能超过 200 个字")
    return _text(content)


def _form(content: object) -> object:
    if content not in FORMS:
        raise PydanticCustomError("form", "不是表的标识，可用的有 {known}", {"known": "、".join(FORMS)})
    return content


def _year(content: object) -> object:
    if content is None or (type(content) is int and 1990 <= content <= 2100):
        return content
    raise PydanticCustomError("year", "应为四位年份数字，如 2024")


_DECIMAL_SCHEMA = {"type": ["string", "number"], "description": "Decimal; text keeps its places."}
Figure: TypeAlias = Annotated[Decimal | None, BeforeValidator(_figure), WithJsonSchema(_DECIMAL_SCHEMA)]
Text: TypeAlias = Annotated[str, BeforeValidator(_text)]
Key: TypeAlias = Annotated[str, BeforeValidator(_key)]
FormId: TypeAlias = Annotated[
    str, BeforeValidator(_form), WithJsonSchema({"type": "string", "enum": list(FORMS)})
]
Table: TypeAlias = dict[Key, dict[Key, Figure]]
Tables: TypeAlias = dict[FormId, Table]
Year: TypeAlias = Annotated[
    int | None, BeforeValidator(_year), WithJsonSchema({"type": ["integer", "null"], "minimum": 1990})
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CoverModel(_Model):
    """封面."""

    entity: Text = ""
    code: Text = ""
    year: Year = None
    kind: Text = ""
    scope: Literal["", "单位决算", "部门决算"] = ""
    prepared_by: Text = ""
    reviewed_by: Text = ""


class FundModel(_Model):
    """One row of 项目资金; the first row of a project is 资金总额."""

    name: Text
    declared: Figure = None
    budgeted: Figure = None
    adjusted: Figure = None
    executed: Figure = None
    carryover: Figure = None
    rate: Figure = None
    score: Figure = None
    reason: Text = ""


class IndicatorModel(_Model):
    """One row of 项目支出绩效指标, texts as printed."""

    level1: Text
    level2: Text
    name: Text
    sign: Text = ""
    unit: Text = ""
    initial: Text = ""
    target: Text = ""
    actual: Text = ""
    weight: Figure = None
    score: Figure = None
    reason: Text = ""


class SelfEvaluationModel(_Model):
    """One 项目支出绩效自评表."""

    project: Text = ""
    department: Text = ""
    entity: Text = ""
    funds: list[FundModel] = Field(default_factory=list)
    goal: Text = ""
    achievement: Text = ""
    indicators: list[IndicatorModel] = Field(default_factory=list)
    total: Figure = None
    grade: Text = ""
    analysis: dict[Key, Text] = Field(default_factory=dict)


class FiguresModel(_Model):
    """The figures file as a whole."""

    edition: Key
    unit: Literal["元", "万元"] = "万元"
    cover: CoverModel = Field(default_factory=CoverModel)
    amounts: Tables = Field(default_factory=dict)
    titles: dict[Key, Text] = Field(default_factory=dict)
    last_year: Tables = Field(default_factory=dict)
    budget: Tables = Field(default_factory=dict)
    self_evaluations: list[SelfEvaluationModel] = Field(default_factory=list)
    texts: dict[Key, Text] = Field(default_factory=dict)
    reasons: dict[Key, Text] = Field(default_factory=dict)
    explanations: dict[Key, Text] = Field(default_factory=dict)


_WORDS = {
    "missing": "缺少这一项",
    "extra_forbidden": "是不认识的项目",
    "dict_type": "应为 { } 对象",
    "model_type": "应为 { } 对象",
    "model_attributes_type": "应为 { } 对象",
    "list_type": "应为 [ ] 列表",
    "literal_error": "不在允许的取值之内",
}


def validate(content: object, name: str = "") -> FiguresModel:
    """``content`` as a model. Raises XltoolsError that begins with ``name`` and says where it is wrong."""
    if not isinstance(content, Mapping):
        raise XltoolsError(f"{name}最外层应为 {{ }} 对象。", "请按数据文件的格式说明改正后再试。")
    try:
        return FiguresModel.model_validate(dict(content))
    except ValidationError as error:
        problems = error.errors(include_url=False)
        more = f"（共 {len(problems)} 处，这是第一处）" if len(problems) > 1 else ""
        raise XltoolsError(
            f"{name}{_worded(problems[0])}{more}。", "请按数据文件的格式说明改正后再试。"
        ) from error


def _worded(problem: ErrorDetails) -> str:
    steps = [f"第 {step + 1} 个" if isinstance(step, int) else step for step in problem["loc"]]
    place = " › ".join(step for step in steps if step != "[key]")
    message = _WORDS.get(problem["type"], problem["msg"])
    if not any("一" <= character <= "鿿" for character in message):
        message = "内容不对"
    shown = problem["input"]
    value = f"“{str(shown)[:30]}”" if isinstance(shown, str | int | float | Decimal) else ""
    return f"{place} 处{value}{message}" if place else f"{value}{message}"


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    made = FiguresModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
