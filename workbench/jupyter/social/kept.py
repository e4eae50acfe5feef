"""The databases of earlier answers, which come back when an answer does."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.bench.tenancy import Tenancy
from workbench.jupyter.social.sizes import SMALL

MOST_KEPT = 4


@dataclass
class Kept:
    """One database. trouble: what of the schema or of the data does not fit."""

    database: str
    trouble: str
    size: str = ""  # of the data in it; "" before there is any


class KeptDatabases:
    """Databases by the digest of their schema's texts, the newest last. Of those that hold more
    than a small amount there is one."""

    def __init__(self, tenancy: Tenancy) -> None:
        self._tenancy = tenancy
        self._kept: dict[str, Kept] = {}

    def find(self, texts: str) -> Kept | None:
        """The database of these texts, which is the newest from now on."""
        kept = self._kept.pop(texts, None)
        if kept is not None:
            self._kept[texts] = kept
        return kept

    def put(self, texts: str, kept: Kept) -> None:
        """Keep one more, and drop the one in whose place it comes and those that are too many."""
        self._drop(texts)
        if kept.size not in ("", SMALL):
            for name in [name for name, one in self._kept.items() if one.size not in ("", SMALL)]:
                self._drop(name)
        self._kept[texts] = kept
        while len(self._kept) > MOST_KEPT:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        for texts in list(self._kept):
            self._drop(texts)

    def _drop(self, texts: str) -> None:
        kept = self._kept.pop(texts, None)
        if kept is not None:
            self._tenancy.drop_database(kept.database)
