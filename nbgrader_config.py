"""nbgrader on this course, with its stock commands, run from the checkout's folder.

solutions/ is the source, labs/ the release; all else lies under build/nbgrader/. For a real class:

NBGRADER_EXCHANGE   the exchange, a folder that every learner can write to
NBGRADER_COURSE     the course's id in the exchange
NBGRADER_DB_URL     the gradebook, as postgresql://user:password@host/gradebook; SQLite unless set

WORKBENCH_REQUIRE_SANDBOX   the weakest sandbox to grade in: `container` for answers of strangers
"""

import os

from workbench.grading.nbgrader_plugins.gradebook import gradebook_url
from workbench.paths import build_dir, root, work_dir

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - traitlets defines it

folder = build_dir() / "nbgrader"
# nbgrader makes neither its database's folder nor the exchange.
folder.mkdir(parents=True, exist_ok=True)

c.CourseDirectory.course_id = os.environ.get("NBGRADER_COURSE", "backend-workbench")
# Absolute, all of them: the Assignment List reads this file again after a change of folder.
c.CourseDirectory.root = str(root())
c.CourseDirectory.source_directory = str(root() / "solutions")
c.CourseDirectory.release_directory = str(root() / "labs")
c.CourseDirectory.submitted_directory = str(folder / "submitted")
c.CourseDirectory.autograded_directory = str(folder / "autograded")
c.CourseDirectory.feedback_directory = str(folder / "feedback")
c.CourseDirectory.solution_directory = str(folder / "solution")
c.CourseDirectory.db_url = gradebook_url(os.environ, folder)
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "feedback",
    # The formgrader serves a submission's files from its own origin: none that a browser runs.
    *(f"*.{suffix}" for suffix in ("[hH][tT][mM]*", "[xX]*", "[sS][vV][gG]*", "[mM][hH][tT]*")),
]

# zip_collect puts this below the root unless the whole of it is absolute.
c.ZipCollectApp.collect_directory_structure = str(
    folder / "{downloaded}" / "{assignment_id}" / "{collect_step}"
)
# Exports of Moodle and Canvas; anna_1_resource_design.ipynb, anna.zip, anna/x.ipynb.
c.ZipCollectApp.extractor_plugin = "workbench.grading.nbgrader_plugins.collect.SafeExtractor"
c.ZipCollectApp.collector_plugin = "workbench.grading.nbgrader_plugins.collect.LmsCollector"

exchange = os.environ.get("NBGRADER_EXCHANGE")
if not exchange:
    exchange = str(folder / "exchange")
    os.makedirs(exchange, exist_ok=True)
c.Exchange.root = exchange
# `fetch` puts labs, and `submit` looks for them, where `workbench lab` keeps the learner's.
c.Exchange.assignment_dir = str(work_dir() / "labs")

_ours = "workbench.grading.nbgrader_plugins"
_stock = "nbgrader.preprocessors"

c.GenerateAssignment.preprocessors = [
    f"{_stock}.LockCells",
    f"{_ours}.starters.PutStarters",
    f"{_stock}.ClearOutput",
    f"{_stock}.CheckCellMetadata",
    f"{_stock}.ComputeChecksums",
    f"{_stock}.SaveCells",
    f"{_stock}.CheckCellMetadata",
]

c.Autograde.exporter_class = f"{_ours}.reading.SubmissionExporter"
c.Autograde.sanitize_preprocessors = [
    f"{_ours}.sanitize.Sanitize",
    f"{_stock}.ClearOutput",
    f"{_stock}.DeduplicateIds",
    f"{_stock}.OverwriteKernelspec",
    f"{_stock}.OverwriteCells",
    f"{_stock}.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    f"{_ours}.grade.Grade",
    f"{_stock}.LimitOutput",
    f"{_stock}.SaveAutoGrades",
    f"{_stock}.AssignLatePenalties",
    f"{_stock}.CheckCellMetadata",
]

c.Grade.require_sandbox = os.environ.get("WORKBENCH_REQUIRE_SANDBOX", "")

c.ExportApp.plugin_class = f"{_ours}.export.ExportMarks"
