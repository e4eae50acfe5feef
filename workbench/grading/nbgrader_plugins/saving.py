"""What every export shares: its options, and the file that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from nbgrader.plugins import ExportPlugin
from traitlets import Dict, TraitError


class LmsExport(ExportPlugin):
    """An export for a learning management system, in which columns have other names."""

    columns: Dict[str, str]

    def __init__(self, **kw: Any) -> None:
        try:
            super().__init__(**kw)
        except TraitError as error:
            option = f"--{type(self).__name__}"
            kw["parent"].fail(
                f'{error}. Write {option}.columns="...=...": {type(self).columns.help}.'
            )


@contextmanager
def saved(plugin: ExportPlugin, default: str) -> Iterator[TextIO]:
    """The file that `--to` names, to be written; the command ends with 1 where it cannot be."""
    file = Path(plugin.to or default)
    plugin.log.info("Exporting grades to %s", file)
    try:
        with file.open("w", newline="", encoding="utf-8") as stream:
            yield stream
    except OSError as error:
        plugin.parent.fail(
            f"{file} cannot be written: {error.strerror}. Name another file with --to, in a folder "
            "that is there."
        )
