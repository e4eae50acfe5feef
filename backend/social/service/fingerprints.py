"""The fingerprint of a statement: what it asks, without the values that it asks with.

The statement is cut into tokens as PostgreSQL does it. Then three rules are applied, to tokens and
never to characters, so that nothing within quotes or comments can be mistaken for SQL.

Source: PostgreSQL documentation, "Lexical Structure".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | --[^\n\r]* )
    | (?P<comment> /\* )
    # What is still open at the end goes to the end: hence the \Z.
    | (?P<string> e ' (?: [^'\\] | '' | \\. )* (?: '|\\?\Z )
        | (?: [bnx] | u& )? ' (?: [^'] | '' )* (?: '|\Z )
        # $a$ and $A$ are two tags: capitals count here.
        | \$ (?P<tag> (?: [^\W\d]\w* )? ) \$ .*? (?: (?-i: \$ (?P=tag) \$ ) | \Z ) )
    | (?P<quoted> (?: u& )? " (?: [^"] | "" )* (?: "|\Z ) )
    | (?P<parameter> \$ \d+ )
    | (?P<number> 0 [xob] [0-9a-f_]+
        | (?: \d[\d_]* (?: \. [\d_]* )? | \. \d[\d_]* ) (?: e [+-]? \d[\d_]* )? )
    | (?P<word> [^\W\d] [\w$]* )
    | (?P<operator> (?: (?! -- | /\* ) [-+*/<>=~!@\#%^&|`?] )+ )
    | (?P<other> :: | . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")

#: Only an operator with one of these in it may end in a sign.
_UNUSUAL = frozenset("~!@#%^&|`?")

_VALUE = "?"

_NO_SPACE_BEFORE = frozenset((",", ")", "[", "]", ".", "::"))
_NO_SPACE_BEHIND = frozenset(("(", "[", ".", "::"))


def fingerprint(sql: str) -> str:
    """The same text for all statements that differ in nothing but values, spaces, comments, case,
    and the length of IN lists and VALUES.

    Values are shown as ?, parameters ($1) stay. Any text has a fingerprint, SQL or not.
    """
    tokens = _without_values(_tokens(sql))
    while tokens and tokens[-1] == ";":
        tokens.pop()
    return _joined(_without_rows(_without_lists(tokens)))


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each token, words in lower case. Spaces and comments are none."""
    position = 0
    while position < len(sql):
        found = _TOKEN.match(sql, position)
        assert found is not None  # noqa: S101 - `other` matches anything
        kind, text, position = str(found.lastgroup), found[0], found.end()
        if kind == "comment":
            position = _end_of_comment(sql, found.start())
        elif kind == "operator":
            yield from ((kind, part) for part in _operators(text))
        elif kind == "word":
            yield kind, text.lower()
        elif kind != "space":
            yield kind, text


def _end_of_comment(sql: str, start: int) -> int:
    """Where the comment ends that begins at `start`; comments of PostgreSQL may hold others."""
    depth = 0
    for edge in _COMMENT_EDGE.finditer(sql, start):
        depth += 1 if edge[0] == "/*" else -1
        if not depth:
            return edge.end()
    return len(sql)


def _operators(text: str) -> list[str]:
    """The operators that stand there without a space: `=-` is two, as in `a=-1`, and `@-` one."""
    if _UNUSUAL.intersection(text):
        return [text]
    first = text.rstrip("+-")
    return [*([first] if first else []), *text[len(first) :]]


def _without_values(tokens: Iterator[tuple[str, str]]) -> list[str]:
    """The tokens' texts, with ? for each number and string.

    A sign belongs to its number where nothing stands before it from which it could subtract.
    """
    kept: list[tuple[str, str]] = []
    for kind, text in tokens:
        if kind not in ("number", "string"):
            kept.append((kind, text))
            continue
        if kind == "number" and kept and kept[-1][1] in ("+", "-"):
            before = kept[-2] if len(kept) > 1 else ("", "")
            if before[0] == "operator" or before[1] in ("(", ","):
                kept.pop()
        kept.append(("value", _VALUE))
    return [text for _, text in kept]


def _without_lists(tokens: list[str]) -> list[str]:
    """IN (?, ?, ?) is IN (?), and so is IN ($1, $2)."""
    closing = _closing(tokens)
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        kept.append(tokens[position])
        position += 1
        if kept[-1] == "in" and position in closing:
            inside = tokens[position + 1 : closing[position]]
            if inside and all(map(_stands_for_value, inside[::2])) and set(inside[1::2]) <= {","}:
                kept += ["(", _VALUE, ")"]
                position = closing[position] + 1
    return kept


def _stands_for_value(token: str) -> bool:
    return token == _VALUE or token[:1] == "$"


def _without_rows(tokens: list[str]) -> list[str]:
    """Only the first row behind VALUES."""
    closing = _closing(tokens)
    further: dict[int, int] = {}  # where further rows begin, and what follows them
    for position in range(1, len(tokens)):
        if tokens[position - 1] == "values" and position in closing:
            begin = end = closing[position] + 1
            while tokens[end : end + 1] == [","] and end + 1 in closing:
                end = closing[end + 1] + 1
            further[begin] = end
    kept: list[str] = []
    position = 0
    while position < len(tokens):
        if further.get(position, position) > position:
            position = further[position]
        else:
            kept.append(tokens[position])
            position += 1
    return kept


def _closing(tokens: list[str]) -> dict[int, int]:
    """For each place of an opening parenthesis the place of its closing one."""
    pairs, opened = {}, []
    for position, text in enumerate(tokens):
        if text == "(":
            opened.append(position)
        elif text == ")" and opened:
            pairs[opened.pop()] = position
    return pairs


def _joined(tokens: list[str]) -> str:
    """One space between two tokens, but for where nobody would write it."""
    parts: list[str] = []
    for before, token in zip(["(", *tokens], tokens, strict=False):
        tight = before in _NO_SPACE_BEHIND or token in _NO_SPACE_BEFORE
        parts.append(token if tight else f" {token}")
    return "".join(parts)
