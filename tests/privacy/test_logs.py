"""Logs say what went wrong and where; figures and texts of the workbook stay out of them unless asked for."""

from __future__ import annotations

import logging
import stat
import sys
from pathlib import Path

import pytest

from xltools.addin import excel


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.delenv("XLTOOLS_LOG", raising=False)
    names = ("xltools", "xlwings")
    before = {name: list(logging.getLogger(name).handlers) for name in names}
    excel.start_log()
    yield excel.log_file()
    for name in names:
        for handler in list(logging.getLogger(name).handlers):
            if handler not in before[name]:
                logging.getLogger(name).removeHandler(handler)
                handler.close()


def provoke() -> None:
    """Errors of functions and of code, with figures and texts in them."""
    excel.answer("XT_TOTAL", [[["三百一十九万", 319.74]]])
    excel.answer("XT_CHANGE_TEXT", [[[87654.32]], [["王会计"]]])
    excel.answer("XT_NONE", [])
    content = "319.74 王会计"
    try:
        raise ValueError(content)
    except ValueError:
        logging.getLogger("xltools").exception("%s failed: %s", "check", "“小金库” 42.5")


def test_no_figures_and_no_texts(log: Path) -> None:
    provoke()
    text = log.read_text(encoding="utf-8").replace('content = "319.74 王会计"', "")
    assert "XT_NONE" in text and "#VALUE!" in text and "ValueError" in text and "provoke" in text
    for secret in ("319.74", "三百一十九万", "87654", "王会计", "小金库", "42.5"):
        assert secret not in text, secret


def test_all_of_it_when_asked(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLTOOLS_LOG", "full")
    provoke()
    text = log.read_text(encoding="utf-8")
    assert "三百一十九万" in text and "319.74" in text and "小金库" in text


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_the_log_is_the_users_own(log: Path) -> None:
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
