"""How well an answer is confined here, in a word and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: From the weakest to the strongest.
NAMES = ("limits", "linux")


@dataclass(frozen=True)
class Level:
    """name: `linux` keeps every promise of docs/security.md, `limits` only those about resources;
    reason: what it rests on, or what is missing and the next step."""

    name: Literal["limits", "linux"]
    reason: str
