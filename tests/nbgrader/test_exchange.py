"""The lab's way to a learner and back, by stock commands: the exchange, and files from an LMS."""

from __future__ import annotations

import getpass
import json
import zipfile

from nbgrader_class import Class
from small_course import FIRST, LAB, answered


def test_release_fetch_submit_collect(small_class: Class) -> None:
    small_class.run_forked("release_assignment", LAB)
    small_class.run_forked("fetch_assignment", LAB)
    fetched = small_class.folder / "work" / "labs" / LAB / f"{FIRST}.ipynb"
    assert fetched.read_bytes() == small_class.released().read_bytes()

    fetched.write_text(json.dumps(answered(fetched, small_one="beta")))
    small_class.run_forked("submit", LAB)
    small_class.run_forked("collect", LAB)
    collected = small_class.work / "submitted" / getpass.getuser() / LAB / f"{FIRST}.ipynb"
    assert collected.read_bytes() == fetched.read_bytes()


def test_zip_collect(small_class: Class) -> None:
    """A loose file, an archive a learner, and the folders that Moodle makes."""
    text = json.dumps(answered(small_class.released(), small_one="beta"))
    archive = small_class.work / "downloaded" / LAB / "archive"
    archive.mkdir(parents=True)
    (archive / f"ada_{FIRST}.ipynb").write_text(text)
    with zipfile.ZipFile(archive / "bob.zip", "w") as bob:
        bob.writestr(f"{FIRST}.ipynb", text)
    with zipfile.ZipFile(archive / "all.zip", "w") as everyone:
        everyone.writestr(f"Eve Smith_123_assignsubmission_file_/{FIRST}.ipynb", text)

    small_class.run_forked("zip_collect", LAB)

    submitted = small_class.work / "submitted"
    for learner in ("ada", "bob", "Eve Smith"):
        assert (submitted / learner / LAB / f"{FIRST}.ipynb").read_text() == text
