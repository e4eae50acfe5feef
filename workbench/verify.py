"""`workbench verify`: proves that checks accept right answers and reject wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.alternatives import Wrong, load_wrong
from workbench.checking.check import CheckDefinitionError, load_checks
from workbench.course import Course, CourseError, Exercise
from workbench.grading.engine import Engine
from workbench.grading.result import ExerciseResult
from workbench.paths import root
from workbench.running.social import FOLDER, part_paths
from workbench.signatures import difference

#: An exercise proves little with fewer.
LEAST_WRONG, LEAST_RIGHT = 5, 2

#: What may lie in an exercise's folder.
FILES = ("exercise.toml", "checks.py", "wrong.py", "right", "__pycache__")


@dataclass
class Proof:
    """What verifying one exercise found. `problems` are sentences; none means proven."""

    id: str
    reference: str = ""
    starter: str = ""
    right: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    dead_checks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return vars(self)


def verify(
    course: Course, engine: Engine, ids: list[str], tell: Callable[[str], None]
) -> list[Proof]:
    """Prove the exercises of these ids, or all; `tell` hears of each answer that is graded.

    Raises CourseError for an id that is not there.
    """
    exercises = [course.exercise(id) for id in ids] or list(course.exercises)  # noqa: A001
    return [_Verification(exercise, engine, tell).run() for exercise in exercises]


def is_built_on(exercise: Exercise) -> bool:
    """Whether it is a part of the social schema with others after it."""
    in_schema = Path(exercise.replaces).parent == Path(FOLDER)
    return in_schema and exercise.replaces in part_paths(root())[:-1]


class _Verification:
    """One exercise being proven."""

    def __init__(self, exercise: Exercise, engine: Engine, tell: Callable[[str], None]) -> None:
        self._exercise, self._engine, self._tell = exercise, engine, tell
        self._proof = Proof(exercise.id)
        self._caught: set[str] = set()

    def run(self) -> Proof:
        try:
            self._files()
            self._proof.reference = self._accepts("the reference", self._exercise.part)
            self._starter()
            self._right()
            self._wrong()
            self._dead()
        except (CourseError, CheckDefinitionError, SyntaxError) as error:
            self._problem(str(error))
        return self._proof

    def _problem(self, sentence: str) -> None:
        self._proof.problems.append(sentence)

    def _grade(self, name: str, text: str) -> ExerciseResult:
        self._tell(f"{self._exercise.id}: {name}")
        return self._engine.grade(self._exercise, text)

    def _files(self) -> None:
        exercise = self._exercise
        known = {*FILES, f"starter{exercise.suffix}"}
        for path in [*exercise.folder.iterdir(), *(exercise.folder / "right").glob("*")]:
            in_right = path.parent.name == "right"
            if path.name not in known and not (in_right and path.suffix == exercise.suffix):
                self._problem(f"{path.name} is a stray file in {path.parent}")
        if not exercise.hints:
            self._problem("exercise.toml has no hints")
        if is_built_on(exercise) and ".complete()" not in exercise.checks_file.read_text():
            self._problem("no check claims app.complete(): what spoils later parts would pass")

    def _accepts(self, name: str, text: str) -> str:
        """Grade a text that every check must accept; "passed" or "failed"."""
        bad = [one for one in self._grade(name, text).checks if one.status != "passed"]
        for one in bad:
            if one.status != "skipped":
                self._problem(f"{name} is not accepted: {one.id} {one.status}:\n{one.message}")
        return "failed" if bad else "passed"

    def _starter(self) -> None:
        exercise, proof = self._exercise, self._proof
        # Nobody imports a file of tests: its names are its author's.
        if exercise.language == "python" and not Path(exercise.replaces).name.startswith("test_"):
            unlike = difference(exercise.starter, exercise.part)
            if unlike:
                self._problem(unlike)
        result = self._grade("the starter", exercise.starter)
        self._note(result)
        statuses = {one.status for one in result.checks}
        proof.starter = "error" if "error" in statuses else "failed"
        if "error" in statuses:
            self._problem(f"the starter gives an error: {result.reason}")
        if result.score == result.max_score:
            proof.starter = "passed"
            self._problem("the starter passes every check: there is nothing to do")

    def _right(self) -> None:
        for name, text in self._exercise.right.items():
            self._proof.right[name] = self._accepts(f"the right answer {name}", text)
        if len(self._exercise.right) < LEAST_RIGHT:
            self._problem(f"right/ needs at least {LEAST_RIGHT} answers that differ in approach")

    def _wrong(self) -> None:
        all_wrong = load_wrong(self._exercise)
        for one in all_wrong:
            self._proof.wrong[one.name] = self._rejects(one)
        if len(all_wrong) < LEAST_WRONG:
            self._problem(f"wrong.py needs at least {LEAST_WRONG} wrong answers")
        if len({one.name for one in all_wrong}) < len(all_wrong):
            self._problem("two wrong answers have the same name")

    def _rejects(self, wrong: Wrong) -> str:
        """Grade a wrong answer; "failed" when exactly the named checks fail."""
        result = self._grade(f"the wrong answer {wrong.name}", wrong.text(self._exercise.part))
        self._note(result)
        failed = {one.id for one in result.checks if one.status == "failed"}
        errors = [one.id for one in result.checks if one.status == "error"]
        if errors:
            self._problem(f"the wrong answer {wrong.name} gives an error: {result.reason}")
            return "error"
        if failed == set(wrong.fails) and failed:
            return "failed"
        self._problem(
            f"the wrong answer {wrong.name} should fail {sorted(wrong.fails)}, "
            f"it fails {sorted(failed) or 'nothing: it is accepted'}"
        )
        return "unexpected" if failed else "passed"

    def _note(self, result: ExerciseResult) -> None:
        self._caught |= {one.id for one in result.checks if one.status == "failed"}

    def _dead(self) -> None:
        ids = [check.id for check in load_checks(self._exercise.checks_file)]
        self._proof.dead_checks = [id for id in ids if id not in self._caught]  # noqa: A001
        for id in self._proof.dead_checks:  # noqa: A001
            self._problem(f"{id} is failed by no starter and no wrong answer: it proves nothing")
