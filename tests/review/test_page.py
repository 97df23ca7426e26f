"""The HTML report: one file, valid, safe, filtered by severity without scripts."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.review.outcomes import HOSTILE, finding, hostile, outcome, suspect, wrong
from xltools.finding import Severity
from xltools.review.page import page

VOID = {"meta", "input", "br", "link", "img"}


class Structure(HTMLParser):
    """The elements of a page, checked to be closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> Structure:
    structure = Structure()
    structure.feed(html)
    structure.close()
    assert structure.open == []
    return structure


PAGES = {
    "one": page([("x.xlsx", wrong())]),
    "many": page([("x.xlsx", wrong()), ("y.xlsx", outcome()), ("z.xlsx", "打不开。")]),
    "hostile": page([(HOSTILE, hostile()), (HOSTILE, HOSTILE)]),
    "refused": page([("z.xlsx", "打不开。")]),
    "passed": page([("y.xlsx", outcome())]),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    elements = [attributes for _, attributes in read(PAGES[name]).elements]
    targets = {attributes["id"] for attributes in elements if "id" in attributes}
    links = [str(attributes["href"]) for attributes in elements if "href" in attributes]
    assert {link.removeprefix("#") for link in links} <= targets
    if name == "one":
        assert {"#w1-error", "#w1-cause1"} <= set(links)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed(name: str) -> None:
    structure = read(PAGES[name])
    assert PAGES[name].startswith("<!doctype html>\n")
    tags = [tag for tag, _ in structure.elements]
    assert [tags.count(tag) for tag in ("html", "head", "body", "title", "h1", "main")] == [1] * 6
    ids = [attributes["id"] for _, attributes in structure.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_nothing_but_itself(name: str) -> None:
    structure = read(PAGES[name])
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in structure.elements}
    for _, attributes in structure.elements:
        assert not {"src", "onclick", "onload", "style"} & set(attributes)
        assert attributes.get("href", "#").startswith("#")  # type: ignore[union-attr]
    css = re.search(r"<style>(.*?)</style>", PAGES[name], re.S)
    assert css and not re.search(r"url\(|@import|https?:", css[1])


def test_text_of_the_user_stays_text() -> None:
    structure = read(PAGES["hostile"])
    assert "script" not in {tag for tag, _ in structure.elements}
    assert any(HOSTILE in text for text in structure.texts)
    assert "<script" not in PAGES["hostile"] and "<!--" not in PAGES["hostile"]


def test_links_lead_to_the_sections() -> None:
    structure = read(PAGES["many"])
    links = [str(attributes["href"]) for tag, attributes in structure.elements if tag == "a"]
    links = [link for link in links if "-" not in link]
    ids = {attributes.get("id") for tag, attributes in structure.elements if tag == "section"}
    assert links == ["#w1", "#w2", "#w3"]
    assert {f"#{ident}" for ident in ids} == set(links)


def test_the_filter_names_what_it_hides() -> None:
    """A check box per severity, a rule of the style sheet per check box, a class on every group."""
    html = page([("x", outcome(finding(), finding(Severity.VERIFY), finding(Severity.HINT)))])
    structure = read(html)
    boxes = [a["id"] for tag, a in structure.elements if tag == "input" and "checked" in a]
    assert boxes == ["show-error", "show-verify", "show-hint"]
    classes = [a.get("class") for tag, a in structure.elements if tag == "div"]
    for role in ("error", "verify", "hint"):
        assert f"body:has(#show-{role}:not(:checked)) .group.{role}" in html
        assert f"group {role}" in classes
    assert [a["class"] for tag, a in structure.elements if tag == "article"] == ["error", "verify", "hint"]


def test_the_page_says_what_the_terminal_says() -> None:
    text = " ".join("".join(read(PAGES["one"]).texts).split())
    made = wrong()
    for item in made.findings:
        assert item.message in text and item.rule in text
    assert "应为 6.22（数字录入错误，唯一值）" in text
    assert "由原因1引起（4 条）" in text and "没有核对的" in text
    assert f"核对了 {made.checked} 条勾稽关系；金额单位：万元" in text


def test_the_cells_of_a_finding_are_listed_with_their_addresses() -> None:
    text = PAGES["one"]
    assert re.search(r"<td>公开表 C\d+</td><td class=\"n\">6\.12</td>", text)
    blank = page([("x", hostile())])
    assert '<td class="n">空白</td>' in blank


def test_a_clean_workbook_says_so() -> None:
    assert "没有发现问题" in PAGES["passed"]
    assert "最可能的原因" not in PAGES["passed"]
    assert "没有核对的" in PAGES["passed"]
    assert "没有核对的" not in page([("y.xlsx", replace(outcome(), not_checked=()))])
    assert '<span class="badge pass">通过</span>' in PAGES["passed"]


def test_a_file_that_could_not_be_checked() -> None:
    assert '<span class="badge refused">未能审核</span> 打不开。' in PAGES["refused"]
    assert "审核结果（3 个文件）" in PAGES["many"]


def test_a_suspect_without_proof_has_no_empty_details() -> None:
    assert "<summary>依据</summary>" not in page([("x", outcome(finding(), suspects=(suspect(proof=()),)))])
    assert "<summary>依据</summary>" in page([("x", outcome(finding(), suspects=(suspect(),)))])


def test_what_one_cause_brings_is_folded() -> None:
    """A few findings are shown, the rest stands behind a click; those without a cause are all shown."""
    many = [replace(finding(group="原因1"), title=f"第{n}条") for n in range(9)]
    text = page([("x", outcome(*many, suspects=(suspect(),)))])
    shown, _, rest = text.partition('<details class="rest">')
    assert "另有 4 条，改正后一并消失" in rest
    assert "第4条" in shown and "第5条" not in shown and "第8条" in rest
    assert '<details class="rest">' not in page([("x", outcome(*(replace(f, group="") for f in many)))])
