"""Sheets that were met before are read as if they had not been."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import xltools
from xltools.workbook import familiar, seen
from xltools.workbook.container import directory, inflate, rebuild
from xltools.workbook.familiar import Bound
from xltools.workbook.read import Reading

EXAMPLE = Path(__file__).parents[2] / "workbooks" / "example.xlsx"
FORMS = [f"xl/worksheets/sheet{number}.xml" for number in range(2, 12)]
_NUMBER = re.compile(r'(<c r="([A-Z]+\d+)"(?: s="\d+")?)>((?:<f[^>]*>[^<]*</f>)?)<v>([^<]+)</v>')
_TEXT = re.compile(r'( t="s"><v>)(\d+)(</v>)')

Change = Callable[[str, random.Random], str]


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    """The example is known, and nothing else."""
    forget()
    for _ in range(4):
        xltools.read(EXAMPLE)
    yield
    forget()


def forget() -> None:
    familiar.forget()
    seen.forget()


def _figures(value: Callable[[random.Random], str], share: float, only: str = "") -> Change:
    def change(xml: str, rng: random.Random) -> str:
        def other(match: re.Match[str]) -> str:
            if (
                rng.random() > share
                or (only == "typed" and match[3])
                or (only == "formulas" and not match[3])
            ):
                return match[0]
            return f"{match[1]}>{match[3]}<v>{value(rng)}</v>"

        return _NUMBER.sub(other, xml)

    return change


def _one(replacement: Callable[[re.Match[str]], str], pattern: re.Pattern[str] = _NUMBER) -> Change:
    """One number, or another thing, becomes something else."""

    def change(xml: str, rng: random.Random) -> str:
        found = list(pattern.finditer(xml))
        if not found:
            return xml
        match = rng.choice(found)
        return xml[: match.start()] + replacement(match) + xml[match.end() :]

    return change


def _texts(xml: str, rng: random.Random) -> str:
    return _TEXT.sub(lambda m: f"{m[1]}{rng.randrange(800)}{m[3]}" if rng.random() < 0.02 else m[0], xml)


def _merged(xml: str, rng: random.Random) -> str:
    row = rng.randrange(4, 25)
    merge = f'<mergeCell ref="C{row}:D{row + 1}"/>'
    return re.sub("<mergeCells[^>]*>", lambda m: m[0] + merge, xml)


def _counting(xml: str, rng: random.Random) -> str:
    """Figures that read like the row 栏次."""
    numbers = iter(range(1, 10_000))
    return _NUMBER.sub(lambda m: m[0] if m[3] else f"{m[1]}><v>{next(numbers)}</v>", xml)


CHANGES: dict[str, Change] = {
    "figures": _figures(lambda rng: f"{rng.randrange(10**7) / 100}", 1),
    "some": _figures(lambda rng: f"{rng.randrange(10**4) / 100}", 0.1),
    "zeros": _figures(lambda rng: "0", 0.5),
    "no results": _figures(lambda rng: "0", 1, "formulas"),
    "nothing typed": _figures(lambda rng: rng.choice(("0", "-0")), 1, "typed"),
    "long": _figures(lambda rng: f"{rng.random() * 100}", 0.05),
    "wide": _figures(lambda rng: rng.choice(("1e13", "-9999999999999.99", "nan", "1E+300")), 0.02),
    "small": _figures(lambda rng: str(rng.randrange(1, 12)), 1),
    "counting": _counting,
    "texts": _texts,
    "text": _one(lambda m: f'{m[1]} t="s"><v>5</v>'),
    "string": _one(lambda m: f'{m[1]} t="str">{m[3]}<v>十二</v>'),
    "error": _one(lambda m: f'{m[1]} t="e">{m[3]}<v>#REF!</v>'),
    "truth": _one(lambda m: f'{m[1]} t="b">{m[3]}<v>1</v>'),
    "blank": _one(lambda m: f"{m[1]}>"),
    "no formula": _one(lambda m: f"{m[1]}><v>{m[4]}</v>"),
    "no result": _one(lambda m: f"{m[1]}>{m[3]}"),
    "hidden row": _one(lambda m: f'{m[0]} hidden="1"', re.compile(r'<row r="\d+"')),
    "hidden column": _one(lambda m: f'{m[0]} hidden="1"', re.compile(r'<col min="\d+" max="\d+"')),
    "merged": _merged,
    "other unit": _one(lambda m: f"{m[1]}0{m[3]}", _TEXT),
}


def changed(target: Path, changes: list[Change], rng: random.Random, most: int) -> Path:
    """The example with changes in some of its forms."""
    data = EXAMPLE.read_bytes()
    entries = directory(data)
    parts: dict[str, bytes | None] = {}
    for part in rng.sample(FORMS, rng.randrange(1, most + 1)):
        xml = inflate(data, entries[part]).decode()
        for change in changes:
            xml = change(xml, rng)
        parts[part] = xml.encode()
    target.write_bytes(rebuild(data, entries, parts))
    return target


def compare(file: Path) -> Reading:
    """Read a file with what is known, and then anew: both must be the same to the letter and to the order."""
    known = xltools.read(file)
    kept = familiar._known.copy(), familiar._met.copy(), seen._known.copy(), seen._met.copy()
    forget()
    anew = xltools.read(file)
    for store, what in zip((familiar._known, familiar._met, seen._known, seen._met), kept, strict=True):
        store.update(what)  # type: ignore[attr-defined]
    assert known == anew
    assert list(known.report.amounts.items()) == list(anew.report.amounts.items())
    assert list(known.report.places) == list(anew.report.places)
    assert [str(value) for value in known.report.amounts.values()] == [
        str(value) for value in anew.report.amounts.values()
    ]
    return known


def test_known_forms_are_not_bound_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the example all ten forms; each figure is taken from the file at hand."""
    assert len(familiar._known) == len(FORMS)
    first = compare(EXAMPLE)
    with monkeypatch.context() as patch:
        patch.setattr("xltools.workbook.bind.Taker", None)
        patch.setattr("xltools.workbook.locate._marks", None)
        assert xltools.read(EXAMPLE) == first


@pytest.mark.parametrize("name", CHANGES)
def test_changes_of_one_kind(name: str, tmp_path: Path) -> None:
    rng = random.Random(name)
    for most in (1, 10, 10):
        compare(changed(tmp_path / "a.xlsx", [CHANGES[name]], rng, most))


def test_other_figures_need_no_binding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = changed(tmp_path / "a.xlsx", [CHANGES["figures"]], random.Random(1), 10)
    expected = compare(other)
    taken: list[str] = []
    real = Bound.take

    def take(self: Bound, *arguments: object) -> bool:
        taken.append(self.form)
        return real(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Bound, "take", take)
    assert xltools.read(other) == expected and len(taken) > 4
    assert expected.report.amounts != xltools.read(EXAMPLE).report.amounts


def test_several_changes(tmp_path: Path) -> None:
    """What was changed is met often enough to be learned itself."""
    rng = random.Random(7)
    for _ in range(12):
        changes = rng.sample(list(CHANGES.values()), rng.randrange(1, 4))
        file = changed(tmp_path / "a.xlsx", changes, rng, 4)
        for _ in range(4):
            xltools.read(file)
        compare(file)
        compare(changed(tmp_path / "b.xlsx", [CHANGES["some"]], rng, 10))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_many_changes(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for _ in range(50):
        changes = rng.sample(list(CHANGES.values()), rng.randrange(1, 4))
        compare(changed(tmp_path / "a.xlsx", changes, rng, 10))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(familiar, "_KEPT", 4)
    monkeypatch.setattr(familiar, "_MET", 6)
    forget()
    for _ in range(6):
        xltools.read(EXAMPLE)
        assert len(familiar._known) <= 4 and len(familiar._met) <= 6
    compare(EXAMPLE)


def test_what_is_kept_holds_no_sheet() -> None:
    """Places and names are kept, not the rows of the workbook."""
    for known in familiar._known.values():
        assert all(region is None or not region.grid.rows for _, _, region in known.found)


def test_what_is_learned_belongs_to_nobody() -> None:
    """Who changes what he was given does not change what the next one is given."""
    first = xltools.read(EXAMPLE)
    first.report.amounts.clear()
    first.report.places.clear()
    first.report.titles.clear()
    for lines in first.report.lines.values():
        lines.clear()
    assert first.formulas is not None
    first.formulas.clear()
    first.codes.clear()
    compare(EXAMPLE)
