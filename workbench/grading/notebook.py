"""Grading a submitted notebook: which exercises it must answer, and what each answer is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from workbench.checking.check import load_checks
from workbench.course import Course, Exercise, Lab
from workbench.grading.answers import read_answer
from workbench.grading.result import CheckResult, ExerciseResult, NotebookResult, NotebookStatus
from workbench.grading.submission import Submission, SubmissionError, place, read_submission
from workbench.notebook.story import notebook_exercises


class Grader(Protocol):
    """What grades one answer."""

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult: ...


def grade_notebook(
    path: Path, course: Course, engine: Grader, learner: str | None = None
) -> NotebookResult:
    """Grade every exercise of the notebook at `path`; the file stays as it is.

    The exercises, and so the maximum, are the course's, whatever the file holds. `learner` is
    taken from nbgrader's folder submitted/<learner>/<lab>/ when it is not given. A file that
    cannot be read, or of which no lab is known, gives a result of status "rejected".
    """
    where = place(path)
    learner = where.get("learner", "") if learner is None else learner
    submission: Submission | None = None
    problem = ""
    try:
        submission = read_submission(path)
    except SubmissionError as error:
        problem = str(error)
    told = _told(course, submission, where)
    if told is None:
        problem = problem or (
            "It cannot be told which lab this notebook belongs to: it names none, and it answers "
            "no exercise of the course. Put the answers into the notebook that the lab came with."
        )
        return NotebookResult(path.stem, where.get("lab", ""), learner, "rejected", (), problem)
    lab, notebook = told
    exercises = notebook_exercises(lab, notebook)
    if submission is None:
        nothing = tuple(not_graded(exercise, problem) for exercise in exercises)
        return NotebookResult(notebook, lab.name, learner, "rejected", nothing, problem)
    if other := _other(course, submission, told):
        nothing = tuple(not_graded(exercise, other) for exercise in exercises)
        return NotebookResult(notebook, lab.name, learner, "rejected", nothing, other)
    results = tuple(grade_answer(submission, exercise, engine) for exercise in exercises)
    withheld = [result.id for result in results if result.status == "withheld"]
    reason = f"An error of ours: {', '.join(withheld)} must be graded again." if withheld else ""
    status: NotebookStatus = "withheld" if withheld else "graded"
    return NotebookResult(notebook, lab.name, learner, status, results, reason)


def lab_of(path: Path, course: Course) -> Lab | None:
    """The lab that the notebook at `path` belongs to, if that can be told."""
    try:
        submission = read_submission(path)
    except SubmissionError:
        submission = None
    told = _told(course, submission, place(path))
    return told[0] if told else None


def grade_answer(submission: Submission, exercise: Exercise, engine: Grader) -> ExerciseResult:
    """The result of the answer that the submission holds to that exercise."""
    answer = read_answer(submission, exercise.id)
    if answer.problem:
        return not_graded(exercise, answer.problem)
    return engine.grade(exercise, answer.text)


def not_graded(exercise: Exercise, reason: str) -> ExerciseResult:
    """The result when no answer could be read: every check is skipped, for that reason."""
    checks = tuple(
        CheckResult(check.id, check.title, check.points, check.hidden, "skipped", reason)
        for check in load_checks(exercise.checks_file)
    )
    return ExerciseResult(exercise.id, "rejected", checks, reason)


def _other(course: Course, submission: Submission, told: tuple[Lab, str]) -> str:
    """What to say of a notebook that lies where another belongs, and answers nothing of that; ""
    for every other."""
    lab, notebook = told
    names = (submission.lab, submission.notebook)
    if names == (lab.name, notebook) or not _known(course).get(names):
        return ""
    if any(read_answer(submission, one.id).cell for one in notebook_exercises(lab, notebook)):
        return ""
    return (
        f"This is {names[0]}/{names[1]}, submitted as {lab.name}/{notebook}: it answers none of"
        f" its exercises. Submit {notebook}.ipynb of {lab.name}."
    )


def _known(course: Course) -> dict[tuple[str, str], Lab]:
    """Every notebook of the course, and its lab."""
    return {(lab.name, story.stem): lab for lab in course.labs for story in lab.stories}


def _told(
    course: Course, submission: Submission | None, where: dict[str, str]
) -> tuple[Lab, str] | None:
    """The lab and notebook: what the folder says (the instructor's word), else the notebook's own
    metadata, else the exercises that it answers."""
    known = _known(course)
    names = [(where.get("lab", ""), where.get("notebook", ""))]
    if submission is not None:
        names.append((submission.lab, submission.notebook))
    for name in names:
        if name in known:
            return known[name], name[1]
    if submission is None:
        return None
    answered = {
        name: sum(
            read_answer(submission, exercise.id).cell is not None
            for exercise in notebook_exercises(lab, name[1])
        )
        for name, lab in known.items()
    }
    best = max(answered, key=lambda name: answered[name], default=None)
    return (known[best], best[1]) if best is not None and answered[best] else None
