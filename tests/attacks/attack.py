"""What an attack is: data, and how it becomes the text of an answer."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Literal

#: The 25 classes that grading holds against, in the order of docs/security.md.
CLASSES = (
    "read the checks", "read the reference or solutions", "patch the checker",
    "patch assert, AST or imports", "always-equal object", "forged result file",
    "pickle into the grader", "write the gradebook", "early exit 0",
    "delete checks so that the maximum is 0", "endless loop", "sleep or SIGSTOP",
    "fork or thread bomb", "memory", "output flood", "big file or many files", "network out",
    "symlink out of the tree", "kill the parent or the services", "cross-submission channel",
    "process outliving grading", "hostile __str__, exception or repr", "hard-coded visible cases",
    "proxying to the reference or to another's service", "HTML, JS or cell-metadata injection",
)  # fmt: skip

#: Names that every attack may use, put in front of its code.
PREAMBLE = '''
import json as _json
import os, signal, socket, subprocess, sys, threading

from sqlalchemy import text as _text

ROOT, CANARY, JUDGE, POSTGRES = {root!r}, {canary!r}, {judge}, {postgres}
_tried = set()


def attempt(what, action):
    """Try something once, and print what came of it for the test to read."""
    if what in _tried:
        return
    _tried.add(what)
    try:
        action()
        got = "REACHED"
    except BaseException as error:
        got = "denied"
    print("ATTEMPT " + _json.dumps({{"what": what, "got": got}}), flush=True)


def run_sql(session, statement):
    """Run one statement in the answer's own session, and keep what it did."""
    try:
        session.execute(_text(statement))
        session.commit()
    except BaseException:
        session.rollback()
        raise


def once(what):
    new = what not in _tried
    _tried.add(what)
    return new
'''

#: The exercise's own function, with the attack before or instead of it.
WRAPPED = """
_honest = list_products


def list_products(session, query):
    answer = attack(session, query)
    return _honest(session, query) if answer is None else answer
"""


@dataclass(frozen=True)
class Attack:
    """code: put before the honest text (`at` import), after it (`at` end), or defines
    attack(session, query), which every request for the listing calls; denied: the attempts that
    it must print as denied; on: the exercise that it answers.

    The expected verdict is the same for all: it is graded, and gets no more points than the honest
    text, which is the starter unless corpus.HONEST has another.
    """

    id: str
    of: str  # its class
    tries: str
    code: str
    at: Literal["import", "request", "end"] = "request"
    denied: tuple[str, ...] = ()
    on: str = "catalog.listing"

    def answer(self, honest: str, **values: object) -> str:
        """The whole answer. `values` fill in the preamble."""
        future, _, rest = honest.partition("from __future__ import annotations\n")
        code = PREAMBLE.format(**values) + textwrap.dedent(self.code)
        head = f"{future}from __future__ import annotations\n"
        if self.at == "import":
            return f"{head}{code}\n{rest}"
        wrapped = WRAPPED if self.at == "request" else ""
        return f"{head}{rest}\n{code}\n{wrapped}"
