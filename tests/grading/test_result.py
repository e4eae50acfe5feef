"""A result can be written, whatever an answer has said."""

from __future__ import annotations

import json

from workbench.grading.result import CheckResult, ExerciseResult, NotebookResult

HALF = "half \ud83d, whole \U0001f600"


def test_half_a_character_is_escaped_wherever_a_result_holds_text() -> None:
    check = CheckResult("c", "c", 1, False, "failed", HALF, {"got": HALF})
    exercise = ExerciseResult("e", "graded", (check,), reason=HALF)
    whole = NotebookResult("n", "l", "", "graded", (exercise,), reason=HALF)
    text = json.dumps(whole.as_json(), ensure_ascii=False).encode().decode()
    assert text.count("half \\\\ud83d, whole \U0001f600") == 4


def test_a_kept_result_is_read_without_it_too() -> None:
    check = CheckResult("c", "c", 1, False, "failed", "x", {"got": "x"})
    data = json.loads(json.dumps(ExerciseResult("e", "graded", (check,)).as_json()))
    data["checks"][0]["message"] = HALF
    assert ExerciseResult.from_json(data).checks[0].message.encode()
