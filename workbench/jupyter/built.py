"""What running an answer in SQL says: whether the schema can be built with it."""

from __future__ import annotations

from workbench.jupyter.companion import CompanionError
from workbench.jupyter.exchange import as_box, preformatted
from workbench.jupyter.social.notebook import LiveSocial

_RUNS = "Your SQL runs, and the live social database has it."
_GAPS = "Your SQL runs; what comes after it in the schema does not fit:"
_FAILS = "PostgreSQL does not take your SQL:"


class Built:
    """How the schema was built. `ok` is whether all of it was."""

    def __init__(self, head: str, details: str = "") -> None:
        self.ok = head == _RUNS
        self._head, self._details = head, details

    @classmethod
    def by(cls, social: LiveSocial) -> Built:
        """Build it with the current answers."""
        try:
            gaps = social.built()
        except CompanionError as error:
            return cls(_FAILS, str(error))
        return cls(_GAPS, gaps) if gaps else cls(_RUNS)

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self._head, self._details]))

    def _repr_html_(self) -> str:
        return as_box([f"<b>{self._head}</b>", *preformatted(self._details)])
