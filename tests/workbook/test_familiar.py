"""Sheets that were met before are read as if they had not been."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import xltools
from xltools.report import Ref
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


def _typed(xml: str, rng: random.Random) -> str:
    """No formulas."""
    return re.sub(r"<f[^>]*>[^<]*</f>", "", xml)


def _counting(xml: str, rng: random.Random) -> str:
    """Figures that read like the row 栏次."""
    numbers = iter(range(1, 10_000))
    return _NUMBER.sub(lambda m: f"{m[1]}>{m[3]}<v>{next(numbers)}</v>", xml)


CHANGES: dict[str, Change] = {
    "figures": _figures(lambda rng: f"{rng.randrange(10**7) / 100}", 1),
    "some": _figures(lambda rng: f"{rng.randrange(10**4) / 100}", 0.1),
    "all zero": _figures(lambda rng: "0", 1),
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


def changed(
    target: Path, changes: list[Change], rng: random.Random, most: int, source: Path = EXAMPLE
) -> Path:
    """The example (or another workbook) with changes in some of its forms; in all of them for ``most`` 0."""
    data = source.read_bytes()
    entries = directory(data)
    parts: dict[str, bytes | None] = {}
    for part in rng.sample(FORMS, rng.randrange(1, most + 1) if most else len(FORMS)):
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
    for most in (1, 10, 0):
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


def codes_of_the_example() -> dict[str, str]:
    """Number of a shared string → the code that it is."""
    texts = inflate(EXAMPLE.read_bytes(), directory(EXAMPLE.read_bytes())["xl/sharedStrings.xml"]).decode()
    return {
        str(number): text
        for number, text in enumerate(re.findall(r"<si><t[^>]*>([^<]*)</t></si>", texts))
        if re.fullmatch(r"\d{3}|\d{5}|\d{7}", text)
    }


def learned(target: Path, changes: list[Change]) -> Path:
    """The example with changes in all its forms, and known as the example is."""
    file = changed(target, changes, random.Random(1), 0)
    for _ in range(4):
        xltools.read(file)
    return file


def test_a_zero_that_passes_for_a_blank(tmp_path: Path) -> None:
    """公用经费合计 of 公开06表 may stand under any of three headings: where none is filled it is the last."""
    merged = '<mergeCell ref="D34:K34"/>'
    total = re.compile(r'<c r="F34" s="29"/>(.*)<c r="L34" s="31"><f>[^<]*</f><v>[^<]*</v></c>')

    def moved(xml: str, rng: random.Random) -> str:
        return total.sub(r'<c r="F34" s="31"><f>Z9*1</f><v>22.08</v></c>\1<c r="L34" s="31"/>', xml).replace(
            merged, ""
        )

    def nothing(xml: str, rng: random.Random) -> str:
        return xml.replace("<f>Z9*1</f><v>22.08</v>", "<f>Z9*1</f><v>0</v>")

    ref = Ref("basic", "公用经费合计", "1")
    file = learned(tmp_path / "a.xlsx", [moved])
    assert compare(file).report.places[ref].cell == "F34"
    found = compare(changed(tmp_path / "b.xlsx", [nothing], random.Random(1), 0, file)).report
    assert found.places[ref].cell == "L34" and ref not in found.amounts


def test_figures_that_read_like_the_numbers_of_columns(tmp_path: Path) -> None:
    file = learned(tmp_path / "a.xlsx", [_typed])
    before = compare(file).report
    found = compare(changed(tmp_path / "b.xlsx", [_counting], random.Random(1), 0, file)).report
    missing = {ref.form for ref in before.amounts} - {ref.form for ref in found.amounts}
    assert missing == {"three_public"}


def test_codes_that_are_numbers(tmp_path: Path) -> None:
    """They are no figures: with another code a line is another line."""
    codes = codes_of_the_example()

    def as_numbers(xml: str, rng: random.Random) -> str:
        return _TEXT.sub(lambda m: f"><v>{codes[m[2]]}</v>" if m[2] in codes else m[0], xml)

    file = learned(tmp_path / "a.xlsx", [as_numbers])
    lines = compare(file).report.lines
    assert lines == xltools.read(EXAMPLE).report.lines

    def other(xml: str, rng: random.Random) -> str:
        return re.sub(r"<v>(2\d{6})</v>", lambda m: f"<v>{int(m[1]) + rng.randrange(2)}</v>", xml)

    for seed in range(3):
        found = compare(changed(tmp_path / "b.xlsx", [other], random.Random(seed), 0, file))
        assert found.report.lines != lines


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


def test_many_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that share what is known, and push each other's sheets out of it."""
    changes = [CHANGES[name] for name in ("figures", "some", "zeros", "texts")]
    files = [
        changed(tmp_path / f"{number}.xlsx", [change], random.Random(number), 6)
        for number, change in enumerate(changes)
    ]
    expected = [compare(file) for file in files]
    monkeypatch.setattr(familiar, "_KEPT", 7)
    with ThreadPoolExecutor(4) as pool:
        for number, found in enumerate(pool.map(xltools.read, files * 6)):
            assert found == expected[number % len(files)]


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
