"""Random budget units for the narrative: zero bases, unchanged lines, empty funds, negative amounts, one
类 and 26 类, with and without last year, budget, reasons and counts; in 元 and in 万元."""

import random
from decimal import Decimal

from xltools.amount import Unit, to_wan
from xltools.editions import load
from xltools.report import TOTAL, Cover, Fund, Ref, Report, SelfEvaluation

CLASSES = tuple(load().class_names)
BASIC = tuple(code for code in load().forms["basic"].line_of if len(code) == 5)
REASONS = ("人员增加", "主要原因是：在职人员减少2人。", "1、项目增加；2、上年结转\n较多；")


class Maker:
    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.unit = self.rng.choice(list(Unit))
        self.amounts: dict[Ref, Decimal] = {}
        self.last_year: dict[Ref, Decimal] = {}
        self.budget: dict[Ref, Decimal] = {}

    def money(self, zero=0.2, negative=0.03) -> Decimal:
        """Exact 元."""
        draw = self.rng.random()
        if draw < zero:
            return Decimal(0)
        value = Decimal(self.rng.randint(1, 10 ** self.rng.randint(3, 11))) / 100
        return -value if draw < zero + negative else value

    def put(self, store, form, line, column, yuan):
        value = to_wan(yuan) if self.unit is Unit.WAN else yuan
        if value or self.rng.random() < 0.3:
            store[Ref(form, line, str(column))] = value

    def like(self, yuan: Decimal) -> Decimal:
        """Last year's figure or the budget: the same, none, near, or anything."""
        draw = self.rng.random()
        if draw < 0.25:
            return yuan
        if draw < 0.4:
            return Decimal(0)
        return yuan + Decimal("0.01") if draw < 0.5 else self.money()


def unit(seed: int) -> Report:
    """One unit; the same for the same seed."""
    make = Maker(seed)
    rng = make.rng
    count = {0: 1, 1: 26, 2: 0}.get(seed % 10, rng.randint(1, 8))
    classes = sorted(rng.sample(CLASSES, count))
    basic, project = {}, {}
    for code in classes:
        basic[code], project[code] = make.money(), make.money()
        make.put(make.amounts, "general", code, 1, basic[code] + project[code])
        make.put(make.amounts, "general", code, 2, basic[code])
        make.put(make.amounts, "general", code, 3, project[code])
    total_basic, total_project = sum(basic.values(), Decimal(0)), sum(project.values(), Decimal(0))
    general = total_basic + total_project
    for column, value in ((1, general), (2, total_basic), (3, total_project)):
        make.put(make.amounts, "general", TOTAL, column, value)
    _sources(make, general)
    _basic(make, total_basic)
    if rng.random() < 0.8:
        _last_year(make, classes, general)
    if rng.random() < 0.7:
        for code in rng.sample(CLASSES, min(count + 1, 26)):
            make.put(make.budget, "general", code, 1, make.like(basic.get(code, Decimal(0))))
        make.put(make.budget, "general", TOTAL, 1, make.money(0.1))
    texts = _three_public(make)
    _statistics(make, texts)
    year = rng.choice([2023, 2024, 2025, None])
    return Report(
        "shanxi_2024",
        unit=make.unit,
        cover=Cover("某某市测试中心", "123456", year, "", rng.choice(["", "单位决算", "部门决算"])),
        amounts=make.amounts,
        lines={"general": classes},
        last_year=make.last_year,
        budget=make.budget,
        self_evaluations=_projects(make),
        texts=texts,
        reasons=_reasons(rng, classes),
    )


def _sources(make: Maker, general: Decimal) -> None:
    fiscal = abs(general) + make.money()
    others = {column: make.money(0.6) for column in range(3, 8)}
    income = fiscal + sum(others.values(), Decimal(0))
    for column, value in {1: income, 2: fiscal, **others}.items():
        make.put(make.amounts, "revenue", TOTAL, column, value)
    make.put(make.amounts, "summary", "27", 1, income)
    spent = {2: make.money(), 3: make.money(), 4: make.money(0.8), 5: make.money(0.8), 6: make.money(0.9)}
    for column, value in spent.items():
        make.put(make.amounts, "expenditure", TOTAL, column, value)
    make.put(make.amounts, "summary", "58", 2, sum(spent.values(), Decimal(0)))
    for ref in (("summary", "31", 1), ("summary", "62", 2)):
        make.put(make.amounts, *ref, income)
    for ref in (("appropriation", "32", 1), ("appropriation", "64", 2)):
        make.put(make.amounts, *ref, fiscal)
    if make.rng.random() < 0.4:
        for column in range(1, 7):
            make.put(make.amounts, "funds", TOTAL, column, make.money())
    if make.rng.random() < 0.3:
        for column in range(1, 4):
            make.put(make.amounts, "state_capital", TOTAL, column, make.money())


def _basic(make: Maker, total: Decimal) -> None:
    personnel = make.rng.choice([Decimal(0), total, total / 2])
    make.put(make.amounts, "basic", "人员经费合计", 1, personnel)
    make.put(make.amounts, "basic", "公用经费合计", 1, total - personnel)
    for code in ("301", "303"):
        make.put(make.amounts, "basic", code, 1, make.money())
    for code in make.rng.sample(BASIC, make.rng.randint(0, 12)):
        make.put(make.amounts, "basic", code, 1, make.money())


def _last_year(make: Maker, classes: list[str], general: Decimal) -> None:
    amounts = dict(make.amounts)
    make.put(make.last_year, "general", TOTAL, 1, make.like(general))
    for code in [*classes, *make.rng.sample(CLASSES, 2)]:
        make.put(make.last_year, "general", code, 1, make.money(0.3))
    for ref, value in amounts.items():
        if ref.form not in ("general", "basic", "revenue") and make.rng.random() < 0.8:
            make.last_year[ref] = make.rng.choice([value, Decimal(0), value + 1, value / 2])


def _three_public(make: Maker) -> dict[str, str]:
    texts: dict[str, str] = {}
    if make.rng.random() < 0.5:
        return texts
    for column in range(1, 13):
        make.put(make.amounts, "three_public", "1", column, abs(make.money(0.4)))
        if make.rng.random() < 0.8:
            make.put(make.last_year, "three_public", "1", column, abs(make.money(0.4)))
    for key in (
        "abroad.groups",
        "abroad.people",
        "purchase.vehicles",
        "running.vehicles",
        "reception.batches",
    ):
        if make.rng.random() < 0.7:
            texts[f"three_public.{key}"] = str(make.rng.randint(0, 1200))
    texts["three_public.domestic"] = make.rng.choice(["1.20", "0", "约3", ""])
    return texts


def _statistics(make: Maker, texts: dict[str, str]) -> None:
    if make.rng.random() < 0.3:
        return
    for line in range(1, 7):
        make.put(make.amounts, "statistics", str(line), 1, abs(make.money(0.4)))
    for line in (*range(7, 16), 17):
        make.amounts[Ref("statistics", str(line), "1")] = Decimal(make.rng.choice([0, 0, 1, 12]))
    if make.rng.random() < 0.5:
        texts["procurement.small_medium"] = "0.30"


def _projects(make: Maker) -> list[SelfEvaluation]:
    grades = make.rng.choices(["优", "良", "中", "差", ""], k=make.rng.choice([0, 1, 1, 2, 5]))
    return [
        SelfEvaluation(
            "项目",
            funds=[Fund("资金总额", budgeted=Decimal(make.rng.choice(["30", "12.345", "0"])))],
            grade=g,
        )
        for g in grades
    ]


def _reasons(rng: random.Random, classes: list[str]) -> dict[str, str]:
    keys = [
        "summary",
        "appropriation",
        "general",
        "funds",
        "three_public.abroad",
        "basic.public",
        "basic.301",
    ]
    keys += [f"general.{code}{tail}" for code in classes for tail in ("", ".purpose")]
    return {key: rng.choice(REASONS) for key in keys if rng.random() < 0.5}
