"""Whether a run gave what a case expects; "" or what is wrong."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.hostile.case import Case, Found, Refused, Same
from tests.hostile.runner import ROOT, Outcome, run

HAN = re.compile(r"[\u4e00-\u9fff]")
_EXCEPTION = re.compile(r"\b[A-Z][A-Za-z]+(?:Error|Exception)\b")


@cache
def standard() -> dict[str, Any]:
    """What the check of the example gives."""
    path = str(ROOT / "workbooks" / "example.xlsx")
    return told(next(iter(run([["check", path, "--format", "json"]]))).output)


def told(output: str) -> dict[str, Any]:
    """The object that a check printed, without what may differ between twins."""
    found: dict[str, Any] = json.loads(output)
    found.pop("workbook")
    # A further sheet of the user's is named among what was not checked.
    found["not_checked"] = [
        one for one in found.get("not_checked", []) if not one["title"].startswith(("工作表", "公式"))
    ]
    for one in found["not_checked"]:
        if one["rule"] == "total-01":
            found["not_checked"].remove(one)
            break
    return found


def fault(case: Case, outcome: Outcome) -> str:
    """What is wrong with the outcome of a check; "" where nothing is."""
    if wrong := misbehaviour(case, outcome):
        return wrong
    if isinstance(case.expected, Refused):
        return _refused(case.expected, outcome)
    if outcome.status == 2:
        return f"refused: {outcome.errors.strip()}"
    return _checked(case.expected, told(outcome.output))


def misbehaviour(case: Case, outcome: Outcome, factor: float = 1) -> str:
    """What no command may do with any file: die, show a trace, take ``factor`` times more than the limits."""
    if outcome.status not in (0, 1, 2):
        return f"died ({outcome.status}): {outcome.errors[-300:]}"
    if "Traceback" in outcome.errors or "panicked" in outcome.errors:
        return outcome.errors[-300:]
    if outcome.seconds > case.seconds * factor:
        return f"took {outcome.seconds:.1f} s"
    if outcome.megabytes > case.megabytes * factor:
        return f"held {outcome.megabytes:.0f} MB"
    if outcome.status == 2 and not HAN.search(outcome.errors + outcome.output):
        return f"refused without a word: {outcome.errors}"
    return ""


def one_sentence(said: str) -> str:
    """What is wrong with the words of a refusal: one line of Chinese, short, with no exception's name."""
    lines = [line for line in said.strip().splitlines() if not line.startswith("已写出")]
    if len(lines) != 1 or not HAN.search(lines[0]) or len(lines[0]) > 700:
        return f"not one sentence: {said[:300]!r}"
    return f"an exception: {said[:300]}" if _EXCEPTION.search(said) else ""


def _refused(expected: Refused, outcome: Outcome) -> str:
    sentence = json.loads(outcome.output).get("error", "") if outcome.status == 2 else ""
    if not sentence:
        return f"not refused, status {outcome.status}"
    if expected.words not in sentence:
        return f"refused with: {sentence}"
    if "\n" in sentence or len(sentence) > 250 or not HAN.search(sentence):
        return f"not one sentence: {sentence}"
    return ""


def _checked(expected: Found | Same, found: dict[str, Any]) -> str:
    if isinstance(expected, Same):
        wanted = standard()
        differing = [key for key in wanted if wanted[key] != found.get(key)]
        rules = [one["message"] for one in found["findings"] if one not in wanted["findings"]]
        return f"differs in {differing}: {rules[:3]}" if differing else ""
    rules = {one["rule"] for one in found["findings"]}
    missing = [rule for rule in expected.rules if rule not in rules]
    if missing or found["verdict"] != expected.verdict:
        return f"{found['verdict']}, without {missing}, with {sorted(rules)[:12]}"
    return ""
