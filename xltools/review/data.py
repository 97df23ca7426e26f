"""The outcome of a check as plain data: the stable JSON contract."""

from __future__ import annotations

from typing import Any

from xltools.amount import plain
from xltools.finding import Cell, Finding, Suspect
from xltools.rules import Checked


def as_data(workbook: str, checked: Checked) -> dict[str, Any]:
    """One object for one workbook: verdict, counts, what was not checked, findings, suspects."""
    return {
        "workbook": workbook,
        "edition": checked.edition,
        "unit": checked.unit,
        "verdict": checked.verdict,
        "counts": checked.counts,
        "checked": checked.checked,
        "not_checked": [
            {"rule": item.rule, "title": item.title, "reason": item.reason} for item in checked.not_checked
        ],
        "findings": [_finding(finding) for finding in checked.findings],
        "suspects": [_suspect(suspect) for suspect in checked.suspects],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "title": finding.title,
        "message": finding.message,
        "gap": None if finding.gap is None else plain(finding.gap),
        "allowed": None if finding.allowed is None else plain(finding.allowed),
        "basis": finding.basis,
        "group": finding.group,
        "cells": [_cell(cell) for cell in finding.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    place = cell.place
    return {
        "sheet": place.sheet if place else "",
        "cell": place.cell if place else "",
        "ref": str(cell.ref) if cell.ref else "",
        "label": cell.label,
        "value": cell.value,
    }


def _suspect(suspect: Suspect) -> dict[str, Any]:
    return {
        **_cell(suspect.cell),
        "suggested": list(suspect.suggested),
        "why": suspect.why,
        "confidence": round(suspect.confidence, 4),
        "resolves": suspect.resolves,
        "proof": list(suspect.proof),
        "kind": suspect.kind,
        "unique": suspect.unique,
        "changes": [{**_cell(cell), "suggested": value} for cell, value in suspect.changes],
    }
