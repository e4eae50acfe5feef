"""Cells of SQL are highlighted as SQL, from their first line on and while they are typed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from workbench.notebook.cells import answer_cell

# One JupyterLab serves them all, one after another.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

SQL = "CREATE TABLE notes (id bigint); -- all of them"


def cells() -> list[dict[str, Any]]:
    python = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made = [
        {**python, "id": "empty", "source": ""},
        {**python, "id": "magic", "source": f"%%sql\n{SQL}"},
        {**python, "id": "python", "source": "def create():\n    return 1  # one"},
    ]
    answers = [answer_cell("a.sql", SQL, "sql"), answer_cell("a.python", "def f():\n    return 1")]
    return [*made, *(dict(one) for one in answers)]


@pytest.fixture
def opened(page: Page, lab: str) -> Page:
    spoken = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python", "mimetype": "text/x-python"},
    }
    content = {"cells": cells(), "metadata": spoken, "nbformat": 4, "nbformat_minor": 5}
    body = {"type": "notebook", "format": "json", "content": content}
    headers = {"authorization": "token secret"}
    httpx.put(f"{lab}/api/contents/sql.ipynb", json=body, headers=headers).raise_for_status()
    page.goto(f"{lab}/lab/tree/sql.ipynb?token=secret")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    return page


def cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").nth(number)


def coloured(where: Locator, text: str) -> Locator:
    """A token of its own: CodeMirror puts a span around what the language knows."""
    return where.locator(".cm-line span", has_text=text)


def test_cells_of_sql_are_highlighted_as_sql(opened: Page) -> None:
    for number in (1, 3):
        expect(coloured(cell(opened, number), "TABLE")).to_have_count(1)
        expect(coloured(cell(opened, number), "-- all of them")).to_have_count(1)
    for number in (2, 4):
        expect(coloured(cell(opened, number), "def")).to_have_count(1)


def test_it_follows_what_is_typed(opened: Page) -> None:
    empty = cell(opened, 0)
    # Until the kernel is there, JupyterLab may take the focus away again.
    expect(opened.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible()
    written = empty.locator(".cm-content")
    written.fill(f"%%sql\n{SQL}")
    expect(coloured(empty, "TABLE")).to_have_count(1)
    written.fill("def f(): return 1")
    expect(coloured(empty, "return")).to_have_count(1)
    expect(coloured(empty, "TABLE")).to_have_count(0)
