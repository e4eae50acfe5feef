"""Expectations are strict about types, and their messages say all four parts."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.checking import CheckFailed, Reply, expect

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def reply(body: str, status: int = 200, kind: str = "application/json") -> Reply:
    headers = httpx.Headers({"content-type": kind})
    return Reply("GET /x?y=1", status, headers, body.encode(), (), (), 0.0)


@given(json_values)
def test_every_value_equals_itself(value: Any) -> None:
    expect.equal(value, value, "the value")


@pytest.mark.parametrize(
    ("got", "wanted"),
    [(True, 1), (0, False), ("1", 1), ([1, True], [1, 1]), ({"a": 1}, {"a": 1, "b": 2}),
     ([1], [1, 2]), (None, "")],
)  # fmt: skip
def test_unequal_values_are_told_apart(got: Any, wanted: Any) -> None:
    with pytest.raises(CheckFailed):
        expect.equal(got, wanted, "the value")


def test_a_message_says_what_was_sent_expected_and_got() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect.status(reply('{"a": 1}', 500), 201, look="the last line of your function")
    assert caught.value.details == {
        "sent": "GET /x?y=1",
        "expected": "status 201",
        "got": '500 (application/json)\n{"a": 1}',
        "look": "the last line of your function",
    }


@pytest.mark.parametrize("body", ["", "<html>", '{"a": ' * 100_000])
def test_a_body_that_is_no_json_fails_the_check_and_nothing_else(body: str) -> None:
    with pytest.raises(CheckFailed, match="a JSON body"):
        _ = reply(body).json


@pytest.mark.parametrize("path", ["b", ("a", 3), ("a", "x"), ("a", 0, "deep"), 0])
def test_a_path_that_leads_nowhere_fails_the_check(path: Any) -> None:
    with pytest.raises(CheckFailed, match="a body with"):
        _ = reply('{"a": [1]}')[path]


def test_a_path_finds_what_is_there() -> None:
    assert reply('{"a": [{"b": "c"}]}')["a", 0, "b"] == "c"


def test_a_problem_names_the_field() -> None:
    expect.problem(reply('{"errors": {"price": ["no"]}}', 422), 422, "price")
    for body in ('{"errors": {"name": ["no"]}}', '{"errors": "price"}', "[]", "{}"):
        with pytest.raises(CheckFailed, match=r"errors\.price"):
            expect.problem(reply(body, 422), 422, "price")


@pytest.mark.parametrize(
    ("got", "said"),
    [
        ([1, 2, 9, 4], "first difference at [2]: expected 3, got 9"),
        ([1, 2, 3], "first difference at [3]: expected 4, got nothing more"),
        ([1, 2, 3, 4, 5], "first difference at [4]: expected nothing more, got 5"),
        ([1, 2, True, 4], "first difference at [2]: expected 3, got true"),
    ],
)
def test_the_first_place_where_long_lists_differ_is_named(got: list[Any], said: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        expect.equal(got, [1, 2, 3, 4], "the numbers")
    assert said in caught.value.message


def test_a_message_can_be_written_whatever_it_is_about() -> None:
    with pytest.raises(CheckFailed) as caught:
        expect.equal(reply(r'{"a": "\ud800"}')["a"], "x\udcffy", "the value")
    assert caught.value.details == {"expected": r'the value: "x\udcffy"', "got": r'"\ud800"'}
    assert caught.value.message.encode()
