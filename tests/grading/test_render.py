"""Reports: complete for the instructor, discreet for the learner, harmless for the browser."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from workbench.course import Course, load_course
from workbench.grading.render import as_html, as_text
from workbench.grading.result import CheckResult, ExerciseResult

EXERCISE = load_course().exercise("catalog.listing")


def result(message: str, *, hidden: bool = False) -> ExerciseResult:
    failed = CheckResult(
        "zero", "Zero is a bound.", 2, hidden, "failed", message, {"expected": message}
    )
    return ExerciseResult("catalog.listing", "graded", (failed,))


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


@given(st.text())
def test_nothing_of_an_answer_becomes_markup(message: str) -> None:
    hostile = f"<script>alert(1)</script><img src=x onerror=alert(1)>{message}"
    html = as_html(EXERCISE, result(hostile), for_learner=False)
    assert Tags(html).seen <= {"style", "div", "b", "span", "pre", "details", "summary"}


def test_a_hidden_check_keeps_its_message_from_the_learner() -> None:
    one = result("max_price=0", hidden=True)
    for render in (as_html, as_text):
        shown = render(EXERCISE, one, for_learner=True)
        assert "Zero is a bound." in shown
        assert "max_price=0" not in shown
        assert "max_price=0" in render(EXERCISE, one, for_learner=False)


def test_a_visible_check_shows_its_message_and_the_hint() -> None:
    for render in (as_html, as_text):
        shown = render(EXERCISE, result("max_price=0"), for_learner=True, hint="Look closer.")
        assert "max_price=0" in shown
        assert "Look closer." in shown
        assert "0 of 2 points" in shown


def test_the_same_message_is_not_repeated(course: Course) -> None:
    twice = ExerciseResult("catalog.listing", "graded", result("boom").checks * 2)
    assert as_text(EXERCISE, twice, for_learner=True).count("boom") == 1


def test_a_withheld_grade_says_that_nothing_is_lost() -> None:
    withheld = ExerciseResult("catalog.listing", "withheld", (), "PostgreSQL does not answer.")
    text = as_text(EXERCISE, withheld, for_learner=True)
    assert "No points are lost" in text
    assert "PostgreSQL does not answer." in text
