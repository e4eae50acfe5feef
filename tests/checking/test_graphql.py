"""Checks see data and errors of a GraphQL answer apart, whatever the answer is."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from workbench.checking import CheckFailed, GraphReply, expect
from workbench.checking.graphql import as_request, written_out

FORBIDDEN = {"message": "no", "path": ["a", 0], "extensions": {"code": "FORBIDDEN"}}


def reply(answer: Any) -> GraphReply:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return GraphReply("POST /graphql\n{ a }", 200, httpx.Headers(), body, (), (), 0.0)


def test_a_path_leads_into_the_data() -> None:
    found = reply({"data": {"a": [{"b": 1}]}})
    assert found.data["a", 0, "b"] == 1
    assert (found.errors, found.codes, found.has_data) == ([], [], True)
    with pytest.raises(CheckFailed, match=r"data\.a\.1"):
        _ = found.data["a", 1]


@pytest.mark.parametrize("answer", [b"<html>", [], 1, {}, {"data": None}, {"data": []}])
def test_an_answer_without_data_fails_the_check(answer: Any) -> None:
    with pytest.raises(CheckFailed):
        _ = reply(answer).data


@pytest.mark.parametrize("errors", [None, {}, ["text"], "text"])
def test_errors_that_are_no_list_fail_the_check(errors: Any) -> None:
    with pytest.raises(CheckFailed):
        _ = reply({"errors": errors}).errors


def test_an_error_is_found_by_code_and_path() -> None:
    found = reply({"data": {"a": [None]}, "errors": [{"message": "x"}, FORBIDDEN]})
    assert found.codes == [None, "FORBIDDEN"]
    assert expect.graphql_error(found, "FORBIDDEN", ["a", 0]) == FORBIDDEN
    with pytest.raises(CheckFailed, match="BAD_USER_INPUT"):
        expect.graphql_error(found, "BAD_USER_INPUT")
    with pytest.raises(CheckFailed, match="at the path"):
        expect.graphql_error(found, "FORBIDDEN", ["b"])


def test_what_was_not_executed_has_no_data() -> None:
    expect.graphql_not_executed(reply({"errors": [FORBIDDEN]}), "FORBIDDEN")
    for answer in ({"errors": [FORBIDDEN], "data": None}, {"data": {}}, {"errors": []}):
        with pytest.raises(CheckFailed):
            expect.graphql_not_executed(reply(answer), "FORBIDDEN")


def test_data_is_compared_and_errors_fail() -> None:
    expect.graphql_data(reply({"data": {"a": 1}}), {"a": 1})
    for answer in ({"data": {"a": True}}, {"data": {"a": 1}, "errors": [FORBIDDEN]}):
        with pytest.raises(CheckFailed):
            expect.graphql_data(reply(answer), {"a": 1})


def test_only_what_is_given_is_sent() -> None:
    assert as_request("{ a }", None, {})["json"] == {"query": "{ a }"}
    options = {"operation_name": "A", "extensions": {"x": 1}, "role": None}
    sent = as_request(None, {"v": 1}, options)
    assert sent["json"] == {"variables": {"v": 1}, "operationName": "A", "extensions": {"x": 1}}
    assert (sent["role"], sent["headers"]["accept"]) == (None, "application/graphql-response+json")
    assert written_out("{ a }", {"v": 1}) == 'POST /graphql\n{ a }\nvariables: {"v": 1}'
