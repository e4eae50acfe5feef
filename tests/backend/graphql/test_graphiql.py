"""GraphiQL is there by setting, and needs no other host."""

import re
from dataclasses import replace

import pytest

from backend.app import create_app


@pytest.fixture
def explorer(settings):
    return create_app(replace(settings, graphiql=True)).test_client()


def test_is_there_by_setting(client, explorer):
    assert client.get("/graphiql").status_code == 404
    assert explorer.get("/graphiql").mimetype == "text/html"


def test_needs_no_other_host(explorer):
    page = explorer.get("/graphiql").text
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(links) == 4
    for link in links:
        assert link.startswith("/")
        answer = explorer.get(link)
        assert answer.status_code == 200
        style = answer.text if answer.mimetype == "text/css" else ""
        assert set(re.findall(r"url\((?!data:)[^)]*\)", style)) == set()
        answer.close()
