"""Where the broker and the results are: every setting of distributed grading, read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.bench.provider import BenchError
from workbench.bench.urls import without_password

EXAMPLES = {
    "WORKBENCH_BROKER_URL": "redis://user:password@host:6379/0",
    "WORKBENCH_RESULTS_URL": "postgresql://user:password@host:5432/grading",
}


class ServiceError(BenchError):
    """The broker or the results cannot be had. The message names the next step."""


@dataclass(frozen=True)
class Settings:
    """Both URLs are secrets of the grading side: they never reach a learner's process."""

    broker_url: str  # redis:// or rediss://
    results_url: str  # postgresql://


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read WORKBENCH_BROKER_URL and WORKBENCH_RESULTS_URL. Raises ServiceError."""
    missing = [name for name in EXAMPLES if not environ.get(name)]
    if missing:
        raise ServiceError(
            f"Grading on workers needs {' and '.join(missing)}. "
            + " ".join(f"Set {name}, as {EXAMPLES[name]}." for name in missing)
            + " `docker compose --profile grading up` starts both servers; docs/classroom.md tells"
            " more. On one machine, `workbench grade --jobs N` needs neither."
        )
    broker, results = (environ[name] for name in EXAMPLES)
    # SQLAlchemy's spelling (postgresql+psycopg2://) and Heroku's (postgres://) are common.
    scheme, _, rest = results.partition("://")
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        results = f"postgresql://{rest}"
    _check("WORKBENCH_BROKER_URL", broker, ("redis", "rediss"))
    _check("WORKBENCH_RESULTS_URL", results, ("postgresql",))
    return Settings(broker, results)


def _check(name: str, url: str, schemes: tuple[str, ...]) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket left open
        raise ServiceError(f"{name} is no URL. Write it as {EXAMPLES[name]}.") from None
    if not good:
        raise ServiceError(f"{name} is {without_password(url)}. Write it as {EXAMPLES[name]}.")
