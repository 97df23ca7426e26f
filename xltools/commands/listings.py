"""``xltools rules`` and ``xltools functions``: what is checked, what can be typed."""

from __future__ import annotations

import argparse

from xltools.editions import DEFAULT, Edition, Rule, load


def rules(arguments: argparse.Namespace) -> int:
    """Print every rule of an edition, form by form."""
    edition = load(arguments.edition or DEFAULT)
    print(f"{edition.title}：{len(edition.rules)} 条规则")
    for heading, found in by_form(edition):
        print(f"\n{heading}")
        for rule in found:
            print(f"  {rule.id}  [{rule.kind}] {rule.title}")
            print(f"      {rule.explanation}")
    return 0


def by_form(edition: Edition) -> list[tuple[str, list[Rule]]]:
    """The rules under their headings: each form, 表间, 绩效自评."""
    groups: dict[str, list[Rule]] = {}
    for rule in edition.rules:
        stem = rule.id.rpartition("-")[0]
        if stem in edition.forms:
            heading = edition.forms[stem].name
        elif stem == "self_evaluation":
            heading = "项目支出绩效自评表"
        else:
            heading = "表间关系与整套检查"
        groups.setdefault(heading, []).append(rule)
    order = [form.name for form in edition.forms.values()]
    order += ["表间关系与整套检查", "项目支出绩效自评表"]
    return [(heading, groups[heading]) for heading in order if heading in groups]


def functions(arguments: argparse.Namespace) -> int:
    """Print every worksheet function with its arguments."""
    from xltools.functions import FUNCTIONS
    from xltools.functions.document import signature

    for function in FUNCTIONS.values():
        print(f"{signature(function)}  {function.title}")
        print(f"    {function.help}")
        for argument in function.arguments:
            print(f"      {argument.title}：{argument.help}")
        print()
    return 0


def rules_markdown(edition: Edition) -> str:
    """docs/rules.md: every rule with its identity, condition and basis."""
    parts = [
        "# 审核规则\n",
        f"版本：{edition.title}。本文由 `python -m xltools.build docs` 生成，请勿手改。\n",
        "逻辑性：必须成立，四舍五入无法解释的差额为**错误**。核实性：不成立时须写出错说明，为**核实**。"
        "尾差（四舍五入可以解释的差额）只提示，不阻止导出。\n",
    ]
    for heading, found in by_form(edition):
        parts.append(f"\n## {heading}\n")
        for rule in found:
            parts.append(f"### {rule.id} {rule.title}\n")
            parts.append(f"{rule.kind}。{rule.explanation}\n")
            facts = [f"依据：{rule.basis}", *_conditions(rule)]
            facts += [f"等式：`{equation}`" for equation in rule.equations]
            if rule.source:
                facts.append(f"来源编号：{rule.source}")
            parts.append("".join(f"- {fact}\n" for fact in facts))
    parts.append("\n## 没有规则看守的单元格\n")
    parts += [f"- `{cell}`：{why}\n" for cell, why in edition.unguarded.items()]
    parts.append("\n## 没有编入的勾稽关系\n")
    parts += [f"- {identity}：{why}\n" for identity, why in edition.not_encoded.items()]
    return "\n".join(parts)


def _conditions(rule: Rule) -> list[str]:
    when, found = rule.when, []
    if when.kinds:
        found.append(f"单位性质为{'、'.join(when.kinds)}")
    if when.scopes:
        found.append(f"公开类型为{'、'.join(when.scopes)}")
    if when.given:
        found.append({"last_year": "填写了上年数", "budget": "填写了年初预算数"}.get(when.given, when.given))
    if when.present:
        found.append(f"表中列有 {'、'.join(f'`{item}`' for item in when.present)}")
    found += [f"`{item}` 成立" for item in when.holds]
    return [f"条件：{'；'.join(found)}"] if found else []
