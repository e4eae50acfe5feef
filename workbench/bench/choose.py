"""Which provider a user gets: by WORKBENCH_BENCH, by the URLs in the environment, or embedded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.bench import embedded
from workbench.bench.embedded import Embedded
from workbench.bench.external import External
from workbench.bench.provider import BenchError, Provider

PROVIDERS = ("embedded", "external", "containers")


def choice(environ: Mapping[str, str]) -> tuple[str, str]:
    """The name of the provider, and the reason as a person reads it. Raises BenchError."""
    wanted = environ.get("WORKBENCH_BENCH", "")
    if wanted:
        if wanted not in PROVIDERS:
            raise BenchError(
                f"WORKBENCH_BENCH is {wanted!r}. Set it to {', '.join(PROVIDERS)}, or unset it."
            )
        return wanted, "WORKBENCH_BENCH is set"
    if environ.get("DATABASE_URL") or environ.get("REDIS_URL"):
        return "external", "DATABASE_URL or REDIS_URL is set"
    return "embedded", "nothing else was asked for"


def provider_from(environ: Mapping[str, str], folder: Path) -> Provider:
    """The provider for this environment; `folder` holds the data of the embedded one.

    Raises BenchError when the environment is contradictory, or the platform cannot have it.
    """
    name, _ = choice(environ)
    if name == "external":
        return _external(environ)
    if name == "containers":
        # Imported here: who has no Docker should not wait for its client at every command.
        from workbench.bench.containers import POSTGRES_IMAGE, REDIS_IMAGE, Containers

        return Containers(
            environ.get("WORKBENCH_POSTGRES_IMAGE") or POSTGRES_IMAGE,
            environ.get("WORKBENCH_REDIS_IMAGE") or REDIS_IMAGE,
        )
    reason = embedded.unavailable()
    if reason:
        raise BenchError(f"The embedded bench cannot run here: {reason} {embedded.ALTERNATIVES}")
    return Embedded(folder)


def _external(environ: Mapping[str, str]) -> External:
    urls = {name: environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    missing = [name for name, url in urls.items() if not url]
    if missing:
        raise BenchError(
            f"The external bench needs both servers, and {' and '.join(missing)} is not set. Set it"
            " (postgresql://user:password@host/database, redis://user:password@host:6379/0), or"
            " unset both, and WORKBENCH_BENCH, to use the embedded bench."
        )
    return External(urls["DATABASE_URL"], urls["REDIS_URL"])
