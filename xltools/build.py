"""``python -m xltools.build [editions] [workbooks] [docs]``: what is made from sources in this repository."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from xltools.editions import FOLDER, load
from xltools.editions.schema import compile_all
from xltools.narrative.templates import compiled
from xltools.rules import CHECKS

ROOT = Path(__file__).parent.parent


def editions() -> dict[Path, str]:
    """The compiled editions and their sentences: path → text."""
    forms = {FOLDER / "compiled" / f"{name}.json": text for name, text in compile_all(CHECKS).items()}
    return forms | compiled()


def docs() -> dict[Path, str]:
    """The generated documents: path → text."""
    from xltools import casebook
    from xltools.commands.listings import rules_markdown
    from xltools.export.open_data import schema_text
    from xltools.functions.document import markdown

    folder = ROOT / "docs"
    texts = {"functions": markdown(), "rules": rules_markdown(load())}
    for name in ("manual", "glossary"):
        texts[name] = (folder / f"{name}.md").read_text(encoding="utf-8")
    return {
        folder / "functions.md": texts["functions"],
        folder / "rules.md": texts["rules"],
        folder / "cases.md": casebook.markdown(),
        folder / "figures.schema.json": schema_text(),
        folder / "manual.html": handbook(texts["manual"], texts["functions"], texts["glossary"]),
    }


_PAGE = """\
<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>xltools 使用手册</title>
<style>
body {{ max-width: 52em; margin: 2em auto; padding: 0 1em; font: 16px/1.7 "Microsoft YaHei", "PingFang SC",
  "Noto Sans CJK SC", sans-serif; color: #222; }}
h1, h2 {{ border-bottom: 1px solid #ccc; padding-bottom: .2em; }}
h2 {{ margin-top: 2em; }}
table {{ border-collapse: collapse; margin: 1em 0; }}
th, td {{ border: 1px solid #bbb; padding: .3em .6em; text-align: left; vertical-align: top; }}
th {{ background: #eef2f7; white-space: nowrap; }}
td:first-child {{ min-width: 4em; }}
pre {{ background: #f5f5f5; padding: .8em 1em; overflow-x: auto; white-space: pre-wrap; }}
code {{ font-family: Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; font-size: .93em; }}
blockquote {{ margin: 1em 0; padding: .1em 1em; border-left: 4px solid #8aa; color: #444; }}
img {{ max-width: 100%; border: 1px solid #ddd; }}
@page {{ size: A4; margin: 17mm 16mm; }}
@media print {{
  body {{ max-width: none; margin: 0; font-size: 9.5pt; line-height: 1.45; }}
  h1, h2, h3 {{ break-after: avoid; }}
  h2 {{ margin-top: 1.2em; }}
  table, pre {{ margin: .5em 0; }}
  th, td {{ padding: .1em .5em; }}
  tr, img {{ break-inside: avoid; }}
  img {{ max-height: 62mm; }}
}}
</style>
{body}
</html>
"""


def handbook(manual: str, functions: str, glossary: str) -> str:
    """docs/manual.html, what the button 帮助 opens: the manual, with functions and glossary at its end."""
    from markdown_it import MarkdownIt

    text = "\n\n".join([manual, functions, glossary])
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    inside = {"functions.md": functions, "glossary.md": glossary}
    for name, content in inside.items():
        text = text.replace(f"]({name})", f"](#{_anchor(content.split(chr(10), 1)[0])})")
    text = re.sub(r"\[([^\]]*)\]\((?:\w+\.md)\)", r"\1", text)
    body = MarkdownIt("commonmark").enable("table").render(text)
    # a line end between two Chinese characters is no space
    body = re.sub(r"(?<=[\u3000-\uffef“”…])\n(?=[\u3000-\uffef“…][^\n]*(?:\n[^\n]+)*</(?:p|li)>)", "", body)
    body = re.sub(r"<h([1-3])>(.*?)</h\1>", lambda found: _heading(found[1], found[2]), body)
    return _PAGE.format(body=body)


def _heading(level: str, title: str) -> str:
    return f'<h{level} id="{_anchor(title)}">{title}</h{level}>'


def _anchor(title: str) -> str:
    """The name that links use for a heading: letters and digits, as web pages of repositories have it."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"<[^>]*>", "", title)).strip().lower().replace(" ", "-")


def workbooks(folder: Path = ROOT / "workbooks") -> None:
    """The template and the example; the example is checked, and says what was found."""
    from xltools.commands.make import example
    from xltools.workbook.template import create

    folder.mkdir(exist_ok=True)
    create(folder / "template.xlsx", load(), overwrite=True)
    example(folder / "example.xlsx")


def main(argv: Sequence[str]) -> int:
    """Rebuild what is named, or all."""
    wanted = set(argv) or {"editions", "workbooks", "docs"}
    if "editions" in wanted:
        _write(editions())
        load.cache_clear()
    if "docs" in wanted:
        _write(docs())
    if "workbooks" in wanted:
        workbooks()
    return 0


def _write(files: dict[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
