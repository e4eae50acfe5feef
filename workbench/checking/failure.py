"""Why a check failed: said in four parts, so that the message teaches."""

from __future__ import annotations


class CheckFailed(Exception):
    """The running system did not do what the check claims.

    sent: what the check did (a request, a statement); expected and got: the claim and what came
    back; look: where the learner should look, never the answer. Empty parts are left out.
    """

    def __init__(self, expected: str, got: str = "", sent: str = "", look: str = "") -> None:
        self.expected, self.got, self.sent, self.look = expected, got, sent, look
        super().__init__(self.message)

    @property
    def message(self) -> str:
        parts = {"sent": self.sent, "expected": self.expected, "got": self.got, "look": self.look}
        return "\n".join(f"{name + ':':<10}{_indent(text)}" for name, text in parts.items() if text)


def _indent(text: str) -> str:
    return text.replace("\n", "\n" + " " * 10)
