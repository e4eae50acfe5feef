"""`workbench grade --watch`: marks notebooks as they arrive."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections import Counter
from pathlib import Path

from workbench.commands.sandbox_option import weak_sandbox
from workbench.course import Course, load_course
from workbench.grading.finding import is_stray
from workbench.grading.notebook import grade_notebook
from workbench.grading.opening import CachedEngine
from workbench.grading.result import NotebookResult
from workbench.printable import printable


def watch_folders(arguments: argparse.Namespace) -> int:
    """Grade what is in the folders and what comes, until Ctrl-C or SIGTERM; then say a summary.

    With --json each result is one line of its own on stdout, and all else goes to stderr.
    """
    from workbench.grading.arrivals import Arrivals

    folders = [path.absolute() for path in arguments.paths]
    for folder in folders:
        if not folder.is_dir():
            print(f"workbench: --watch takes folders, and {folder} is none.", file=sys.stderr)
            return 2
    if arguments.jobs != 1:
        print("workbench: --watch grades one after another; leave --jobs out.", file=sys.stderr)
        return 2
    if arguments.engine == "celery":
        print(
            "workbench: --watch grades on this machine. For workers elsewhere leave it out, and run"
            " `workbench grade --engine celery` again when more has come.",
            file=sys.stderr,
        )
        return 2
    words = sys.stderr if arguments.json else sys.stdout
    done: dict[Path, NotebookResult] = {}
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        required = arguments.require_sandbox
        with CachedEngine(fresh=arguments.fresh, require_sandbox=required) as engine:
            print(
                f"Watching {', '.join(map(str, folders))}; Ctrl-C ends it.", file=words, flush=True
            )
            for path in Arrivals(folders, arguments.settle):
                if is_stray(path, load_course()):
                    continue
                done[path] = result = _grade(path, load_course(), engine)
                # Before the line: whoever reads it and ends the watch has been warned.
                if warning := weak_sandbox([result]):
                    print(f"workbench: {warning}", file=sys.stderr, flush=True)
                line = {"path": str(path)} | result.as_json()
                print(json.dumps(line) if arguments.json else _line(path, result), flush=True)
    except KeyboardInterrupt:
        print(f"\n{_summary(done)}", file=words, flush=True)
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _grade(path: Path, course: Course, engine: CachedEngine) -> NotebookResult:
    """A result; when it is withheld, of a second try on services that were started anew."""
    result = grade_notebook(path, course, engine)
    if result.status == "withheld":
        engine.close()
        result = grade_notebook(path, course, engine)
    return result


def _line(path: Path, result: NotebookResult) -> str:
    who = printable(result.learner or str(path))
    said = f"{who}  {result.lab or '?'}/{printable(result.notebook)}: {result.status}, "
    said += f"{result.score} of {result.max_score} points"
    reasons = [
        result.reason,
        *(f"{one.id}: {one.reason}" for one in result.exercises if one.reason),
    ]
    told = dict.fromkeys(one for one in reasons if one and not one.endswith(f": {result.reason}"))
    return printable("\n  ".join([said, *told]), keep="\n\t")


def _summary(done: dict[Path, NotebookResult]) -> str:
    counts = Counter(result.status for result in done.values())
    said = ", ".join(
        f"{counts[one]} {one}" for one in ("graded", "withheld", "rejected") if counts[one]
    )
    end = " Run `workbench grade` on the folder for those withheld." if counts["withheld"] else ""
    return f"{len(done)} notebooks: {said}.{end}" if done else "No notebook was graded."
