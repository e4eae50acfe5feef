"""`@check`: one graded claim about the running system, and `@scene`: a system that checks share."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

#: Prepares a running system for the checks that share it.
Scene = Callable[[Any], None]

#: What a check can have running.
Program = Literal["catalog", "gateway", "social", "social_service"]

#: Seconds of wall-clock time that one check may take.
CHECK_SECONDS = 15.0


class CheckDefinitionError(Exception):
    """A checks.py that cannot be used: the message says what to mend."""


@dataclass(frozen=True)
class Check:
    """One claim: a function that raises CheckFailed when the system does not keep it.

    points: whole points; after: the check that it builds on (it is skipped when that one did not
    pass); hidden: in the notebook the learner sees the title and the verdict, not the message;
    on: the scene whose running system it shares, None for a fresh system and database of its own;
    settings: environment variables of that system; runs: which system it is.
    """

    function: Callable[[Any], None]
    points: int
    after: Check | None
    hidden: bool
    on: Scene | None
    seconds: float
    settings: tuple[tuple[str, str], ...] = ()
    runs: Program = "catalog"

    @property
    def id(self) -> str:
        return self.function.__name__

    @property
    def title(self) -> str:
        """The docstring, which is the line that the learner reads."""
        return " ".join((self.function.__doc__ or "").split())


def check(
    *,
    points: int,
    after: Check | None = None,
    hidden: bool = False,
    on: Scene | None = None,
    seconds: float = CHECK_SECONDS,
    settings: Mapping[str, str] | None = None,
    runs: Program = "catalog",
) -> Callable[[Callable[[Any], None]], Check]:
    """Make a check of a function that takes the App; the Gateway when it `runs` the gateway, and
    the Social when it `runs` the social network's database, which knows no settings, and the
    SocialService when it `runs` the network's service.

    Raises CheckDefinitionError.
    """

    def decorate(function: Callable[[Any], None]) -> Check:
        name = function.__name__
        if not (function.__doc__ or "").strip():
            raise CheckDefinitionError(f"{name} needs a docstring: it is what the learner reads.")
        if not isinstance(points, int) or points < 1:
            raise CheckDefinitionError(f"{name}: points must be a whole number from 1.")
        if runs == "social" and settings:
            raise CheckDefinitionError(f"{name}: a database has no settings.")
        chosen = tuple(sorted((settings or {}).items()))
        return Check(function, points, after, hidden, on, seconds, chosen, runs)

    return decorate


def load_checks(file: Path) -> tuple[Check, ...]:
    """The checks that a checks.py defines, in the order of their definition.

    Raises CheckDefinitionError when it defines none, or one builds on a check from elsewhere or on
    a later one.
    """
    name = f"workbench_checks_{file.parent.name.replace('.', '_')}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None or not file.exists():
        raise CheckDefinitionError(f"{file} is missing: it holds the exercise's checks.")
    module = importlib.util.module_from_spec(spec)
    # inspect.getsource and dataclasses look modules up by name while they are loaded.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    found = tuple(value for value in vars(module).values() if isinstance(value, Check))
    if not found:
        raise CheckDefinitionError(f"{file} defines no @check.")
    for position, item in enumerate(found):
        if item.after is not None and item.after not in found[:position]:
            raise CheckDefinitionError(f"{file}: {item.id} must come after {item.after.id}.")
        if inspect.iscoroutinefunction(item.function):
            raise CheckDefinitionError(f"{file}: {item.id} must be a plain function.")
    return found


def with_what_they_build_on(checks: tuple[Check, ...], ids: Collection[str]) -> tuple[Check, ...]:
    """The checks of these ids and those that they build on, in their order."""
    kept: set[Check] = set()
    for item in reversed(checks):
        if item.id in ids or item in kept:
            kept |= {item, item.after or item}
    return tuple(item for item in checks if item in kept)
