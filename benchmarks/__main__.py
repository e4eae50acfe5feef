"""`make bench`: run the benchmarks, and write docs/performance.md when all of them are run."""

from __future__ import annotations

import argparse
import dataclasses
import importlib
from collections.abc import Sequence

from benchmarks.measuring import Size, files_in_memory, keep_to_cores
from benchmarks.report import Section, as_text, page
from workbench.paths import root

#: The modules of this folder that measure something, in the order of the page.
BENCHMARKS = (
    "peers",
    "full_checks",
    "workers",
    "endurance",
    "check_latency",
    "gateway_load",
    "social_queries",
)

PAGE = root() / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    listed = ", ".join(BENCHMARKS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"print only these of {listed}")
    for field in dataclasses.fields(Size):
        parser.add_argument(f"--{field.name}", type=int, default=field.default, metavar="N",
                            help=f"{field.default} unless said")  # fmt: skip
    arguments = parser.parse_args()
    names = arguments.names
    size = Size(*(getattr(arguments, field.name) for field in dataclasses.fields(Size)))
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {listed}")
    keep_to_cores()
    with files_in_memory():
        measure(names, size)


def measure(names: Sequence[str], size: Size) -> None:
    """Measure these benchmarks and print what they find; all of them, and write it to the page,
    when none are named."""
    sections: list[Section] = []
    for name in names or BENCHMARKS:
        print(f"{name} ...", flush=True)
        sections.append(importlib.import_module(f"benchmarks.{name}").measure(size))
        print(as_text(sections[-1]), flush=True)
        if not names:  # after each, so that what was measured is not lost with what comes after it
            PAGE.write_text(page(sections, size.rounds), encoding="utf-8")
    if not names:
        print(f"Written to {PAGE}.")


if __name__ == "__main__":
    main()
