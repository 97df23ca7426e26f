"""The web page: well-formed, reachable, spoken, safe, and the same content."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.export.golden import agrees
from tests.export.sample import ERRORS, document
from xltools.export import html
from xltools.export.document import Cell, Contents, Document, Heading, Table, grid, outline, paragraph

VOID = {"meta", "br", "col", "link", "img", "input", "hr", "rect", "path"}


class Page(HTMLParser):
    """Collects tags with their attributes, and the text of the body; fails on tags that do not nest."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.lines: list[str] = []
        self.feed(data.decode("utf-8"))
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.lines.append(data.strip())

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html.write(document()))


def test_text_of_the_example_is_what_was_looked_at(page: Page) -> None:
    agrees("shanxi.html.txt", "\n".join(page.lines))


def test_language_title_and_one_main_heading(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "zh-CN"
    assert len(page.all("h1")) == 1 and len(page.all("main")) == 1 and len(page.all("title")) >= 1


def test_heading_levels_do_not_jump(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_everything_referred_to_is_there(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    for _, attributes in page.tags:
        for key in ("headers", "aria-labelledby"):
            assert set(attributes.get(key, "").split()) <= set(ids)
    links = [attributes["href"] for attributes in page.all("a")]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    wanted = [f"#{entry.anchor}" for entry in outline(document()) if entry.level <= 2]
    assert [link for link in links if link != "#content"] == wanted


def test_every_heading_cell_has_a_scope_and_every_figure_names_its_headings(page: Page) -> None:
    assert all(attributes["scope"] in ("col", "colgroup", "row", "rowgroup") for attributes in page.all("th"))
    assert len(page.all("table")) == len(page.all("caption")) == 11
    text = html.write(document()).decode()
    for value in ("324.81", "298.56", "82.99"):
        cells = re.findall(rf'<td class="right figure" headers="([^"]+)">{value}</td>', text)
        assert cells and all(cells)


def test_a_figure_names_the_line_to_its_left_and_the_columns_above() -> None:
    text = html.write(document()).decode()
    headers = re.search(r'headers="([^"]+)">21\.18</td>', text)
    assert headers
    named = [re.search(rf'<th[^>]*id="{key}"[^>]*>([^<]*)<', text) for key in headers[1].split()]
    assert [found[1] for found in named if found] == ["支出", "金额", "2", "八、社会保障和就业支出"]


def test_no_scripts_no_network_no_foreign_parts(page: Page) -> None:
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert not any(key.startswith("on") for _, attributes in page.tags for key in attributes)
    text = html.write(document()).decode()
    assert "url(" not in text and "@import" not in text
    assert "default-src 'none'" in text


def test_pictures_are_described(page: Page) -> None:
    pictures = page.all("svg")
    assert len(pictures) == 3
    assert all(p["role"] == "img" and "万元" in p["aria-label"] for p in pictures)


def test_a_draft_says_so_to_the_eye_and_to_the_ear() -> None:
    draft = Page(html.write(document(draft=True)))
    assert draft.all("body")[0]["class"] == "draft"
    assert ERRORS[0] in draft.lines
    assert "class" not in Page(html.write(document())).all("body")[0]


def test_what_users_type_is_no_markup() -> None:
    nasty = "<script>alert(1)</script><b onclick=x> & \"q\" 'a' --> \x00\x0b </style> ]]>"
    table = Table(
        nasty, grid([[Cell(nasty), nasty]]), entry=nasty, number=nasty, meta=(nasty,) * 3, notes=(nasty,)
    )
    made = Document(
        nasty,
        (Contents(), Heading(1, nasty, key=nasty), paragraph(nasty), table),
        errors=(nasty,),
        draft=True,
    )
    page = Page(html.write(made))
    assert "script" not in {tag for tag, _ in page.tags} and not page.all("b")
    assert nasty.replace("\x00\x0b", "") in page.lines


def test_same_document_same_bytes() -> None:
    assert html.write(document()) == html.write(document())
