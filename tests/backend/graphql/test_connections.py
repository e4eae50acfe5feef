"""Connections: pages from either end that neither repeat nor lose a product."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from itertools import chain

import pytest

FORWARD = """query($first: Int, $after: String, $last: Int, $before: String) {
  productsConnection(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@pytest.fixture
def page(ask):
    """A page: the names on it, and its pageInfo."""

    def page(**variables):
        found = ask(FORWARD, variables)["data"]["productsConnection"]
        return [edge["node"]["name"] for edge in found["edges"]], found["pageInfo"]

    return page


@pytest.fixture
def five(make_product):
    """Five products; 4, 3 and 2 were made at the same moment."""
    for number, day in ((1, 1), (2, 2), (3, 2), (4, 2), (5, 3)):
        make_product(name=str(number), created_at=datetime(2026, 1, day, tzinfo=UTC))


def walk(page, **start):
    """All names, page by page, forward or backward."""
    forward = "first" in start
    pages, cursor = [], {}
    while True:
        names, info = page(**start, **cursor)
        pages.append(names)
        if forward:
            more, cursor = info["hasNextPage"], {"after": info["endCursor"]}
        else:
            more, cursor = info["hasPreviousPage"], {"before": info["startCursor"]}
        if not more:
            return pages


@pytest.mark.parametrize("size", [1, 2, 3, 5, 6])
def test_forward_and_backward_find_the_same(page, five, size):
    everything, info = page()
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (False, False)
    assert sorted(everything) == ["1", "2", "3", "4", "5"]
    assert list(chain(*walk(page, first=size))) == everything
    assert list(chain(*reversed(walk(page, last=size)))) == everything


def test_what_is_stored_meanwhile_moves_nothing(page, five, make_product):
    everything, _ = page()
    first, info = page(first=2)
    make_product(name="new")
    rest, _ = page(first=9, after=info["endCursor"])
    assert first + rest == everything
    newest, info = page(last=9, before=info["startCursor"])
    assert newest == ["new"]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)


def test_between_two_cursors(page, five):
    everything, info = page()
    between = {"after": info["startCursor"], "before": info["endCursor"]}
    assert page(**between)[0] == everything[1:4]
    assert page(last=2, **between)[0] == everything[2:4]


def test_an_empty_page_has_no_cursors(page):
    names, info = page()
    assert names == []
    assert (info["startCursor"], info["endCursor"]) == (None, None)


def test_the_total_is_counted_only_when_asked_for(ask, five, statements):
    statements.clear()
    asked = "{ productsConnection(first: 2) { edges { node { name } } } }"
    ask(asked)
    assert len(statements) == 1
    answer = ask(asked.replace("edges", "totalCount edges"))
    assert answer["data"]["productsConnection"]["totalCount"] == 5
    assert len(statements) == 3


@pytest.mark.parametrize(
    "variables",
    [{"first": 0}, {"first": -1}, {"last": 101}, {"first": 1, "last": 1}]
    + [
        {name: urlsafe_b64encode(text.encode()).decode()}
        for name in ("after", "before")
        for text in (
            "", "nonsense", "[1, 2]", "{}", '["2026-01-01T00:00:00+00:00"]', "null", "[[[",
            '["2026-01-01T00:00:00","00000000-0000-4000-8000-000000000000"]',
            '["2026-01-01T00:00:00+00:00","1 OR 1=1"]',
        )
    ]
    + [{"after": "é"}, {"after": "%%%"}],
)  # fmt: skip
def test_a_bad_argument_is_the_clients_mistake(ask, code, variables, statements):
    assert code(ask(FORWARD, variables)) == "BAD_USER_INPUT"
    assert statements == []
