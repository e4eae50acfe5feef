"""What running an answer cell says as long as it holds the starter."""

from __future__ import annotations

from workbench.jupyter.exchange import as_box

_HEAD = "This is the starter, as you were given it."
_NEXT = (
    "Until you change it, the live system and this notebook go on with the reference's. "
    "A check judges what stands in the cell."
)


class Unwritten:
    """The learner has not begun: the live system is the reference's here."""

    def __repr__(self) -> str:
        return f"{_HEAD} {_NEXT}"

    def _repr_html_(self) -> str:
        return as_box([f"<b>{_HEAD}</b> {_NEXT}"])
