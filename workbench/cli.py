"""`workbench`: the command line, composed of the parsers that each side brings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from workbench import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 failed, 2 wrongly called."""
    # Imported here so that one side's libraries do not slow the others' commands.
    from workbench.bench import commands as bench
    from workbench.bench.provider import BenchError
    from workbench.commands import authors, instructors, learners, report, workers
    from workbench.course import CourseError

    parser = argparse.ArgumentParser(prog="workbench", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for side in (learners, bench, instructors, workers, report, authors):
        side.add_parsers(subparsers)
    # `lab` hands options that it does not know to JupyterLab; every other command refuses them.
    arguments, others = parser.parse_known_args(argv)
    if others and not hasattr(arguments, "jupyter"):
        parser.error(f"unknown: {' '.join(others)}")
    if others:
        arguments.jupyter = others
    try:
        return int(arguments.run(arguments))
    except (CourseError, BenchError) as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("workbench: interrupted; what was finished is kept.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
