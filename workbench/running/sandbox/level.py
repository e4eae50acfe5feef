"""How well an answer is confined here, in a word and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: From the weakest to the strongest.
NAMES = ("limits", "container", "linux")

#: What a class is graded with: whatever is weaker does not confine, and is warned about.
CONFINING = "container"


@dataclass(frozen=True)
class Level:
    """name: `linux` keeps every promise of docs/security.md, `container` those about the machine,
    the network and hidden files, `limits` only those about resources; reason: what it rests on, or
    what is missing and the next step."""

    name: Literal["limits", "container", "linux"]
    reason: str


def holds(name: str, required: str) -> bool:
    """Is the level `name` as strong as `required`? An unknown name is weaker than all, and an empty
    requirement asks for nothing."""
    order = ("", *NAMES)
    return order.index(name if name in order else "") >= order.index(required)
