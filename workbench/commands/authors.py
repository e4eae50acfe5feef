"""For those who write the course: build, verify, new."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from workbench.commands.progress import Progress
from workbench.course import load_course
from workbench.grading.opening import opened_engine
from workbench.paths import root
from workbench.scaffold import new_exercise
from workbench.verify import Proof, verify


def add_parsers(subparsers: Any) -> None:
    """Add the authors' commands."""
    one = subparsers.add_parser("build", help="write labs/ and solutions/ from graders/")
    one.add_argument("--check", action="store_true", help="compare only; differences exit with 1")
    one.set_defaults(run=_build)

    one = subparsers.add_parser("verify", help="prove the checks by right and wrong answers")
    one.add_argument("ids", nargs="*", metavar="ID", help="exercises; all unless said")
    one.add_argument("--answer", type=Path, metavar="FILE", help="grade this file as the answer")
    one.add_argument("--json", action="store_true", help="print the proof, or the result, as JSON")
    one.set_defaults(run=_verify)

    one = subparsers.add_parser("new", help="make the folder of a new exercise")
    one.add_argument("id", metavar="ID", help="subject.task, for good")
    one.add_argument("--lab", required=True, help="the lab's folder in graders/")
    one.add_argument("--replaces", required=True, metavar="PATH", help="the part, as backend/x.py")
    one.set_defaults(run=_new)


def _new(arguments: argparse.Namespace) -> int:
    course = load_course()
    lab = course.lab(arguments.lab)
    for file in new_exercise(lab, arguments.id, arguments.replaces, root()):
        print(file)
    print(f"Fill these in, add {arguments.id!r} to {lab.folder / 'lab.toml'} and its slot to the "
          f"story, then run `workbench verify {arguments.id}`.")  # fmt: skip
    return 0


def _build(arguments: argparse.Namespace) -> int:
    # Imported here: nbformat takes a second, and no other command needs it.
    from workbench.build import build

    files = build(load_course(), root(), check=arguments.check)
    if not arguments.check:
        print("\n".join(map(str, files)) or "Every notebook is up to date.")
        return 0
    for file in files:
        print(f"{file} is not what graders/ says: run `workbench build`.", file=sys.stderr)
    return 1 if files else 0


def _verify(arguments: argparse.Namespace) -> int:
    if arguments.answer:
        return _verify_answer(arguments)
    with opened_engine() as engine, Progress() as progress:
        proofs = verify(load_course(), engine, arguments.ids, progress.tell)
    ok = bool(proofs) and not any(proof.problems for proof in proofs)
    if arguments.json:
        print(json.dumps({"exercises": [one.as_json() for one in proofs], "ok": ok}, indent=2))
    else:
        print("\n".join(map(_summary, proofs)))
    return 0 if ok else 1


def _verify_answer(arguments: argparse.Namespace) -> int:
    from workbench.grading.render import as_text

    if len(arguments.ids) != 1:
        print("workbench: --answer FILE goes with exactly one exercise's ID.", file=sys.stderr)
        return 2
    exercise = load_course().exercise(arguments.ids[0])
    try:
        answer = arguments.answer.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        print(f"workbench: {arguments.answer} cannot be read: {error}", file=sys.stderr)
        return 2
    with opened_engine() as engine:
        result = engine.grade(exercise, answer)
    if arguments.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        print(as_text(exercise, result, for_learner=False))
    return 0 if result.score == result.max_score else 1


def _summary(proof: Proof) -> str:
    mark = "not proven" if proof.problems else "proven"
    lines = [
        f"{proof.id}: {mark}; {len(proof.right)} right answers accepted, "
        f"{len(proof.wrong)} wrong ones rejected"
        if not proof.problems
        else f"{proof.id}: {mark}"
    ]
    return "\n  ".join(lines + proof.problems)
