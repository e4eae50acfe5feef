"""For those who run workers elsewhere: worker."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any


def add_parsers(subparsers: Any) -> None:
    """Add the command of a worker."""
    one = subparsers.add_parser(
        "worker",
        help="grade for `workbench grade --engine celery`, until Ctrl-C",
        epilog="WORKBENCH_BROKER_URL (redis://...) and WORKBENCH_RESULTS_URL (postgresql://...) say"
        " where the servers are. The bench is chosen as for every command.",
    )
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="answers at the same time")
    one.set_defaults(run=_worker)


def _worker(arguments: argparse.Namespace) -> int:
    # Imported here: who grades without workers should not wait for Celery.
    from workbench.grading.distributed.serve import serve
    from workbench.grading.distributed.settings import settings_from

    if arguments.jobs < 1:
        print("workbench: --jobs takes a number from 1.", file=sys.stderr)
        return 2
    return serve(settings_from(os.environ), arguments.jobs)
