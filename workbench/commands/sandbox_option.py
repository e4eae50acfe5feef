"""`--require-sandbox`: the weakest sandbox to grade in, and a warning about what was weaker."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from workbench.grading.result import NotebookResult
from workbench.running.sandbox.level import CONFINING, NAMES, holds

#: The same in the environment, for these commands and for nbgrader_config.py.
REQUIRE_SANDBOX = "WORKBENCH_REQUIRE_SANDBOX"


def add_sandbox_option(parser: argparse.ArgumentParser) -> None:
    """Add the option; `arguments.require_sandbox` is a level, or "" that asks for nothing."""
    parser.add_argument(
        "--require-sandbox",
        type=_level,
        default=os.environ.get(REQUIRE_SANDBOX, ""),  # argparse gives it to `type`, too
        metavar="LEVEL",
        help=f"refuse to run answers in a weaker sandbox ({', '.join(NAMES)});"
        f" {REQUIRE_SANDBOX} in the environment says the same",
    )


def weak_sandbox(results: Iterable[NotebookResult]) -> str | None:
    """What to say of answers that were judged in a sandbox which does not confine them."""
    ran = [one for result in results for one in result.exercises if one.status == "graded"]
    weak = [one.sandbox or "unknown" for one in ran if not holds(one.sandbox, CONFINING)]
    if not weak:
        return None
    return (
        f"warning: judged at the sandbox level `{'`, `'.join(sorted(set(weak)))}`: {len(weak)} of"
        f" {len(ran)} answers. They could read your files and reach your network: trust their"
        " marks no further than their authors. `workbench doctor` says what is missing for"
        f" `{CONFINING}` or better; --require-sandbox {CONFINING} refuses to grade without it."
    )


def _level(text: str) -> str:
    if text not in ("", *NAMES):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no level: set it to {', '.join(NAMES[:-1])} or {NAMES[-1]}, or leave"
            f" it out and unset {REQUIRE_SANDBOX}"
        )
    return text
