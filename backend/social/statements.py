"""A file of SQL as its statements, so that an error can be traced to its line."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Everything within which a semicolon ends nothing; the rest goes by one character at a time.
_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | --[^\n]* )
    | (?P<comment> /\* )
    | (?P<quoted> (?<![A-Za-z0-9_$]) [eE] ' (?: [^'\\] | '' | \\. )* '
        | ' (?: [^'] | '' )* '
        | " (?: [^"] | "" )* "
        | (?P<dollar> \$ (?: [^\W\d]\w* )? \$ ) .*? (?P=dollar) )
    | (?P<word> [^\W\d] [\w$]* | \d\w* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_MAKES_ROUTINE = re.compile(r"create (or replace )?(function|procedure)\b")


def split(sql: str) -> Iterator[tuple[int, str]]:
    """The statements of `sql` without their semicolons, each with the number of its first line.

    A body that is written as BEGIN ATOMIC ... END belongs to its statement.
    """
    start: int | None = None  # where the statement begins: behind spaces and comments
    position, parentheses, blocks = 0, 0, 0
    words: list[str] = []
    while position < len(sql):
        token = _TOKEN.match(sql, position)
        assert token is not None  # noqa: S101 - `other` matches anything
        kind, text = token.lastgroup, token[0]
        end = _end_of_comment(sql, position) if kind == "comment" else token.end()
        if kind in ("space", "comment"):
            position = end
            continue
        if text == ";" and not parentheses and not blocks:
            if start is not None:
                yield _line(sql, start), sql[start:position]
            start, words = None, []
            position = end
            continue
        if start is None:
            start = position
        if kind == "word":
            word = text.lower()
            words.append(word)
            blocks += _opened(word, words, blocks)
        elif text in "()":
            parentheses = max(0, parentheses + (1 if text == "(" else -1))
        position = end
    if start is not None:
        yield _line(sql, start), sql[start:]


def _opened(word: str, words: list[str], blocks: int) -> int:
    """How many blocks a word opens or closes in the statement that begins with `words`."""
    if not blocks:
        begins = words[-2:] == ["begin", "atomic"]
        return int(begins and bool(_MAKES_ROUTINE.match(" ".join(words[:4]))))
    return {"case": 1, "end": -1}.get(word, 0)


def _end_of_comment(sql: str, start: int) -> int:
    """Where the comment ends that begins at `start`; comments of PostgreSQL may hold others."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, start):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(sql)


def _line(sql: str, position: int) -> int:
    return sql.count("\n", 0, position) + 1
