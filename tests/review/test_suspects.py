"""A suspect in the accountant's words."""

from __future__ import annotations

import pytest

from tests.review.outcomes import BLANK, CELL, suspect
from xltools.finding import Suspect
from xltools.review.suspects import sentence

WHERE = "公开03表 支出决算表 2010399 其他 · 项目支出（公开03表 E12）"
BOTH = ((CELL, "6.22"), (BLANK, "1.00"))


@pytest.mark.parametrize(
    ("guess", "text"),
    [
        (suspect(), f"{WHERE} 印 6.12，应为 6.22（数字录入错误，唯一值）。改这一处，4 条不平消失。"),
        (
            suspect(confidence=0.6),
            f"{WHERE} 印 6.12，应为 6.22（数字录入错误，可信度 60%）。改这一处，4 条不平消失。",
        ),
        (
            suspect(suggested=("6.22", ""), unique=False, confidence=0.9999, resolves=0),
            f"{WHERE} 印 6.12，可能应为 6.22、空白（数字录入错误，可信度 99%）。",
        ),
        (
            suspect(suggested=tuple(f"{n}.00" for n in range(7)), unique=False, confidence=0.5),
            f"{WHERE} 印 6.12，可能应为 0.00、1.00、2.00、3.00、4.00等（数字录入错误，可信度 50%）。"
            "改这一处，4 条不平消失。",
        ),
        (
            suspect(cell=BLANK, suggested=("1.00",), why="漏填", resolves=1),
            "公开06表 30106 伙食补助费 空白，应为 1.00（漏填，唯一值）。改这一处，1 条不平消失。",
        ),
        (
            suspect(suggested=("",)),
            f"{WHERE} 印 6.12，应为 空白（数字录入错误，唯一值）。改这一处，4 条不平消失。",
        ),
        (
            suspect(suggested=(), unique=False, resolves=0),
            f"{WHERE} 印 6.12，应改（数字录入错误，可信度 99%）。",
        ),
        (
            suspect(kind="stale", changes=BOTH),
            f"{WHERE} 印 6.12，应为 6.22（这 2 个数同差一笔，像是这张表没有更新，唯一值）。"
            "同时：公开06表 30106 伙食补助费 改为 1.00。一起改，4 条不平消失。",
        ),
        (
            suspect(kind="exchange", changes=BOTH, resolves=0),
            f"{WHERE} 印 6.12，应为 6.22（像是与 公开06表 30106 伙食补助费 填反了，唯一值）。",
        ),
        (
            suspect(kind="twice", changes=((CELL, "6.22"), *((BLANK, ""),) * 7)),
            f"{WHERE} 印 6.12，应为 6.22（像是与 公开06表 30106 伙食补助费 错在同一处，唯一值）。"
            f"同时：{'；'.join(['公开06表 30106 伙食补助费 改为 空白'] * 5)}；等 7 处。"
            "一起改，4 条不平消失。",
        ),
        (
            suspect(kind="twice", changes=(), resolves=0),
            f"{WHERE} 印 6.12，应为 6.22（像是与 另一个数 错在同一处，唯一值）。",
        ),
        (
            suspect(kind="line", suggested=("5.00", "5.01"), unique=False, confidence=0.8, resolves=2),
            f"{WHERE} 印 6.12，漏掉的金额可能是 5.00、5.01（下面像是漏了一行，可信度 80%）。"
            "改这一处，2 条不平消失。",
        ),
        (
            suspect(kind="line", suggested=(), resolves=0),
            f"{WHERE} 印 6.12，请补上漏掉的一行（下面像是漏了一行，唯一值）。",
        ),
        (
            suspect(kind="soft", unique=False, confidence=0.7),
            f"{WHERE}（这条核实性关系在本单位可能不成立，请说明，可信度 70%）。",
        ),
        (
            suspect(kind="share", why="", resolves=0),
            f"{WHERE} 印 6.12，应为 6.22（比例与金额不符，唯一值）。",
        ),
        (suspect(why="", resolves=0), f"{WHERE} 印 6.12，应为 6.22（唯一值）。"),
    ],
)
def test_sentences(guess: Suspect, text: str) -> None:
    assert sentence(guess) == text
