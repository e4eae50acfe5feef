"""The social network's database: the parts of its schema, an answer among them, run in order.

What stands before the first answer is the reference's, and is kept as a template in the bench,
named after its content: an answer then costs a copy of that, itself, and what comes after it.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.bench.provider import BenchError
from workbench.bench.tenancy import Tenant
from workbench.closing import Closing
from workbench.running.sql_part import (
    Counter,
    CountingConversation,
    PartFailed,
    run_part,
    session,
)
from workbench.running.system import NotReady, Stage

if TYPE_CHECKING:
    from workbench.running.runner import Runner

FOLDER = "sql/social"
_SCHEMA = "backend/social/schema.py"

#: Wall-clock seconds for all parts of one database.
SECONDS = 20.0


class PartNotReady(NotReady):
    """An answer in SQL does not run."""

    look = "the line that is named, and the statement that it stands in"


class SocialDatabase(Closing):
    """A database with the whole schema in it. `trouble` says why the parts after the answer's do
    not fit, if they do not: the first of them that PostgreSQL refused."""

    def __init__(self, runner: Runner, tenant: Tenant, name: str) -> None:
        self._tenancy, self.database = runner.tenancy, name
        self._gate = runner.open_gate()
        self.database_url = self._tenancy.postgres_url(tenant, name, "127.0.0.1", self._gate.port)
        self.trouble = ""
        self.alive = True

    #: PostgreSQL's own failures are found by the look at its health: nothing else is beneath it.
    fault: str | None = None

    def kill(self) -> None:
        """Whoever waits for an answer of the database gets a closed door."""
        self.alive = False
        self._gate.close()

    def close(self, *, keep_database: bool = False) -> None:
        self.kill()
        if not keep_database:
            self._tenancy.let_go(self.database)


def part_paths(folder: Path, variable: str = "PARTS") -> list[str]:
    """The parts of the schema below `folder`, in the order in which they are run.

    variable: where the reference names them. Raises BenchError when it does not.
    """
    try:
        tree = ast.parse((folder / _SCHEMA).read_text(encoding="utf-8"))
        found = [value for node in tree.body if (value := _value_of(variable, node)) is not None]
        return [f"{FOLDER}/{name}.sql" for name in ast.literal_eval(found[0])]
    except (OSError, SyntaxError, ValueError, TypeError, IndexError):
        raise BenchError(
            f"{_SCHEMA} has no plain tuple {variable}, the names in their order."
        ) from None


def _value_of(name: str, node: ast.stmt) -> ast.expr | None:
    """What the statement gives the variable of that name."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        return None
    return node.value if name in [ast.unparse(target) for target in targets] else None


def start_social(stage: Stage) -> SocialDatabase:
    """A fresh social database of the stage's system.

    Raises NotReady when the first part that is an answer does not run, which is not tried twice;
    BenchError when a part of the reference before it does not.
    """
    if stage.not_ready is not None:
        raise stage.not_ready
    runner = stage.runner
    texts = {path: _read(stage.folder / path) for path in part_paths(stage.folder)}
    own = next((at for at, path in enumerate(texts) if path in stage.answers), len(texts))
    before, rest = dict(list(texts.items())[:own]), dict(list(texts.items())[own:])
    template = _template(runner, before)
    name = runner.tenancy.create_database(stage.tenant, template)
    database = SocialDatabase(runner, stage.tenant, name)
    try:
        _complete(runner, stage.tenant, database, rest)
    except BaseException as error:
        if isinstance(error, NotReady):
            stage.not_ready = error
        database.close()
        raise
    return database


def create_service_database(stage: Stage) -> str:
    """The name of a fresh database for the network's service: the reference's schema, with what the
    service adds to it. Raises BenchError."""
    runner, folder = stage.runner, stage.folder
    paths = [*part_paths(folder), *part_paths(folder, "SERVICE_PARTS")]
    texts = {path: runner.reference(path) for path in paths}
    return runner.tenancy.create_database(stage.tenant, _template(runner, texts))


def add_service_parts(stage: Stage, database: str) -> None:
    """Add to a database with the network's schema what its service needs. Raises PartNotReady when
    that schema does not take it."""
    runner = stage.runner
    with _way(runner, stage.tenant, database) as run:
        for path in part_paths(stage.folder, "SERVICE_PARTS"):
            try:
                run(path, runner.reference(path))
            except PartFailed as failure:
                raise PartNotReady(
                    f"Your tables do not take what the service adds to them.\n{failure}"
                ) from None


def _complete(
    runner: Runner, tenant: Tenant, database: SocialDatabase, texts: dict[str, str]
) -> None:
    """Run an answer's part, and all that come after it. Raises PartNotReady for the first."""
    with _way(runner, tenant, database.database) as run:
        for number, (path, text) in enumerate(texts.items()):
            try:
                run(path, text)
            except PartFailed as failure:
                if number == 0:
                    raise PartNotReady(str(failure)) from None
                database.trouble = database.trouble or str(failure)


def _template(runner: Runner, texts: dict[str, str]) -> str:
    """The template with these parts, all of them the reference's; made when it is not there.

    Its owner is nobody else's, so that no answer can have left anything to it.
    """
    sha = hashlib.sha256(repr(list(texts.items())).encode())
    name = f"social_{sha.hexdigest()[:32]}"
    with runner.templates:
        if not runner.tenancy.has_template(name):
            tenant = runner.tenancy.create_tenant()
            try:
                database = runner.tenancy.create_database(tenant)
                with _way(runner, tenant, database) as run:
                    for path, text in texts.items():
                        run(path, text)
                runner.tenancy.freeze_as_template(database, name)
            except PartFailed as failure:
                raise BenchError(f"A part of the reference does not run.\n{failure}") from None
            finally:
                runner.tenancy.drop_tenant(tenant)
    return name


@contextlib.contextmanager
def _way(runner: Runner, tenant: Tenant, database: str) -> Iterator[Callable[[str, str], None]]:
    """Runs a part (path, text), each in a session of its own, until SECONDS are over. Raises
    PartFailed."""
    counter = Counter()
    gate = runner.open_gate(lambda: CountingConversation(counter))
    url = runner.tenancy.postgres_url(tenant, database, "127.0.0.1", gate.port)

    def run(path: str, text: str) -> None:
        with session(url) as opened:
            run_part(opened, path, text, counter)

    # A text may turn off its session's limits, and some waits do not heed them.
    watchdog = threading.Timer(SECONDS, gate.close)
    watchdog.start()
    try:
        yield run
    finally:
        watchdog.cancel()
        watchdog.join()
        gate.close()


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8")  # read_text would turn "\r" into "\n"
