"""The worksheet functions as VBA, generated from the registry."""

from __future__ import annotations

from collections.abc import Iterable

from xltools.functions import MISSING, Argument, Function

MODULE = "XltFunctions"
HELP_LIMIT = 255
"""Characters that Excel keeps of a function's description."""
_USER_DEFINED = 14
"""Number of the category 用户定义 in Excel's function list."""
_RESERVED_WORDS = """
access alias and any append array as base binary boolean byref byte byval call case close compare
const currency date decimal declare dim do double each else end enum eqv erase error event exit
explicit false for friend function get global gosub goto if imp implements in input integer is let
lib like line lock long loop lset me mid mod module name new next not nothing null object on open
option optional or output paramarray preserve print private property public put random read redim
rem resume return rset seek select set shared single static step stop string sub tab text then time
to true type typeof unlock until variant wend while width with withevents write xor
"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def parameter(argument: Argument) -> str:
    """The name of ``argument`` in VBA, which has more reserved words than Python."""
    return f"{argument.name}_" if argument.name.lower() in _RESERVED else argument.name


def functions_module(functions: Iterable[Function]) -> str:
    """Source of the module that declares ``functions``, Chinese help included."""
    parts = ["Option Explicit", "' Generated from the function registry: do not edit."]
    return "\n".join(parts + [_wrapper(function) for function in functions])


def _wrapper(function: Function) -> str:
    declared = ", ".join(_declared(argument) for argument in function.arguments)
    passed = ", ".join(parameter(argument) for argument in function.arguments)
    name = function.name
    return "\n".join(
        [
            "",
            f"Public Function {name}({declared}) As Variant",
            f'Attribute {name}.VB_Description = "{_quoted(description(function))}"',
            f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{_USER_DEFINED}"',
            f'    {name} = Computed("{name}", Array({passed}))',
            "End Function",
        ]
    )


def _declared(argument: Argument) -> str:
    optional = "" if argument.default is MISSING else "Optional "
    return f"{optional}ByVal {parameter(argument)} As Variant"


def description(function: Function) -> str:
    """The Chinese help of ``function`` with that of its arguments, as far as Excel has room for it."""
    text = f"{function.title}：{function.help}"
    for details in (
        "；".join(f"{a.name} {a.title}：{a.help}" for a in function.arguments),
        "；".join(f"{a.name} {a.title}" for a in function.arguments),
    ):
        if details and len(text) + len(details) + 4 <= HELP_LIMIT:
            return f"{text} 参数：{details}"
    return text[:HELP_LIMIT]


def _quoted(text: str) -> str:
    return " ".join(text.split()).replace('"', '""')
