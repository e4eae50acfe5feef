"""Answers on disk: nothing that was ever saved is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.course import Course
from workbench.jupyter.answers import Answers


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=6))
def test_every_text_is_kept(
    texts: list[str], course: Course, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store, exercise = Answers(tmp_path_factory.mktemp("answers")), course.exercise("catalog.models")
    for text in texts:
        store.save(exercise, text)
    assert store.current(exercise) == (texts[-1] if texts else None)
    kept = [version.text for version in store.versions(exercise)]
    assert set(kept) == set(texts)
    assert kept == [text for at, text in enumerate(texts) if at == 0 or texts[at - 1] != text]


def test_a_disk_that_is_full_loses_nothing(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, exercise = Answers(tmp_path), course.exercise("catalog.models")
    store.save(exercise, "first")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workbench.writing.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        store.save(exercise, "second")
    monkeypatch.undo()
    assert store.current(exercise) == "first"
    assert not list(tmp_path.rglob(".saving-*"))


def test_failures_in_a_row_are_counted(course: Course, tmp_path: Path) -> None:
    store, exercise = Answers(tmp_path), course.exercise("catalog.models")
    assert [store.note_outcome(exercise, full=full) for full in (False, False, True, False)] == [
        1, 2, 0, 1,
    ]  # fmt: skip
