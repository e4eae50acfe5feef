"""`workbench`: the command line, composed of the parsers that each side brings."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from workbench import __version__, interrupts
from workbench.bench.provider import BenchError
from workbench.course import CourseError

#: Where each command is, in the order of `--help`.
COMMANDS = {
    "workbench.commands.learners": ("lab", "check", "reset", "restore"),
    "workbench.bench.commands": ("up", "down", "status", "doctor"),
    "workbench.commands.instructors": ("grade",),
    "workbench.commands.workers": ("worker",),
    "workbench.commands.report": ("report",),
    "workbench.commands.authors": ("build", "verify", "new"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status: 0 done, 1 failed, 2 wrongly called."""
    argv = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(prog="workbench", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in _modules(argv[0] if argv else ""):
        import_module(module).add_parsers(subparsers)
    # `lab` hands options that it does not know to JupyterLab; every other command refuses them.
    arguments, others = parser.parse_known_args(argv)
    if others and not hasattr(arguments, "jupyter"):
        parser.error(f"unknown: {' '.join(others)}")
    if others:
        arguments.jupyter = others
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
        return status
    except (CourseError, BenchError) as error:
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        interrupts.ignore()  # it is ending already
        print("workbench: interrupted; what was finished is kept.", file=sys.stderr)
        return 130


def _modules(command: str) -> list[str]:
    """The module of the command, so that the libraries of others do not slow it; all modules when
    there is no such command, for the help that names them all."""
    return [one for one, names in COMMANDS.items() if command in names] or list(COMMANDS)


if __name__ == "__main__":
    sys.exit(main())
