"""The command line ``xltools``: arguments in, files and exit status out. Everything heavy is imported late.

Exit status: 0 no 错误, 1 错误 found or export refused, 2 could not do it (one Chinese sentence on stderr).
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import signal
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NoReturn

from xltools.errors import XltoolsError
from xltools.files import disk_trouble, harmless

OK, FOUND, FAILED = 0, 1, 2
PACE = 200_000, 10, 10
"""Of garbage collection: hardly anything is in cycles, and the usual pace costs a fifth. A check of one
workbook ends before the first collection (6 ms); over many files memory is 1.5 MiB higher than at 50,000."""

_EXAMPLES = """例子：
  xltools demo                              用山西示例走一遍：工作簿、审核、导出
  xltools new 2024决算.xlsx                 新建空白工作簿
  xltools check 2024决算.xlsx               审核，结果显示在屏幕上
  xltools check 各单位/*.xlsx --format html --output 审核.html
  xltools export 2024决算.xlsx --to 公开    导出 Word、PDF、网页、工作簿
"""
_EXAMPLES_OF = {
    "demo": """
  xltools demo                    写到当前文件夹下的 demo-out
  xltools demo 试用               写到“试用”文件夹""",
    "new": """
  xltools new 2024决算.xlsx
  xltools new 2024决算.xlsx --unit 元                 精确到分，导出时折成万元
  xltools new 2024决算.xlsx --figures 数据.json       用 export --format json 导出的数据填好
  xltools new 2024决算.xlsx --codes 科目代码.csv      科目名称取自自己的代码表""",
    "check": """
  xltools check 2024决算.xlsx                         结果显示在屏幕上
  xltools check 2024决算.xlsx --format xlsx           写出 2024决算-审核结果.xlsx，原文件不动
  xltools check 2024决算.xlsx --explain 公开03表!C10  这个数与哪些数有关系
  xltools check 各单位/*.xlsx --format html --output 汇总.html --jobs 4
  xltools check --open                                审核 Excel 里正开着的工作簿""",
    "export": """
  xltools export 2024决算.xlsx --to 公开              Word、PDF、网页、工作簿
  xltools export 2024决算.xlsx --to 样稿 --draft      有错误也导出，每页加水印
  xltools export 2024决算.xlsx --to 数据 --format json,csv""",
    "narrative": """
  xltools narrative 2024决算.xlsx                     写入“情况说明”表
  xltools narrative 2024决算.xlsx --show              只显示各句""",
    "fix": """
  xltools fix 2024决算.xlsx                           采纳第一个能自动改的原因
  xltools fix 2024决算.xlsx --suspect 2               采纳校验列出的原因 2
  xltools fix 2024决算.xlsx --undo                    撤销上一次采纳""",
    "import": """
  xltools import 财决.xlsx --into 2024决算.xlsx       决算软件的导出，或以前公开的工作簿
  xltools import 2023决算.xlsx --into 2024决算.xlsx --last-year""",
    "normalize": """
  xltools normalize 2024决算.xlsx""",
    "addin": """
  xltools addin install                               装到 Excel
  xltools addin install --calc                        装到 LibreOffice
  xltools addin install --folder 桌面                 写出拖放用的 校验.bat、导出.bat
  xltools addin doctor                                检查这台电脑，说明怎么办
  xltools addin uninstall""",
    "rules": """
  xltools rules
  xltools rules --edition national_2024               全国统一的九张表""",
    "functions": """
  xltools functions""",
}
"""What stands below the help of each command."""


_SAID = {
    r"the following arguments are required: (.+)": "缺少 {0}",
    r"argument (.+?): invalid choice: '?(.+?)'? \(choose from (.+)\)": "{0} 不能是“{1}”，可用的有：{2}",
    r"argument (.+?): expected .*": "{0} 后面要写一个值",
    r"argument (.+?): invalid int value: '(.+)'": "{0} 后面应是整数，不能是“{1}”",
    r"argument (.+?): ignored explicit argument .*": "{0} 后面不写值",
    r"ambiguous option: (\S+) could match (.+)": "{0} 可以是 {1}，请写全",
    r"unrecognized arguments: (.+)": "不认识“{0}”",
}
"""What argparse says, and how we say it."""


class _Parser(argparse.ArgumentParser):
    """argparse whose errors are one Chinese sentence."""

    def error(self, message: str) -> NoReturn:
        print(f"参数有误：{_said(message)}。用 {self.prog} --help 查看用法。", file=sys.stderr)
        raise SystemExit(FAILED)


def _said(message: str) -> str:
    for pattern, wording in _SAID.items():
        found = re.fullmatch(pattern, message)
        if found:
            return wording.format(*(part.replace("', '", "、").strip("'") for part in found.groups()))
    return message


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose columns line up as they are seen: a Chinese character is two columns wide."""

    _COLUMN = 26

    def __init__(self, prog: str) -> None:
        # Without a width argparse imports shutil, and with it every compression there is.
        super().__init__(prog, width=_terminal() - 2)

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)

    def _format_action(self, action: argparse.Action) -> str:
        listed = [self._format_action(one) for one in self._iter_indented_subactions(action)]
        if listed:  # the commands: the heading above them says what they are
            return "".join(line.removeprefix("  ") for line in listed)
        head = " " * self._current_indent + self._format_action_invocation(action)
        space = " " * max(2, self._COLUMN - sum(_columns(character) for character in head))
        return f"{head}{space}{self._expand_help(action)}\n" if action.help else f"{head}\n"


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _terminal() -> int:
    """Columns of the terminal, as ``shutil.get_terminal_size`` tells them."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdigit() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


_Command = Callable[[str, str, Callable[[argparse.Namespace], int]], argparse.ArgumentParser]
"""Adds a command: its name, what it does, what runs it."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    main = _Parser(
        prog="xltools",
        description="部门/单位决算公开：标准工作簿的计算、审核与导出。",
        epilog=_EXAMPLES,
        formatter_class=_Formatter,
        add_help=False,
    )
    _help(main)
    main.add_argument("--version", action="store_true", help="显示版本")
    commands = main.add_subparsers(dest="command", metavar="命令", title="命令", parser_class=_Parser)

    def command(name: str, summary: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"例子：{_EXAMPLES_OF[name]}",
            add_help=False,
            formatter_class=_Formatter,
        )
        _help(made)
        made.set_defaults(run=run)
        return made

    for add in (_making, _judging, _changing, _serving):
        add(command)
    return main


def _making(command: _Command) -> None:
    """Commands that make workbooks."""
    demo = command("demo", "用山西示例走一遍：新建工作簿、审核、导出，并说明写了哪些文件", _lazy("make.demo"))
    demo.add_argument(
        "dir", nargs="?", default="demo-out", metavar="文件夹", help="写到哪里（默认 demo-out）"
    )

    new = command("new", "新建标准工作簿", _lazy("make.new"))
    new.add_argument("out", metavar="文件.xlsx", help="新工作簿的文件名")
    new.add_argument("--edition", metavar="版本", default=None, help="版本（默认 shanxi_2024）")
    new.add_argument(
        "--unit", metavar="单位", choices=["元", "万元"], default=None, help="金额单位：元 或 万元（默认）"
    )
    new.add_argument("--figures", metavar="数据.json", help="用数据文件填好工作簿")
    new.add_argument("--codes", metavar="代码.csv", help="自己的科目代码表（两列：代码、名称）")
    new.add_argument("--force", action="store_true", help="文件已存在时先备份再覆盖")


def _judging(command: _Command) -> None:
    """Commands that look at figures and publish them."""
    check = command(
        "check", "审核工作簿（.xlsx .xlsm .xls .ods）或数据（.json），可以多个", _lazy("audit.check")
    )
    check.add_argument("files", nargs="*", metavar="文件", help="一个或多个，可以写 *.xlsx")
    check.add_argument(
        "--format",
        metavar="格式",
        choices=["text", "json", "html", "xlsx"],
        default="text",
        help="text 屏幕文字（默认）、html 网页、xlsx 写入工作簿的副本、json",
    )
    check.add_argument("--output", metavar="路径", help="结果写到文件（xlsx 多个文件时为文件夹）")
    check.add_argument("--explain", metavar="单元格", help="说明一个数参加哪些勾稽关系，如 公开03表!C10")
    check.add_argument("--open", action="store_true", help="审核当前在 Excel 中打开的工作簿")
    check.add_argument("--jobs", type=int, default=1, metavar="N", help="同时用几个进程（默认 1）")
    check.add_argument("--codes", metavar="代码.csv", help="自己的科目代码表（两列：代码、名称）")
    check.add_argument("--edition", metavar="版本", default=None, help="版本（默认由工作簿决定）")

    export = command("export", "导出决算公开文件；有错误时不导出", _lazy("publish.export"))
    export.add_argument("file", metavar="文件", help="审核过的工作簿")
    export.add_argument("--to", required=True, metavar="文件夹", help="写到哪里")
    export.add_argument(
        "--format",
        metavar="格式",
        default="docx,pdf,html,xlsx",
        help="docx,pdf,html,xlsx（默认）,json,csv，用逗号分隔",
    )
    export.add_argument("--draft", action="store_true", help="有错误也导出，每页加“草稿”水印并列出错误")
    export.add_argument(
        "--pdf-engine",
        metavar="程序",
        choices=["typst", "libreoffice"],
        default="typst",
        help="PDF 由谁生成：typst（默认）或 libreoffice",
    )


def _changing(command: _Command) -> None:
    """Commands that write into a workbook."""
    narrative = command(
        "narrative",
        "生成情况说明：按表中数据写好每一句，写入工作簿；您填的原因保留",
        _lazy("repair.narrative"),
    )
    narrative.add_argument("file", metavar="文件.xlsx", help="要写入的工作簿，改前自动备份")
    narrative.add_argument("--show", action="store_true", help="只显示各句，不改工作簿")

    fix = command("fix", "采纳建议：把可疑单元格改为建议值（有记录，可撤销）", _lazy("repair.fix"))
    fix.add_argument("file", metavar="文件", help="要改的工作簿，改前自动备份")
    fix.add_argument(
        "--suspect", type=int, metavar="N", help="采纳原因 N，编号与校验列出的相同（默认第一个能自动改的）"
    )
    fix.add_argument("--anyway", action="store_true", help="采纳后会出现新的错误时也采纳")
    fix.add_argument("--undo", action="store_true", help="撤销上一次采纳")

    bring = command("import", "导入数据：决算软件导出、已公开的工作簿、上年工作簿", _lazy("make.bring"))
    bring.add_argument("source", metavar="来源", help="导入的文件")
    bring.add_argument("--into", required=True, metavar="文件.xlsx", help="导入到哪个工作簿")
    bring.add_argument("--last-year", action="store_true", help="来源是上年工作簿：结转为上年数")


def _serving(command: _Command) -> None:
    """Commands of the tool itself, and the rest."""
    normalize = command(
        "normalize", "把公式中的函数名改回普通写法（去掉 Excel 加的前缀）", _lazy("repair.normalize")
    )
    normalize.add_argument("file", metavar="文件.xlsx", help="要改的工作簿，改前自动备份")

    addin = command(
        "addin", "Excel 加载项与 LibreOffice 扩展：build、install、uninstall、doctor", _lazy("addin.addin")
    )
    addin.add_argument(
        "action",
        choices=["build", "install", "uninstall", "doctor"],
        metavar="动作",
        help="build 生成、install 安装、uninstall 卸载、doctor 检查本机",
    )
    addin.add_argument("--output", metavar="文件.xlam", help="build：写到哪里")
    addin.add_argument("--xlstart", metavar="文件夹", help="install、uninstall、doctor：XLSTART 文件夹")
    addin.add_argument("--calc", action="store_true", help="install、uninstall：LibreOffice 扩展")
    addin.add_argument(
        "--folder", metavar="文件夹", help="install：在文件夹中生成 校验.bat、导出.bat；uninstall：删除"
    )
    addin.add_argument("--json", action="store_true", help="doctor：输出 JSON")

    rules = command("rules", "列出审核规则", _lazy("listings.rules"))
    rules.add_argument("--edition", metavar="版本", default=None, help="版本（默认 shanxi_2024）")
    command("functions", "列出可以在单元格中使用的函数", _lazy("listings.functions"))


def _help(target: argparse.ArgumentParser) -> None:
    target.add_argument("-h", "--help", action="help", help="显示帮助")
    target._positionals.title = "参数"
    target._optionals.title = "选项"


def _lazy(name: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        module, _, function = name.partition(".")
        action: Callable[[argparse.Namespace], int]
        action = getattr(import_module(f"xltools.commands.{module}"), function)
        return action(arguments)

    return run


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    _utf8_output()
    _ended_in_good_order()
    try:
        arguments = parser().parse_args(argv)
        if arguments.version:
            from xltools.version import VERSION

            print(f"xltools {VERSION}")
            return OK
        if arguments.command is None:
            parser().print_help()
            return OK
        return int(arguments.run(arguments))
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else FAILED
    except XltoolsError as error:
        print(harmless(str(error)), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("已停止；已经完成的结果保留。", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of our output went away (head, less): not our failure.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        trouble = disk_trouble(error)
        if trouble is None:
            raise
        print(str(trouble), file=sys.stderr)
        return FAILED
    except MemoryError:
        print("内存不足，没有做完；原有的文件完好。请关闭其他程序后再试。", file=sys.stderr)
        return FAILED


def program() -> NoReturn:
    """The program ``xltools``: runs the command line and ends the process."""
    gc.set_threshold(*PACE)
    status = main()
    gc.freeze()  # what is alive dies with the process; looking for cycles in it takes a sixth of a check
    sys.exit(status)


def _ended_in_good_order() -> None:
    """An end from outside is what Ctrl-C is: passing files are removed on the way out."""
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):  # the last is Windows' only, the one before not Windows'
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            with suppress(ValueError):  # not in the main thread, which alone is interrupted
                signal.signal(number, signal.default_int_handler)


def _utf8_output() -> None:
    # A Windows console in another code page must not turn a report into a traceback.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    program()
