"""``xltools new``, ``import`` and ``demo``: workbooks made and filled."""

from __future__ import annotations

import argparse
from pathlib import Path

import xltools
from xltools.editions import DEFAULT, FOLDER, load
from xltools.errors import XltoolsError


def new(arguments: argparse.Namespace) -> int:
    """Write an empty workbook, or one filled with a figures file."""
    from xltools import figures
    from xltools.amount import Unit
    from xltools.workbook.template import create

    report = figures.load(arguments.figures) if arguments.figures else None
    edition = load(arguments.edition or (report.edition if report else DEFAULT))
    if arguments.codes:
        from xltools.editions import with_codes

        edition = with_codes(edition, arguments.codes)
    if report:
        report.edition = edition.id
    target = Path(arguments.out)
    unit = Unit(arguments.unit) if arguments.unit else None
    if arguments.force and target.is_file():
        from io import BytesIO

        from xltools.workbook.save import save
        from xltools.workbook.template import build

        made = BytesIO()
        build(edition, report, made, unit)
        print(f"原文件已备份到 {save(target, made.getvalue())}")
    else:
        create(target, edition, report, unit)
    print(
        f"已新建 {target}（{edition.title}，金额单位：{(report.unit if report else unit or Unit.WAN).value}）"
    )
    if not report:
        print("请打开它，从“封面”填起：米色格录入，蓝色格由函数计算。")
    return 0


def bring(arguments: argparse.Namespace) -> int:
    """Import figures into a workbook, or carry over last year's."""
    from xltools.commands.bring import bring as bring_figures

    return bring_figures(Path(arguments.source), Path(arguments.into), arguments.last_year)


def example_figures(name: str = "example") -> Path:
    """The Shanxi example as a figures file; "example_yuan" is the same in 元."""
    return FOLDER / "shanxi_2024" / f"{name}.json"


def example(path: Path) -> None:
    """The Shanxi example as a workbook, with 审核结果, 封面 and 情况说明 as after 校验 and 生成说明."""
    from tempfile import TemporaryDirectory

    from xltools import figures
    from xltools.review import sheet
    from xltools.workbook.template import Results, build, create

    report = figures.load(example_figures())
    edition = load(report.edition)
    with TemporaryDirectory() as folder:
        # Checked as a workbook: formulas and notes too, which figures alone do not have.
        draft = Path(folder, "example.xlsx")
        build(edition, report, draft)
        checked = xltools.check(xltools.read(draft))
    rows = list(sheet.rows(checked, report.explanations))
    skipped = [(title, reason) for title, reason, _ in sheet.not_checked(checked)]
    results = Results(rows, skipped, xltools.narrate(report))
    create(path, edition, report, overwrite=True, results=results)


def demo(arguments: argparse.Namespace) -> int:
    """The whole round on the Shanxi example; exit status 0 unless an 错误 is found."""
    from xltools.commands.audit import _print as print_outcome
    from xltools.export.publish import publish
    from xltools.review.page import page
    from xltools.workbook.save import save

    folder = _folder(Path(arguments.dir))
    workbook = folder / "山西示例.xlsx"
    example(workbook)
    print(f"一、新建工作簿  {workbook}\n")
    reading = xltools.read(workbook)
    outcome = xltools.check(reading)
    print("二、审核")
    print_outcome(str(workbook), outcome)
    review = folder / "审核结果.html"
    save(review, page([(workbook.name, outcome)]).encode("utf-8"), backup=False)
    print(f"\n审核结果  {review}\n")
    status = 1 if outcome.counts["错误"] else 0
    print("三、导出")
    formats = ("docx", "pdf", "html", "xlsx", "json", "csv")
    for path in publish(reading.report, outcome, reading.edition, folder / "公开", formats, source=workbook):
        print(f"  {path}")
    print("\n四、导入")
    _import_specimen(folder)
    print("\n接下来：打开工作簿改一个数，再运行 xltools check；做自己的，运行 xltools new 2024决算.xlsx。")
    return status


def _folder(folder: Path) -> Path:
    """The folder, made where it is missing."""
    if folder.exists() and not folder.is_dir():
        raise XltoolsError(f"“{folder}”不是文件夹。", "请换一个名称。")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise XltoolsError(f"不能新建文件夹“{folder}”。", "请换一个可以写入的位置。") from None
    return folder


def _import_specimen(folder: Path) -> None:
    """The example once more, from an export in 元 into a new workbook: the same figures come out."""
    from io import BytesIO

    from xltools import figures
    from xltools.imports import propose
    from xltools.imports.specimen import pages
    from xltools.imports.specimen import write as write_pages
    from xltools.workbook.save import save
    from xltools.workbook.template import create

    example, exact = (figures.load(example_figures(name)) for name in ("example", "example_yuan"))
    edition = load(example.edition)
    source, target = folder / "决算软件导出样例.xlsx", folder / "导入.xlsx"
    made = BytesIO()
    write_pages(pages(exact, edition), made)
    save(source, made.getvalue(), backup=False)
    print(f"  仿照决算软件导出的样例（元）  {source}")
    create(target, edition, overwrite=True)
    proposal = propose(source, target)
    save(target, proposal.data or b"", backup=False)
    figures_ = xltools.read(target).report.amounts
    same = "与示例完全相同" if figures_ == example.amounts else "与示例不同，请报告这个问题"
    print(f"  导入到新工作簿（万元）  {target}：{len(figures_)} 个决算数，{same}")
