"""What must agree within an edition; an edition that contradicts itself does not load."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from xltools.editions import Edition, Rule, SelfEvaluationForm
from xltools.editions.equation import Constraint, EquationError, form_of, parse, reference
from xltools.editions.expansion import Shapes, check_names, expand
from xltools.editions.grids import EditionError
from xltools.report import TOTAL

_KINDS = {"逻辑性", "核实性", "提示"}
_GIVEN = {"", "last_year", "budget"}
_FORM_KINDS = {"grid", "codes"}
_ORIENTATIONS = {"portrait", "landscape"}
_SAMPLE_CODES = ("201", "20103", "2010301", "2010399", "20199", "2019999", "208", "20805", "2080506")
_OTHER_FORMS = {"", "self_evaluation", "narrative"}
"""What a rule that is no equation may name beside the forms of the edition."""


def check(edition: Edition, implemented: Collection[str] = ()) -> None:
    """Raises EditionError for the first thing that does not agree, and says where.

    ``implemented`` are the names that a rule's ``check`` may have; not tested when empty.
    """
    where = f"版本 {edition.id}"
    _check_unique("规则号", [rule.id for rule in edition.rules], where)
    _check_unique("表号", [form.number for form in edition.forms.values()], where)
    _check_forms(edition, where)
    _check_classes(edition, where)
    shapes = sample_shapes(edition)
    for rule in edition.rules:
        _check_rule(edition, rule, f"{where}：规则 {rule.id}", shapes, implemented)
    _check_repetitions(edition, shapes, where)
    _check_guards(edition, where)
    if edition.self_evaluation:
        _check_scoring(edition.self_evaluation, f"{where}：自评表")


def _check_unique(what: str, items: list[Any], where: str) -> None:
    twice = sorted({str(item) for item in items if items.count(item) > 1})
    if twice:
        raise EditionError(f"{where}：{what}重复：{'、'.join(twice)}。", "请改为唯一。")


def _check_forms(edition: Edition, where: str) -> None:
    for form in edition.forms.values():
        for name, value, known in (
            ("kind", form.kind, _FORM_KINDS),
            ("orientation", form.orientation, _ORIENTATIONS),
        ):
            if value not in known:
                raise EditionError(f"{where}：{form.id} 的 {name} “{value}”无效。", _one_of(known))
        _check_unique(f"{form.id} 的单元格", [f"[{s.line},{s.column}]" for s in form.slots], where)


def _check_classes(edition: Edition, where: str) -> None:
    _check_unique("类", [item.code for item in edition.classes], where)
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


def _check_rule(
    edition: Edition, rule: Rule, where: str, shapes: Shapes, implemented: Collection[str]
) -> None:
    if rule.kind not in _KINDS:
        raise EditionError(f"{where} 的 kind “{rule.kind}”无效。", _one_of(_KINDS))
    if bool(rule.equations) == bool(rule.check):
        raise EditionError(f"{where} 须有 equations 或 check 之一。", "请改正。")
    if rule.check and implemented and rule.check not in implemented:
        raise EditionError(f"{where} 的 check “{rule.check}”没有实现。", _one_of(implemented))
    if rule.form not in edition.forms and rule.form not in _OTHER_FORMS:
        raise EditionError(f"{where} 的 form “{rule.form}”不是本版本的表。", "请改正。")
    if rule.tolerance < 0:
        raise EditionError(f"{where} 的 tolerance 为负数。", "请改正。")
    _check_when(edition, rule, where, shapes)
    try:
        for equation in rule.parsed:
            check_names(equation, shapes)
            if not any(True for _ in expand(equation, shapes, rule.id)):
                raise EditionError(f"{where} 的等式 {equation.text} 没有对应的单元格。", "请改正。")
    except EquationError as error:
        raise EditionError(f"{where} 的等式有误：{error}。", "请改正。") from error


def _check_when(edition: Edition, rule: Rule, where: str, shapes: Shapes) -> None:
    when = rule.when
    for values, known, name in (
        (when.kinds, edition.kinds, "单位性质"),
        (when.scopes, edition.scopes, "公开类型"),
    ):
        for value in values:
            if value not in known:
                raise EditionError(f"{where} 提到未知的{name}“{value}”。", _one_of(known))
    if when.given not in _GIVEN:
        raise EditionError(f"{where} 的 given “{when.given}”无效。", _one_of(_GIVEN - {""}))
    try:
        for text in when.present:
            # A line is printed or not only where lines are codes.
            form_id = reference(text).form
            if form_id not in edition.forms or edition.forms[form_id].kind != "codes":
                raise EditionError(f"{where} 的 present “{text}”不是按科目代码列示的表。", "请改正。")
        for text in when.holds:
            check_names(parse(text), shapes)
    except EquationError as error:
        raise EditionError(f"{where} 的条件有误：{error}。", "请改正。") from error


def _check_repetitions(edition: Edition, shapes: Shapes, where: str) -> None:
    """No two rules say the same of the same cells under the same condition."""
    seen: dict[object, str] = {}
    for rule in edition.rules:
        for constraint in {_canonical(c) for c in edition.constraints(rule, shapes)}:
            other = seen.setdefault((constraint, rule.when), rule.id)
            if other != rule.id:
                raise EditionError(f"{where}：规则 {rule.id} 与 {other} 重复同一个等式。", "请删去一个。")


def _canonical(constraint: Constraint) -> object:
    sides = (frozenset(constraint.left), frozenset(constraint.right))
    return (constraint.operator, frozenset(sides) if constraint.operator == "=" else sides)


def _check_guards(edition: Edition, where: str) -> None:
    unguarded = list(unguarded_cells(edition))
    if missing := [cell for cell in unguarded if cell not in edition.unguarded]:
        raise EditionError(
            f"{where}：没有规则看守的金额：{'、'.join(missing[:5])}。", "请加规则或写入 unguarded。"
        )
    if needless := [cell for cell in edition.unguarded if cell not in unguarded]:
        raise EditionError(
            f"{where}：unguarded 列出的 {'、'.join(needless[:5])} 不存在，或已有规则看守。", "请删去。"
        )


def sample_shapes(edition: Edition) -> Shapes:
    """Shapes with a small code tree in every form of codes: to see what rules expand to."""
    codes = {form.id: _SAMPLE_CODES for form in edition.forms.values() if form.kind == "codes"}
    return edition.shapes(codes)


def unguarded_cells(edition: Edition) -> Iterator[str]:
    """The cells that take part in no equation of a rule that is more than a hint: ``form[line,column]``."""
    shapes = sample_shapes(edition)
    guarded = {
        (form_of(ref.form), ref.line, ref.column)
        for rule in edition.rules
        if rule.kind != "提示"
        for constraint in edition.constraints(rule, shapes)
        for ref in constraint.refs
    }
    for form in edition.forms.values():
        cells = [(slot.line, slot.column) for slot in form.slots]
        if form.kind == "codes":
            cells = [(line, column) for line in (TOTAL, *shapes.codes[form.id]) for column in form.column_ids]
        for line, column in cells:
            if (form.id, line, column) not in guarded:
                yield f"{form.id}[{line},{column}]"


def _check_scoring(form: SelfEvaluationForm, where: str) -> None:
    points = sum(form.weights.values(), form.execution_weight)
    if points != 100:
        raise EditionError(f"{where}的分值合计为 {points}，应为 100。", "请改正 weights。")
    unknown = set(form.weights) ^ set(form.level1)
    if unknown or set(form.level2) != set(form.level1):
        raise EditionError(f"{where}的 weights、level1、level2 所列的一级指标不一致。", "请统一。")
    _check_ladder([band.floor for band in form.bands], f"{where}的 bands")
    _check_ladder([grade.floor for grade in form.grades], f"{where}的 grades")
    for band in form.bands:
        if not 0 <= band.floor < band.cap <= 1:
            raise EditionError(f"{where}的档次“{band.level}”不在 0 与 1 之间。", "请改正。")
    for upper, lower in pairwise(form.bands):
        if lower.cap > upper.floor:
            raise EditionError(f"{where}的档次“{lower.level}”与“{upper.level}”重叠。", "请改正。")


def _check_ladder(floors: list[Decimal], where: str) -> None:
    if not floors or floors[-1] != 0 or any(upper <= lower for upper, lower in pairwise(floors)):
        raise EditionError(f"{where} 应由高到低排列，最低一档从 0 起。", "请改正。")


def _one_of(known: Collection[str]) -> str:
    return f"可用的有：{'、'.join(sorted(known))}。"
