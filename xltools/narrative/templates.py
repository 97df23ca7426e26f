"""The sentences of an edition: data in ``editions/<id>/narrative/sentences.toml``, at run time read from
``editions/compiled/narrative/<id>.json``, which holds the same (reading TOML costs ten times as much)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from xltools.editions import FOLDER, Edition
from xltools.errors import XltoolsError
from xltools.narrative.template import Expression, Template, TemplateError, expression, parse

_ASKING = frozenset(("told", "known", "typed", "prose", "name"))
"""What a template calls to ask the accountant, and to say of what."""


@dataclass(frozen=True)
class Pattern:
    """One sentence of the edition. ``each`` names a list that it is repeated for, or is "";
    ``rule`` is the id of the rule for what it states, ``share_rule`` for its shares."""

    key: str
    headings: tuple[str, ...]
    template: Template
    when: Expression | None
    each: str
    rule: str
    share_rule: str

    @cached_property
    def asking(self) -> Template:
        """What the template asks, without what it says."""
        return self.template.calling(_ASKING)


@dataclass(frozen=True)
class Sentences:
    """All sentences of an edition, its lists, and how a change is said."""

    patterns: tuple[Pattern, ...]
    lists: Mapping[str, Mapping[str, Any]]
    change: Mapping[str, Any]
    grades_to_improve: tuple[str, ...]


def sentences(edition: Edition) -> Sentences | None:
    """The sentences of ``edition`` or of the one it extends; None where neither has any."""
    return _of(edition.id, edition.extends)


@lru_cache
def _of(*names: str) -> Sentences | None:
    for name in names:
        path = FOLDER / "compiled" / "narrative" / f"{name}.json"
        if name and path.is_file():
            return from_dict(json.loads(path.read_text(encoding="utf-8")), path.name)
    return None


def compiled() -> dict[Path, str]:
    """The compiled form of the sentences of every edition that has its own: path → text. Raises
    XltoolsError when a template or an expression is no such thing."""
    found = {}
    for path in sorted(FOLDER.glob("*/narrative/sentences.toml")):
        data = source(path)
        from_dict(data, path.name)
        target = FOLDER / "compiled" / "narrative" / f"{path.parent.parent.name}.json"
        found[target] = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    return found


def source(path: Path) -> dict[str, Any]:
    """What a file of sentences holds."""
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8"))


def from_dict(data: Mapping[str, Any], name: str) -> Sentences:
    """The sentences that ``data`` of the file ``name`` describes. Raises XltoolsError when a template or an
    expression is no such thing."""
    macros = parse(data.get("macros", ""))
    patterns = []
    for entry in data["sentences"]:
        try:
            when = entry.get("when")
            patterns.append(
                Pattern(
                    entry["key"],
                    tuple(entry["headings"]),
                    Template(parse(entry["text"]), macros),
                    expression(when) if when else None,
                    entry.get("each", ""),
                    entry["rule"],
                    entry.get("share_rule", entry["rule"]),
                )
            )
        except TemplateError as error:
            message = f"情况说明的句式“{entry['key']}”有误：{error}。"
            raise XltoolsError(message, f"请检查 {name}。") from error
    lists = data.get("lists", {})
    return Sentences(tuple(patterns), lists, data["change"], tuple(data["grades_to_improve"]))
