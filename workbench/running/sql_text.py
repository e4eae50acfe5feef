"""SQL as text: where its statements stand, so that an error can be shown in its place.

Nothing is run or refused by what this finds; PostgreSQL reads the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: PostgreSQL documentation, section "Lexical Structure". What is never closed runs to the end.
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*)
      | (?P<comment>/\*)
      | [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)
      | '[^']*(?:''[^']*)*(?:'|\Z)
      | "[^"]*(?:""[^"]*)*(?:"|\Z)
      | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<end>;) | (?P<open>\() | (?P<close>\))
      | .""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")


def statement_starts(text: str) -> list[int]:
    """Where each statement of the text begins; empty ones and comments are none."""
    starts: list[int] = []
    state = _Statement()
    for position, kind, word in _tokens(text):
        if kind == "end" and state.is_over:
            state = _Statement()
        elif kind != "end" or state.began:
            if not state.began:
                starts.append(position)
            state.read(kind, word)
    return starts


def line_of(text: str, position: int) -> int:
    """The number of the line, from 1, of the character at `position`, from 0."""
    return text.count("\n", 0, position) + 1


class _Statement:
    """What of a statement has been read: a semicolon inside of parentheses, or of a function's body
    that is written as BEGIN ATOMIC ... END, does not end it."""

    def __init__(self) -> None:
        self._parentheses = self._blocks = 0
        self.began = False

    @property
    def is_over(self) -> bool:
        return self._parentheses <= 0 and self._blocks <= 0

    def read(self, kind: str, word: str) -> None:
        self.began = True
        if kind == "open":
            self._parentheses += 1
        elif kind == "close":
            self._parentheses -= 1
        elif kind == "word":
            if word == "atomic" or (word == "case" and self._blocks):
                self._blocks += 1
            elif word == "end" and self._blocks:
                self._blocks -= 1


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    """Each token that is neither space nor comment: its place, its kind, its lower-case text."""
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None  # noqa: S101 - the last branch takes any character
        kind, start = found.lastgroup or "", position
        position = found.end()
        if kind == "comment":
            position = _comment_end(text, position)
        elif kind == "dollar":
            closing = text.find(found[0], position)
            position = len(text) if closing < 0 else closing + len(found[0])
        if kind not in ("space", "comment"):
            yield start, kind, found[0].lower() if kind == "word" else ""


def _comment_end(text: str, position: int) -> int:
    """The end of a comment that has begun before `position`; comments nest."""
    depth = 1
    for mark in _COMMENT_MARK.finditer(text, position):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    return len(text)
