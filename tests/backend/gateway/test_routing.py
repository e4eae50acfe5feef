"""Routing: the longest prefix decides, and what could mean two paths means none."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.routing import ROUTES, BadTarget, Route, RoutingTable

TABLE = RoutingTable(ROUTES)


@pytest.mark.parametrize(
    ("target", "service"),
    [
        ("/api/v1/users", "users"),
        ("/api/v1/users/1", "users"),
        ("/api/v1/users?x=/api/v1/orders", "users"),
        ("/api/v1/orders/1/?a=../..", "orders"),
        ("/graphql", "products"),
        ("/api/v1/products/a%20b", "products"),
        ("/api/v1/products/100%25", "products"),
        ("/api/v1/products//x", "products"),
        ("/api/v1/usersx", None),
        ("/api/v1/user", None),
        ("/api/v1/%75sers", None),
        ("/API/v1/users", None),
        ("//api/v1/users", None),
        ("/", None),
    ],
)
def test_finds_the_service(target: str, service: str | None) -> None:
    route = TABLE.find(target)
    assert (route and route.service) == service


def test_the_longest_prefix_counts() -> None:
    table = RoutingTable([Route("/a", "short"), Route("/a/b", "long"), Route("/a/bc", "other")])
    found = [table.find(target) for target in ("/a/x", "/a/b", "/a/b/c", "/a/bc")]
    assert [route and route.service for route in found] == ["short", "long", "long", "other"]


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/users/../orders",
        "/api/v1/users/%2e%2e/orders",
        "/api/v1/users/.%2E/orders",
        "/api/v1/users/%252e%252e/orders",
        "/api/v1/users/..;/orders",
        "/api/v1/users/./1",
        "/api/v1/users/a%2fb",
        "/api/v1/users/a%5Cb",
        "/api/v1/users/a\\b",
        "/api/v1/users/a%00",
        "/api/v1/users/a%0d%0aHost:x",
        "/api/v1/users/a#b",
        "/api/v1/users/a b",
        "/api/v1/users/é",
        "http://elsewhere/api/v1/users",
        "*",
        "",
    ],
)
def test_refuses_what_servers_read_in_different_ways(target: str) -> None:
    with pytest.raises(BadTarget):
        TABLE.find(target)


@given(st.text(max_size=30))
def test_what_is_let_through_means_one_path(text: str) -> None:
    for segment in (text, quote(text, safe=""), quote(quote(text, safe=""), safe="")):
        target = f"/api/v1/users/{segment}"
        try:
            assert TABLE.find(target) is not None
        except BadTarget:
            continue
        path = target.partition("?")[0]
        for reading in (path, unquote(path), unquote(unquote(path))):
            assert ".." not in reading.split("/")
            assert reading.split("/")[:4] == ["", "api", "v1", "users"]
        assert path.isascii()


@given(st.from_regex(r"[A-Za-z0-9_~-]{1,20}", fullmatch=True))
def test_ordinary_ids_pass(segment: str) -> None:
    assert TABLE.find(f"/api/v1/users/{segment}") is not None
