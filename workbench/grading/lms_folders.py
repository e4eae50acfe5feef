"""Whose folder is it, where nobody but folders and archives are named by people.

Which level of folders is the people's, only all files together tell: `anna.zip` holds
`hw/1_reading.ipynb`, and `all.zip` holds `hw/anna/1_reading.ipynb` and `hw/ben/1_reading.ipynb`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

Folders = tuple[str, ...]

_BROWSERS = re.compile(r" ?\(([0-9]+)\)$")


class Download(NamedTuple):
    """When an archive was downloaded: of two the greater one is newer."""

    newest_member: tuple[int, ...]  # a copy of an archive keeps the dates in it, but not its own
    browsers_number: int  # of "export (1).zip"
    modified: float


NO_DOWNLOAD = Download((), 0, 0)


def without_browsers_number(name: str) -> tuple[str, int]:
    """What was downloaded as "export (1).zip" is "export", once more."""
    match = _BROWSERS.search(name)
    return (name[: match.start()], int(match[1])) if match else (name, 0)


def owners(
    notebooks: Mapping[Path, str], base: Path, archives: Iterable[Path], lab: str
) -> dict[Path, str]:
    """The name of the folder or archive that is its owner's, for each file; "" where none is.

    notebooks: which notebook each file is; base: where all lie; archives: the folders that hold
    what was one archive each; lab: a folder of this name is nobody's. A folder is one person's
    when no notebook lies in two folders below it; the outermost that is so counts. An archive can
    be a person's as a whole.
    """
    tops: dict[Path, dict[Path, Folders]] = defaultdict(dict)
    for path in notebooks:
        top = next((folder for folder in path.parents if folder in set(archives)), base)
        folders = path.relative_to(top).parts[:-1]
        tops[top][path] = tuple(one for one in folders if one != lab)
    found: dict[Path, str] = {}
    alone = len({without_browsers_number(top.name)[0] for top in tops}) == 1
    for top, places in tops.items():
        common = _common(places.values())
        several = len({folders[common : common + 1] for folders in places.values()}) > 1
        # Two folders of an only archive may be two people with a notebook each.
        whole = top != base and not (several and alone)
        level = _level(places, notebooks, 0 if whole else max(1, common))
        for path, folders in places.items():
            outer = "" if top == base else top.name
            found[path] = (outer, *folders[:level])[-1]
    return found


def _common(places: Collection[Folders]) -> int:
    """How many folders all of them lie in."""
    first, last = min(places), max(places)
    return next((at for at, one in enumerate(first) if last[at : at + 1] != (one,)), len(first))


def _level(places: Mapping[Path, Folders], notebooks: Mapping[Path, str], least: int) -> int:
    """How many folders down people's are, so that nobody has a notebook in two folders."""
    level, deepest = least, max(map(len, places.values()))

    def tells_apart() -> bool:
        seen: dict[tuple[Folders, str], Folders] = {}
        return all(
            seen.setdefault((folders[:level], notebooks[path]), folders) == folders
            for path, folders in places.items()
        )

    while level < deepest and not tells_apart():
        level += 1
    return level
