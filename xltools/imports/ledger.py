"""An export of the 决算 software: sheets recognised by title, read by headings, put together as a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from xltools.amount import ZERO, Unit, show
from xltools.editions import Edition
from xltools.errors import XltoolsError
from xltools.imports.imported import (
    Imported,
    Recognised,
    Unrecognised,
    missing_parents,
    titles_of,
    with_parents,
)
from xltools.imports.page import LedgerPage
from xltools.imports.plans import Plan, Plans
from xltools.imports.reader import Taken
from xltools.imports.tables import READERS, is_money
from xltools.report import Cover, Ref, Report
from xltools.workbook.labels import key

KIND = "决算软件导出"
_UNITS = {unit.value: unit for unit in Unit}


def read_ledger(pages: Sequence[LedgerPage], plans: Plans, edition: Edition) -> Imported:
    """The figures of an export. Raises XltoolsError where no sheet is recognised, or no 金额单位 is stated or
    several are."""
    chosen, unknown, unused = _choose(pages, plans)
    if not chosen:
        raise XltoolsError(
            "文件里没有识别出公开所需的财决表。",
            "请导出财决01、01-1、03、04、07、08-1、09、11表和附03表，不要改动表名和表头。",
        )
    unit = _unit([page for page, _ in chosen])
    taken = Taken(edition, unknown=unknown)
    recognised: list[Recognised] = []
    for page, plan in chosen:
        before = dict(taken.amounts)
        _read(page, plan, taken)
        recognised += _counted(page, plan, taken, before)
    order = list(edition.forms)
    recognised.sort(key=lambda one: order.index(one.form))
    imported = Imported(
        _report(taken, unit, [page for page, _ in chosen]), KIND, recognised, taken.unknown, taken.covered
    )
    imported.unused, imported.complete = unused, taken.complete
    _derive(imported, edition, taken.unclear)
    return imported


def _choose(
    pages: Sequence[LedgerPage], plans: Plans
) -> tuple[list[tuple[LedgerPage, Plan]], list[Unrecognised], list[str]]:
    """The sheets that are needed with their plans; those not understood; those not needed."""
    chosen: list[tuple[LedgerPage, Plan]] = []
    unknown, unused = [], []
    for page in pages:
        found = list(_matching(page, plans))
        if len(found) == 1 and found[0] not in [plan for _, plan in chosen]:
            chosen.append((page, found[0]))
        elif len(found) == 1:
            first = next(one.name for one, plan in chosen if plan is found[0])
            unknown.append(Unrecognised(page.name, f"与“{first}”是同一张表，只用了前一张"))
        elif found:
            unknown.append(Unrecognised(page.name, "表内的标题与工作表名说的不是同一张表，没有导入"))
        elif page.from_ledger or any(word in page.named for word in plans.others):
            unused.append(page.name)
        elif any(cell not in ("", None) for cells in page.rows for cell in cells):
            unknown.append(Unrecognised(page.name, "没有识别为财决表"))
    return chosen, unknown, unused


def _matching(page: LedgerPage, plans: Plans) -> Iterator[Plan]:
    """The plans that a sheet's printed title and its name announce: one, unless they contradict."""
    printed = page.titles()
    # Excel cuts the names of sheets at 31 characters.
    cut = len(page.name) >= 31
    for plan in plans.sheets:
        named = page.named in plan.titles or (
            cut and len(page.named) > 6 and any(title.startswith(page.named) for title in plan.titles)
        )
        if named or printed & set(plan.titles):
            yield plan


def _unit(pages: Sequence[LedgerPage]) -> Unit:
    stated = {page.name: page.stated()[0] for page in pages}
    found = set(stated.values()) - {""}
    if not found:
        raise XltoolsError(
            "来源没有写金额单位，是元还是万元？",
            f"请在“{pages[0].name}”表的上方写上“金额单位：元”或“金额单位：万元”，保存后再导入。",
        )
    if len(found) > 1:
        each = "，".join(f"“{name}”为{unit}" for name, unit in stated.items() if unit)
        raise XltoolsError(f"来源各表的金额单位不一致（{each}）。", "请重新导出，或改为一致后再导入。")
    unit = found.pop()
    if unit not in _UNITS:
        raise XltoolsError(f"来源的金额单位是{unit}，只能导入元或万元。", "请以元为单位重新导出。")
    silent = [name for name, one in stated.items() if not one]
    if silent:
        raise XltoolsError(
            f"“{silent[0]}”等 {len(silent)} 张表没有写金额单位，是{unit}吗？",
            f"请在这些表的上方写上“金额单位：{unit}”，保存后再导入。",
        )
    return _UNITS[unit]


def _read(page: LedgerPage, plan: Plan, taken: Taken) -> None:
    words: frozenset[str] = frozenset()
    if plan.layout == "wide":
        words = frozenset(key(line.name) for line in taken.edition.forms[plan.form].lines)
    head = page.head(plan, words)
    if head is None:
        taken.unknown.append(Unrecognised(page.name, "没有找到表头，没有导入"))
        return
    READERS[plan.layout](page, plan, head, taken).read()


def _counted(page: LedgerPage, plan: Plan, taken: Taken, before: dict[Ref, Decimal]) -> Iterator[Recognised]:
    """How many figures of which form a sheet gave."""
    forms = dict.fromkeys([plan.form, *(ref.form for ref in taken.covered if _of(plan, ref.form))])
    for form in forms:
        count = sum(1 for ref in taken.amounts if ref.form == form and ref not in before)
        if any(ref.form == form for ref in taken.covered) or form in taken.complete:
            yield Recognised(page.name, form, count)


def _of(plan: Plan, form: str) -> bool:
    targets = [target for row in plan.rows.values() for target in (row.planned, row.actual)]
    return any(isinstance(target, Ref) and target.form == form for target in targets)


def _report(taken: Taken, unit: Unit, pages: Sequence[LedgerPage]) -> Report:
    stated = [page.stated() for page in pages]
    entities = [owner for _, owner, _ in stated if owner]
    years = {year for _, _, year in stated if year}
    if len(years) > 1:
        raise XltoolsError(
            f"来源各表的年度不一致（{'、'.join(map(str, sorted(years)))}）。", "请用同一年度的导出文件。"
        )
    edition = taken.edition
    codes = sorted({line for lines in taken.lines.values() for line in lines})
    report = Report(
        edition.id,
        unit,
        Cover(entity=entities[0] if entities else "", year=years.pop() if years else None),
        amounts=taken.amounts,
        lines={form: lines for form, lines in taken.lines.items() if lines},
        titles=titles_of(codes, taken.titles, edition.function_codes),
        budget=taken.budget,
        texts={name: _fact(name, value) for name, value in taken.facts.items()},
    )
    return report


def _fact(name: str, value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return show(value, 0) if not is_money(name) or whole else show(value)


# --- sums that an export leaves to the reader ------------------------------------------------------------


def _derive(imported: Imported, edition: Edition, unclear: set[str]) -> None:
    """In 元 sums are exact: totals that the published tables print and the export does not are added up, in
    tables that were understood to the last cell."""
    _sum_facts(imported, edition)
    if imported.unit is not Unit.YUAN:
        return
    for form in sorted(imported.complete - unclear):
        _parents(imported, edition, form)
    _totals(imported, edition, unclear)


def _sum_facts(imported: Imported, edition: Edition) -> None:
    from xltools.imports.plans import plans

    texts = imported.report.texts
    for name, parts in plans(edition.id).sums.items():
        if all(part in texts for part in parts) and name not in texts:
            texts[name] = show(sum((Decimal(texts[part]) for part in parts), ZERO), 0)


def _parents(imported: Imported, edition: Edition, form: str) -> None:
    """类 and 款 that are not listed: the sums of what stands below them."""
    report = imported.report
    lines = report.lines.get(form, [])
    missing = missing_parents(lines)
    if not missing:
        return
    parents = {line[:n] for line in lines for n in (3, 5) if len(line) > n}
    leaves = [line for line in lines if line not in parents]
    columns = edition.forms[form].column_ids
    for parent in missing:
        for column in columns:
            parts = [
                report.amounts.get(Ref(form, leaf, column)) for leaf in leaves if leaf.startswith(parent)
            ]
            value = sum((part for part in parts if part), ZERO)
            imported.covered.add(Ref(form, parent, column))
            if value:
                report.amounts[Ref(form, parent, column)] = value
    report.lines[form] = with_parents(lines)
    report.titles |= titles_of(missing, report.titles, edition.function_codes)
    number = edition.forms[form].number
    imported.derived.append(f"{number}：来源没有列出的 {len(missing)} 个类、款，由下级科目相加补上")


def _totals(imported: Imported, edition: Edition, unclear: set[str]) -> None:
    """人员经费合计 and the like: what the edition's own equations add up within one form."""
    report = imported.report
    added: dict[str, list[str]] = {}
    shapes = edition.shapes({form: tuple(lines) for form, lines in report.lines.items()})
    for rule in edition.rules:
        if not rule.formula or rule.form not in imported.forms:
            continue
        for one in edition.constraints(rule, shapes):
            ref = one.left[0].ref
            inside = {term.ref.form for term in (*one.left, *one.right)} == {rule.form}
            if not inside or one.operator != "=" or len(one.left) != 1 or ref in imported.covered:
                continue
            value = sum((term.coefficient * report.get(term.ref) for term in one.right), ZERO)
            known = rule.form not in unclear and all(term.ref in imported.covered for term in one.right)
            name = f"{edition.line_name(ref.form, ref.line, report.titles)} {_column(ref, edition)}".strip()
            if value and known:
                report.amounts[ref] = value
                imported.covered.add(ref)
                added.setdefault(ref.form, []).append(name)
            elif value and ref.line not in report.lines.get(ref.form, ()):
                where = f"{edition.forms[ref.form].number} {name}"
                imported.unrecognised.append(Unrecognised(where, "来源没有，各项也不全，没有导入"))
    for form, names in added.items():
        imported.derived.append(f"{edition.forms[form].number}：来源没有的{'、'.join(names)}，由各项相加得出")


def _column(ref: Ref, edition: Edition) -> str:
    return edition.forms[ref.form].column_of[ref.column].title
