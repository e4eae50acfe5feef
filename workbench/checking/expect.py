"""Expectations: each raises a CheckFailed that says what was sent, expected and got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.checking.graphql import GraphReply
from workbench.checking.http import Reply
from workbench.checking.sql import Refused, Sql
from workbench.checking.values import by as by
from workbench.checking.values import fields as fields
from workbench.checking.values import in_any_order as in_any_order
from workbench.checking.values import items as items
from workbench.checking.values import number as number
from workbench.checking.values import numbers as numbers
from workbench.checking.values import show as show
from workbench.checking.values import text as text
from workbench.checking.values import texts as texts
from workbench.checking.values import whole as whole

_NOTHING = object()


def that(holds: bool, expected: str, got: str, *, sent: str = "", look: str = "") -> None:
    """The claim `expected` holds; otherwise `got` says what is the case."""
    if not holds:
        raise CheckFailed(expected, got, sent, look)


def status(reply: Reply, wanted: int, look: str = "") -> None:
    """The reply has this status code."""
    if reply.status != wanted:
        raise CheckFailed(f"status {wanted}", reply.shown, reply.sent, look)


def equal(got: Any, wanted: Any, what: str, *, reply: Reply | None = None, look: str = "") -> None:
    """`got` equals `wanted`, in type too: True is not 1, "1" is not 1."""
    if not _same(got, wanted):
        sent = reply.sent if reply else ""
        raise CheckFailed(
            f"{what}: {show(wanted)}", f"{show(got)}{_place(got, wanted)}", sent, look
        )


def header(reply: Reply, name: str, look: str = "") -> str:
    """The value of a response header, which is expected to be there."""
    value = reply.headers.get(name)
    if value is None:
        names = ", ".join(sorted(reply.headers))
        raise CheckFailed(f"a {name} header", f"only {names}", reply.sent, look)
    return str(value)


def problem(reply: Reply, wanted: int, field: str | None = None, look: str = "") -> None:
    """The reply is a problem document of this status, which blames `field` if one is given."""
    status(reply, wanted, look)
    errors = reply.json.get("errors") if isinstance(reply.json, dict) else None
    if field and (not isinstance(errors, Mapping) or field not in errors):
        raise CheckFailed(f"errors.{field} in the body", reply.shown, reply.sent, look)


def graphql_data(reply: GraphReply, wanted: Any, look: str = "") -> None:
    """The answer has this data and no errors."""
    if reply.errors:
        raise CheckFailed("an answer without errors", reply.shown, reply.sent, look)
    equal(reply.data.value, wanted, "data", reply=reply, look=look)


def graphql_error(
    reply: GraphReply, code: str, path: Sequence[str | int] | None = None, look: str = ""
) -> Mapping[str, Any]:
    """An error of this code is among the answer's, at this path of the data if one is given.

    Returns the first such error.
    """
    where = "" if path is None else f" at the path {show(list(path))}"
    for error, found in zip(reply.errors, reply.codes, strict=True):
        if found == code and (path is None or error.get("path") == list(path)):
            return error
    raise CheckFailed(f"an error whose code is {code}{where}", reply.shown, reply.sent, look)


def graphql_not_executed(reply: GraphReply, code: str, look: str = "") -> None:
    """All errors of the answer have this code, and it has no data: nothing was executed."""
    if reply.has_data or not reply.errors or set(reply.codes) != {code}:
        raise CheckFailed(
            f"no data, and only errors whose code is {code}", reply.shown, reply.sent, look
        )


def refused(sql: Sql, text: str, parameters: Any, why: str, look: str = "") -> None:
    """The database refuses this statement as a violation of the data's rules (class 22 or 23)."""
    try:
        sql.attempt(text, parameters)
    except Refused as error:
        if error.code[:2] in ("22", "23"):
            return
        got = f"an error of another kind: {error}"
    else:
        got = "the database took it"
    raise CheckFailed(f"the database refuses {why}", got, sql.written_out(text, parameters), look)


def _place(got: Any, wanted: Any) -> str:
    """Where two lists differ first, when they are too long to see it."""
    if not (isinstance(got, list) and isinstance(wanted, list) and len(got) + len(wanted) > 6):
        return ""
    pairs = zip_longest(got, wanted, fillvalue=_NOTHING)
    at, (ours, theirs) = next((at, pair) for at, pair in enumerate(pairs) if not _same(*pair))
    return f"\nfirst difference at [{at}]: expected {_item(theirs)}, got {_item(ours)}"


def _item(value: Any) -> str:
    return "nothing more" if value is _NOTHING else show(value)


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(got, bool) != isinstance(wanted, bool):
        return False
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(_same, got, wanted))
    if isinstance(got, dict) and isinstance(wanted, dict):
        return got.keys() == wanted.keys() and all(_same(got[key], wanted[key]) for key in wanted)
    return bool(got == wanted)
