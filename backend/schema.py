"""The tables as the models describe them, for development and labs.

Production goes through backend/migrations; tests/backend/test_migrations.py keeps the two equal.
"""

from __future__ import annotations

import click
from flask import Flask

import backend.catalog.models
import backend.catalog.search
import backend.inventory.models  # noqa: F401 - a table is known once its model is imported
from backend.database import Base, connect_to
from backend.settings import Settings


def create_schema(database_url: str) -> None:
    """Create every table that does not exist yet."""
    engine = connect_to(database_url)
    try:
        Base.metadata.create_all(engine)
    finally:
        engine.dispose()


def register_schema_command(app: Flask, settings: Settings) -> None:
    """Add `flask --app backend.app create-schema`."""

    @app.cli.command("create-schema")
    def command() -> None:
        """Create the tables in the database of DATABASE_URL."""
        create_schema(settings.database_url)
        click.echo("The tables are there.")
