"""Headers as a notebook shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Headers(dict[str, str]):
    """Headers by name, in whatever letters it is asked for; repeated ones are joined by commas."""

    def __init__(self, pairs: Sequence[Sequence[str]]) -> None:
        super().__init__()
        for name, value in pairs:
            key = name.lower()
            self[key] = f"{self[key]}, {value}" if key in self else value

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name.lower() if isinstance(name, str) else name)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Pairs(list[tuple[str, str]]):
    """Headers as they came, pair by pair, repeated ones too; and by name, as Headers are."""

    def __init__(self, pairs: Sequence[Sequence[str]]) -> None:
        super().__init__((name, value) for name, value in pairs)

    def __getitem__(self, at: Any) -> Any:
        return Headers(self)[at] if isinstance(at, str) else super().__getitem__(at)

    def __contains__(self, name: object) -> bool:
        return name in Headers(self) if isinstance(name, str) else super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        return Headers(self).get(name, default)

    def items(self) -> list[tuple[str, str]]:
        return list(self)
