"""Why a check failed: said in four parts, so that the message teaches."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.printable import writable
from workbench.running.postgres_wire import Statement


class CheckFailed(Exception):
    """The running system did not do what the check claims.

    sent: what the check did (a request, a statement); expected and got: the claim and what came
    back; look: where the learner should look, never the answer. Empty parts are left out. What no
    file can hold, half of a surrogate pair, is shown as an escape.
    """

    def __init__(self, expected: str, got: str = "", sent: str = "", look: str = "") -> None:
        self.expected, self.got, self.sent, self.look = expected, got, sent, look
        self.statements: Sequence[Statement] = ()  # the SQL of the last request, once known
        self.log = ""  # what the system printed meanwhile, once known
        super().__init__(self.message)

    @property
    def details(self) -> dict[str, str]:
        """The parts that are not empty, in the order of reading."""
        parts = {
            "sent": self.sent,
            "expected": self.expected,
            "got": self.got,
            "log": self.log,
            "look": self.look,
        }
        return {label: writable(text) for label, text in parts.items() if text}

    @property
    def message(self) -> str:
        return "\n".join(
            f"{label + ':':<10}{_indent(text)}" for label, text in self.details.items()
        )


def _indent(text: str) -> str:
    return text.replace("\n", "\n" + " " * 10)
