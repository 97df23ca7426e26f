"""What the narrative says of the self-evaluated projects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal

from xltools.amount import ZERO, Unit
from xltools.narrative.measures import whole_text
from xltools.narrative.sentence import Fact, Kind
from xltools.report import Report, SelfEvaluation

GRADES = ("优", "良", "中", "差")


class Projects:
    """The projects for a template: ``count``, ``number``, ``funds`` (万元), ``grades``, ``to_improve``.

    ``number``, ``funds`` and what ``grades`` holds are printed facts; ask for each only where it is
    printed.
    """

    def __init__(self, report: Report, improve: Sequence[str], mark: Callable[[Fact], str]) -> None:
        self._projects = report.self_evaluations
        self._unit = report.unit
        self._improve = improve
        self._mark = mark
        self._grades = Counter(project.grade for project in self._projects if project.grade)

    @property
    def count(self) -> int:
        """How many projects."""
        return len(self._projects)

    @property
    def number(self) -> str:
        """How many projects, printed."""
        return self._number("projects.count", len(self._projects), "个", "绩效自评项目个数")

    @property
    def funds(self) -> str:
        """The sum of 全年预算数 in 万元, printed without places when whole."""
        total = sum((funds_of(project) for project in self._projects), ZERO)
        value = total / 10000 if self._unit is Unit.YUAN else total
        printed = whole_text(value)
        value = Decimal(printed)
        return self._mark(
            Fact("projects.funds", Kind.AMOUNT, printed, "万元", value, value, value, "自评项目涉及资金")
        )

    @property
    def grades(self) -> list[str]:
        """The grades given, best first."""
        return [grade for grade in self._ordered() if self._grades[grade]]

    @property
    def same_grade(self) -> bool:
        """True when every project has the one grade."""
        return len(self._grades) == 1 and sum(self._grades.values()) == len(self._projects)

    def grade(self, name: str) -> str:
        """A grade, printed."""
        return self._mark(Fact(f"projects.grade.{name}", Kind.GRADE, name, meaning="自评等级"))

    def graded(self, name: str) -> str:
        """How many projects have this grade, printed."""
        return self._number(f"projects.grade.{name}.count", self._grades[name], "个", f"自评为“{name}”的项目")

    @property
    def to_improve(self) -> str:
        """The grades given that need 改进管理措施: “中”“差”; "" when none does."""
        return "".join(f"“{grade}”" for grade in self.grades if grade in self._improve)

    def _ordered(self) -> list[str]:
        others = [grade for grade in self._grades if grade not in GRADES]
        return [*GRADES, *others]

    def _number(self, key: str, value: int, unit: str, meaning: str) -> str:
        number = Decimal(value)
        return self._mark(Fact(key, Kind.COUNT, str(value), unit, number, number, number, meaning))


def funds_of(project: SelfEvaluation) -> Decimal:
    """全年预算数 of a project: its first row 资金总额; 预算编制数 when not adjusted."""
    if not project.funds:
        return ZERO
    total = project.funds[0]
    return next(
        (value for value in (total.adjusted, total.budgeted, total.declared) if value is not None), ZERO
    )
