"""An edition back from its compiled form, without pydantic: dictionaries and lists → the dataclasses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xltools.editions import (
    Band,
    ClassCode,
    Column,
    Edition,
    Form,
    Grade,
    Line,
    Rule,
    SelfEvaluationForm,
    Slot,
    When,
)


def from_dict(data: dict[str, Any]) -> Edition:
    """An edition from its compiled form."""
    form_of_evaluation = data["self_evaluation"]
    return Edition(
        **{
            **data,
            "kinds": tuple(data["kinds"]),
            "scopes": tuple(data["scopes"]),
            "forms": {key: _form(value) for key, value in data["forms"].items()},
            "classes": tuple(map(ClassCode._make, data["classes"])),
            "rules": tuple(_rule(item) for item in data["rules"]),
            "self_evaluation": _self_evaluation(form_of_evaluation) if form_of_evaluation else None,
        }
    )


def _form(data: dict[str, Any]) -> Form:
    grids = {key: tuple(tuple(row) for row in data[key]) for key in ("header", "body")}
    return Form(
        **{
            **data,
            **grids,
            "widths": tuple(data["widths"]),
            "notes": tuple(data["notes"]),
            "slots": tuple(map(Slot._make, data["slots"])),
            "lines": tuple(Line(**item) for item in data["lines"]),
            "columns": tuple(Column(id, title, tuple(path), at) for id, title, path, at in data["columns"]),
        }
    )


def _rule(data: dict[str, Any]) -> Rule:
    when = (tuple(value) if isinstance(value, list) else value for value in data["when"])
    own = {
        "equations": tuple(data["equations"]),
        "when": When._make(when),
        "tolerance": Decimal(data["tolerance"]),
    }
    return Rule(**{**data, **own})


def _self_evaluation(data: dict[str, Any]) -> SelfEvaluationForm:
    decimals = {key: Decimal(data[key]) for key in ("execution_weight", "unfilled_cost_cap")}
    lists = {
        key: tuple(data[key]) for key in ("level1", "analysis", "notes", "fund_columns", "indicator_columns")
    }
    return SelfEvaluationForm(
        **{
            **data,
            **decimals,
            **lists,
            "weights": {key: Decimal(value) for key, value in data["weights"].items()},
            "level2": {key: tuple(value) for key, value in data["level2"].items()},
            "bands": tuple(
                Band(level, Decimal(floor), Decimal(cap), includes_cap)
                for level, floor, cap, includes_cap in data["bands"]
            ),
            "grades": tuple(Grade(name, Decimal(floor)) for name, floor in data["grades"]),
        }
    )
