"""What crosses between the command and its workers: jobs and results, as JSON that is validated."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, get_args

from workbench.checking.check import load_checks
from workbench.course import Course, Exercise
from workbench.grading.cache import ResultCache
from workbench.grading.result import CheckStatus, ExerciseResult
from workbench.grading.submission import MAX_BYTES
from workbench.running.sandbox.level import NAMES

VERSION = 2
#: Every answer of a notebook that is read at all fits, so that workers grade what a pool grades.
MAX_ANSWER_BYTES = MAX_BYTES
MAX_RESULT_BYTES = 5_000_000

_KEY = re.compile(r"[0-9a-f]{64}")
_REQUEST = re.compile(r"[0-9a-f]{32}")


class MessageError(Exception):
    """A message is not what it must be. The text says what is wrong with it."""


@dataclass(frozen=True)
class Job:
    """One answer to be graded.

    request: the run of `workbench grade` that asks, as 32 hexadecimal digits; key: the name of the
    result (ResultCache.key); fresh: judge again what an earlier request has a result of;
    require_sandbox: the weakest level to judge it at, "" for any.
    """

    request: str
    key: str
    exercise: str
    answer: str
    fresh: bool = False
    require_sandbox: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"version": VERSION}

    @classmethod
    def from_json(cls, data: object) -> Job:
        """The reverse of `as_json`. Raises MessageError."""
        if not isinstance(data, dict):
            raise MessageError("a job is a JSON object")
        if data.get("version") != VERSION:
            raise MessageError(f"its version is {data.get('version')!r}, and {VERSION} is read")
        wanted = {
            "request": str,
            "key": str,
            "exercise": str,
            "answer": str,
            "fresh": bool,
            "require_sandbox": str,
        }
        if set(data) != {*wanted, "version"}:
            raise MessageError(f"its fields are {', '.join(sorted(map(str, data)))[:200]}")
        for name, kind in wanted.items():
            if not isinstance(data[name], kind):
                raise MessageError(f"{name} is no {kind.__name__}")
        job = cls(**{name: data[name] for name in wanted})
        if not _KEY.fullmatch(job.key) or not _REQUEST.fullmatch(job.request):
            raise MessageError("key and request are hexadecimal names")
        if job.require_sandbox not in ("", *NAMES):
            raise MessageError("require_sandbox is no level")
        if len(job.answer.encode("utf-8", "surrogatepass")) > MAX_ANSWER_BYTES:
            raise MessageError(f"the answer is over {MAX_ANSWER_BYTES} bytes")
        return job


def edition(course: Course, cache: ResultCache) -> str:
    """A name for this version of the tool, the reference and the checks: 12 hexadecimal digits.

    It is part of the queue's name, so that no worker takes a job of another version.
    """
    keys = [cache.key(exercise, "") for exercise in course.exercises]
    return hashlib.sha256("".join(keys).encode()).hexdigest()[:12]


def write_result(result: ExerciseResult) -> str:
    """The result as ASCII JSON. Raises MessageError when it is too large."""
    text = json.dumps(result.as_json())
    if len(text) > MAX_RESULT_BYTES:
        raise MessageError(f"the result has {len(text)} bytes, over {MAX_RESULT_BYTES}")
    return text


def read_result(text: str, exercise: Exercise) -> ExerciseResult:
    """The reverse of `write_result`. Raises MessageError for what is no result of the exercise."""
    if len(text) > MAX_RESULT_BYTES:
        raise MessageError(f"the result is over {MAX_RESULT_BYTES} bytes")
    try:
        result = ExerciseResult.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MessageError(f"it cannot be read: {error!r}") from None
    ours = [(check.id, check.points) for check in load_checks(exercise.checks_file)]
    theirs = [(check.id, check.points) for check in result.checks]
    if result.id != exercise.id or theirs != ours:
        raise MessageError(f"it is not of the checks of {exercise.id}")
    if result.status not in ("graded", "withheld") or any(
        check.status not in get_args(CheckStatus) for check in result.checks
    ):
        raise MessageError("it has a status that there is not")
    return result
