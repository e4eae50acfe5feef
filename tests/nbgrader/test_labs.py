"""Every lab of the course through stock nbgrader, graded for real."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import pytest
from nbgrader_class import Class

from workbench.alternatives import Wrong, load_wrong
from workbench.bench.provider import Services
from workbench.build import notebooks
from workbench.course import Exercise, Lab, load_course
from workbench.notebook.answer_text import answer_source
from workbench.paths import root

COURSE = load_course()

#: Seconds: a whole lab is graded for three learners.
pytestmark = pytest.mark.timeout(900)

_CONFIG = """
load_subconfig({config!r})
c = get_config()
c.CourseDirectory.root = {folder!r}
c.CourseDirectory.source_directory = {folder!r} + "/solutions"
c.CourseDirectory.release_directory = {folder!r} + "/labs"
"""


@dataclass(frozen=True)
class Graded:
    """A lab after grading three learners: with the reference's answers, one mistake, none."""

    lab: Lab
    taught: Class
    scores: dict[str, tuple[float, float]]
    mistake: Wrong

    def feedback(self, learner: str) -> str:
        folder = self.taught.work / "feedback" / learner / self.lab.name
        return "".join(file.read_text() for file in sorted(folder.glob("*.html")))


#: The tests of a lab run on one worker, so that it is graded once.
LABS = [pytest.param(lab, marks=pytest.mark.xdist_group(lab.name)) for lab in COURSE.labs]


@pytest.fixture(scope="module", params=LABS, ids=[lab.name for lab in COURSE.labs])
def graded(
    request: pytest.FixtureRequest,
    services: Services,
    tmp_path_factory: pytest.TempPathFactory,
) -> Graded:
    lab: Lab = request.param
    folder = tmp_path_factory.mktemp("taught")
    made = notebooks(COURSE, folder)
    for file, text in made.items():
        if file.parent.parent.name == "solutions":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    config = _CONFIG.format(config=str(root() / "nbgrader_config.py"), folder=str(folder))
    (folder / "nbgrader_config.py").write_text(config)
    taught = Class(folder, folder / "build" / "nbgrader", COURSE)
    taught.run_forked("generate_assignment", lab.name)
    for file, text in made.items():
        if file.parent == folder / "labs" / lab.name:
            assert file.read_text() == text

    first = lab.exercises[0]
    mistake = load_wrong(first)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", services.postgres_url)
        patch.setenv("REDIS_URL", services.redis_url)
        _submit(taught, lab, first, mistake)
        taught.run("autograde", lab.name)
    taught.run_forked("generate_feedback", lab.name)
    marks = taught.work / "grades.csv"
    taught.run_forked("export", "--to", str(marks))
    with marks.open(newline="") as stream:
        scores = {
            row["student_id"]: (float(row["score"]), float(row["max_score"]))
            for row in csv.DictReader(stream)
        }
    return Graded(lab, taught, scores, mistake)


def _submit(taught: Class, lab: Lab, first: Exercise, mistake: Wrong) -> None:
    for learner, source in (("right", "solutions"), ("nearly", "solutions"), ("nothing", "labs")):
        to = taught.work / "submitted" / learner / lab.name
        to.mkdir(parents=True)
        for file in sorted((taught.folder / source / lab.name).glob("*.ipynb")):
            notebook = json.loads(file.read_text())
            if learner == "nearly":
                for cell in notebook["cells"]:
                    mark = cell["metadata"].get("workbench", {})
                    if mark.get("exercise") == first.id and mark["role"] == "answer":
                        cell["source"] = answer_source(first.id, mistake.text(first.part))
            (to / file.name).write_text(json.dumps(notebook))


def test_the_reference_scores_everything_and_the_untouched_lab_does_not(graded: Graded) -> None:
    right, nearly, nothing = (graded.scores[name] for name in ("right", "nearly", "nothing"))
    assert right[0] == right[1] > 0
    assert nothing[0] < nearly[0] < right[0]
    assert right[1] == nearly[1] == nothing[1]


def test_the_feedback_of_a_mistake_names_the_checks_that_caught_it(graded: Graded) -> None:
    page = graded.feedback("nearly")
    for check in graded.mistake.fails:
        assert f'wb-failed" data-check="{check}"' in page
    assert page.count('wb-failed" data-check=') == len(graded.mistake.fails)
    assert 'wb-error" data-check=' not in page


def test_an_untouched_lab_fails_without_an_error_of_ours(graded: Graded) -> None:
    page = graded.feedback("nothing")
    assert 'wb-failed" data-check=' in page
    assert 'wb-error" data-check=' not in page
