"""PostgreSQL: the models' base class, the engine, and one session per application context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, g
from sqlalchemy import Engine, MetaData, create_engine, make_url, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker


class Base(DeclarativeBase):
    """The base class of every model."""

    # Names that follow from the schema: a migration can drop a constraint that nobody named.
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


def connect_to(database_url: str, **options: Any) -> Engine:
    """An engine for a libpq URL. It connects when it is first used; `options` go to SQLAlchemy."""
    url = make_url(database_url).set(drivername="postgresql+psycopg2")
    # An unreachable server must fail within seconds, not within the kernel's minutes.
    return create_engine(url, connect_args={"connect_timeout": 5}, **options)


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """Commit what happens inside, or leave nothing of it when it raises."""
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


class Database:
    """The connection pool of one application, and the session of the current context."""

    def __init__(self, database_url: str, pool_size: int) -> None:
        # pool_pre_ping notices connections that a restarted server has closed; max_overflow=0
        # makes pool_size the number of connections that the server really sees.
        self.engine = connect_to(
            database_url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
        )
        self.sessions = sessionmaker(self.engine)

    def init_app(self, app: Flask) -> None:
        """Give back the session of every context of `app` when the context ends."""
        app.teardown_appcontext(self._close)

    @property
    def session(self) -> Session:
        """The session of the current application context, opened when first asked for."""
        if "session" not in g:
            g.session = self.sessions()
        session: Session = g.session
        return session

    def ping(self) -> None:
        """One round trip. Raises sqlalchemy.exc.SQLAlchemyError when PostgreSQL does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def _close(self, _error: BaseException | None) -> None:
        session: Session | None = g.pop("session", None)
        if session is not None:
            session.close()  # rolls back whatever was not committed
