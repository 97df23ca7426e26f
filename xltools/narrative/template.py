"""The template language of the sentences: a small part of Jinja's, read without jinja2.

``{{ expression }}``, ``{% if … %} {% elif … %} {% else %} {% endif %}``, ``{% for x in … %} {% endfor %}``,
``{% set x = … %}``, ``{% macro f(a, b) %} {% endmacro %}``. Expressions are names, attributes, ``[0]``,
calls, texts, numbers, ``+``, comparisons, ``and or not`` and ``a if c else b``. Nothing else is understood,
so that an edition from elsewhere can do no more than say sentences. (jinja2 itself would cost every check
the time of compiling fifty templates; a test holds that both render the same.)
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

_TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_CALL = re.compile(r"(\w+)\(")
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
}
_ALLOWED = (
    ast.Expression, ast.Name, ast.Load, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.BinOp,
    ast.Add, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.IfExp, *_COMPARE,
)  # fmt: skip

Scope = dict[str, Any]


class TemplateError(ValueError):
    """A template is no template; the message says why (English, for who writes an edition)."""


@dataclass(frozen=True)
class Expression:
    """One expression; ``value(scope)`` gives what it stands for."""

    source: str
    tree: ast.expr

    @cached_property
    def value(self) -> Callable[[Scope], Any]:
        """Gives the value, names looked up in a scope. It raises KeyError for an unknown name."""
        return _compiled(self.tree)

    def calls(self, names: Collection[str]) -> bool:
        """Whether one of these functions may be called in it (a text that reads like a call counts, too)."""
        return not self._calls.isdisjoint(names)

    @cached_property
    def _calls(self) -> frozenset[str]:
        return frozenset(_CALL.findall(self.source))


@dataclass(frozen=True)
class _Text:
    text: str

    def calling(self, names: Collection[str]) -> None:
        return None

    def render(self, scope: Scope) -> str:
        return self.text


@dataclass(frozen=True)
class _Print:
    expression: Expression

    def calling(self, names: Collection[str]) -> _Print | None:
        return self if self.expression.calls(names) else None

    def render(self, scope: Scope) -> str:
        return str(self.expression.value(scope))


@dataclass(frozen=True)
class _Set:
    name: str
    expression: Expression

    def calling(self, names: Collection[str]) -> _Set:
        return self

    def render(self, scope: Scope) -> str:
        scope[self.name] = self.expression.value(scope)
        return ""


@dataclass(frozen=True)
class _If:
    """Condition and body of each branch; the condition of else is None."""

    branches: tuple[tuple[Expression | None, Body], ...]

    def calling(self, names: Collection[str]) -> _If | None:
        branches = tuple([(condition, body.calling(names)) for condition, body in self.branches])
        used = any(body.nodes or (condition and condition.calls(names)) for condition, body in branches)
        return _If(branches) if used else None

    def render(self, scope: Scope) -> str:
        for condition, body in self.branches:
            if condition is None or condition.value(scope):
                return body.render(scope)
        return ""


@dataclass(frozen=True)
class _For:
    name: str
    items: Expression
    body: Body

    def calling(self, names: Collection[str]) -> _For | None:
        body = self.body.calling(names)
        return _For(self.name, self.items, body) if body.nodes or self.items.calls(names) else None

    def render(self, scope: Scope) -> str:
        return "".join([self.body.render({**scope, self.name: item}) for item in self.items.value(scope)])


@dataclass(frozen=True)
class _Macro:
    name: str
    parameters: tuple[str, ...]
    body: Body

    def calling(self, names: Collection[str]) -> _Macro:
        return _Macro(self.name, self.parameters, self.body.calling(names))

    def render(self, scope: Scope) -> str:
        def call(*arguments: Any) -> str:
            return self.body.render({**scope, **dict(zip(self.parameters, arguments, strict=True))})

        scope[self.name] = call
        return ""


_Node = _Text | _Print | _Set | _If | _For | _Macro


@dataclass(frozen=True)
class Body:
    """A run of text and tags."""

    nodes: tuple[_Node, ...]

    def render(self, scope: Scope) -> str:
        """The text for the names in ``scope``, which ``set`` and ``macro`` add to."""
        return "".join([node.render(scope) for node in self.nodes])

    def calling(self, names: Collection[str]) -> Body:
        """What is left where only calls of these functions matter, and no text."""
        left = tuple([kept for node in self.nodes if (kept := node.calling(names))])
        return Body(() if all(isinstance(node, _Set) for node in left) else left)


@dataclass(frozen=True)
class Template:
    """A template; ``macros`` is one whose macros it may call."""

    body: Body
    macros: Body = field(default_factory=lambda: Body(()))

    def render(self, context: Mapping[str, Any]) -> str:
        """The text for the names in ``context``. Raises KeyError for a name that is not there."""
        scope = dict(context)
        self.macros.render(scope)
        return self.body.render(scope)

    def calling(self, names: Collection[str]) -> Template:
        """What is left where only calls of these functions matter, and no text: it makes the same calls."""
        macros = self.macros.calling(names)
        more = [node.name for node in macros.nodes if isinstance(node, _Macro) and node.body.nodes]
        body = self.body.calling(frozenset((*names, *more)))
        return Template(body, macros if body.nodes else Body(()))


def parse(source: str) -> Body:
    """The template that ``source`` is. Raises TemplateError."""
    reader = _Reader([piece for piece in _TAG.split(source) if piece])
    body = reader.body(())
    if reader.pieces:
        raise TemplateError(f"unexpected {reader.pieces[0]}")
    return body


def expression(source: str) -> Expression:
    """The expression that ``source`` is. Raises TemplateError for what is none, or is not allowed."""
    try:
        tree = ast.parse(" ".join(source.split("\n")).strip(), mode="eval")
    except SyntaxError as error:
        raise TemplateError(f"{source.strip()!r} is no expression") from error
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise TemplateError(f"{type(node).__name__} is not allowed in {source.strip()!r}")
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            raise TemplateError(f"names with a leading underscore are private: {source.strip()!r}")
        if isinstance(node, ast.Call) and node.keywords:
            raise TemplateError(f"arguments have no names: {source.strip()!r}")
    return Expression(source, tree.body)


class _Reader:
    """Builds bodies from pieces of text and tags."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces

    def body(self, ends: Sequence[str]) -> Body:
        """Everything up to a tag whose first word is one of ``ends`` (which stays) or the end."""
        return Body(tuple(self._nodes(ends)))

    def _nodes(self, ends: Sequence[str]) -> Iterator[_Node]:
        while self.pieces:
            piece = self.pieces[0]
            word, rest = _tag(piece)
            if word in ends:
                return
            self.pieces.pop(0)
            if piece.startswith("{{"):
                yield _Print(expression(piece[2:-2]))
            elif not word:
                yield _Text(piece)
            else:
                yield self._statement(word, rest)
        if ends:
            raise TemplateError(f"no {' or '.join(ends)}")

    def _statement(self, word: str, rest: str) -> _Node:
        if word == "set":
            name, _, value = rest.partition("=")
            return _Set(name.strip(), expression(value))
        if word == "if":
            return self._if(rest)
        if word == "for":
            name, _, items = rest.partition(" in ")
            body = self.body(("endfor",))
            self.pieces.pop(0)
            return _For(name.strip(), expression(items), body)
        if word == "macro":
            name, _, parameters = rest.rstrip(") ").partition("(")
            body = self.body(("endmacro",))
            self.pieces.pop(0)
            return _Macro(name.strip(), tuple(one.strip() for one in parameters.split(",")), body)
        raise TemplateError(f"unknown tag {word}")

    def _if(self, rest: str) -> _If:
        branches: list[tuple[Expression | None, Body]] = []
        condition: Expression | None = expression(rest)
        while True:
            branches.append((condition, self.body(("elif", "else", "endif"))))
            word, rest = _tag(self.pieces.pop(0))
            if word == "endif":
                return _If(tuple(branches))
            condition = expression(rest) if word == "elif" else None


def _tag(piece: str) -> tuple[str, str]:
    """First word and rest of a {% %} tag; "" for anything else."""
    if not piece.startswith("{%"):
        return "", ""
    word, _, rest = piece[2:-2].strip().partition(" ")
    return word, rest


def _compiled(node: ast.expr) -> Callable[[Scope], Any]:
    """The function that computes an expression; walking its tree each time would cost thrice as much."""
    if isinstance(node, ast.Constant):
        constant = node.value
        return lambda scope: constant
    if isinstance(node, ast.Name):
        return operator.itemgetter(node.id)
    if isinstance(node, ast.Attribute):
        owner, name = _compiled(node.value), node.attr
        return lambda scope: getattr(owner(scope), name)
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.IfExp):
        test, body, orelse = (_compiled(part) for part in (node.test, node.body, node.orelse))
        return lambda scope: body(scope) if test(scope) else orelse(scope)
    if isinstance(node, ast.UnaryOp):
        operand = _compiled(node.operand)
        return lambda scope: not operand(scope)
    if isinstance(node, ast.BoolOp):
        return _truth(node)
    return _pair(node)


def _call(node: ast.Call) -> Callable[[Scope], Any]:
    function, arguments = _compiled(node.func), [_compiled(argument) for argument in node.args]
    return lambda scope: function(scope)(*[argument(scope) for argument in arguments])


def _truth(node: ast.BoolOp) -> Callable[[Scope], Any]:
    stop, operands = isinstance(node.op, ast.Or), [_compiled(operand) for operand in node.values]

    def value(scope: Scope) -> Any:
        result: Any = None
        for operand in operands:
            result = operand(scope)
            if bool(result) is stop:
                break
        return result

    return value


def _pair(node: ast.expr) -> Callable[[Scope], Any]:
    """Subscripts, sums and comparisons: an operator between two values."""
    if isinstance(node, ast.Subscript):
        join, first, second = operator.getitem, node.value, node.slice
    elif isinstance(node, ast.BinOp):
        join, first, second = operator.add, node.left, node.right
    else:
        assert isinstance(node, ast.Compare)
        if len(node.ops) != 1:
            raise TemplateError("one comparison at a time")
        join, first, second = _COMPARE[type(node.ops[0])], node.left, node.comparators[0]
    left, right = _compiled(first), _compiled(second)
    return lambda scope: join(left(scope), right(scope))
