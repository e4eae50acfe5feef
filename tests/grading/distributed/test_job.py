"""What crosses is JSON that is validated, whatever an answer says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.course import load_course
from workbench.grading.distributed import job as jobs
from workbench.grading.distributed.job import (
    Job,
    MessageError,
    read_result,
    write_result,
)
from workbench.grading.distributed.settings import ServiceError, settings_from
from workbench.grading.result import ExerciseResult
from workbench.grading.withholding import withheld

EXERCISE = load_course().exercise("catalog.listing")
GOOD = Job("0" * 32, "a" * 64, EXERCISE.id, "x = 1\n").as_json()


@given(st.text(), st.booleans())
def test_a_job_comes_back_as_it_was(answer: str, fresh: bool) -> None:
    job = Job("0" * 32, "a" * 64, EXERCISE.id, answer, fresh, "linux" if fresh else "")
    assert Job.from_json(json.loads(json.dumps(job.as_json()))) == job


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        GOOD | {"version": 1},
        GOOD | {"more": 1},
        {name: value for name, value in GOOD.items() if name != "answer"},
        GOOD | {"answer": 7},
        GOOD | {"fresh": "yes"},
        GOOD | {"require_sandbox": "strong"},
        GOOD | {"key": "../../etc/passwd"},
        GOOD | {"key": "A" * 64},
        GOOD | {"request": "1; DROP TABLE results"},
    ],
)
def test_what_is_no_job_is_refused(data: object) -> None:
    with pytest.raises(MessageError):
        Job.from_json(data)


def test_an_answer_beyond_what_a_notebook_holds_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "MAX_ANSWER_BYTES", 10)
    assert Job.from_json(GOOD | {"answer": "é" * 5}).answer == "é" * 5
    with pytest.raises(MessageError, match="over 10 bytes"):
        Job.from_json(GOOD | {"answer": "é" * 5 + "x"})


def test_a_result_comes_back_as_it_was() -> None:
    result = withheld(EXERCISE, "\0 \ud800 é <script>")
    text = write_result(result)
    assert text.isascii()
    assert read_result(text, EXERCISE) == result


def other_status(data: dict[str, Any]) -> None:
    data["status"] = "perfect"


def other_verdict(data: dict[str, Any]) -> None:
    data["checks"][0]["status"] = "perfect"


def more_points(data: dict[str, Any]) -> None:
    data["checks"][0]["points"] = 1000


def fewer_checks(data: dict[str, Any]) -> None:
    data["checks"].pop()


def other_exercise(data: dict[str, Any]) -> None:
    data["id"] = "catalog.models"


def more_fields(data: dict[str, Any]) -> None:
    data["checks"][0]["__class__"] = "os.system"


@pytest.mark.parametrize(
    "change",
    [other_status, other_verdict, more_points, fewer_checks, other_exercise, more_fields],
)
def test_what_is_no_result_of_the_exercise_is_refused(change: Any) -> None:
    data: dict[str, Any] = json.loads(write_result(withheld(EXERCISE, "")))
    change(data)
    with pytest.raises(MessageError):
        read_result(json.dumps(data), EXERCISE)


@pytest.mark.parametrize("text", ["", "[]", "null", "[" * 100_000, "1" * 10_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(MessageError):
        read_result(text, EXERCISE)


def test_a_result_beyond_the_limit_is_refused_on_both_sides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = write_result(withheld(EXERCISE, ""))
    monkeypatch.setattr(jobs, "MAX_RESULT_BYTES", len(text) - 1)
    with pytest.raises(MessageError):
        write_result(withheld(EXERCISE, ""))
    with pytest.raises(MessageError):
        read_result(text, EXERCISE)


def test_the_points_of_a_withheld_result_are_all_there_and_none_is_given() -> None:
    result: ExerciseResult = withheld(EXERCISE, "why")
    assert (result.score, result.status) == (0, "withheld")
    assert result.max_score > 0


BROKER = "redis://:secret@host:6379/0"
RESULTS = "postgresql://me:secret@host/grading"


@pytest.mark.parametrize(
    ("broker", "results", "said"),
    [
        ("", RESULTS, "Set WORKBENCH_BROKER_URL, as redis://"),
        (BROKER, "", "Set WORKBENCH_RESULTS_URL, as postgresql://"),
        ("", "", "WORKBENCH_BROKER_URL and WORKBENCH_RESULTS_URL"),
        ("amqp://host", RESULTS, "WORKBENCH_BROKER_URL is amqp://host. Write it as redis://"),
        (BROKER, "sqlite:///x", "WORKBENCH_RESULTS_URL is sqlite:///x. Write it as postgresql://"),
        ("redis://host:port", RESULTS, "WORKBENCH_BROKER_URL is no URL"),
        (BROKER, "mysql://me:secret@host/x", "mysql://me:***@host/x"),
    ],
)
def test_settings_say_what_to_write(broker: str, results: str, said: str) -> None:
    environ = {"WORKBENCH_BROKER_URL": broker, "WORKBENCH_RESULTS_URL": results}
    with pytest.raises(ServiceError) as caught:
        settings_from(environ)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_is_taken(scheme: str) -> None:
    url = RESULTS.replace("postgresql", scheme)
    found = settings_from({"WORKBENCH_BROKER_URL": BROKER, "WORKBENCH_RESULTS_URL": url})
    assert found.results_url == RESULTS
