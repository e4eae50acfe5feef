"""A service or a process of ours is killed while checks run: the marks are those of a quiet day."""

from __future__ import annotations

import pytest
import strike
from marks import Grade, Marks, marks

#: Each fault, and before which request it strikes: in the first check, in a scene, in the last lab.
FAULTS = (
    (strike.kill_postgres, 1),
    (strike.kill_postgres, 9),
    (strike.kill_postgres, 40),
    (strike.crash_a_session, 9),
    (strike.crash_a_session, 40),
    (strike.kill_redis, 9),
    (strike.kill_supervisor, 40),
    (strike.kill_zygote, 9),
    (strike.kill_keeper, 1),
    (strike.kill_keeper, 40),
)


@pytest.mark.parametrize(("fault", "moment"), FAULTS)
def test_the_answer_is_graded_again_in_the_same_run(
    fault: strike.Fault, moment: int, grade: Grade, undisturbed: Marks
) -> None:
    with strike.strike(fault, moment):
        results = grade()
    assert {result.status for result in results.values()} == {"graded"}
    assert marks(results) == undisturbed
