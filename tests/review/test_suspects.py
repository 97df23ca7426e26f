"""A suspect in the accountant's words."""

# ruff: noqa: E501 (sentences as they are read)

from __future__ import annotations

import pytest

from tests.review.outcomes import BLANK, CELL, finding, outcome, suspect
from xltools.finding import Cell, Severity, Suspect
from xltools.report import Place, Ref
from xltools.review.suspects import cause_of, sentence, sentences

WHERE = "公开03表 2010399 其他 · 项目支出（E12）"
TOTAL = Cell(
    "公开03表 2010399 其他 · 基本支出", "1.00", Ref("expenditure", "2010399", "2"), Place("公开03表", "D12")
)
TWIN = Cell(
    "公开05表 2010399 其他 · 项目支出", "6.12", Ref("general", "2010399", "3"), Place("公开05表", "E9")
)
BOTH = ((CELL, "6.22"), (BLANK, "1.00"))


def lines(*values: tuple[str, str]) -> tuple[tuple[Cell, str], ...]:
    """Figures of a section with what they should be."""
    return tuple(
        (Cell(f"公开06表 3010{n} 某", now, None, Place("公开06表", f"C{n}")), should)
        for n, (now, should) in enumerate(values, 1)
    )


@pytest.mark.parametrize(
    ("guess", "text"),
    [
        (suspect(), f"{WHERE}印 6.12，应为 6.22（数字录入错误，唯一值）。改这一处，4 条不平全部消失。"),
        (
            suspect(confidence=0.6),
            f"{WHERE}印 6.12，应为 6.22（数字录入错误，可信度 60%）。改这一处，4 条不平全部消失。",
        ),
        (
            suspect(suggested=("6.22", ""), unique=False, confidence=0.9999, resolves=0),
            f"{WHERE}印 6.12，可能应为 6.22（数字录入错误）、空白（可信度 99%）。",
        ),
        (
            suspect(suggested=tuple(f"{n}.00" for n in range(7)), unique=False, confidence=0.5),
            f"{WHERE}印 6.12，可能应为 0.00（数字录入错误）、1.00、2.00、3.00、4.00 等（可信度 50%）。"
            "改这一处，4 条不平全部消失。",
        ),
        (
            suspect(suggested=("6.22", "6.21"), unique=False, among=("6.21", "6.22"), resolves=0),
            f"{WHERE}印 6.12，应为 6.22（数字录入错误，可信度 99%；按其他数推算，6.21 至 6.22 都有可能）。",
        ),
        (
            suspect(
                suggested=("6.22", "6.21", "6.20"), unique=False, among=("6.20", "6.22"), why="金额不符",
                resolves=1,
            ),
            f"{WHERE}印 6.12，应在 6.20 至 6.22 之间（金额不符，可信度 99%）。改这一处，1 条不平消失。",
        ),
        (
            suspect(cell=BLANK, suggested=("1.00",), why="漏填", resolves=1),
            "公开06表 30106 伙食补助费空白，应为 1.00（漏填，唯一值）。改这一处，1 条不平消失。",
        ),
        (
            suspect(suggested=("",)),
            f"{WHERE}印 6.12，应为空白（数字录入错误，唯一值）。改这一处，4 条不平全部消失。",
        ),
        (
            suspect(suggested=(), unique=False, resolves=0),
            f"{WHERE}印 6.12，应改（数字录入错误，可信度 99%）。",
        ),
        (
            suspect(kind="stale", changes=BOTH),
            f"{WHERE}印 6.12、公开06表 30106 伙食补助费空白，这 2 个数同差一笔，像是公开03表没有更新"
            "（可信度 99%）：应为 6.22、1.00。一起改，4 条不平全部消失。",
        ),
        (
            suspect(kind="exchange", changes=((TOTAL, "6.12"), (CELL, "1.00")), resolves=3),
            "公开03表 2010399 其他：基本支出（D12）印 1.00、项目支出（E12）印 6.12，像是填反了（可信度 99%），"
            "应为 6.12、1.00。对调之后，3 条不平全部消失。",
        ),
        (
            suspect(kind="twice", why="几处同错：少录一位数字", changes=((CELL, "61.2"), (TWIN, "61.2"))),
            f"{WHERE}印 6.12、公开05表 2010399 其他 · 项目支出（E9）印 6.12，都应为 61.2"
            "（错在同一处，少录一位数字，可信度 99%）。一起改，4 条不平全部消失。",
        ),
        (
            suspect(kind="twice", among=("6.21", "6.23"), changes=((CELL, ""), *((BLANK, ""),) * 7)),
            f"{WHERE}印 6.12、{'、'.join(['公开06表 30106 伙食补助费空白'] * 4)} 等 8 处，都应为空白"
            "（错在同一处，可信度 99%；按其他数推算，6.21 至 6.23 都有可能）。一起改，4 条不平全部消失。",
        ),
        (
            suspect(kind="line", suggested=("5.00", "5.01"), unique=False, confidence=0.8, resolves=2),
            f"{WHERE}下面像是漏了一行（可信度 80%）：漏掉的金额可能是 5.00、5.01。"
            "补上这一行，2 条不平全部消失。",
        ),
        (suspect(kind="line", suggested=(), resolves=0), f"{WHERE}下面像是漏了一行（可信度 99%）。"),
        (
            suspect(kind="missing", changes=((TOTAL._replace(value=""), "43.22"),)),
            "公开03表 2010399 其他 像是漏列了这一行（可信度 99%）：基本支出 43.22。补上这一行，4 条不平全部消失。",
        ),
        (
            suspect(kind="missing", cell=BLANK, changes=(), resolves=0),
            "公开06表 30106 伙食补助费 像是漏列了这一行（可信度 99%）：请补上。",
        ),
        (
            suspect(kind="shifted", cell=BLANK, changes=lines(("", "1.00"), ("1.00", "2.00"), ("2.00", ""), ("", "3.00"))),
            "公开06表 30101 某（C1）至 30103 某（C3）像是整段错了一行（可信度 99%），共 4 个数：30101 某（C1）应为 1.00、"
            "30102 某（C2）应为 2.00、30103 某（C3）应为空白 等；30104 某（C4）的数丢了，按合计约为 3.00，请查原数。"
            "整段改正，4 条不平全部消失。",
        ),
        (
            suspect(kind="unit", why="整张表以元填列", changes=((CELL, "6.22"),) * 40, resolves=74),
            "公开03表整张表 40 个数像是以元填列（可信度 99%），如 2010399 其他 · 项目支出（E12）印 6.12，应为 6.22。"
            "整张表换算之后，74 条不平全部消失。",
        ),
        (
            suspect(kind="soft", unique=False, confidence=0.7),
            f"{WHERE}：这条核实性关系在本单位可能不成立，请说明（可信度 70%）。说明之后，4 条不平全部消失。",
        ),
        (suspect(kind="share", resolves=0), f"{WHERE}印 6.12，应为 6.22（比例与金额不符，可信度 99%）。"),
        (suspect(why="", resolves=0), f"{WHERE}印 6.12，应为 6.22（唯一值）。"),
    ],
)  # fmt: skip
def test_sentences(guess: Suspect, text: str) -> None:
    assert sentence(guess) == text


def test_where_something_else_is_wrong_a_suspect_claims_its_own_findings_only() -> None:
    """Of several causes each says what it brought about; a rival says it is one."""
    guesses = (suspect(), suspect(cell=TOTAL), suspect(cell=TWIN, alternative=True))
    several = outcome(finding(group="原因1"), finding(group="原因2"), suspects=guesses)
    told = list(sentences(several))
    assert [alternative for alternative, _ in told] == [False, False, True]
    assert all(text.endswith("改这一处，由它引起的 4 条不平全部消失。") for _, text in told[:2])
    single = outcome(
        finding(group="原因1"), finding(Severity.HINT), suspects=(suspect(), guesses[2]._replace(resolves=2))
    )
    (_, first), (_, rival) = sentences(single)
    assert first.endswith("改这一处，4 条不平全部消失。")
    assert rival.endswith("改这一处，2 条不平也会消失。")


def test_the_cause_of_a_finding() -> None:
    made = outcome(
        finding(group="原因2"), finding(), finding(group="尾差"), suspects=(suspect(), suspect(cell=TWIN))
    )
    assert [cause_of(one, made) for one in made.findings] == [made.suspects[1], None, None]
