"""Alembic's entry: run the revisions on the social network's database, that of DATABASE_URL."""

from __future__ import annotations

import logging
import os

from alembic import context

from backend.database import connect_to
from backend.settings import database_url_from


def run_statements(database_url: str) -> None:
    """Run the revisions, each in a transaction of its own, unless it leaves that by itself."""
    engine = connect_to(database_url)
    try:
        with engine.connect() as connection:
            context.configure(connection=connection, transaction_per_migration=True)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


logging.basicConfig(format="%(message)s")
logging.getLogger("alembic").setLevel(logging.INFO)
run_statements(database_url_from(os.environ))
