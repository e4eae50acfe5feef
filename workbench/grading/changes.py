"""What a regrade changed: who, from what to what, and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.grading.result import CheckResult, ExerciseResult, NotebookResult
from workbench.printable import printable
from workbench.writing import write_whole

#: The parts of a basis (see basis.py), named so that a reader knows them.
CAUSES = ("answer", "checks", "reference", "tool")

NOTHING_KNOWN = "judged again with the same input: report this as a bug"


@dataclass(frozen=True)
class CheckChange:
    """One check's two verdicts: a status, "absent", or with its points when those changed."""

    id: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What is different in one exercise of a notebook; `cause` says why."""

    exercise: str
    before: int
    after: int
    checks: tuple[CheckChange, ...]
    cause: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class LastResults:
    """The last final result of each notebook: a folder with one file for each path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, notebook: Path) -> tuple[ExerciseResult, ...] | None:
        """What that file's exercises came to, if that is known; what cannot be read is not."""
        try:
            data = json.loads(self._file(notebook).read_text(encoding="utf-8"))
            return tuple(ExerciseResult.from_json(one) for one in data["exercises"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, notebook: Path, result: NotebookResult) -> None:
        """Keep a result, unless it is withheld: the next one is compared with the last mark.

        Raises OSError when it cannot be written.
        """
        if result.status != "withheld":
            data = {"path": str(notebook.absolute())} | result.as_json()
            write_whole(self._file(notebook), json.dumps(data).encode())

    def _file(self, notebook: Path) -> Path:
        key = hashlib.sha256(str(notebook.absolute()).encode("utf-8", "surrogateescape"))
        return self._folder / f"{key.hexdigest()[:32]}.json"


def changes(last: Iterable[ExerciseResult] | None, result: NotebookResult) -> list[Change]:
    """How a result differs from the last one of the same notebook; a withheld one says nothing."""
    if last is None or result.status == "withheld":
        return []
    before = {one.id: one for one in last}
    after = {one.id: one for one in result.exercises}
    found = (_change(id, before.get(id), after.get(id)) for id in before | after)  # noqa: A001
    return [change for change in found if change is not None]


def change_line(result: NotebookResult, found: Iterable[Change]) -> str:
    """The changes of one notebook in a line: who, the notebook, both marks, and each exercise's."""
    found = list(found)
    before = result.score - sum(one.after - one.before for one in found)
    who = f"{printable(result.learner)} " if result.learner else ""
    head = f"{who}{result.lab}/{printable(result.notebook)} {before} -> {result.score}: "
    return head + "; ".join(map(_said, found))


def _said(change: Change) -> str:
    checks = ", ".join(
        f"{change.exercise}/{one.id} {one.before} -> {one.after}" for one in change.checks
    )
    return f"{checks} ({change.cause})"


def _change(id: str, old: ExerciseResult | None, new: ExerciseResult | None) -> Change | None:  # noqa: A002
    before = {check.id: check for check in old.checks} if old else {}
    after = {check.id: check for check in new.checks} if new else {}
    pairs = [(name, before.get(name), after.get(name)) for name in before | after]
    checks = tuple(_check_change(*pair) for pair in pairs if _verdict(pair[1]) != _verdict(pair[2]))
    if not checks:
        return None
    marks = [one.score if one else 0 for one in (old, new)]
    return Change(id, marks[0], marks[1], checks, _cause(old, new))


def _verdict(check: CheckResult | None) -> tuple[str, int] | None:
    return (check.status, check.points) if check else None


def _check_change(id: str, old: CheckResult | None, new: CheckResult | None) -> CheckChange:  # noqa: A002
    points = old is not None and new is not None and old.points != new.points
    said = [
        "absent" if one is None else f"{one.status} of {one.points}" if points else one.status
        for one in (old, new)
    ]
    return CheckChange(id, said[0], said[1])


def _cause(old: ExerciseResult | None, new: ExerciseResult | None) -> str:
    if old is None or new is None:
        return "the exercise is new" if old is None else "the exercise is gone"
    if bool(old.basis) != bool(new.basis):
        return "the answer changed"  # one of the two could not be read
    if not old.basis:
        return "the checks changed"
    known = [one for one in CAUSES if old.basis.get(one) != new.basis.get(one)]
    if old.sandbox and new.sandbox and old.sandbox != new.sandbox:
        known.append("sandbox")
    return f"the {' and the '.join(known)} changed" if known else NOTHING_KNOWN
