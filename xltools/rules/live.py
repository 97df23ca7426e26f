"""What the formulas of a workbook read, as figures of the forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from xltools.report import Place, Ref
from xltools.rules.desk import Desk


def reads(desk: Desk) -> Mapping[Ref, Collection[Ref] | None]:
    """Figures whose cell holds a formula → the figures in the cells that the formula names, over-estimated
    where it computes its range; None where that cannot be told (a name, INDIRECT)."""
    from xltools.workbook.address import split
    from xltools.workbook.dependents import precedents

    sheets: dict[str, list[tuple[int, int, Ref]]] = {}
    for ref, place in desk.report.places.items():
        if ref.form in desk.edition.forms and place.cell:
            sheets.setdefault(place.sheet.casefold(), []).append((*split(place.cell), ref))
    found: dict[Ref, Collection[Ref] | None] = {}
    for ref, formula in (desk.formulas or {}).items():
        sheet = desk.report.places.get(ref, Place("", "")).sheet
        precedent = precedents(formula, sheet, {})
        found[ref] = (
            None
            if precedent.any or not sheet
            else frozenset(
                other
                for name, (top, left, bottom, right) in precedent.areas
                for row, column, other in sheets.get(name, ())
                if top <= row <= bottom and left <= column <= right and other != ref
            )
        )
    return found
