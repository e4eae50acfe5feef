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
others   `eve_1_resource_design.ipynb`, or a folder or an archive `eve`: lms_folders.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.grading.lms_folders import (
    NO_DOWNLOAD,
    Download,
    owners,
    without_browsers_number,
)
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


#: How well a file counts for its learner and notebook; of several the highest does.
Attempt = tuple[Download, bool, int, int, int]


@dataclass(frozen=True)
class Delivered:
    """A notebook of an export. The highest `attempt` of a learner's is the one that counts."""

    path: Path
    learner: str
    notebook: str
    attempt: Attempt


def choose(
    files: Iterable[Path],
    base: Path,
    released: Collection[str],
    lab: str = "",
    archives: Mapping[Path, Download] | None = None,
) -> tuple[list[Delivered], dict[Path, str]]:
    """The one file that counts for each learner and notebook, and why the others do not.

    base: the folder of the export; released: the names of the lab's notebooks; archives: the
    folders that hold what was one downloaded archive. Which notebook a file is, its name tells,
    else its metadata. A Moodle name stands for its person as long as nobody in the export shares
    it; else the participant's number is put behind it. What a newer download holds counts first,
    then a file that is named as the lab names it.
    """
    archives = archives or {}
    found: list[tuple[Path, _Person, str, Attempt]] = []
    in_folders: dict[Path, tuple[str, Attempt]] = {}
    left_out: dict[Path, str] = {}
    for path in files:
        top = next((folder for folder in path.parents if folder in archives), None)
        person = _person(path.relative_to(base), len(top.relative_to(base).parts) if top else 1)
        stem = person.rest if person else unicodedata.normalize("NFC", path.stem)
        notebook, before, exact, again = _notebook(path, stem, released)
        if ".ipynb_checkpoints" in path.parts:
            left_out[path] = "it is a copy that Jupyter makes"
            continue
        if not notebook:
            left_out[path] = (
                "neither its name nor its metadata tells which notebook of the lab it is; rename "
                f"it to end with one of: {', '.join(sorted(released))}"
            )
            continue
        depth = -len(path.relative_to(base).parts)
        download = archives[top] if top else NO_DOWNLOAD
        if not person and _clean(before):
            person = _Person(_clean(before), "", False, 0, "")
        elif before:
            exact = False
        if person:
            found.append((path, person, notebook, (download, exact, again, person.file, depth)))
        else:
            in_folders[path] = notebook, (download, exact, again, 0, depth)
    notebooks = {path: notebook for path, (notebook, _) in in_folders.items()}
    for path, name in owners(notebooks, base, archives, lab).items():
        found.append((path, _by_folder(name), *in_folders[path]))
    shared = Counter(name for name, _ in {(one.name, one.number) for _, one, _, _ in found})
    counts: dict[tuple[str, str], Delivered] = {}
    for path, one, notebook, attempt in found:
        alone = shared[one.name] == 1 and one.name != _BLIND and not one.keeps_number
        learner = one.name if alone or not one.number else f"{one.name}_{one.number}"
        if not learner:
            left_out[path] = "nothing tells whose it is; put it into a folder named by the learner"
            continue
        new = Delivered(path, learner, notebook, attempt)
        old = counts.setdefault((learner, notebook), new)
        if new is not old:
            best, other = (new, old) if new.attempt > old.attempt else (old, new)
            counts[learner, notebook] = best
            newer = " of a newer download" if best.attempt[0] > other.attempt[0] else ""
            place = best.path.relative_to(base)
            left_out[other.path] = f"{learner} also submitted {place}{newer}, which counts"
    return list(counts.values()), left_out


@dataclass(frozen=True)
class _Person:
    name: str
    number: str  # "" when the export gives none
    keeps_number: bool  # whether the number is the person's own, the same in every export
    file: int  # Canvas numbers files as they come in
    rest: str  # the file's own name, without its ending


def _person(path: Path, tops: int) -> _Person | None:
    """Who is named by the outermost part of the path that looks like Moodle's or Canvas'.

    The first `tops` parts are what was downloaded, with any name: INF_2026_2_DB-Week 6-1234 looks
    like Canvas', so only Moodle's unmistakable word counts there.
    """
    stems = [unicodedata.normalize("NFC", part) for part in (*path.parts[:-1], path.stem)]
    for at, stem in enumerate(stems):
        last = at == len(stems) - 1
        if match := _MOODLE.fullmatch(stem):
            rest = match["rest"] or "" if last else stems[-1]
            return _Person(_clean(match["name"]), match["id"] or "", False, 0, rest)
        if (last or at >= tops) and (match := _CANVAS.fullmatch(stem)):
            return _of_canvas(match, match["rest"] if last else stems[-1])
    return None


def _of_canvas(match: re.Match[str], rest: str) -> _Person:
    name, number = _clean(match["name"] or ""), match["id"]
    if number.lower().startswith("anon_"):
        name, number = "anon", number[len("anon_") :]
    return _Person(name or "canvas", number, True, int(match["file"]), rest)


def _by_folder(name: str) -> _Person:
    """Who has a folder or an archive: one of Canvas' too, that was taken out of its export."""
    if match := _CANVAS.fullmatch(name):
        return _of_canvas(match, "")
    return _Person(_clean(without_browsers_number(name)[0]), "", False, 0, "")


def _clean(name: str) -> str:
    """A name that can be a folder's: never "..", and without what nbgrader takes for a pattern."""
    return re.sub(r"[\x00-\x1f\x7f*?\[\]]", "", name).strip("._- ")


def _notebook(path: Path, stem: str, released: Collection[str]) -> tuple[str, str, bool, int]:
    """Which notebook of the lab a file is ("" for none), the text before its name, whether it is
    named exactly so, and the how-manieth of that name.
    """
    for name in sorted(released, key=len, reverse=True):
        if places := list(re.finditer(re.escape(name), stem, re.IGNORECASE)):
            after = stem[places[-1].end() :]
            exact = not after or _AGAIN.fullmatch(after) is not None
            return name, stem[: places[-1].start()], exact, _again(after)
    try:
        named = read_submission(path).notebook
    except SubmissionError:
        return "", "", False, 0
    return (named, "", False, _again(stem)) if named in released else ("", "", False, 0)


def _again(stem: str) -> int:
    match = _AGAIN.search(stem)
    if match is None:
        return 0
    return _AFTER_ALL if match["uuid"] else int(match["canvas"] or match["browser"])
