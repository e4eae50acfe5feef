"""The class report: its numbers, its page, and which answers it calls alike."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from scripted_engine import ScriptedEngine
from small_course import FIRST, LAB, SECOND, answered, make_course

from workbench.build import build
from workbench.course import Course, load_course
from workbench.grading.notebook import grade_notebook
from workbench.grading.result import NotebookResult
from workbench.report.copies import alike
from workbench.report.numbers import Alike, ClassReport, Learner, class_report
from workbench.report.page import groups, page
from workbench.report.plots import dots, histogram

EVIL = "<script>alert('Eve')</script>"
ALL = "alpha beta gamma"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path)


@pytest.fixture
def report(course: Course, tmp_path: Path) -> ClassReport:
    """Ada has everything, Ben one check of each, Eve attacks; Ida is withheld, Ole unreadable."""
    build(course, tmp_path)

    def result(learner: str, notebook: str, **answers: str) -> NotebookResult:
        data = answered(tmp_path / "labs" / LAB / f"{notebook}.ipynb", **answers)
        file = tmp_path / f"{notebook}.ipynb"
        file.write_text(json.dumps(data) if learner != "Ole" else "{")
        return grade_notebook(file, course, ScriptedEngine(), learner)

    say = {
        "Ada": (ALL, ALL, ALL),
        "Ben": ("beta", "beta", "beta"),
        EVIL: ("alpha beta", EVIL, "alpha beta"),
        "Ida": ("BREAK", ALL, ALL),
    }
    results = {
        learner: [
            result(learner, FIRST, small_one=one, small_two=two),
            result(learner, SECOND, small_three=three),
        ]
        for learner, (one, two, three) in say.items()
    }
    results["Ole"] = [result("Ole", FIRST)]
    results["Uma"] = [result("Uma", SECOND, small_three=ALL)]
    pair = Alike("small.one", EVIL, "Ada", 0.9)
    return class_report(course.lab(LAB), results, [pair])


def of(report: ClassReport, learner: str) -> Learner:
    return next(one for one in report.learners if one.learner == learner)


def test_scores_and_statuses(report: ClassReport) -> None:
    # A withheld grade is no score; what was not submitted or not readable is none either, but 0.
    assert {one.learner: (one.status, one.score) for one in report.learners} == {
        "Ada": ("graded", 30), "Ben": ("graded", 9), EVIL: ("graded", 10),
        "Ida": ("withheld", None), "Ole": ("rejected", 0), "Uma": ("missing", 10),
    }  # fmt: skip
    assert (report.mean, report.median, report.max_score) == (11.8, 10, 30)
    assert [one.status for one in of(report, "Uma").exercises] == ["missing", "missing", "graded"]
    assert "not valid JSON" in of(report, "Ole").reasons[0]
    assert "the database died" in of(report, "Ida").reasons


def test_the_check_that_most_failed_comes_first(report: ClassReport) -> None:
    first = report.checks[0]
    assert (first.id, first.failed) == ("gamma", ("Ben", EVIL))
    alpha = next(one for one in report.checks if (one.exercise, one.id) == ("small.one", "alpha"))
    # Ida's answer could not be judged, Ole's not be read, Uma submitted none.
    assert (alpha.passed, alpha.failed) == (2, ("Ben",))
    counts = [len(one.failed) for one in report.checks]
    assert counts == sorted(counts, reverse=True)


def test_json_holds_the_same_numbers(report: ClassReport) -> None:
    data = json.loads(json.dumps(report.as_json()))
    assert data["version"] == 1
    assert [one["score"] for one in data["learners"]] == [one.score for one in report.learners]
    assert data["checks"][0]["failed"] == ["Ben", EVIL]
    assert data["alike"][0]["share"] == 0.9


def test_the_page_is_inert_and_whole(course: Course, report: ClassReport) -> None:
    text = page(course.lab(LAB), report, "today", 0.6)
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#39;Eve&#39;)&lt;/script&gt;" in text
    assert "default-src 'none'" in text
    # Nothing is fetched: no address but the namespaces of SVG, no link but within the picture.
    assert set(re.findall(r"https?://[^\"' <]+", text)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
    }  # fmt: skip
    assert all(link.startswith("#") for link in re.findall(r"(?:href|src)=[\"']?([^\"'> ]+)", text))
    for said in ("Ida", "withheld", "the database died", "not valid JSON", "never points", "90 %"):
        assert said in text
    assert text == page(course.lab(LAB), report, "today", 0.6)


def test_a_name_turns_nothing_on_the_page_and_may_be_any_bytes(course: Course) -> None:
    odd = {"\u202eevil": [], "Zo\udcff": []}
    pair = Alike("small.one", "\u202eevil", "Zo\udcff", 0.9)
    text = page(course.lab(LAB), class_report(course.lab(LAB), odd, [pair]), "today", 0.6)
    assert text.encode()
    assert "\u202e" not in text
    assert text.count("<bdi>\\u202eevil</bdi>") == text.count("<bdi>Zo\\udcff</bdi>") == 2


def test_a_class_without_a_score_has_a_page_too(course: Course) -> None:
    nobody = class_report(course.lab(LAB), {}, [])
    assert "No check failed." in page(course.lab(LAB), nobody, "today", 0.6)


def test_pictures_are_the_same_for_the_same_numbers() -> None:
    assert histogram([0.1, 1.0], 0.5) == histogram([0.1, 1.0], 0.5)
    assert histogram([0.1, 1.0], 0.5) != histogram([0.2, 1.0], 0.5)
    assert dots({"One": [0.5, 0.5], "Two": []}).startswith("<svg")


def test_renamed_copies_are_alike_and_other_right_answers_are_not() -> None:
    exercise = load_course().exercise("catalog.listing")
    own, other = sorted(exercise.right.values())
    renamed = re.sub(r"\b(query|statement|conditions|rows|total)\b", r"my_\1", own)
    assert renamed != own
    answers = {
        "Ada": own,
        "Ben": "# all mine\n" + renamed,
        "Cem": other,
        "Dan": exercise.part,
        "Eve": exercise.starter,
        "Fay": exercise.starter,
        "Gus": "x = 1\n" * 50_000,
    }
    found = alike(exercise, answers, 0.6)
    assert {(one.learner, one.other) for one in found} == {("Ben", "Ada"), ("Dan", "")}
    assert all(0.9 <= one.share <= 1 for one in found)


def test_pairs_that_hang_together_are_one_group() -> None:
    pairs = (
        Alike("a", "Ben", "Ada", 0.7),
        Alike("a", "Dan", "Cem", 0.8),
        Alike("a", "Cem", "Ben", 0.9),
        Alike("a", "Fay", "", 0.95),
        Alike("b", "Ben", "Ada", 0.6),
    )
    found = [
        (one.exercise, one.members, [pair.share for pair in one.pairs]) for one in groups(pairs)
    ]
    assert found == [
        ("a", ["", "Fay"], [0.95]),
        ("a", ["Ada", "Ben", "Cem", "Dan"], [0.9, 0.8, 0.7]),
        ("b", ["Ada", "Ben"], [0.6]),
    ]
