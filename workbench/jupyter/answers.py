"""The learner's answers on disk: the current text of each exercise, and every one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbench.course import Course, Exercise
from workbench.paths import work_dir
from workbench.writing import write_whole


@dataclass(frozen=True)
class Version:
    """One saved text of an answer."""

    file: Path

    @property
    def saved(self) -> str:
        """When it was saved, UTC."""
        return self.file.stem

    @property
    def text(self) -> str:
        return _read(self.file)


class Answers:
    """The folder work/answers: `<id>/current.<suffix>` and `<id>/history/<time>.<suffix>`."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or work_dir() / "answers"

    def current(self, exercise: Exercise) -> str | None:
        """The text that was saved last, or None."""
        try:
            return _read(self._current_file(exercise))
        except FileNotFoundError:
            return None

    def texts(self, course: Course) -> dict[str, str]:
        """The current answers, as path of the part -> text. A starter that was only run is none:
        what a learner has not written is the reference's."""
        return {
            exercise.replaces: text
            for exercise in course.exercises
            if (text := self.current(exercise)) is not None and not exercise.is_starter(text)
        }

    def save(self, exercise: Exercise, text: str) -> bool:
        """Make `text` the current answer and keep it for good. False when it was current already.

        Raises OSError when the disk does not take it; the earlier text is still there then.
        """
        if self.current(exercise) == text:
            return False
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S.%fZ")
        history = self._folder / exercise.id / "history"
        history.mkdir(parents=True, exist_ok=True)
        _write(history / f"{moment}{exercise.suffix}", text)
        _write(self._current_file(exercise), text)
        return True

    def versions(self, exercise: Exercise) -> list[Version]:
        """Every text that was ever saved, oldest first."""
        history = self._folder / exercise.id / "history"
        return [Version(file) for file in sorted(history.glob(f"*{exercise.suffix}"))]

    def failures(self, exercise: Exercise) -> int:
        """How many checks of the answer in a row have lost points."""
        try:
            return int((self._folder / exercise.id / "failures").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def note_outcome(self, exercise: Exercise, *, full: bool) -> int:
        """Count one more check of the answer; the failures in a row so far."""
        count = 0 if full else self.failures(exercise) + 1
        (self._folder / exercise.id).mkdir(parents=True, exist_ok=True)
        _write(self._folder / exercise.id / "failures", str(count))
        return count

    def _current_file(self, exercise: Exercise) -> Path:
        return self._folder / exercise.id / f"current{exercise.suffix}"


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8")  # read_text would turn "\r" into "\n"


def _write(file: Path, text: str) -> None:
    write_whole(file, text.encode("utf-8", "replace"))
