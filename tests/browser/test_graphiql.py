"""GraphiQL, opened from the notebook's live system: it needs nothing but this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

# They share the JupyterLab of the other tests, one after another.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

NOTEBOOK = "labs/week02_graphql/3_in_production.ipynb"


def open_graphiql(page: Page, lab: str) -> None:
    """Run the notebook down to the cell that switches GraphiQL on, and go where it leads."""
    page.goto(f"{lab}/lab/tree/{NOTEBOOK}?token=secret")
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    expect(page.locator("#jp-bottom-panel")).to_contain_text("Idle")
    cell = page.locator(".jp-CodeCell:has-text('GraphiQL is at')")
    cell.locator(".cm-content").click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Above Selected Cell").click()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    shown = cell.locator(".jp-OutputArea-output:has-text('GraphiQL is at')")
    expect(shown).to_be_attached()
    page.goto((shown.text_content() or "").split("GraphiQL is at ")[1].strip())


def test_runs_a_query_and_shows_the_schema_without_a_network(page: Page, lab: str) -> None:
    foreign: list[str] = []
    broken: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            foreign.append(request.url)

    open_graphiql(page, lab)
    page.context.on("request", note)
    page.on("pageerror", lambda error: broken.append(str(error)))
    # Even if something asked for another host, it would not get there.
    page.context.route(
        lambda url: urlsplit(url).hostname not in ("127.0.0.1", None),
        lambda route: route.abort(),
    )
    page.reload()
    editor = page.locator(
        ".graphiql-query-editor .CodeMirror, .graphiql-query-editor .monaco-editor"
    )
    editor.first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("{ products(limit: 2) { name category { name } } }")
    page.get_by_role("button", name="Execute query").click()
    result = page.locator(".result-window")
    expect(result).to_contain_text('"category"')
    expect(result).to_contain_text('"data"')
    expect(result).not_to_contain_text('"errors"')
    # The schema was read as well: its documentation opens.
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Query")
    assert (foreign, broken) == ([], [])
