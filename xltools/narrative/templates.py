"""The sentences of an edition: data in ``editions/<id>/narrative/sentences.toml``, compiled once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xltools.editions import FOLDER, Edition
from xltools.errors import XltoolsError
from xltools.narrative.template import Expression, Template, TemplateError, expression, parse


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
        path = FOLDER / name / "narrative" / "sentences.toml"
        if name and path.is_file():
            return read(path)
    return None


@lru_cache
def read(path: Path) -> Sentences:
    """The sentences in a file. Raises XltoolsError when a template or an expression is no such thing."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
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
            raise XltoolsError(message, f"请检查 {path.name}。") from error
    lists = data.get("lists", {})
    return Sentences(tuple(patterns), lists, data["change"], tuple(data["grades_to_improve"]))
