"""What `social.load` says at its end: how much there is, and how long it took."""

from __future__ import annotations

from workbench.jupyter.exchange import as_box, preformatted


class Loaded:
    """What the live social database holds from now on."""

    def __init__(self, size: str, rows: dict[str, int], size_in_bytes: int, seconds: float) -> None:
        self.size = size
        #: How many of each: {"users": 2000, ...}.
        self.rows = rows
        self.bytes = size_in_bytes
        self.seconds = seconds

    def __repr__(self) -> str:
        return f"{self._head()}\n{self._details()}"

    def _repr_html_(self) -> str:
        return as_box([f"<b>{self._head()}</b>", *preformatted(self._details())])

    def _head(self) -> str:
        return f"The live social database has the {self.size} data now; what was in it is gone."

    def _details(self) -> str:
        counted = [f"{count:,} {table}" for table, count in self.rows.items()]
        return f"{', '.join([*counted, _amount(self.bytes)])}, in {self.seconds:.1f} s"


def _amount(size_in_bytes: int) -> str:
    megabytes = size_in_bytes / 1e6
    return f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
