"""What stands between a checked workbook and its publication: 错误 block, 核实 need an 出错说明."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xltools.errors import XltoolsError
from xltools.finding import CHANGED, Finding, Severity, explanation, is_explained
from xltools.rules import Checked


@dataclass(frozen=True, slots=True)
class Gate:
    """The findings that block an export: errors, and 核实 without an 出错说明 for their present figures."""

    errors: tuple[Finding, ...]
    unexplained: tuple[Finding, ...]
    changed: tuple[Finding, ...]

    @property
    def open(self) -> bool:
        """Whether the document may be published."""
        return not (self.errors or self.unexplained)

    def reasons(self) -> list[str]:
        """The findings that block, worded; what a draft lists."""
        listed = [f"错误：{finding.message}" for finding in self.errors]
        listed += [f"核实（没有出错说明）：{finding.message}" for finding in self.unexplained]
        return listed


def gate(checked: Checked, explanations: Mapping[str, str]) -> Gate:
    """Judge the outcome of a check. 尾差 and other hints never block."""
    errors = tuple(f for f in checked.findings if f.severity is Severity.ERROR)
    unexplained = tuple(
        f for f in checked.findings if f.severity is Severity.VERIFY and not is_explained(f, explanations)
    )
    changed = tuple(f for f in unexplained if explanation(f, explanations).startswith(CHANGED))
    return Gate(errors, unexplained, changed)


def refuse(found: Gate) -> XltoolsError:
    """The sentence of a refused export."""
    parts, todo = [], []
    if found.errors:
        parts.append(f"{len(found.errors)} 条错误")
        todo.append("改正错误")
    if found.unexplained:
        moved = f"（其中 {len(found.changed)} 条的数已变化）" if found.changed else ""
        parts.append(f"{len(found.unexplained)} 条核实没有出错说明{moved}")
        todo.append("填写出错说明")
    return XltoolsError(
        f"还有 {'、'.join(parts)}，没有导出。",
        f"请按“审核结果”{'、'.join(todo)}；要先看样稿，可用 --draft 导出草稿。",
    )
