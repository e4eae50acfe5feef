"""When `nbgrader zip_collect` fails: nbgrader itself warns, collects nothing, and exits with 0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nbgrader.apps.zipcollectapp import ZipCollectApp
from nbgrader.utils import find_all_notebooks


def released_notebooks(app: ZipCollectApp) -> list[str]:
    """The names of the lab's notebooks."""
    directory = app.coursedir
    release = directory.format_path(directory.release_directory, ".", directory.assignment_id)
    return [Path(name).stem for name in find_all_notebooks(release)]


def check_before(app: ZipCollectApp) -> None:
    """Exit when the lab is unknown, or nothing was downloaded for it."""
    directory = app.coursedir
    if not released_notebooks(app):
        labs = sorted(path.name for path in Path(directory.release_directory).glob("*/"))
        app.fail(
            f"There is no lab {directory.assignment_id}. There are: {', '.join(labs) or 'none'}."
        )
    archive = Path(app._format_collect_path(app.archive_directory))
    if not archive.is_dir() or not any(archive.iterdir()):
        app.fail(
            f"Nothing was downloaded for {directory.assignment_id}: put the zip that the learning "
            f"management system exports into {archive}, as it is, and run this again."
        )


def fail_after(app: ZipCollectApp, what_failed: Callable[[], str]) -> None:
    """Have the command exit with 1 after it has collected all it can, if anything failed.

    nbgrader asks no plug-in at its end, so its last step is followed by ours.
    """
    collect = app.process_extracted_files

    def then_fail() -> None:
        collect()
        if failed := what_failed():
            app.fail(failed)

    app.process_extracted_files = then_fail
