"""`workbench up`, `down`, `status` and `doctor`, as a user calls them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.bench.commands import add_parsers
from workbench.bench.embedded import Embedded


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("WORKBENCH_BENCH", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path))
    yield tmp_path / "bench"
    Embedded(tmp_path / "bench").down()


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    arguments = parser.parse_args(words)
    return int(arguments.run(arguments))


def test_up_status_and_down(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(*words: str) -> Any:
        assert call(*words, "--json") == 0
        return json.loads(capsys.readouterr().out)

    assert answer("status")["running"] is False
    assert answer("up")["postgres"].startswith("postgresql://workbench:***@127.0.0.1:")
    assert answer("status")["pinned"] is True
    assert answer("down") == {"stopped": True}
    assert answer("down") == {"stopped": False}
    assert call("down") == 0
    assert capsys.readouterr().out == "There was nothing to stop.\n"


def test_a_bench_that_cannot_be_had(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1/0")
    assert call("up") == call("down") == call("status") == 1
    assert "DATABASE_URL is not set" in capsys.readouterr().err
    assert call("doctor") == 1
    assert "-> The external bench needs both" in capsys.readouterr().out


def test_the_doctor_finds_a_sound_machine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("doctor", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    facts = {fact["name"]: fact["value"] for fact in report["facts"]}
    assert report["ok"] is True
    assert facts["provider"].startswith("embedded")
    assert facts["extensions"] == "pg_stat_statements, pgstattuple, pageinspect, pg_buffercache"
    assert {"cold start", "warm start", "postgresql", "redis", "free disk"} <= set(facts)
