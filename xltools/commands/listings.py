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

    for function in FUNCTIONS.values():
        names = ", ".join(argument.name for argument in function.arguments)
        print(f"{function.name}({names})  {function.title}")
        print(f"    {function.help}")
        for argument in function.arguments:
            print(f"      {argument.name}  {argument.title}：{argument.help}")
        print()
    return 0
