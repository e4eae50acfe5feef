"""`nbgrader zip_collect`: what a learning management system exports, unpacked and told apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Int

from workbench.grading.archives import (
    ArchiveRefused,
    Limits,
    is_archive,
    newest_member,
    unpack,
    without_ending,
)
from workbench.grading.lms_folders import Download, without_browsers_number
from workbench.grading.lms_names import Delivered, choose
from workbench.grading.nbgrader_plugins.collecting import (
    check_before,
    fail_after,
    released_notebooks,
)


class SafeExtractor(ExtractorPlugin):
    """Unpacks archives, and archives within them, within limits; only notebooks are taken."""

    max_bytes = Int(Limits.bytes, help="Bytes that all archives together may unpack to").tag(
        config=True
    )
    max_bytes_each = Int(
        200_000_000, help="Bytes that an archive within the export may unpack to"
    ).tag(config=True)
    max_files = Int(
        Limits.files, help="Files that one archive may hold, and that all may unpack to"
    ).tag(config=True)
    max_depth = Int(Limits.depth, help="How deep archives may lie within archives").tag(config=True)

    #: Where the archives of the download were unpacked.
    unpacked: dict[Path, Download]

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self.unpacked, self._refused = {}, 0
        check_before(self.parent)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Copy notebooks and unpack archives from one folder to the other.

        An archive that is refused is said, and stops nobody else's from being unpacked.
        """
        source, target = Path(archive_path), Path(extracted_path)
        fail_after(self.parent, self._what_failed)
        whole = Limits(self.max_bytes, self.max_files)
        for file in sorted(source.rglob("*")):
            place = target / file.relative_to(source)
            if is_archive(file.name) and file.is_file():
                limits = Limits(self.max_bytes, self.max_files, within=whole)
                to = self._unpack(file, place.with_name(without_ending(file.name)), limits, 1)
                number = without_browsers_number(without_ending(file.name))[1]
                modified = file.stat().st_mtime
                self.unpacked[to] = Download(newest_member(file), number, modified)
            elif _is_notebook(file.name) and file.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
            elif file.is_file():
                self.log.warning("Left out, as it is no notebook: %s", file)
        _in_small_letters(target)

    def _what_failed(self) -> str:
        if not self._refused:
            return ""
        return (
            f"{self._refused} archives were refused, as said above; all others are collected. "
            "Replace them, and run zip_collect with --force."
        )

    def _unpack(self, archive: Path, to: Path, limits: Limits, depth: int) -> Path:
        """Where it was unpacked."""
        self.log.info("Unpacking %s", archive)
        while to.exists():
            to = to.with_name(f"{to.name}_")
        try:
            if depth > self.max_depth:
                raise ArchiveRefused(
                    f"{archive} was refused: it lies more than {self.max_depth} archives deep."
                )
            for name, why in unpack(archive, to, limits, _is_wanted).items():
                self.log.warning("Left out of %s, as %s: %s", archive.name, why, name)
        except ArchiveRefused as refused:
            self.log.error("%s", refused)
            self._refused += 1
            return to
        found = [one for one in sorted(to.rglob("*")) if one.is_file()]
        if not found:
            self.log.warning("Nothing was taken of %s: it holds no notebook.", archive)
        for inner in filter(lambda one: is_archive(one.name), found):
            own = limits
            if depth == 1:
                own = Limits(self.max_bytes_each, self.max_files, whose="a learner", within=limits)
            self._unpack(inner, inner.with_name(without_ending(inner.name)), own, depth + 1)
            inner.unlink()
        return to


class LmsCollector(FileNameCollectorPlugin):
    """Tells learner and notebook by the names that Moodle and Canvas write: lms_names.py.

    nbgrader asks file by file, but which of two people or of two files is meant only the whole
    export tells: so all of it is read at the first question.
    """

    _chosen: dict[Path, Delivered] | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Learner and notebook of one file; None for a file that does not count, which is said."""
        if self._chosen is None:
            self._chosen = self._read_export()
        one = self._chosen.get(Path(submitted_file))
        return {"student_id": one.learner, "file_id": one.notebook} if one else None

    def _read_export(self) -> dict[Path, Delivered]:
        app = self.parent
        base = Path(app._format_collect_path(app.extracted_directory))
        files = [file for file in sorted(base.rglob("*.ipynb")) if file.is_file()]
        archives = app.extractor_plugin_inst.unpacked
        lab = app.coursedir.assignment_id
        chosen, left_out = choose(files, base, released_notebooks(app), lab, archives)
        for path, why in left_out.items():
            self.log.warning("Left out: %s: %s.", path, why)
        return {one.path: one for one in chosen}


def _in_small_letters(folder: Path) -> None:
    """Have all notebooks end with .ipynb, as nbgrader wants it, also x.IPYNB."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix != ".ipynb":
            to = file.with_suffix(".ipynb")
            while to.exists():
                to = to.with_stem(f"{to.stem}_")
            file.rename(to)


def _is_notebook(name: str) -> bool:
    # "._x.ipynb" is what macOS puts beside x.ipynb in an archive.
    return name.lower().endswith(".ipynb") and not name.startswith(".")


def _is_wanted(name: str) -> bool:
    return _is_notebook(name) or is_archive(name)
