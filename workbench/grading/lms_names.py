"""Whose file is it, in what a learning management system exports: told by the names it writes.

Moodle   `Eve Smith_123_assignsubmission_file_/homework.ipynb`, or, not in folders,
         `Eve Smith_123_assignsubmission_file_homework.ipynb`. The number is the participant's, and
         another one in every assignment (table assign_user_mapping). Newer versions write the
         folder without the last underscore. Source: github.com/moodle/moodle,
         mod/assign/classes/downloader.php (load_submissionplugin_filelist, get_student_prefix).
Canvas   `smitheve_LATE_12345_67890_homework-2.ipynb`: the sortable name in lower case without
         anything but word characters, LATE when it was, the user's id (the same everywhere), the
         file's id, and the file's name, to which a file submitted again gets "-1", "-2" and after
         seven of them a UUID. Anonymous: `anon_x4Gf2_67890_homework.ipynb`.
         Source: github.com/instructure/canvas-lms, lib/content_zipper.rb (get_filename,
         add_upload_submission), app/models/attachment.rb (make_unique_filename).
others   `eve_1_resource_design.ipynb`, or a folder or an archive `eve` with the notebook in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.grading.submission import SubmissionError, read_submission

_MOODLE = re.compile(
    r"(?P<name>[^_]+)(?:_(?P<id>[0-9]+))?_assignsubmission_file(?:_(?P<rest>.*))?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?:(?P<name>.+?)_)??(?:LATE_)?(?P<id>[0-9]+|anon_[A-Za-z0-9]+)_(?P<file>[0-9]+)_(?P<rest>.+)",
    re.DOTALL | re.IGNORECASE,
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: At the end of a file's name: Canvas' "-2" or UUID, a browser's " (2)".
_AGAIN = re.compile(rf"(?:-(?P<uuid>{_UUID})|-(?P<canvas>[0-9]{{1,2}})| ?\((?P<browser>[0-9]+)\))$")
#: Canvas turns to UUIDs after "-7".
_AFTER_ALL = 1000

#: Moodle's word for somebody whose name is not shown; the number alone tells them apart.
_BLIND = "Participant"


@dataclass(frozen=True)
class Delivered:
    """A notebook of an export. The highest `attempt` of a learner's is the one that counts."""

    path: Path
    learner: str
    notebook: str
    attempt: tuple[int, int, int]


def choose(
    files: Iterable[Path], base: Path, released: Collection[str]
) -> tuple[list[Delivered], dict[Path, str]]:
    """The one file that counts for each learner and notebook, and why the others do not.

    base: the folder of the export; released: the names of the lab's notebooks. Which notebook a
    file is, its name tells, else its metadata. A Moodle name stands for its person as long as
    nobody in the export shares it; else the participant's number is put behind it.
    """
    found: list[tuple[Path, _Person, str, tuple[int, int, int]]] = []
    left_out: dict[Path, str] = {}
    for path in files:
        person = _person(path.relative_to(base), released)
        notebook, again = _notebook(path, person.rest, released)
        if not notebook:
            left_out[path] = (
                "neither its name nor its metadata tells which notebook of the lab it is; rename "
                f"it to end with one of: {', '.join(sorted(released))}"
            )
            continue
        depth = -len(path.relative_to(base).parts)
        found.append((path, person, notebook, (again, person.file, depth)))
    shared = Counter(name for name, _ in {(one.name, one.number) for _, one, _, _ in found})
    counts: dict[tuple[str, str], Delivered] = {}
    for path, person, notebook, attempt in found:
        alone = shared[person.name] == 1 and person.name != _BLIND and not person.keeps_number
        learner = person.name if alone or not person.number else f"{person.name}_{person.number}"
        if not learner:
            left_out[path] = "nothing tells whose it is; put it into a folder named by the learner"
            continue
        new = Delivered(path, learner, notebook, attempt)
        old = counts.setdefault((learner, notebook), new)
        if new is not old:
            best, other = (new, old) if new.attempt > old.attempt else (old, new)
            counts[learner, notebook] = best
            left_out[other.path] = f"{learner} also submitted {best.path.name}, which counts"
    return list(counts.values()), left_out


@dataclass(frozen=True)
class _Person:
    name: str
    number: str  # "" when the export gives none
    keeps_number: bool  # whether the number is the person's own, the same in every export
    file: int  # Canvas numbers files as they come in
    rest: str  # the file's own name, without its ending


def _person(path: Path, released: Collection[str]) -> _Person:
    """Who is named by the outermost part of the path that looks like Moodle's or Canvas'."""
    stems = [unicodedata.normalize("NFC", part) for part in (*path.parts[:-1], path.stem)]
    for stem in stems:
        last = stem is stems[-1]
        if match := _MOODLE.fullmatch(stem):
            rest = match["rest"] or "" if last else stems[-1]
            return _Person(_clean(match["name"]), match["id"] or "", False, 0, rest)
        if match := _CANVAS.fullmatch(stem):
            rest = match["rest"] if last else stems[-1]
            name, number = _clean(match["name"] or ""), match["id"]
            if number.lower().startswith("anon_"):
                name, number = "anon", number[len("anon_") :]
            return _Person(name or "canvas", number, True, int(match["file"]), rest)
    return _plain(stems, released)


def _clean(name: str) -> str:
    """A name that can be a folder's: never "..", and without what nbgrader takes for a pattern."""
    return re.sub(r"[\x00-\x1f\x7f*?\[\]]", "", name).strip("._- ")


def _plain(stems: list[str], released: Collection[str]) -> _Person:
    """The text before the notebook's name; when there is none, the folder that it lies in."""
    for name in sorted(released, key=len, reverse=True):
        before, found, _ = stems[-1].rpartition(name)
        if found and _clean(before):
            return _Person(_clean(before), "", False, 0, stems[-1][len(before) :])
    return _Person(_clean(stems[-2]) if len(stems) > 1 else "", "", False, 0, stems[-1])


def _notebook(path: Path, stem: str, released: Collection[str]) -> tuple[str, int]:
    """Which notebook of the lab a file is ("" for none), and the how-manieth of that name."""
    for name in sorted(released, key=len, reverse=True):
        if name in stem:
            return name, _again(stem.rpartition(name)[2])
    try:
        named = read_submission(path).notebook
    except SubmissionError:
        return "", 0
    return (named, _again(stem)) if named in released else ("", 0)


def _again(stem: str) -> int:
    match = _AGAIN.search(stem)
    if match is None:
        return 0
    return _AFTER_ALL if match["uuid"] else int(match["canvas"] or match["browser"])
