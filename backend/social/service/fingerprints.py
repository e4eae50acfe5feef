"""Fingerprints: one form for all statements that differ in their values only."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | --[^\n]* | /\* .*? \*/ )
    | (?P<text> (?<!\w) [eE] ' (?: [^'\\] | '' | \\. )* '
        | ' (?: [^'] | '' )* '
        | (?P<dollar> \$ (?: [^\W\d]\w* )? \$ ) .*? (?P=dollar) )
    | (?P<name> " (?: [^"] | "" )* " )
    | (?P<parameter> \$ \d+ )
    | (?P<word> [^\W\d] [\w$]* )
    | (?P<number> (?: \d+ (?: \.\d* )? | \.\d+ ) (?: [eE][+-]?\d+ )? )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def fingerprint(sql: str) -> str:
    """The statement without comments, with one space between its words, in small letters but for
    quoted names, and with `?` for each value and each list of values."""
    parts: list[str] = []
    for token in _TOKEN.finditer(sql):
        kind, text = token.lastgroup, token[0]
        if kind == "dollar":
            kind = "text"
        if kind != "space":
            parts.append(
                "?" if kind in ("text", "number") else text if kind == "name" else text.lower()
            )
    joined = " ".join(parts).rstrip(" ;")
    return re.sub(r"\( \?(?: , \?)* \)(?: , \( \?(?: , \?)* \))*", "( ? )", joined)
