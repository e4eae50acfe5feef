"""An autograde that was killed: what it left must neither be skipped nor count.

nbgrader takes a submission for graded once its folder below autograded/ exists, which is before
anything is judged, and writes the gradebook one cell after the other.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde

from workbench.grading.nbgrader_plugins.step import Resources


def remove_unfinished(autograde: Autograde) -> None:
    """Remove the folders of submissions that an earlier autograde did not come to the end of.

    The last thing that nbgrader does to a folder is to give its files their permissions
    (converters/base.py, set_permissions).
    """
    final = int(str(autograde.permissions), 8)
    for source in autograde.assignments:
        learner, lab = Path(source).parent.name, Path(source).name
        folder = Path(autograde._format_dest(lab, learner))
        notebooks = list(folder.glob("*.ipynb"))
        if folder.exists() and (
            not notebooks or any(file.stat().st_mode & 0o777 != final for file in notebooks)
        ):
            autograde.log.warning("%s was left unfinished: graded again", folder)
            shutil.rmtree(folder)


def take_marks_back(resources: Resources, notebooks: list[str]) -> None:
    """Remove the automatic marks of these notebooks of a submission, all or none.

    They belong to an earlier version. What is killed from here on leaves a submission without
    a mark, and not one with marks of two versions.
    """
    place = resources["nbgrader"]
    with Gradebook(place["db_url"]) as gradebook:
        for notebook in notebooks:
            submitted = gradebook.find_submission_notebook(
                notebook, place["assignment"], place["student"]
            )
            for grade in submitted.grades:
                grade.auto_score = None
                grade.needs_manual_grade = True
        gradebook.db.commit()
