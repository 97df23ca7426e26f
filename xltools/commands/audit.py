"""``xltools check``: one or many workbooks, in several formats, with a summary over many."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIG_DFL, SIG_IGN, SIGINT, SIGTERM, default_int_handler, getsignal, signal

import xltools
from xltools.errors import XltoolsError
from xltools.files import harmless
from xltools.review.text import REFUSED, Tally, lines, summary, tally
from xltools.rules import Checked

Outcome = Checked | str
"""The outcome for one file, or the sentence why it could not be checked."""
_STATUS = {"错误": 1, REFUSED: 2}


def check(arguments: argparse.Namespace) -> int:
    """Check the files named; exit status 0, 1 or 2 (the highest over all files)."""
    if arguments.open:
        from xltools.addin.attach import check_open

        return check_open()
    files = list(_files(arguments.files))
    if not files:
        raise XltoolsError("没有指定要审核的文件。", "例如：xltools check 2024决算.xlsx")
    if arguments.explain:
        return _explain(files, arguments)
    if arguments.output:
        _protect(Path(arguments.output), files, arguments.format)
    results: list[tuple[str, Outcome]] = []
    tallies: list[tuple[str, Tally]] = []
    stopped = _run(files, arguments, results, tallies)
    status = max((_STATUS.get(done.verdict, 0) for _, done in tallies), default=0)
    if stopped and not tallies:
        raise KeyboardInterrupt
    if arguments.format == "xlsx":
        status = max(status, _copies(results, arguments.output))
    else:
        _deliver(results, tallies, arguments)
    if stopped:
        print(f"已停止：审核了 {len(files)} 个文件中的 {len(tallies)} 个。", file=sys.stderr)
        return 2
    return status


_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".et", ".ods"}
"""Names of files in which results that are no workbook would destroy somebody's work."""


def _protect(output: Path, files: list[str], format_: str) -> None:
    """XltoolsError where the results would take the place of a workbook."""
    if any(_same(output, name) for name in files):
        raise XltoolsError(f"结果不能写到被审核的文件“{output.name}”上。", "请给 --output 换一个文件名。")
    if format_ != "xlsx" and output.suffix.lower() in _WORKBOOKS:
        raise XltoolsError(
            f"“{output.name}”是工作簿的文件名，而 {format_} 格式的结果不是工作簿。",
            "请换一个文件名（如 审核.html），或用 --format xlsx。",
        )


def _run(
    files: list[str],
    arguments: argparse.Namespace,
    results: list[tuple[str, Outcome]],
    tallies: list[tuple[str, Tally]],
) -> bool:
    """Check the files one after the other; whether Ctrl-C stopped it. What is printed at once is not kept in
    ``results``: of a thousand workbooks nothing remains but what the closing lines say."""
    outcomes = _outcomes(files, arguments)
    at_once = arguments.format == "text" and not arguments.output
    try:
        with _interrupts(len(files)) as interrupts:
            for name, outcome in _progress(outcomes, len(files)):
                tallies.append((name, tally(outcome)))
                if at_once:
                    _print(name, outcome)
                else:
                    results.append((name, outcome))
                if interrupts:
                    return len(tallies) < len(files)
    except KeyboardInterrupt:
        return True
    finally:
        outcomes.close()
    return False


@contextmanager
def _interrupts(files: int) -> Iterator[list[bool]]:
    """Of many files Ctrl-C stops after the one at hand, so that nothing is printed by halves: it is noted
    in the list. A second one breaks off."""
    pressed: list[bool] = []
    if files < 2 or getsignal(SIGINT) is not default_int_handler:
        yield pressed
        return

    def note(number: int, frame: object) -> None:
        pressed.append(True)
        signal(SIGINT, default_int_handler)

    try:
        signal(SIGINT, note)
    except ValueError:  # not in the main thread, which alone is interrupted
        yield pressed
        return
    try:
        yield pressed
    finally:
        signal(SIGINT, default_int_handler)


def _files(names: Iterable[str]) -> Iterator[str]:
    """The files named; patterns are expanded here because Windows' shell does not."""
    from glob import glob, has_magic

    for name in names:
        found = sorted(glob(name)) if has_magic(name) and not Path(name).exists() else []
        yield from found or [name]


def outcome_of(name: str, codes: str | None = None, edition: str | None = None) -> Outcome:
    """The check of one file, or the sentence why it could not be checked."""
    try:
        return xltools.check(xltools.read(name, edition=edition), codes=codes)
    except XltoolsError as error:
        return str(error)


def _outcomes(files: list[str], arguments: argparse.Namespace) -> Generator[tuple[str, Outcome], None, None]:
    jobs = max(1, min(arguments.jobs, len(files)))
    if jobs == 1:
        for name in files:
            yield name, outcome_of(name, arguments.codes, arguments.edition)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from itertools import repeat

    from xltools.editions import load
    from xltools.workbook import read

    assert read and load()  # where processes are forked, each has what was loaded before
    pool = ProcessPoolExecutor(jobs, initializer=_worker, initargs=gc.get_threshold())
    try:
        with _held_back():
            # Chunks keep the workers busy without holding many outcomes at once.
            found = pool.map(
                outcome_of, files, repeat(arguments.codes), repeat(arguments.edition), chunksize=4
            )
        yield from zip(files, found, strict=True)
    except BrokenProcessPool:
        raise XltoolsError("一个审核进程意外中止，可能是内存不足。", "请用较小的 --jobs 再试。") from None
    finally:  # also where Ctrl-C stops it: what waits is dropped, what runs is finished
        pool.shutdown(cancel_futures=True)


@contextmanager
def _held_back() -> Iterator[None]:
    """Ctrl-C waits until the workers are there: one that is just starting would die of it."""
    if sys.platform == "win32":
        yield
        return
    from signal import SIG_BLOCK, SIG_UNBLOCK, pthread_sigmask

    pthread_sigmask(SIG_BLOCK, [SIGINT])
    try:
        yield
    finally:
        pthread_sigmask(SIG_UNBLOCK, [SIGINT])


def _worker(*pace: int) -> None:
    """A process of the pool, with the pace of garbage collection of the first one. Ctrl-C reaches every
    process of the terminal: the first one stops the workers in good order."""
    gc.set_threshold(*pace)
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)


def _progress(results: Iterator[tuple[str, Outcome]], total: int) -> Iterator[tuple[str, Outcome]]:
    """``results`` with a bar on the terminal's error output while they come; it makes way for what is
    printed on the same terminal."""
    if total < 2 or not sys.stderr.isatty():
        yield from results
        return
    wiped = "\r\x1b[K" if sys.stdout.isatty() else ""
    try:
        _bar(0, total)
        for number, item in enumerate(results, 1):
            print(end=wiped, file=sys.stderr, flush=True)
            yield item
            sys.stdout.flush()
            _bar(number, total)
    finally:
        print(end=wiped or "\n", file=sys.stderr, flush=True)


_BAR = 30


def _bar(number: int, total: int) -> None:
    filled = number * _BAR // total
    bar = f"\r{'█' * filled}{'·' * (_BAR - filled)} {number}/{total}"
    print(bar, end="", file=sys.stderr, flush=True)


def _print(name: str, outcome: Outcome) -> None:
    if isinstance(outcome, str):
        print(harmless(f"{name}：{REFUSED}。{outcome}"), file=sys.stderr)
        return
    for line in lines(harmless(name), outcome, colour=sys.stdout.isatty()):
        print(line)


def _deliver(
    results: list[tuple[str, Outcome]], tallies: list[tuple[str, Tally]], arguments: argparse.Namespace
) -> None:
    if arguments.format == "text":
        text = "\n".join([*_texts(results), *(summary(tallies) if len(tallies) > 1 else ())]).rstrip("\n")
    elif arguments.format == "json":
        text = _json(results)
    else:
        from xltools.review.page import page

        text = page(results).rstrip("\n")
    if arguments.output:
        from xltools.workbook.save import save

        save(Path(arguments.output), (text + "\n").encode("utf-8"), backup=False)
        print(f"已写出 {arguments.output}", file=sys.stderr)
    elif text:
        print(text)
    if arguments.format != "text" or arguments.output:
        for name, outcome in results:
            if isinstance(outcome, str):
                print(harmless(f"{name}：{REFUSED}。{outcome}"), file=sys.stderr)


def _texts(results: list[tuple[str, Outcome]]) -> Iterator[str]:
    for name, outcome in results:
        yield from [f"{name}：{REFUSED}。{outcome}"] if isinstance(outcome, str) else lines(name, outcome)
        yield ""


def _json(results: list[tuple[str, Outcome]]) -> str:
    from xltools.review.data import as_data

    rows = [
        {"workbook": name, "verdict": REFUSED, "error": outcome}
        if isinstance(outcome, str)
        else as_data(name, outcome)
        for name, outcome in results
    ]
    return json.dumps(rows[0] if len(rows) == 1 else rows, ensure_ascii=False, indent=1)


def _copies(results: list[tuple[str, Outcome]], output: str | None) -> int:
    """Copies of the workbooks with 审核结果 filled; the originals stay as they are. A file of which no copy
    can be made does not keep the others waiting; exit status 2 then, else 0."""
    from xltools.addin.attach import checked_copy
    from xltools.workbook.save import save

    status, taken = 0, set[Path]()
    for name, outcome in results:
        if isinstance(outcome, str):
            print(harmless(f"{name}：{REFUSED}。{outcome}"), file=sys.stderr)
            continue
        target = _copy_path(Path(name), output, len(results) > 1, taken)
        taken.add(target)
        try:
            copy = checked_copy(Path(name))
            _make_folder(target.parent)
            if any(_same(target, source) for source, _ in results):
                raise XltoolsError(f"副本不能写到被审核的文件“{target.name}”上。", "请换一个文件夹。")
            kept = save(target, copy)
        except XltoolsError as error:
            print(harmless(f"{name}：没有写出副本。{error}"), file=sys.stderr)
            status = 2
        else:
            print(f"已写出 {target}{f'，原有的备份在 {kept}' if kept else ''}", file=sys.stderr)
    return status


def _same(one: Path, other: str) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _copy_path(source: Path, output: str | None, several: bool, taken: set[Path]) -> Path:
    """Where the copy goes; workbooks of one name from several folders get their folder's name too."""
    if output and not several and not Path(output).is_dir():
        return Path(output)
    folder = Path(output) if output else source.parent
    name = f"{source.stem}-审核结果{source.suffix}"
    for prefix in ("", *(f"{parent.name}-" for parent in source.resolve().parents)):
        name = prefix + name
        if folder / name not in taken:
            break
    return folder / name


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise XltoolsError(f"不能新建文件夹“{folder}”。", "请换一个可以写入的位置。") from None


def _explain(files: list[str], arguments: argparse.Namespace) -> int:
    if len(files) != 1:
        raise XltoolsError("--explain 一次只说明一个文件中的一个单元格。", "请只给一个文件。")
    reading = xltools.read(files[0], edition=arguments.edition)
    for line in xltools.explain(reading, arguments.explain):
        print(line)
    return 0
