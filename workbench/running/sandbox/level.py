"""How well an answer is confined here, in a word and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: From the weakest to the strongest.
NAMES = ("limits", "linux")

#: What a class is graded with: whatever is weaker is warned about.
STRONGEST = NAMES[-1]


@dataclass(frozen=True)
class Level:
    """name: `linux` keeps every promise of docs/security.md, `limits` only those about resources;
    reason: what it rests on, or what is missing and the next step."""

    name: Literal["limits", "linux"]
    reason: str


def holds(name: str, required: str) -> bool:
    """Is the level `name` as strong as `required`? An unknown name is weaker than all, and an empty
    requirement asks for nothing."""
    order = ("", *NAMES)
    return order.index(name if name in order else "") >= order.index(required)
