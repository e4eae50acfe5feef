"""Databases that are full of data, kept in the bench as templates: one of each size.

Making a large one takes minutes, and copying it seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
from datetime import UTC, datetime, timedelta

from workbench.bench.tenancy import Tenant
from workbench.jupyter.request import Request
from workbench.jupyter.social.filling import DEMO_DATA, DoesNotFit, count_steps, fill
from workbench.jupyter.social.session import open_session
from workbench.jupyter.social.sizes import SIZES
from workbench.running.social import part_paths, start_social
from workbench.running.system import NotReady, Stage

#: How old data may be: activities have partitions for the four weeks after it.
FRESH = timedelta(days=14)

#: Seconds for one statement of the data.
STATEMENT_SECONDS = 1800

_PREFIX = "social_data_"


def loaded_copy(stage: Stage, size: str, request: Request) -> str:
    """A new database of the stage's tenant with its schema, full of data; its name.

    Raises NotReady when the schema or the data does not fit, Interrupted when the request is.
    """
    tenancy = stage.runner.tenancy
    try:
        text = stage.runner.reference(DEMO_DATA)
    except FileNotFoundError:
        raise NotReady(f"There is no {DEMO_DATA}.") from None
    kept = _kept(stage, text, size)
    steps = _Steps(request, 1 if kept else 3 + count_steps(text))
    if kept is None:
        kept = _make(stage, text, size, steps)
    steps.next("a copy of it")
    database = tenancy.create_database(stage.tenant, kept)
    try:
        request.go_on()
    except BaseException:
        tenancy.drop_database(database)
        raise
    return database


class _Steps:
    """Counts the steps of a request, and tells it of each."""

    def __init__(self, request: Request, count: int) -> None:
        self.request = request
        self._count, self._done = count, 0

    def next(self, doing: str) -> None:
        self.request.tell(self._done, self._count, doing)
        self._done += 1


def _kept(stage: Stage, text: str, size: str) -> str | None:
    """The template of this content, if there is one that is fresh."""
    content = _content(stage, text, size)
    oldest = _name(size, datetime.now(UTC) - FRESH, "")
    found = [
        name
        for name in stage.runner.tenancy.templates(f"{_PREFIX}{size}_")
        if name.endswith(content) and name >= oldest
    ]
    return max(found, default=None)


def _make(stage: Stage, text: str, size: str, steps: _Steps) -> str:
    """Make the template, and drop those of this size that were there.

    Its owner is nobody else's, so that no learner can have entered it.
    """
    tenancy = stage.runner.tenancy
    at = datetime.now(UTC)
    name = _name(size, at, _content(stage, text, size))
    tenant = tenancy.create_tenant()
    try:
        database = _filled(stage, tenant, text, size, at, steps)
        steps.next("a template of it")
        try:
            tenancy.freeze_as_template(database, name)
        except BaseException:
            tenancy.drop_database(database)  # it may be the administrator's already
            raise
    finally:
        tenancy.drop_tenant(tenant)
    for earlier in tenancy.templates(f"{_PREFIX}{size}_"):
        if earlier != name:
            tenancy.drop_template(earlier)
    return name


def _filled(stage: Stage, tenant: Tenant, text: str, size: str, at: datetime, steps: _Steps) -> str:
    """A database of the tenant with the stage's schema and the data; its name."""
    steps.next("the schema")
    with stage.runner.stage(stage.answers, tenant) as own:
        database = start_social(own)
    try:
        if database.trouble:
            raise NotReady(f"The schema has gaps.\n{database.trouble}")
        session = open_session(database.database_url, STATEMENT_SECONDS)
        # Closing its way ends the session, and dropping the tenant what the session still runs.
        with contextlib.closing(session), steps.request.stopping(database.kill):
            fill(session, text, size, at, steps.next)
    except DoesNotFit as error:
        raise NotReady(f"The data does not fit your schema.\n{error}") from None
    finally:
        database.close(keep_database=True)
    return database.database


def _name(size: str, at: datetime, content: str) -> str:
    return f"{_PREFIX}{size}_{at:%Y%m%d}_{content}"


def _content(stage: Stage, text: str, size: str) -> str:
    """A name for all that the rows depend on, but for when they end."""
    paths = part_paths(stage.folder)
    parts = [(path, (stage.folder / path).read_bytes()) for path in paths]
    return hashlib.sha256(repr((parts, text, SIZES[size])).encode()).hexdigest()[:16]
