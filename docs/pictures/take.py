"""Take the pictures of the manual anew, from the real thing: ``python docs/pictures/take.py [NAME …]``.

Needs LibreOffice, Chromium, poppler and ImageMagick; the pictures of the LibreOffice window also Xvfb and
xdotool. A picture is smaller than 250 kB, all together than 2.5 MB (held by tests/test_manual.py).
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from tests import manual  # noqa: E402

TERMINAL = """<meta charset=utf-8><style>body{margin:0;background:#1e1e1e}
pre{margin:0;padding:18px 22px;color:#ddd;white-space:pre-wrap;word-break:break-all;
font:16px/1.55 "DejaVu Sans Mono","Noto Sans Mono CJK SC"}
b{font-weight:400;color:#8ae234}.c31{color:#ff6b6b}.c32{color:#8ae234}.c33{color:#fce94f}.c36{color:#5fd7ff}
</style><pre>"""


def run(*command: str | Path, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **options)  # type: ignore[call-overload]  # fmt: skip


def shrink(source: Path, name: str, *how: str) -> None:
    """The picture as it is kept: few colours, no more than needed."""
    run("convert", source, *how, "+dither", "-colors", "96", "-strip", f"PNG8:{HERE / name}.png")
    size = (HERE / f"{name}.png").stat().st_size
    print(f"{name}.png {size // 1024} kB")


def pages(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    run("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", "pdf", "--outdir", folder, workbook)  # fmt: skip
    return folder / f"{workbook.stem}.pdf"


def page_of(pdf: Path, *texts: str) -> int:
    """The first page on which all ``texts`` stand."""
    for number in range(1, 60):
        command = ["pdftotext", "-f", str(number), "-l", str(number), str(pdf), "-"]
        found = "".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        if all(text in found for text in texts):
            return number
    raise LookupError(texts)


def page(pdf: Path, number: int, folder: Path, dpi: int) -> Path:
    stem = folder / f"page-{pdf.stem}-{number}"
    run("pdftoppm", "-r", str(dpi), "-png", "-f", str(number), "-l", str(number), "-singlefile", pdf, stem)
    return stem.with_suffix(".png")


def browse(source: Path, target: Path, width: int, height: int) -> Path:
    run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        f"--user-data-dir={target.parent / 'chromium'}", f"--window-size={width},{height}",
        f"--screenshot={target}", source.as_uri())  # fmt: skip
    return target


def workbook(folder: Path) -> None:
    """Sheets of workbooks/example.xlsx, printed."""
    pdf = pages(Path(shutil.copy(ROOT / "workbooks" / "example.xlsx", folder)), folder)

    def top(share: str) -> tuple[str, ...]:
        return "-crop", f"{share}+0+0", "+repage"

    trim = ("-trim", "+repage", "-bordercolor", "white", "-border", "12")
    for name, texts, dpi, how in (
        ("workbook-cover", ("部门（单位）决算公开工作簿",), 110, ()),
        (
            "workbook-form01",
            ("收入支出决算总表", "行次", "外交支出"),
            110,
            top("100%x62%"),
        ),
        (
            "workbook-form03",
            ("支出决算表", "公开03表", "上缴上级支出"),
            110,
            (*top("100%x70%"), *trim),
        ),
        ("workbook-analysis", ("收入结构",), 110, ()),
        ("workbook-narrative", ("米色格填写原因",), 150, top("100%x48%")),
        (
            "workbook-evaluation",
            ("项目支出绩效自评表", "三级指标"),
            110,
            top("100%x80%"),
        ),
    ):
        shrink(page(pdf, page_of(pdf, *texts), folder, dpi), name, *trim, *how, "-resize", "1400x>")


def spans(text: str) -> str:
    """Terminal colours as HTML."""
    text = re.sub(r"\x1b\[(3\d)m", r'<span class="c\1">', html.escape(text))
    return text.replace("\x1b[0m", "</span>")


def typed(folder: Path, *commands: str) -> str:
    """What the terminal shows for commands, in colour, as HTML."""
    parts = []
    for command in commands:
        out = _Terminal()
        with contextlib.redirect_stdout(out):
            manual.command(command, folder)
        parts.append(f"<b>$</b> {html.escape(command)}\n{spans(out.getvalue())}")
    return TERMINAL + "\n".join(parts)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(folder: Path) -> None:
    """A real finding in the terminal."""
    manual.prepare(folder)
    manual.change(folder / "有错.xlsx", "公开01表!C7", "342.81")
    text = typed(folder, "xltools check 有错.xlsx")
    text = text[: text.index("【核实】")].rpartition("<span")[0]
    source = folder / "terminal.html"
    source.write_text(text, encoding="utf-8")
    shrink(browse(source, folder / "terminal.png", 1060, 620), "finding-terminal", *_trim("#1e1e1e"))


def _trim(colour: str) -> tuple[str, ...]:
    return "-trim", "+repage", "-bordercolor", colour, "-border", "14"


def review(folder: Path) -> None:
    """审核结果.html: of one workbook with a mistake, and over several units."""
    manual.prepare(folder)
    manual.change(folder / "有错.xlsx", "公开01表!C7", "342.81")
    manual.command("xltools check 有错.xlsx --format html --output 审核结果.html", folder)
    shrink(browse(folder / "审核结果.html", folder / "review.png", 1000, 900), "review-page")
    manual.units(folder)
    manual.command("xltools check 各单位/*.xlsx --format html --output 汇总.html", folder)
    shrink(browse(folder / "汇总.html", folder / "many.png", 1000, 640), "review-many")


def documents(folder: Path) -> None:
    """Pages of the exported PDF side by side, and the web page."""
    manual.prepare(folder)
    manual.command("xltools export 山西示例.xlsx --to 公开 --format pdf,html", folder)
    pdf = next((folder / "公开").glob("*.pdf"))
    wanted = [1, 2, page_of(pdf, "收入支出决算总表", "行次"), page_of(pdf, "第三部分情况说明", "主要原因")]
    shots = [page(pdf, number, folder, 62) for number in wanted]
    sheet = folder / "pages.png"
    run("montage", *shots, "-tile", "4x1", "-geometry", "+8+8", "-background", "#bbbbbb", sheet)
    shrink(sheet, "document-pages")
    source = next((folder / "公开").glob("*.html"))
    shrink(browse(source, folder / "web.png", 1100, 760), "document-web")


def draft(folder: Path) -> None:
    """A page of a draft, with its watermark and list of errors."""
    manual.prepare(folder)
    manual.change(folder / "有错.xlsx", "公开01表!C7", "342.81")
    manual.command("xltools export 有错.xlsx --to 草稿 --format pdf --draft", folder)
    pdf = next((folder / "草稿").glob("*.pdf"))
    shots = [page(pdf, number, folder, 62) for number in (1, 2, page_of(pdf, "收入支出决算总表", "外交支出"))]
    sheet = folder / "draft.png"
    run("montage", *shots, "-tile", "3x1", "-geometry", "+8+8", "-background", "#bbbbbb", sheet)
    shrink(sheet, "document-draft")


def window(folder: Path) -> None:
    """LibreOffice's own window: the toolbar, the findings, the jump to a cell, the help of a function."""
    tests = ("tests/real/test_click_in_calc.py", "tests/real/test_typing_in_calc.py")
    run(sys.executable, "-m", "pytest", "-p", "no:xdist", *tests, cwd=ROOT,
        env={**os.environ, "XLTOOLS_SCREENSHOTS": str(folder)})  # fmt: skip
    for name, how in (
        ("calc-toolbar", ("-resize", "1200x")),
        ("calc-check", ("-resize", "1200x")),
        ("calc-findings", ("-resize", "1300x")),
        ("calc-next", ("-crop", "1430x640+0+0", "+repage", "-resize", "1200x")),
        ("calc-help-typing", ("-crop", "1300x700+0+0", "+repage", "-resize", "1100x")),
        ("calc-help-wizard", ("-crop", "680x656+410+142", "+repage")),
    ):
        shrink(folder / f"{name}.png", name, *how)


ALL: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (workbook, terminal, review, documents, draft, window)
}


def main(names: Iterable[str]) -> None:
    for name in list(names) or ALL:
        with tempfile.TemporaryDirectory() as folder:
            ALL[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
