"""Rules on their own: without the joint verdict and without the narrative, which have tests of theirs."""

from __future__ import annotations

import pytest

from xltools import narrative, rules


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule is judged by itself."""
    monkeypatch.setattr(rules, "settle", lambda desk, findings: (findings, ()))
    monkeypatch.setattr(narrative, "check", lambda report, edition: [])
