"""The Social: what a check of the social network's SQL gets, a database with the answer in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2

from workbench.checking import explaining
from workbench.checking.failure import CheckFailed
from workbench.checking.migration import Migration
from workbench.checking.plan import Plan
from workbench.checking.rows import Rows
from workbench.checking.session import Session
from workbench.checking.sql import Sql
from workbench.checking.vacuum import vacuum
from workbench.running.migration import MigrationRun
from workbench.running.postgres_wire import Statement
from workbench.running.social import SocialDatabase, start_social
from workbench.running.system import Stage


class Social:
    """A fresh social database: `app.sql(...)`, `app.session()` for one more client at a time,
    `app.explain(...)`; where the answer is a query, `app.ask(...)` runs it, and where it is a
    migration, `app.migration()`.

    But for a migration, nothing of the answer's runs but what PostgreSQL runs of it, with the
    rights of its own role.
    """

    #: What an App has, too: nobody else speaks with the database, and nothing is printed.
    last_statements: Sequence[Statement] = ()

    def __init__(self, system: SocialDatabase, stage: Stage) -> None:
        self.system, self._stage = system, stage
        self.sql = Sql(system.database_url)
        self._sessions: list[Session] = []
        self._migrations: list[Migration] = []
        #: What a scene has seen, for the checks on it.
        self.seen: dict[str, Any] = {}

    @classmethod
    def start(cls, stage: Stage) -> Social:
        """A fresh database of the stage. Raises NotReady when the answer's part does not run."""
        return cls(start_social(stage), stage)

    @property
    def answer(self) -> str:
        """The text of the answer."""
        return next(iter(self._stage.answers.values()))

    def session(self) -> Session:
        """One more connection; it is closed after the check, or with the scene."""
        opened = Session(self.system.database_url, self.sql)
        self._sessions.append(opened)
        return opened

    def migration(self, command: str = "upgrade", revision: str = "head") -> Migration:
        """Run Alembic on the database, in a process of its own that waits at each statement; end it
        with a `with` block.

        Before the first one, the database is stamped with revision 0001: it has that schema.
        """
        commands = [(command, revision)]
        if not self._migrations:
            commands.insert(0, ("stamp", "0001"))
        run = MigrationRun(self._stage, self.system.database, commands)
        self._migrations.append(Migration(run, self.sql))
        return self._migrations[-1]

    def ask(self, **parameters: Any) -> Rows:
        """The rows of the answer, which is a query with %(name)s for its parameters.

        Raises CheckFailed when it is not one statement, changes something, or is refused.
        """
        return explaining.ask(self.sql, self._filled(self.answer, parameters))

    def explain(
        self, query: str | None = None, parameters: Sequence[Any] | dict[str, Any] = ()
    ) -> Plan:
        """How PostgreSQL runs the statement, by default the answer, and in `given` the rows that it
        gave: a plan that reads little is worth something only where those are right.

        Statistics decide: `app.vacuum(...)` after the rows have been put in. Raises CheckFailed,
        also when the statement changes something, or reads more when it is only asked.
        """
        statement = self.answer if query is None else query
        return explaining.explain(self.sql, self._filled(statement, parameters))

    def vacuum(self, *tables: str) -> None:
        """Statistics of these tables, and every page marked that everybody sees: plans and their
        buffers then depend on nothing else. Raises CheckFailed when one is not there."""
        vacuum(self.sql, tables)

    def complete(self) -> None:
        """Raise CheckFailed unless the parts after the answer's can be built on it.

        A check must claim it: those parts are tried before any check, and what they lack lets
        other checks fail only where they use it.
        """
        if self.system.trouble:
            raise CheckFailed(
                expected="the rest of the schema can be built on your part",
                got=self.system.trouble,
                look="the names and types that the text asks for",
            )

    @property
    def last_log(self) -> str:
        """What else is known when a check has failed."""
        trouble = self.system.trouble
        return f"The rest of the schema does not fit: {trouble}" if trouble else ""

    def kill(self) -> None:
        """Close the gate: whoever waits for the database waits no more."""
        self.system.kill()
        for migration in self._migrations:
            migration.kill()

    def close(self) -> None:
        self.kill()  # first: sessions may wait for one another
        for session in self._sessions:
            session.close()
        self.sql.close()

    def _filled(self, text: str, parameters: Sequence[Any] | dict[str, Any]) -> str:
        """The statement with its values in their places; CheckFailed when they do not fit."""
        try:
            return self.sql.filled(text, parameters)
        except (LookupError, TypeError, ValueError, psycopg2.ProgrammingError) as error:
            names = ", ".join(parameters) if isinstance(parameters, dict) else len(parameters)
            raise CheckFailed(
                sent=text,
                expected=f"a query with the parameters {names}, and %% for a percent sign",
                got=f"{type(error).__name__}: {error}",
                look="what stands after each % in the query",
            ) from None
        except psycopg2.Error as error:
            raise CheckFailed("the database can be entered", str(error)[:500]) from None
