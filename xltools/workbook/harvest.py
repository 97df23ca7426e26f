"""What is taken from the cells of the forms: amounts with their places and formulas, and troubles by kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from xltools import amount
from xltools.amount import PLACES, ZERO, NotAnAmount
from xltools.editions import Edition, Form
from xltools.finding import Cell, Finding
from xltools.report import Place, Ref
from xltools.workbook.address import column_letters
from xltools.workbook.blueprint import Blueprint
from xltools.workbook.formulas import plain
from xltools.workbook.grid import Grid
from xltools.workbook.troubles import trouble

_SHOWN = 24
_EXACT_PLACES = 6
_NUMBERS_KEPT = 4_000
_PLACES_KEPT = 50_000

_SHEETS_KEPT = 100
_NOISE = 5e-7

_UNSEEN = "[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
"""Characters that control how others are shown: a message names them."""
_ERROR_VALUE = re.compile(r"=?#[A-Z/0]+[!?]?")
"""How LibreOffice saves an error value that somebody typed: it computes nothing."""

_places: dict[str, dict[str, Place]] = {}


class _Numbers(dict[float, tuple[Decimal, bool]]):
    """Floats of amount cells and their amounts. A dict, so that one seen before costs no call of Python's."""

    def __missing__(self, content: float) -> tuple[Decimal, bool]:
        value = amount.from_float(content, PLACES) or ZERO
        if len(self) > _NUMBERS_KEPT:
            self.clear()
        found = self[content] = value, abs(content - float(value)) > _NOISE
        return found


_numbers = _Numbers()
number: Callable[[float], tuple[Decimal, bool]] = _numbers.__getitem__
"""A float of an amount cell as amount, 0 for 0; and whether it has more places than an amount, by more than
binary arithmetic adds. Raises NotAnAmount as ``amount.parse`` does."""


def counted(content: float) -> tuple[Decimal, bool]:
    """The same for a cell that counts pieces: it is no amount, and keeps its places."""
    return _count(amount.from_float(content, _EXACT_PLACES)), False


def _count(value: Decimal) -> Decimal:
    return Decimal(int(value)) if value == int(value) else value.normalize()


def plain_names(formula: str) -> str:
    """``formula`` with our functions under their plain names; most have them already."""
    if "!" in formula or "_x" in formula or "xt_" in formula:
        return plain(formula)
    return formula


def shown(content: object) -> str:
    """A cell's content as a message repeats it."""
    if isinstance(content, Decimal):
        text = f"{content.normalize():f}"
    elif isinstance(content, float):
        text = f"{content:.15g}"
    else:
        text = content.isoformat() if hasattr(content, "isoformat") else str(content)
    text = re.sub(_UNSEEN, lambda match: f"[U+{ord(match[0]):04X}]", " ".join(text.split()))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _places_of(sheet: str) -> dict[str, Place]:
    """The places of a sheet of this name made so far; many workbooks have the same."""
    found = _places.get(sheet)
    if found is None or len(found) > _PLACES_KEPT:
        if len(_places) > _SHEETS_KEPT:
            _places.clear()
        found = _places[sheet] = {}
    return found


class Spot(NamedTuple):
    """A cell of interest: where, which figure ("" forms a cell outside of a table), what it holds."""

    place: Place
    ref: Ref | None = None
    content: object = ""


@dataclass(slots=True)
class Harvest:
    """All that the forms of one workbook hold; filled region by region."""

    edition: Edition
    formulas_known: bool = True
    amounts: dict[Ref, Decimal] = field(default_factory=dict)
    places: dict[Ref, Place] = field(default_factory=dict)
    formulas: dict[Ref, str] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)
    codes: dict[tuple[str, str], Place] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    named: dict[str, Spot] = field(default_factory=dict)
    """Where the name of a code stands first."""
    unrounded: dict[Ref, Decimal] = field(default_factory=dict)
    """Typed figures of more places than an amount has, as they are stored."""
    notes: dict[str, list[str]] = field(default_factory=dict)
    troubles: list[Finding] = field(default_factory=list)

    def cell(self, spot: Spot, form: Form) -> Cell:
        """A spot as findings show it."""
        label = self.edition.label(spot.ref, self.titles) if spot.ref else form.name
        return Cell(label, shown(spot.content), spot.ref, spot.place)

    def report(self, kind: str, form: Form, spots: Sequence[Spot], **facts: str) -> None:
        """A trouble of this kind at these spots of ``form``."""
        cells = tuple(self.cell(spot, form) for spot in spots) or (Cell(form.name, "", None, None),)
        self.troubles.append(trouble(kind, cells, **facts))


class Taker:
    """Takes the figures of one form from one sheet; ``finish`` reports what concerns the form as a whole."""

    def __init__(self, harvest: Harvest, grid: Grid, plan: Blueprint) -> None:
        form = plan.form
        self.harvest = harvest
        self.grid = grid
        self.plan = plan
        self.form = form
        self.texts: list[Spot] = []
        self.hidden: list[Spot] = []
        self.outside: list[Spot] = []
        self.figures: list[tuple[Ref, int, int, bool]] = []
        """The numbers taken, with row and column, and whether they are typed."""
        self.named: list[tuple[str, str, Spot]] = []
        """Codes with the names that stand beside them."""
        self.looked: set[tuple[int, int]] = set()
        """Formulas of which it mattered whether they show 0."""
        self.odd_merges = False
        self.used: set[tuple[int, int]] = set()
        self.letters = [column_letters(at + 1) for at in range(grid.width)]
        self.counts = {line.id for line in form.lines if line.count}
        self.known = _places_of(grid.name)
        self.hides = bool(grid.facts.hidden_rows or grid.facts.hidden_columns)

    def spot(self, row: int, at: int, ref: Ref | None = None) -> Spot:
        """The spot of a cell, row and column from 0."""
        return Spot(self.grid.place(row, at), ref, self.grid.rows[row][at])

    def filled(self, row: int, places: Sequence[int]) -> bool:
        """Whether any of these cells of a row holds something that is not a blank, a dash or a computed 0."""
        cells = self.grid.rows[row]
        return any(
            (row, at) not in self.used and not _blank(cells[at]) and not self.nothing(row, at)
            for at in places
        )

    def nothing(self, row: int, at: int) -> bool:
        """Whether a cell shows the 0 of a formula that has nothing to add up."""
        if self.letters[at] + str(row + 1) not in self.grid.facts.formulas:
            return False
        self.looked.add((row, at))
        return self.grid.rows[row][at] == 0

    def take(self, line: str, row: int, columns: Sequence[tuple[int, str]]) -> None:
        """The figures of one line that the form prints: ``columns`` are places and 栏次."""
        harvest, name = self.harvest, self.grid.name
        cells, formulas = self.grid.rows[row], self.grid.facts.formulas
        places, amounts = harvest.places, harvest.amounts
        refs, letters, digits = self.plan.refs(line), self.letters, str(row + 1)
        known = self.known
        for at, column in columns:
            ref = refs.get(column)
            if ref is None:
                continue
            content = cells[at]
            address = letters[at] + digits
            place = known.get(address)
            if place is None:
                place = known[address] = Place(name, address)
            places[ref] = place
            formula = formulas.get(address)
            if formula is not None and not _ERROR_VALUE.fullmatch(formula):
                harvest.formulas[ref] = plain_names(formula)
            if content == "" or content is None:
                if address in self.grid.unsolved:
                    spots = [self.spot(row, at, ref)]
                    harvest.report("formula_unsolved", self.form, spots, why=self.grid.unsolved[address])
                continue
            if type(content) is float:
                self.figures.append((ref, row, at, formula is None))
            value: Decimal | None
            if line in self.counts or type(content) is not float:
                value = self.odd(row, at, ref, content)
            else:
                try:
                    value, long = number(content)
                except NotAnAmount:
                    value, long = self.odd(row, at, ref, content), False
                if long and formula is None:
                    harvest.unrounded[ref] = Decimal(f"{content:.15g}")
            # A formula shows 0 where there is nothing to add up; a typed 0 is a figure.
            if value is not None and (value or formula is None):
                amounts[ref] = value
                if self.hides:
                    self.note_hidden(row, at, ref)

    def odd(self, row: int, at: int, ref: Ref, content: object) -> Decimal | None:
        """The figure in a cell that is no plain number of two places; a trouble where there is none."""
        count = ref.line in self.counts
        if isinstance(content, str) and content.startswith("#"):
            self.harvest.report("error_value", self.form, [self.spot(row, at, ref)], content=content)
            return None
        try:
            value = amount.parse(content, _EXACT_PLACES if count else PLACES)
        except NotAnAmount as error:
            self.harvest.report(
                _kind(content), self.form, [self.spot(row, at, ref)], content=shown(content), why=str(error)
            )
            return None
        if value is None:
            return None
        if isinstance(content, str):
            self.texts.append(self.spot(row, at, ref))
        if count:
            return _count(value)
        rounded = amount.half_up(value, PLACES)
        return (rounded if isinstance(content, Decimal) or rounded == value else value) or ZERO

    def note_hidden(self, row: int, at: int, ref: Ref) -> None:
        facts = self.grid.facts
        if row + 1 in facts.hidden_rows or at + 1 in facts.hidden_columns:
            self.hidden.append(self.spot(row, at, ref))

    def look_outside(self, row: int, places: Sequence[int]) -> None:
        """Note numbers in cells of a row that belong to no line or no column."""
        cells = self.grid.rows[row]
        for at in places:
            content = cells[at]
            if type(content) is not float and type(content) is not int and type(content) is not Decimal:
                continue
            if content and (row, at) not in self.used:
                self.outside.append(self.spot(row, at))

    def finish(self) -> None:
        """Report texts, hidden cells and numbers outside, each once for the form."""
        for kind, spots in (
            ("number_as_text", self.texts),
            ("hidden_amounts", self.hidden),
            ("outside", self.outside),
        ):
            if spots:
                self.harvest.report(kind, self.form, spots, **listed(spots))


def listed(spots: Sequence[Spot], most: int = 5) -> dict[str, str]:
    """Number and addresses of spots, as facts."""
    names = "、".join(spot.place.cell for spot in spots[:most])
    more = "等" if len(spots) > most else ""
    return {"count": str(len(spots)), "cells": f"{names}{more}"}


def _blank(content: object) -> bool:
    if content == "" or content is None:
        return True
    try:
        return isinstance(content, str) and amount.parse_text(content) is None
    except NotAnAmount:
        return False


def _kind(content: object) -> str:
    if isinstance(content, str):
        return "text_amount"
    if isinstance(content, bool):
        return "logical_amount"
    if isinstance(content, int | float | Decimal):
        return "size_amount"
    return "date_amount"
