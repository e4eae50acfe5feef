"""A file is the old one or the new one, also when its writer is killed in between."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from workbench.writing import write_whole


def killed_before_the_rename(file: Path, data: bytes) -> None:
    os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    write_whole(file, data)


def test_a_killed_writer_leaves_the_old_content_and_stops_no_later_one(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "file"
    write_whole(file, b"old")
    writer = multiprocessing.get_context("fork").Process(
        target=killed_before_the_rename, args=(file, b"half")
    )
    writer.start()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    assert file.read_bytes() == b"old"
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"


def test_what_cannot_be_written_is_said_and_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert file.read_bytes() == b"old"
