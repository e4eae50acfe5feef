"""Alembic's entry: run the revisions on the database of DATABASE_URL."""

from __future__ import annotations

import logging
import os

from alembic import context

import backend.catalog.models
import backend.catalog.search  # noqa: F401 - and so is an index
from backend.database import Base, connect_to
from backend.settings import database_url_from


def print_statements() -> None:
    """`--sql`: write the statements down instead of running them. Needs no database."""
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_statements(database_url: str) -> None:
    """Run the revisions, all of them in one transaction."""
    engine = connect_to(database_url)
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                compare_server_default=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


logging.basicConfig(format="%(message)s")
logging.getLogger("alembic").setLevel(logging.INFO)
if context.is_offline_mode():
    print_statements()
else:
    run_statements(database_url_from(os.environ))
