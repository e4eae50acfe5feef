"""A learner's first minutes: the first lab is open, an answer is run, the report is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from workbench.checking.check import load_checks
from workbench.course import Course

# One JupyterLab serves them all, one after another.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

# JupyterLab's own names for its parts: jp-Cell, jp-NotebookPanel.
ANSWER = ".jp-CodeCell:has-text('%%answer {id}')"


def open_lab(page: Page, url: str) -> None:
    """The address that `workbench lab` prints, which leads to the first lab."""
    page.goto(f"{url}/?token=secret")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    expect(page.locator("#jp-bottom-panel")).to_contain_text("Idle")


#: Milliseconds in which the checks of the first few starters have run.
CHECKS = 200_000


def run_all_above(page: Page, exercise_id: str) -> Locator:
    """Run the cells above an exercise's answer cell, which is returned and selected."""
    answer = page.locator(ANSWER.format(id=exercise_id))
    answer.locator(".cm-content").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Above Selected Cell").click()
    return answer


def test_the_first_lab_is_open_and_nothing_is_in_the_way(page: Page, lab: str) -> None:
    open_lab(page, lab)
    expect(page.get_by_role("heading", name="Week 1, notebook 1")).to_be_visible()
    for distraction in ("official Jupyter news", "Create Assignment", "Formgrader"):
        expect(page.get_by_text(distraction)).to_have_count(0)


def test_the_live_systems_documentation_opens_without_a_network(page: Page, lab: str) -> None:
    open_lab(page, lab)
    run_all_above(page, "catalog.models")  # nothing of the reference is replaced yet
    shown = page.locator(".jp-OutputArea-output:has-text('its documentation is at')").first
    expect(shown).to_be_attached()
    address = (shown.text_content() or "").split("documentation is at ")[1].strip(" >\n")
    foreign: list[str] = []
    page.on("request", lambda one: foreign.append(one.url) if "127.0.0.1" not in one.url else None)
    page.goto(address)
    expect(page.get_by_text("Create a product").first).to_be_visible()
    assert [url for url in foreign if not url.startswith("data:")] == []


def test_a_wrong_answer_is_explained_and_a_right_one_earns_all_points(
    page: Page, lab: str, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    open_lab(page, lab)
    answer = run_all_above(page, "catalog.listing")
    answer.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    report = page.locator('.wb[data-exercise="catalog.listing"]')
    expect(report).to_be_attached(timeout=CHECKS)
    report.scroll_into_view_if_needed()
    failed = report.locator(".wb-failed").first
    expect(failed).to_contain_text("expected")
    expect(failed).to_contain_text("GET /api/v1/products")

    answer.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"%%answer catalog.listing\n{exercise.part}")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    most = sum(check.points for check in load_checks(exercise.checks_file))
    full = page.locator(f'.wb[data-exercise="catalog.listing"][data-score="{most}"]')
    expect(full).to_be_attached(timeout=CHECKS)
    expect(full.locator(".wb-failed")).to_have_count(0)
