"""What the small services have in common: their application, and how their tables come to be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask, request
from marshmallow import Schema, ValidationError
from sqlalchemy import Engine, MetaData
from sqlalchemy.schema import CreateSchema
from werkzeug.exceptions import UnsupportedMediaType

from backend.database import connect_to
from backend.database_problems import register_database_problems
from backend.parsing import parse_json
from backend.problems import InvalidInput, register_problems
from backend.request_id import register_request_ids
from backend.settings import database_url_from


def create_service(name: str, metadata: MetaData, database_url: str | None) -> tuple[Flask, Engine]:
    """A Flask application with problems, request ids, /healthz and `create-schema`.

    metadata: the service's tables, in a schema of its own. Without a URL it is read from
    DATABASE_URL. Raises SettingsError.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    engine = connect_to(database_url or database_url_from(os.environ), pool_pre_ping=True)
    register_request_ids(app)
    register_problems(app)
    register_database_problems(app)

    @app.get("/healthz")
    def alive() -> dict[str, str]:
        return {"status": "alive"}

    @app.cli.command("create-schema")
    def command() -> None:
        """Create the service's schema and tables."""
        create_tables(engine, metadata)

    return app, engine


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Create the schema and every table that does not exist yet."""
    with engine.begin() as connection:
        connection.execute(CreateSchema(str(metadata.schema), if_not_exists=True))
        metadata.create_all(connection)


def sent(schema: Schema) -> Mapping[str, Any]:
    """The request's body as the schema loads it.

    Raises UnsupportedMediaType, BadRequest or InvalidInput.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    try:
        loaded: Mapping[str, Any] = schema.load(parse_json(request.get_data()))
    except ValidationError as error:
        raise InvalidInput(error.normalized_messages()) from None
    return loaded
