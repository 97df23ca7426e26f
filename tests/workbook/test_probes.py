"""Our writes keep every feature of a rich workbook; openpyxl's do not (which is why they are not used)."""

from __future__ import annotations

import warnings
from pathlib import Path

from tests.workbook.probes import PROBES, by_surgery, parts_of, survive, table
from tests.workbook.rich import build
from tests.workbook.soundness import assert_sound


def test_every_feature_survives_our_edit() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = survive()
    assert len(PROBES) >= 47
    assert [probe for probe in PROBES if not results["xltools"][probe]] == []
    lost = [probe for probe in PROBES if not results["openpyxl"][probe]]
    assert len(lost) > 15, "openpyxl has become better: reconsider"
    assert table(results).count("\n") == len(PROBES) + 3


def test_only_the_parts_concerned_are_written_anew(tmp_path: Path) -> None:
    original = build(tmp_path / "a.xlsx").read_bytes()
    edited = by_surgery(original, tmp_path)
    before, after = parts_of(original), parts_of(edited)
    assert {name for name in before if before[name] != after.get(name)} == {
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/styles.xml",
        "xl/calcChain.xml",
    }
    assert set(before) == set(after)
    assert_sound(edited, load=False)
