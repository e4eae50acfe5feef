"""`workbench up`, `down`, `status` and `doctor`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench import paths
from workbench.bench.choose import provider_from
from workbench.bench.doctor import examine
from workbench.bench.provider import BenchError, Provider
from workbench.bench.urls import without_password

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parsers(subparsers: Subparsers) -> None:
    """Add the four commands; each sets `run`: arguments in, exit code out."""
    for name, run, text in (
        ("up", up, "start PostgreSQL and Redis and keep them running until `workbench down`"),
        ("down", down, "stop PostgreSQL and Redis, whoever uses them"),
        ("status", status, "say whether PostgreSQL and Redis are running, and where"),
        ("doctor", doctor, "examine this machine, and name the next step for each problem"),
    ):
        parser = subparsers.add_parser(name, help=text, description=text)
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.set_defaults(run=run)


def up(arguments: argparse.Namespace) -> int:
    try:
        if sys.stderr.isatty():
            print("Starting PostgreSQL and Redis ...", file=sys.stderr)
        services = _provider().up()
    except BenchError as error:
        return _failed(error)
    facts = {
        "provider": services.provider,
        "postgres": without_password(services.postgres_url),
        "redis": without_password(services.redis_url),
    }
    if arguments.json:
        print(json.dumps(facts))
    else:
        print("The bench is up, until `workbench down`:")
        _print_facts(facts)
    return 0


def down(arguments: argparse.Namespace) -> int:
    try:
        stopped = _provider().down()
    except BenchError as error:
        return _failed(error)
    if arguments.json:
        print(json.dumps({"stopped": stopped}))
    else:
        print("The bench is down." if stopped else "There was nothing to stop.")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Exit code 0 also when nothing runs: the answer is the output."""
    try:
        state = _provider().status()
    except BenchError as error:
        return _failed(error)
    if arguments.json:
        print(json.dumps(state))
    else:
        _print_facts(state)
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Exit code 1 when there is a problem."""
    facts = []
    for fact in examine(os.environ, paths.work_dir() / "bench"):
        facts.append(fact)
        if not arguments.json:
            print(f"{fact.name:22}{fact.value}", flush=True)
            if fact.problem:
                print(f"{'':8}-> {fact.problem}")
    problems = [fact for fact in facts if fact.problem]
    if arguments.json:
        print(json.dumps({"ok": not problems, "facts": [asdict(fact) for fact in facts]}))
    else:
        print("All is well." if not problems else f"Problems: {len(problems)}")
    return 1 if problems else 0


def _provider() -> Provider:
    return provider_from(os.environ, paths.work_dir() / "bench")


def _failed(error: BenchError) -> int:
    print(f"workbench: {error}", file=sys.stderr)
    return 1


def _print_facts(facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        print(f"  {name:12}{value}")
