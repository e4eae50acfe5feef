"""Tracing: a trace goes on through us, and what is no trace begins a new one."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.gateway.tracing import continued

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def counting() -> object:
    """Identifiers that are easy to know again; the first one is the one that means none."""
    made = iter(["0", "1", "2", "3"])
    return lambda size: next(made) * (2 * size)


@pytest.mark.parametrize(
    ("sent", "flags"),
    [
        (f"00-{TRACE}-{PARENT}-01", "01"),
        (f"00-{TRACE}-{PARENT}-00", "00"),
        (f"00-{TRACE}-{PARENT}-ff", "01"),
        (f"cc-{TRACE}-{PARENT}-01", "01"),
        (f"cc-{TRACE}-{PARENT}-01-what-comes-next", "01"),
    ],
)
def test_a_trace_goes_on(sent: str, flags: str) -> None:
    trace = continued([sent], ["a=1", "b=2"], counting())
    assert trace.headers == [
        ("traceparent", f"00-{TRACE}-{'1' * 16}-{flags}"),
        ("tracestate", "a=1,b=2"),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        [],
        [""],
        [f"00-{TRACE}-{PARENT}-01"] * 2,
        [f"00-{TRACE.upper()}-{PARENT}-01"],
        [f"ff-{TRACE}-{PARENT}-01"],
        [f"00-{'0' * 32}-{PARENT}-01"],
        [f"00-{TRACE}-{'0' * 16}-01"],
        [f"00-{TRACE}-{PARENT}-01-more"],
        [f"00-{TRACE}-{PARENT}-1"],
        [f"00-{TRACE}-{PARENT}"],
    ],
)
def test_what_is_no_trace_begins_a_new_one(sent: list[str]) -> None:
    trace = continued(sent, ["a=1"], counting())
    assert trace.headers == [("traceparent", f"00-{'1' * 32}-{'2' * 16}-01")]


@given(st.text(max_size=60))
def test_whatever_is_sent_ours_is_valid(sent: str) -> None:
    (_, ours), *_ = continued([sent], [], secrets.token_hex).headers
    version, trace_id, span_id, flags = ours.split("-")
    assert (version, len(trace_id), len(span_id)) == ("00", 32, 16)
    assert flags in ("00", "01")
    assert set(trace_id) != {"0"}
