"""Single mistakes in a narrative: each number, direction, year, unit, name changed in turn.

python -m tests.narrative.mutations     what is found of each kind, in the sentences of the example
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xltools.editions import FOLDER, load
from xltools.figures import load as load_figures
from xltools.finding import Severity
from xltools.narrative import Fact, Kind, Sentence, write
from xltools.narrative.judge import Reading
from xltools.narrative.wording import Author
from xltools.report import Report

OPPOSITE = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长", "持平": "增加", "相同": "增长"}
OTHER_NAMES = {
    "一般公共服务支出": "社会保障和就业支出",
    "社会保障和就业支出": "卫生健康支出",
    "财政拨款收入": "事业收入",
    "其他收入": "经营收入",
    "基本支出": "经营支出",
    "项目支出": "上缴上级支出",
    "工资福利支出": "商品和服务支出",
    "对个人和家庭补助支出": "对企业补助支出",
}


@dataclass(frozen=True)
class Mutation:
    """``text`` is the sentence with one mistake of this ``kind`` made at ``fact``."""

    sentence: Sentence
    fact: Fact
    kind: str
    text: str


def mutations(sentences: list[Sentence]) -> Iterator[Mutation]:
    """Every mutation of every fact."""
    for sentence in sentences:
        for fact in sentence.facts:
            for kind, printed, unit in _variants(fact):
                start = fact.start
                end = start + len(fact.printed)
                after = sentence.text[end:]
                if unit is not None:
                    assert after.startswith(fact.unit)
                    after = unit + after[len(fact.unit) :]
                text = sentence.text[:start] + printed + after
                if text != sentence.text:
                    yield Mutation(sentence, fact, kind, text)


def _variants(fact: Fact) -> Iterator[tuple[str, str, str | None]]:
    """Kind, what is printed instead, and the unit instead (None: as it is)."""
    if fact.kind is Kind.DIRECTION:
        yield "direction", OPPOSITE[fact.printed], None
    elif fact.kind is Kind.NAME:
        yield "name", OTHER_NAMES[fact.printed], None
    elif fact.kind is Kind.GRADE:
        yield "grade", "优" if fact.printed != "优" else "差", None
    elif fact.kind is Kind.YEAR:
        yield "year", str(int(fact.printed) - 1), None
    elif fact.kind is Kind.COUNT:
        yield "count", str(int(fact.printed) + 1), None
    else:
        yield from _numbers(fact)


def _numbers(fact: Fact) -> Iterator[tuple[str, str, str | None]]:
    label = {"万元": "amount", "%": "percentage"}[fact.unit]
    if fact.kind is Kind.DIFFERENCE:
        label = "difference"
    places = 2 if "." in fact.printed else 0
    value = fact.value
    assert value is not None
    yield f"{label} +0.01", f"{value + value.__class__('0.01'):.2f}", None
    yield f"{label} +0.10", f"{value + value.__class__('0.1'):.2f}", None
    yield f"{label} -1.00", f"{value - 1:.{places}f}", None
    digits = fact.printed.replace(".", "")
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1] and digits[at + 1] != "0":
            swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            yield f"{label} swap", f"{swapped[:-2]}.{swapped[-2:]}" if places else swapped, None
            break
    if fact.unit == "万元":
        yield "unit 元", fact.printed, "元"
        yield "unit x10000", f"{value * 10000:.{places}f}", None
        yield "unit missing", fact.printed, ""
    else:
        yield "% missing", fact.printed, ""


MISSED = "未发现"


def judged(report: Report) -> Iterator[tuple[Mutation, str]]:
    """Every mutation of the sentences of ``report`` with the worst that is found of it."""
    edition = load(report.edition)
    author = Author(report, edition)
    for mutation in mutations(write(report, edition)):
        sentence = mutation.sentence
        cell = author.text_cell(sentence.key, sentence.headings)
        findings = Reading(author, [sentence], mutation.text, cell, {}).findings()
        worst = min((one.severity for one in findings), key=lambda severity: severity.rank, default=None)
        yield mutation, worst.value if worst else MISSED


def main() -> None:
    """The table of what is found, by kind of mistake."""
    columns = [*(severity.value for severity in Severity), MISSED]
    table: dict[str, Counter[str]] = {}
    for mutation, outcome in judged(load_figures(FOLDER / "shanxi_2024" / "example.json")):
        table.setdefault(mutation.kind, Counter())[outcome] += 1
    width = max(map(len, table))
    print(f"{'':{width}}  made  " + "  ".join(columns))
    total = sum(table.values(), Counter[str]())
    for kind, found in [*sorted(table.items()), ("all", total)]:
        print(f"{kind:{width}}  {found.total():4}  " + "  ".join(f"{found[name]:4}" for name in columns))


if __name__ == "__main__":
    main()
