"""The template language: a part of Jinja's, and nothing beyond it."""

import tomllib

import pytest

from tests.narrative.test_write import EDITION, EXAMPLE
from tests.narrative.units import unit
from xltools.editions import FOLDER
from xltools.errors import XltoolsError
from xltools.narrative import templates, write
from xltools.narrative.template import Template, TemplateError, parse

SENTENCES = FOLDER / "shanxi_2024" / "narrative" / "sentences.toml"


def render(source: str, **context: object) -> str:
    return Template(parse(source)).render(context)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ a }}和{{ b }}", "1和乙"),
        ("{% if a > 1 %}多{% elif a == 1 %}一{% else %}无{% endif %}", "一"),
        ("{% if not a or b != '乙' %}x{% endif %}", ""),
        ("{% for x in c %}{{ x + '、' }}{% endfor %}{{ 'x' if c else 'y' }}", "甲、丙、x"),
        ("{% set d = c[1] %}{{ d }}{% if a %}{% set d = '丁' %}{% endif %}{{ d }}", "丙丁"),
        ("{% macro f(x, y) %}<{{ x }}{{ y }}{{ a }}>{% endmacro %}{{ f('p', b) }}", "<p乙1>"),
        ("{{ f(\n 'a',\n 'b') }}", "ab"),
        ("100% {不是}标签", "100% {不是}标签"),
    ],
)
def test_what_is_understood(source, text):
    jinja2 = pytest.importorskip("jinja2")
    context = {"a": 1, "b": "乙", "c": ["甲", "丙"], "f": lambda x, y: x + y}
    assert render(source, **context) == text == jinja2.Template(source).render(context)


@pytest.mark.parametrize(
    "source",
    [
        "{% if a %}",
        "{% for x in a %}x",
        "{% endif %}",
        "{% include 'x' %}",
        "{{ a b }}",
        "{{ __import__('os').system('x').__class__ }}",
        "{{ a.__class__ }}",
        "{{ [x for x in a] }}",
        "{{ (lambda: 1)() }}",
        "{{ f(x=1) }}",
        "{{ f'{a}' }}",
        "{{ 2 ** 99 }}",
        "{{ 1 < a < 3 }}",
        "{{ a in b }}",
        "{{ -a }}",
        "{{ a - b }}",
        "{{ a[1:2] }}",
        "{{ f(*a) }}",
        "{{ (x := 1) }}",
    ],
)
def test_what_is_not_understood_is_refused_when_it_is_read(source):
    with pytest.raises(TemplateError):
        parse(source)


def test_unknown_names_are_refused_when_they_are_used():
    with pytest.raises(KeyError):
        render("{{ nothing }}")


def test_a_wrong_sentence_of_an_edition_is_named(tmp_path):
    path = tmp_path / "sentences.toml"
    path.write_text(
        '[change]\n[[sentences]]\nkey = "summary"\nheadings = []\ntext = "{% if %}"\nrule = "r"\n', "utf-8"
    )
    with pytest.raises(XltoolsError, match="“summary”有误"):
        templates.from_dict(templates.source(path), path.name)


@pytest.mark.parametrize("report", [EXAMPLE, *map(unit, range(20))])
def test_jinja_renders_the_same(report, monkeypatch):
    jinja2 = pytest.importorskip("jinja2")
    data = tomllib.loads(SENTENCES.read_text(encoding="utf-8"))
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    mine = write(report, EDITION)
    source = {
        id(pattern.template): environment.from_string(data["macros"] + entry["text"])
        for pattern, entry in zip(templates.sentences(EDITION).patterns, data["sentences"], strict=True)
    }
    monkeypatch.setattr(Template, "render", lambda self, context: source[id(self)].render(context))
    assert write(report, EDITION) == mine
